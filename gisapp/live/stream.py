"""The server-sent events of one open map: what changed where its caller may see it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from gisapp.access.scope import Scope
from gisapp.errors import DatabaseUnusable
from gisapp.live.hub import Hub

OPENING = b"retry: 2000\n\n"
BEAT = b"event: beat\ndata: 1\n\n"
BEAT_SECONDS = 15.0
LONG_AGO = float("-inf")


def changed_event(layers: tuple[str, ...]) -> bytes:
    """Return the event that tells which layers changed."""
    return f"event: changed\ndata: {json.dumps({'layers': layers})}\n\n".encode()


def follow(hub: Hub, judge: Callable[[], Scope | None], since: float) -> Iterator[bytes]:
    """Yield events until the caller may hear no more: ``judge`` gives the scope, None for nobody.

    It is asked at every beat, whenever anybody's rights change, and before every event. Beats
    come by the clock alone, so that they tell nothing of changes elsewhere. A caller whose scope
    changed is told that everything may look different.
    """
    yield OPENING
    beat = time.monotonic() + BEAT_SECONDS
    edition, access = hub.edition, -1
    scope: Scope | None = None
    while not hub.stopped:
        due = time.monotonic() >= beat
        if due or scope is None or access != hub.access or hub.visible(scope, since)[0]:
            access, former = hub.access, scope
            try:
                scope = judge()
            except DatabaseUnusable:
                return
            if scope is None:
                return
            if former not in (None, scope):
                since = LONG_AGO
            layers, since = hub.visible(scope, since)
            if layers:
                yield changed_event(layers)
        if due:
            yield BEAT
            beat += BEAT_SECONDS
        edition = hub.wait(edition, beat)
