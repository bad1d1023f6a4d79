"""The parameter ``as-of``: whoever gives it sees the layers as they were at that moment.

A handler that reads layers reads through ``reading`` and names ``AS_OF`` among its parameters;
its answer then says in the header ``Content-As-Of`` which moment it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Blueprint, Response, g, request

from gisapp.database.engine import Reader
from gisapp.features.moments import read_moment, require_known, write_moment
from gisapp.features.times import parse_interval
from gisapp.web.auditing import note_once
from gisapp.web.context import caller_scope, require, services
from layers.catalogue import LAYERS
from layers.spec import Layer

BLUEPRINT = Blueprint("moment", __name__)
AS_OF = "as-of"
DATETIME = "datetime"
MINUTES = 16  # signs of a moment that tell its minute: as exact as the audit trail is told


@contextmanager
def reading(*layers: Layer, dated: bool = False) -> Iterator[Reader]:
    """Lend a reader for the caller's scope and the moment that the request asks for.

    ``layers`` are those that are read, by default all. With ``dated`` the route takes
    ``datetime``, which means the moment on a layer without a time field of its own. Raises
    BadParameter for a moment that is not known, Forbidden without the right to its history.
    """
    name, moment = asked_moment(layers[0] if dated else None)
    for layer in (layers or LAYERS.values()) if moment is not None else ():
        require("history", layer)
    with services().database.read(caller_scope(), moment) as reader:
        if moment is not None:
            require_known(reader, name, moment)
            g.as_of = write_moment(moment)
        yield reader
    if moment is not None:
        names = ",".join(layer.name for layer in layers) or "*"
        note_once("history_read", names, moment=g.as_of[:MINUTES])


def asked_moment(layer: Layer | None = None) -> tuple[str, datetime | None]:
    """Return the parameter that asks for a moment, and the moment; None is now."""
    if AS_OF in request.args:
        return AS_OF, read_moment(AS_OF, request.args[AS_OF])
    text = request.args.get(DATETIME, "")
    if layer is None or layer.time or not text or "/" in text:
        return AS_OF, None
    parse_interval(DATETIME, text)  # says what is wrong in its own words
    return DATETIME, read_moment(DATETIME, text)


def shown_moment() -> str:
    """Return the moment that this answer shows, empty for now."""
    shown: str = g.get("as_of", "")
    return shown


def kept_moment() -> dict[str, str]:
    """Return the parameter for links of the answer that lead to the same moment."""
    return {AS_OF: request.args[AS_OF]} if AS_OF in request.args else {}


@BLUEPRINT.after_app_request
def say_moment(answer: Response) -> Response:
    """Say in a header which moment an answer shows."""
    if shown_moment():
        answer.headers["Content-As-Of"] = shown_moment()
    return answer
