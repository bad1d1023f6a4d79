"""Vector tiles and clusters over HTTP, at the addresses of OGC API - Tiles.

The state of the layers is read from the database for every request, before anything else: a
change that was committed shows in the next answer. What is known at that state is not made anew.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import cast

from flask import Blueprint, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState

from gisapp.access.scope import Scope
from gisapp.database.engine import Reader
from gisapp.database.state import State
from gisapp.errors import NotFound
from gisapp.features.boxes import Box, parse_box, to_mercator
from gisapp.features.clusters import clusters_geojson
from gisapp.features.clusters_in_time import clusters_in_time
from gisapp.features.crs import CRS84
from gisapp.features.faults import bad_value
from gisapp.features.revisions import seen_state
from gisapp.features.tile_cache import TileCache, digest
from gisapp.features.tile_statements import tile_form
from gisapp.features.tiles import is_drawn, make_tile
from gisapp.features.times import parse_interval
from gisapp.features.web_mercator import MAX_ZOOM, TileAddress, View, tile_address
from gisapp.web.api_answers import GEOJSON, REVALIDATE
from gisapp.web.api_request import named_layer, read_arguments
from gisapp.web.context import caller_scope
from gisapp.web.moment import AS_OF, asked_moment, reading, shown_moment
from gisapp.web.openapi_parts import Part, content, in_path, operation, query, shared
from gisapp.web.security import DATA_POLICY
from gisapp.web.tilesets import MVT
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("api_tiles", __name__)
TILE = "/tiles/WebMercatorQuad/<z>/<row>/<col>"
CACHE = "gisapp.tiles"
WORTH_PACKING = 1000  # bytes
PACKED = b"\x1f\x8b"  # no tile begins so
WHOLE = {"type": "integer", "minimum": 0}
LAYER_NAME = in_path(
    "collectionId", {"type": "string", "enum": list(LAYERS)}, Text("图层", "The layer")
)
COLLECTIONS = query(
    "collections",
    {"type": "array", "items": {"type": "string", "enum": list(LAYERS)}},
    Text("图层，以逗号分隔；不写则全部", "Layers, with commas; without it all"),
    style="form",
    explode=False,
)


@BLUEPRINT.record_once
def open_cache(setup: BlueprintSetupState) -> None:
    """Open this process's tile cache beside the application's other services."""
    settings = setup.app.extensions["gisapp"].settings
    setup.app.extensions[CACHE] = TileCache(
        settings.var / "tiles", settings.map.tile_memory_mb << 20, settings.map.tile_disk_mb << 20
    )


@BLUEPRINT.get("/api/collections/<name>" + TILE)
def layer_tile(name: str, z: str, row: str, col: str) -> Response:
    """Answer one tile of one layer."""
    read_arguments(AS_OF)
    layers, address = (named_layer(name),), tile_address(z, row, col)
    return answer_tile(layers, address)


@BLUEPRINT.get("/api" + TILE)
def dataset_tile(z: str, row: str, col: str) -> Response:
    """Answer one tile of several layers: those of ``collections`` that maps draw at its zoom."""
    asked = named_layers(read_arguments("collections", AS_OF).get("collections"))
    address = tile_address(z, row, col)
    return answer_tile(tuple(one for one in asked if is_drawn(one, address.zoom)), address)


@BLUEPRINT.get("/api/collections/<name>/clusters")
def layer_clusters(name: str) -> Response:
    """Answer a point layer's clusters, or its points when they are few, for a view."""
    arguments = read_arguments("bbox", "zoom", "datetime", AS_OF)
    layer = named_layer(name)
    if layer.geometry != "Point":
        raise NotFound(
            Text(f"图层 {name} 不是点图层。", f"Layer {name} has no points."),
            Text("请改用瓦片。", "Use its tiles."),
        )
    view = View(to_mercator(asked_box(arguments)), asked_zoom(arguments))

    asked = arguments.get("datetime", "")
    interval = parse_interval("datetime", asked) if asked else None

    def make(reader: Reader) -> bytes:
        if reader.moment is not None or (interval is not None and layer.time):
            return clusters_in_time(reader, layer, view, interval).encode()
        return clusters_geojson(reader, layer, view).encode()

    return answer_by_state((layer,), f"clusters {view} {asked}", GEOJSON, make, dated=True)


def answer_tile(layers: tuple[Layer, ...], address: TileAddress) -> Response:
    """Answer a tile of ``layers``."""

    def make(reader: Reader) -> bytes:
        return make_tile(reader, layers, address)

    return answer_by_state(layers, tile_name(layers, address), MVT, make, keep=True)


def answer_by_state(
    layers: tuple[Layer, ...],
    what: str,
    kind: str,
    make: Callable[[Reader], bytes],
    keep: bool = False,
    dated: bool = False,
) -> Response:
    """Answer ``what`` at the layers' state: 304, from the cache (``keep``), or made now.

    Nothing to show is answered with 204. With ``dated`` the parameter ``datetime`` may mean the
    moment as of which the one layer is asked for.
    """
    pack = "gzip" in request.headers.get("Accept-Encoding", "")
    _, moment = asked_moment(layers[0] if dated else None)

    def named() -> str:
        return answer_name(g.state, layers, caller_scope(), what, pack, shown_moment())

    # Of now: the state was read at the gate, so what is kept needs no connection.
    known = answer_known(named(), kind, keep) if moment is None else None
    if known is not None:
        return known
    with reading(*layers, dated=dated) as reader:
        name = named()
        known = answer_known(name, kind, keep) if moment is not None else None
        if known is not None:
            return known
        made = make(reader)
    body = packed_body(made, pack)
    if keep:
        tile_cache().put(name, body)
    return answer_body(body, kind, name)


def packed_body(made: bytes, pack: bool) -> bytes:
    """Return an answer as it is sent and kept: packed where the caller takes that and it pays."""
    return gzip.compress(made, 5) if pack and len(made) > WORTH_PACKING else made


def answer_name(
    state: State, layers: tuple[Layer, ...], scope: Scope, what: str, pack: bool, moment: str = ""
) -> str:
    """Return the name of an answer: what it is kept by, and its entity tag."""
    return digest(f"{seen_state(state, layers, scope)} {what} {pack} {moment}")


def tile_name(layers: tuple[Layer, ...], address: TileAddress) -> str:
    """Return what a tile of ``layers`` is called among the answers at one state."""
    return f"{tile_form(tuple(layer.name for layer in layers), address.zoom)} {address}"


def answer_known(name: str, kind: str, keep: bool) -> Response | None:
    """Answer what the caller has already, or what is kept; None when it has to be made."""
    if "If-None-Match" in request.headers and request.if_none_match.contains_weak(name):
        return answer_body(b"", kind, name, 304)
    body = tile_cache().get(name) if keep else None
    return None if body is None else answer_body(body, kind, name)


def tile_cache() -> TileCache:
    """Return this process's tile cache."""
    return cast(TileCache, current_app.extensions[CACHE])


def answer_body(body: bytes, kind: str, tag: str, status: int = 200) -> Response:
    """Answer with headers that make browsers keep an answer and always ask for news.

    They are given at once: each that is set later looks through those before it.
    """
    return Response(body, status if body or status != 200 else 204, answer_headers(body, kind, tag))


def answer_headers(body: bytes, kind: str, tag: str) -> list[tuple[str, str]]:
    """Return the headers of an answer that is kept, or may be."""
    headers = [
        ("Content-Type", kind),
        ("ETag", f'"{tag}"'),
        ("Cache-Control", REVALIDATE),
        ("Vary", "Accept-Encoding"),
        ("Content-Security-Policy", DATA_POLICY),
    ]
    if body.startswith(PACKED):
        headers.append(("Content-Encoding", "gzip"))
    return headers


def named_layers(names: str | None) -> tuple[Layer, ...]:
    """Return the layers of a comma-separated list in drawing order, each once; None is all."""
    if names is None:
        return tuple(LAYERS.values())
    wanted = {named_layer(name).name for name in names.split(",")}
    return tuple(layer for layer in LAYERS.values() if layer.name in wanted)


def asked_box(arguments: dict[str, str]) -> Box:
    """Return the view's box in degrees. Raises BadParameter."""
    box = parse_box(arguments.get("bbox", ""), CRS84)
    if box.west > box.east:
        raise bad_value("bbox", Text("西大于东", "west is greater than east"))
    return box


def asked_zoom(arguments: dict[str, str]) -> int:
    """Return the view's zoom. Raises BadParameter."""
    text = arguments.get("zoom", "")
    if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= MAX_ZOOM:
        return int(text)
    raise bad_value(
        "zoom", Text(f"须为 0 到 {MAX_ZOOM} 的整数", f"give a whole number from 0 to {MAX_ZOOM}")
    )


def tile_operation(name: str, summary: Text, parameters: list[Part]) -> Part:
    """Return the path item of a tile; an empty one is answered with 204."""
    numbers = {"z": Text("级", "Zoom"), "row": Text("行", "Row"), "col": Text("列", "Column")}
    places = [in_path(key, WHOLE, text) for key, text in numbers.items()]
    tile = content({"type": "string", "format": "binary"}, MVT)
    asked = [*places, *parameters, shared(AS_OF)]
    made = operation(name, "tiles", summary, tile, asked, errors=(400, 404))
    made["get"]["responses"]["204"] = {"description": Text("空瓦片", "An empty tile")}
    return made


OPENAPI = {
    "/collections/{collectionId}/tiles/WebMercatorQuad/{z}/{row}/{col}": tile_operation(
        "layerTile", Text("图层的一个瓦片", "A tile of a layer"), [LAYER_NAME]
    ),
    "/tiles/WebMercatorQuad/{z}/{row}/{col}": tile_operation(
        "datasetTile", Text("多图层的一个瓦片", "A tile of several layers"), [COLLECTIONS]
    ),
    "/collections/{collectionId}/clusters": operation(
        "clusters",
        "tiles",
        Text(
            "视野内的点：800 个以内逐一给出，更多则聚合（个数与最差等级）",
            "The points in view: each when at most 800, else clusters (counts, worst grade)",
        ),
        content({"type": "object"}, GEOJSON),
        [
            LAYER_NAME,
            shared("bbox"),
            query("zoom", {**WHOLE, "maximum": MAX_ZOOM}, Text("地图级别", "The map's zoom"), True),
            shared("datetime"),
            shared(AS_OF),
        ],
        errors=(400, 404),
    ),
}
