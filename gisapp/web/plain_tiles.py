"""Tiles are handed out in front of Flask: they are most of what an open map asks for.

Only what leaves nothing to decide is answered here: a plain GET of a tile of now, by a caller whom
this process knows at the revision of rights, read just now as the gate reads it. It is the tile
that is kept at the layers' revisions, or made of the rows in the caller's scope. Everything else
goes on to the application and its gate. (Flask's routing, request and response were two thirds of
what a kept tile cost, and half of what a small one costs to make.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from gisapp.access.identity import Key, Known
from gisapp.access.scope import NOTHING
from gisapp.access.sessions import digest
from gisapp.database.state import State, read_state
from gisapp.errors import UserError
from gisapp.features.tiles import is_drawn, make_tile
from gisapp.features.web_mercator import TileAddress, tile_address
from gisapp.web.api_tiles import (
    CACHE,
    FAULT,
    answer_headers,
    answer_name,
    packed_body,
    tile_name,
)
from gisapp.web.context import Services
from gisapp.web.gate import COOKIE, STATE, first_step
from gisapp.web.tilesets import MVT
from layers.catalogue import LAYERS
from layers.spec import Layer

PATH = re.compile(r"/api/(?:collections/(\w+)/)?tiles/WebMercatorQuad/(\d+)/(\d+)/(\d+)", re.ASCII)
CHOSEN = re.compile(r"(?:collections=([a-z_]+(?:(?:,|%2C)[a-z_]+)*))?", re.ASCII)
CREDENTIAL = re.compile(rf"(?:^|;\s*){COOKIE}=([\w-]+)(?:;|$)", re.ASCII)
BEARER = "Bearer "
ACCEPTS = "HTTP_ACCEPT_ENCODING"
STATUS = {True: "200 OK", False: "204 No Content"}
PRIVATE = ("Vary", "Cookie, Authorization")


class Asked(NamedTuple):
    """A tile that is asked for plainly."""

    layers: tuple[Layer, ...]
    address: TileAddress
    credential: Key
    packed: bool


def with_plain_tiles(app: Flask, inner: WSGIApplication) -> WSGIApplication:
    """Return the application with tiles answered in front of it."""
    services: Services = app.extensions["gisapp"]
    cache = app.extensions[CACHE]

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked = read_asked(environ)
        if asked is None:
            return inner(environ, start)
        try:
            with services.database.read(NOTHING) as reader:
                state = environ[STATE] = read_state(reader)
        except UserError:
            return inner(environ, start)
        known = services.identities.recall(state.access, asked.credential)
        if known is None or first_step(known, services.settings.access.second_factor):
            return inner(environ, start)
        name = name_of(asked, state, known)
        if name in environ.get("HTTP_IF_NONE_MATCH", ""):
            start("304 Not Modified", [*answer_headers(b"", MVT, name), PRIVATE])
            return ()
        body = cache.get(name)
        if body is None:
            try:
                with services.database.read(known.caller.scope) as reader:
                    made = make_tile(reader, asked.layers, asked.address)
            except Exception as error:  # the application says it as all others
                environ[FAULT] = error
                return inner(environ, start)
            body = packed_body(made, asked.packed)
            cache.put(name, body)
        length = ("Content-Length", str(len(body)))
        start(STATUS[bool(body)], [*answer_headers(body, MVT, name), PRIVATE, length])
        return (body,)

    return answer


def name_of(asked: Asked, state: State, known: Known) -> str:
    """Return the name under which the tile is kept for the caller."""
    what = tile_name(asked.layers, asked.address)
    return answer_name(state, asked.layers, known.caller.scope, what, asked.packed)


def read_asked(environ: WSGIEnvironment) -> Asked | None:
    """Return the tile that a request asks for, or None when it is anything less plain."""
    found = PATH.fullmatch(environ["PATH_INFO"])
    chosen = CHOSEN.fullmatch(environ.get("QUERY_STRING", ""))
    if not found or not chosen or environ["REQUEST_METHOD"] != "GET":
        return None
    credential = read_credential(environ)
    name, names = found[1], chosen[1]
    if not credential or (name and names):
        return None
    wanted = [name] if name else (names or ",".join(LAYERS)).replace("%2C", ",").split(",")
    try:
        address = tile_address(*found.groups()[1:])
    except UserError:
        return None
    if not LAYERS.keys() >= set(wanted):
        return None
    layers = tuple(layer for layer in LAYERS.values() if layer.name in wanted)
    if not name:
        layers = tuple(layer for layer in layers if is_drawn(layer, address.zoom))
    packed = "gzip" in environ.get(ACCEPTS, "")
    return Asked(layers, address, credential, packed)


def read_credential(environ: WSGIEnvironment) -> Key | None:
    """Return the token of a Bearer header, else the only session's cookie, else None."""
    sent = environ.get("HTTP_AUTHORIZATION")
    if sent is not None:
        token = sent[len(BEARER) :].strip() if sent.startswith(BEARER) else ""
        return (True, digest(token)) if token else None
    cookies = CREDENTIAL.findall(environ.get("HTTP_COOKIE", ""))
    return (False, digest(cookies[0])) if len(cookies) == 1 else None
