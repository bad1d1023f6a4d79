"""What changed lately, by layer and area: as much as there are areas, however many changes.

Times are seconds of the machine's monotonic clock, which all processes share. A change counts from
the next of fixed moments, 0.3 s apart, whatever else happens: when somebody hears of it tells
nothing of changes elsewhere.
"""

from __future__ import annotations

import math

from gisapp.access.scope import Scope, covers, layer_scope
from layers.catalogue import LAYERS

# What changes besides layers, and is told of by areas as those are: figures of coverage.
TOPICS = ("coverage",)
STEP = 0.3  # seconds; changes in between are told as one


def step_after(now: float) -> float:
    """Return the next of the moments at which changes are told."""
    return (math.floor(now / STEP) + 1) * STEP


class News:
    """When each layer last changed in each area. Not safe for threads: ``Hub`` locks it."""

    def __init__(self) -> None:
        self.since: float | None = None  # everything is known from then on; None: nothing heard
        self.told = 0.0  # changes up to this moment may be told
        self.changed: dict[str, dict[str, float]] = {}
        self.latest: dict[str, float] = {}

    def begin(self, now: float) -> None:
        """Hear of every change from now on; what was before is no longer known."""
        self.since = self.told = now
        self.changed.clear()
        self.latest.clear()

    def end(self) -> None:
        """Hear of nothing any more."""
        self.since = None

    def note(self, notice: str, moment: float) -> None:
        """Keep a notice of the database, ``layer code,code,…``, as of ``moment``."""
        layer, _, areas = notice.partition(" ")
        held = self.changed.setdefault(layer, {})
        held.update(dict.fromkeys(areas.split(","), moment))
        self.latest[layer] = moment

    def visible(self, scope: Scope, since: float) -> tuple[str, ...]:
        """Return the layers that changed inside ``scope`` after ``since``: all if it is not known.

        A layer counts as changed where a row was or is in one of the scope's areas. ``TOPICS``
        come after the layers.
        """
        if self.since is None:
            return ()
        if since < self.since:
            return tuple(name for name in (*LAYERS, *TOPICS) if name not in scope.hidden)
        scopes = {name: layer_scope(layer, scope) for name, layer in LAYERS.items()}
        return tuple(
            name
            for name, seen in {**scopes, **dict.fromkeys(TOPICS, scope)}.items()
            if self.latest.get(name, 0) > since and self._changed_inside(name, seen, since)
        )

    def _changed_inside(self, name: str, scope: Scope, since: float) -> bool:
        return any(
            since < moment <= self.told and covers(scope, area)
            for area, moment in self.changed[name].items()
        )
