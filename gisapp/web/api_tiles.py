"""Vector tiles and clusters over HTTP: OGC API - Tiles addresses, and clusters for a view."""

from __future__ import annotations

import math

from flask import Blueprint, Response, request

from gisapp.errors import BadParameter, NotFound
from gisapp.features.clusters import clusters_geojson
from gisapp.features.tiles import make_tile
from gisapp.features.web_mercator import TileAddress, View, tile_address
from gisapp.web.context import caller_scope, services
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("tiles", __name__)
MVT = "application/vnd.mapbox-vector-tile"
GEOJSON = "application/geo+json"
TILE = "/tiles/WebMercatorQuad/<z>/<row>/<col>"


@BLUEPRINT.get("/api/collections/<name>" + TILE)
def layer_tile(name: str, z: str, row: str, col: str) -> Response:
    """Answer one tile of one layer."""
    allow_parameters()
    return tile_response((named_layer(name),), tile_address(z, row, col))


@BLUEPRINT.get("/api" + TILE)
def dataset_tile(z: str, row: str, col: str) -> Response:
    """Answer one tile of several layers (``collections=a,b``; without it, of all)."""
    allow_parameters("collections")
    return tile_response(named_layers(request.args.get("collections")), tile_address(z, row, col))


@BLUEPRINT.get("/api/collections/<name>/clusters")
def layer_clusters(name: str) -> Response:
    """Answer a point layer's clusters or points for a view (``bbox``, ``zoom``)."""
    allow_parameters("bbox", "zoom")
    layer = named_layer(name)
    if layer.geometry != "Point":
        raise NotFound(
            Text("图层 {name} 不是点图层。", "Layer {name} has no points.").format(name=name),
            Text("请改用瓦片。", "Use its tiles."),
        )
    view = View(*asked_bbox(), asked_zoom())
    with services().database.read(caller_scope()) as reader:
        return Response(clusters_geojson(reader, layer, view), content_type=GEOJSON)


def tile_response(layers: tuple[Layer, ...], address: TileAddress) -> Response:
    """Answer a tile; 204 when it is empty."""
    with services().database.read(caller_scope()) as reader:
        tile = make_tile(reader, layers, address)
    return Response(tile, 200 if tile else 204, content_type=MVT)


def allow_parameters(*names: str) -> None:
    """Raise BadParameter when the request has a parameter that is not in ``names``."""
    for name in request.args:
        if name not in names:
            raise BadParameter(
                Text("未知参数：{name!r}。", "Unknown parameter: {name!r}.").format(
                    name=name[:100]
                ),
                Text("允许的参数：{names}", "Parameters: {names}").format(names=", ".join(names))
                if names
                else None,
            )


def named_layer(name: str) -> Layer:
    """Return a declared layer. Raises NotFound."""
    if name not in LAYERS:
        raise NotFound(
            Text("没有名为 {name!r} 的图层。", "There is no layer named {name!r}.").format(
                name=name[:100]
            ),
            Text("/api/collections 列出全部图层。", "/api/collections lists them all."),
        )
    return LAYERS[name]


def named_layers(names: str | None) -> tuple[Layer, ...]:
    """Return the layers of a comma-separated list in drawing order, each once."""
    if names is None:
        return tuple(LAYERS.values())
    wanted = {named_layer(name).name for name in names.split(",")}
    return tuple(layer for layer in LAYERS.values() if layer.name in wanted)


def asked_bbox() -> tuple[float, float, float, float]:
    """Read ``bbox``: west, south, east, north in degrees. Raises BadParameter."""
    parts = request.args.get("bbox", "").split(",")
    try:
        west, south, east, north = (float(part) for part in parts if len(part) <= 40)
    except ValueError:
        west = south = east = north = math.nan
    if not all(map(math.isfinite, (west, south, east, north))) or west > east or south > north:
        raise BadParameter(
            Text("bbox 参数无效。", "The parameter bbox is not valid."),
            Text(
                "bbox=西,南,东,北，单位为度，西不大于东，南不大于北。",
                "bbox=west,south,east,north in degrees, west to east and south to north.",
            ),
        )
    return west, south, east, north


def asked_zoom() -> int:
    """Read ``zoom``: a whole number from 0 to 24. Raises BadParameter."""
    text = request.args.get("zoom", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= 24):
        raise BadParameter(
            Text("zoom 参数无效。", "The parameter zoom is not valid."),
            Text("zoom 是 0 到 24 的整数。", "zoom is a whole number from 0 to 24."),
        )
    return int(text)
