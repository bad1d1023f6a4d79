"""Live maps: a stream of news for each open map, and the same news for the asking.

A stream keeps a thread of the server waiting, so there are only so many; whoever finds no place
asks for the state instead.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from gisapp.access.scope import NOTHING, Scope
from gisapp.database.state import read_state
from gisapp.errors import BadParameter
from gisapp.live.stream import follow
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.gate import COOKIE, first_step, look_up, request_token
from layers.spec import Text

BLUEPRINT = Blueprint("live", __name__)
OVERLAP = 0.5  # seconds: the other process may have heard of a change a little later
RETRY_AFTER = "20"  # seconds


@BLUEPRINT.get("/live")
def follow_changes() -> Response:
    """Stream what changes in the caller's areas, from ``age`` seconds ago on.

    Events ``changed`` with the names of layers, and ``beat`` every 15 s. 204, which ends a stream
    without an error, when all places are taken: then ``/live/state`` tells the same.
    """
    hub, account, since = services().live, caller().account, asked_since()
    hub.hear()
    if not hub.enter(account):
        return Response(status=204, headers={"Retry-After": RETRY_AFTER})
    answer = Response(follow(hub, judge(), since), content_type="text/event-stream")
    answer.call_on_close(lambda: hub.leave(account))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # nginx: pass each event on at once
    return answer


@BLUEPRINT.get("/live/state")
def tell_state() -> Response:
    """Answer which layers changed in the caller's areas during the last ``age`` seconds."""
    hub, since = services().live, asked_since()
    hub.hear()
    layers, _ = hub.visible(caller_scope(), since)
    answer = jsonify({"layers": layers})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def asked_since() -> float:
    """Return the moment from which on the caller wants news. Raises BadParameter."""
    try:
        age = float(request.args.get("age", "0"))
    except ValueError:
        age = math.nan
    if not age >= 0:
        raise BadParameter(Text("age 须为非负秒数。", "age must be seconds, not negative."))
    return time.monotonic() - age - OVERLAP


def judge() -> Callable[[], Scope | None]:
    """Return a function that looks up anew what the caller may see: None for nothing any more."""
    held = services()
    token, cookie = request_token(), request.cookies.get(COOKIE, "")

    def scope() -> Scope | None:
        with held.database.read(NOTHING) as reader:
            state = read_state(reader)
            known = look_up(held.identities, reader, state, token, cookie, passive=True)
        if known is None or first_step(known, held.settings.access.second_factor):
            return None
        return known.caller.scope

    return scope
