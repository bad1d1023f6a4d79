"""Tiles as plain questions: kept at the layers' revisions, or made of the rows in the scope."""

from __future__ import annotations

import re
from typing import NamedTuple
from wsgiref.types import WSGIEnvironment

from gisapp.errors import UserError
from gisapp.features.tiles import is_drawn, make_tile
from gisapp.features.web_mercator import TileAddress, tile_address
from gisapp.web.api_tiles import answer_headers, answer_name, packed_body, tile_name
from gisapp.web.plain import Answer, Held
from gisapp.web.tilesets import MVT
from layers.catalogue import LAYERS
from layers.spec import Layer

PATH = re.compile(r"/api/(?:collections/(\w+)/)?tiles/WebMercatorQuad/(\d+)/(\d+)/(\d+)", re.ASCII)
CHOSEN = re.compile(r"(?:collections=([a-z_]+(?:(?:,|%2C)[a-z_]+)*))?", re.ASCII)
STATUS = {True: "200 OK", False: "204 No Content"}


class Tile(NamedTuple):
    """A tile that is asked for plainly; ``tags`` are those of tiles that the caller has."""

    layers: tuple[Layer, ...]
    address: TileAddress
    packed: bool
    tags: str

    def answer(self, held: Held) -> Answer:
        """Return the tile, or that the caller has it."""
        what = tile_name(self.layers, self.address)
        name = answer_name(held.state, self.layers, held.reader.scope, what, self.packed)
        if name in self.tags:
            return Answer(b"", answer_headers(b"", MVT, name), "304 Not Modified")
        body = held.cache.get(name)
        if body is None:
            made = make_tile(held.reader, self.layers, self.address)
            body = packed_body(made, self.packed)
            held.cache.put(name, body)
        return Answer(body, answer_headers(body, MVT, name), STATUS[bool(body)])


def read_tile(environ: WSGIEnvironment) -> Tile | None:
    """Return the tile that a request asks for, or None when it is anything less plain."""
    found = PATH.fullmatch(environ["PATH_INFO"])
    chosen = CHOSEN.fullmatch(environ.get("QUERY_STRING", ""))
    if not found or not chosen:
        return None
    name, names = found[1], chosen[1]
    if name and names:
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
    packed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    return Tile(layers, address, packed, environ.get("HTTP_IF_NONE_MATCH", ""))
