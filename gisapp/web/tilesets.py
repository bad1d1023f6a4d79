"""The documents that describe tiles: tile matrix set, tileset metadata, TileJSON."""

from __future__ import annotations

import math
from typing import Any

from gisapp.features.boxes import Box, to_mercator
from gisapp.features.read import Extent
from gisapp.features.web_mercator import EARTH, MAX_ZOOM
from gisapp.web.api_answers import JSON, api_url, link
from gisapp.web.openapi_parts import filter_schema
from layers.spec import Layer, Text

MVT = "application/vnd.mapbox-vector-tile"
WEB_MERCATOR_URI = "http://www.opengis.net/def/crs/EPSG/0/3857"
QUAD_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
SCALE_SET = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
PIXEL = 0.00028  # metres: the standardised rendering pixel
DIMENSIONS = {"Point": 0, "LineString": 1, "MultiLineString": 1, "MultiPolygon": 2}
COUNT_LABEL = Text(
    "代表的点数：点太多的瓦片改为聚合，每个聚合一个数",
    "Points it stands for: a tile of too many points carries clusters instead",
)
HOW = Text(
    "只含样式与标注所需字段。点多的瓦片载聚合（point_count）；12 级及以下同样式的线合并，不带编码；"
    "13 级及以下略去不足两像素的面。",
    "Carries what style and labels need. A tile of many points holds clusters (point_count); up to "
    "zoom 12 lines drawn alike are joined, without code; up to zoom 13 areas below two pixels are "
    "left out.",
)


def matrix_set() -> dict[str, Any]:
    """Return the definition of WebMercatorQuad (OGC 17-083r4, annex D)."""
    return {
        "id": "WebMercatorQuad",
        "title": "Google Maps Compatible for the World",
        "uri": QUAD_URI,
        "crs": WEB_MERCATOR_URI,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": SCALE_SET,
        "tileMatrices": [matrix(zoom) for zoom in range(MAX_ZOOM + 1)],
    }


def matrix(zoom: int) -> dict[str, Any]:
    """Return one zoom of WebMercatorQuad."""
    cell = EARTH / 256 / (1 << zoom)  # metres of EPSG:3857 in a pixel
    return {
        "id": str(zoom),
        "scaleDenominator": cell / PIXEL,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-EARTH / 2, EARTH / 2],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": 1 << zoom,
        "matrixHeight": 1 << zoom,
    }


def matrix_set_entry() -> dict[str, Any]:
    """Return the entry of WebMercatorQuad in the list of tile matrix sets."""
    return {
        "id": "WebMercatorQuad",
        "title": "Google Maps Compatible for the World",
        "uri": QUAD_URI,
        "crs": WEB_MERCATOR_URI,
        "links": [link("self", api_url("/tileMatrixSets/WebMercatorQuad"), JSON)],
    }


def tileset_entry(base: str, title: str, query: dict[str, str]) -> dict[str, Any]:
    """Return a tileset as lists name it; ``base`` is its path below ``/api``."""
    return {
        "title": title,
        "dataType": "vector",
        "crs": WEB_MERCATOR_URI,
        "tileMatrixSetURI": QUAD_URI,
        "links": [
            link("self", api_url(base, query), JSON, title),
            link(SCHEME, api_url("/tileMatrixSets/WebMercatorQuad"), JSON),
            {**link("item", tile_template(base, query), MVT, title), "templated": True},
            link("describedby", api_url(f"{base}/tilejson.json", query), JSON, "TileJSON"),
        ],
    }


def tile_template(
    base: str, query: dict[str, str], names: str = "{tileMatrix}/{tileRow}/{tileCol}"
) -> str:
    """Return the address of a tileset's tiles with places for the numbers."""
    address = api_url(base, query)
    path, mark, rest = address.partition("?")
    return f"{path}/{names}{mark}{rest}"


def tileset(
    base: str,
    title: str,
    query: dict[str, str],
    layers: tuple[Layer, ...],
    extents: list[Extent],
    language: str,
) -> dict[str, Any]:
    """Return the metadata of a tileset."""
    described = {
        **tileset_entry(base, title, query),
        "tileMatrixSetId": "WebMercatorQuad",
        "description": HOW.say(language),
        "layers": [described_layer(layer, language) for layer in layers],
    }
    bounds = joint_bounds(extents)
    if bounds:
        box = to_mercator(Box(*bounds))  # clients take it to be in the matrix set's CRS
        described["boundingBox"] = {
            "lowerLeft": [box.west, box.south],
            "upperRight": [box.east, box.north],
            "crs": WEB_MERCATOR_URI,
        }
        described["tileMatrixSetLimits"] = [limits(box, zoom) for zoom in range(MAX_ZOOM + 1)]
    return described


def limits(box: Box, zoom: int) -> dict[str, Any]:
    """Return the rows and columns of one zoom that a box in EPSG:3857 reaches."""
    across = 1 << zoom

    def place(metres: float) -> int:
        return max(0, min(across - 1, math.floor((metres / EARTH + 0.5) * across)))

    return {
        "tileMatrix": str(zoom),
        "minTileRow": place(-box.north),
        "maxTileRow": place(-box.south),
        "minTileCol": place(box.west),
        "maxTileCol": place(box.east),
    }


def described_layer(layer: Layer, language: str) -> dict[str, Any]:
    """Return what a tileset says about one of its layers."""
    return {
        "id": layer.name,
        "title": layer.label.say(language),
        "description": layer.description.say(language),
        "dataType": "vector",
        "geometryDimension": DIMENSIONS[layer.geometry],
        "minTileMatrix": str(max(0, layer.style.min_zoom - 1)),
        "maxTileMatrix": str(MAX_ZOOM),
        "propertiesSchema": {"type": "object", "properties": tile_columns(layer, language)},
    }


def tile_columns(layer: Layer, language: str) -> dict[str, Any]:
    """Return the schema of what each feature of a tile carries."""
    columns: dict[str, Any] = {"code": {"type": "string"}}
    for name in layer.tile_fields:
        field = layer.field_named(name)
        if field:
            columns[name] = {
                "title": field.label.say(language),
                **value_schema(filter_schema(field)),
            }
    if layer.geometry == "Point":
        columns["point_count"] = {"title": COUNT_LABEL.say(language), "type": "integer"}
    return columns


def value_schema(described: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one value where a filter takes several."""
    inner: dict[str, Any] = described.get("items", described)
    return inner


def tilejson(
    base: str,
    title: str,
    query: dict[str, str],
    layers: tuple[Layer, ...],
    extents: list[Extent],
    attribution: str,
    language: str,
) -> dict[str, Any]:
    """Return the TileJSON 3.0 of a tileset."""
    bounds = joint_bounds(extents)
    return {
        "tilejson": "3.0.0",
        "name": title,
        "description": HOW.say(language),
        "attribution": attribution,
        "scheme": "xyz",
        "tiles": [tile_template(base, query, "{z}/{y}/{x}")],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        **({"bounds": list(bounds)} if bounds else {}),
        "vector_layers": [
            {
                "id": layer.name,
                "description": layer.label.say(language),
                "fields": {
                    name: column.get("title", name)
                    for name, column in tile_columns(layer, language).items()
                },
            }
            for layer in layers
        ],
    }


def joint_bounds(extents: list[Extent]) -> tuple[float, float, float, float] | None:
    """Return the bounds of several extents in degrees; None when all are empty."""
    boxes = [found.bbox for found in extents if found.bbox]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
