"""Descriptions of tiles over HTTP: tilesets of a layer and of the whole data set, TileJSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app

from gisapp.errors import NotFound
from gisapp.features.extents import Extents
from gisapp.features.sources import attributions, read_sources
from gisapp.web import tilesets
from gisapp.web.api_answers import JSON, api_url, json_answer, link
from gisapp.web.api_request import named_layer, read_arguments
from gisapp.web.api_tiles import COLLECTIONS, named_layers
from gisapp.web.context import caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.openapi_parts import content, in_path, operation
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("api_tilesets", __name__)
QUAD = "WebMercatorQuad"
EVERYTHING = Text("全部图层", "All layers")
LAYER_NAME = in_path(
    "collectionId", {"type": "string", "enum": list(LAYERS)}, Text("图层", "The layer")
)
MATRIX_SET = in_path(
    "tileMatrixSetId", {"type": "string", "enum": [QUAD]}, Text("瓦片矩阵集", "The tile matrix set")
)


@BLUEPRINT.get("/api/tileMatrixSets")
def list_matrix_sets() -> Response:
    """Answer the tile matrix sets: one."""
    read_arguments()
    return json_answer({"tileMatrixSets": [tilesets.matrix_set_entry()]})


@BLUEPRINT.get("/api/tileMatrixSets/<name>")
def show_matrix_set(name: str) -> Response:
    """Answer the definition of a tile matrix set."""
    read_arguments()
    if name != QUAD:
        raise NotFound(
            Text("没有这个瓦片矩阵集。", "There is no such tile matrix set."),
            Text("可用：WebMercatorQuad", "There is WebMercatorQuad."),
        )
    return json_answer(tilesets.matrix_set())


@BLUEPRINT.get("/api/collections/<name>/tiles")
def list_layer_tilesets(name: str) -> Response:
    """Answer the tilesets of a layer: one."""
    read_arguments()
    layer = named_layer(name)
    return list_answer(f"/collections/{name}/tiles", layer.label.say(language()), {})


@BLUEPRINT.get(f"/api/collections/<name>/tiles/{QUAD}")
def show_layer_tileset(name: str) -> Response:
    """Answer the metadata of a layer's tiles."""
    read_arguments()
    layer = named_layer(name)
    return tileset_answer(f"/collections/{name}/tiles/{QUAD}", layer.label, {}, (layer,))


@BLUEPRINT.get(f"/api/collections/<name>/tiles/{QUAD}/tilejson.json")
def show_layer_tilejson(name: str) -> Response:
    """Answer the TileJSON of a layer's tiles."""
    read_arguments()
    layer = named_layer(name)
    return tilejson_answer(f"/collections/{name}/tiles/{QUAD}", layer.label, {}, (layer,))


@BLUEPRINT.get("/api/tiles")
def list_dataset_tilesets() -> Response:
    """Answer the tilesets of several layers at once: one."""
    read_arguments()
    return list_answer("/tiles", EVERYTHING.say(language()), {})


@BLUEPRINT.get(f"/api/tiles/{QUAD}")
def show_dataset_tileset() -> Response:
    """Answer the metadata of tiles of several layers."""
    query, layers = asked_layers()
    return tileset_answer(f"/tiles/{QUAD}", EVERYTHING, query, layers)


@BLUEPRINT.get(f"/api/tiles/{QUAD}/tilejson.json")
def show_dataset_tilejson() -> Response:
    """Answer the TileJSON of tiles of several layers."""
    query, layers = asked_layers()
    return tilejson_answer(f"/tiles/{QUAD}", EVERYTHING, query, layers)


def asked_layers() -> tuple[dict[str, str], tuple[Layer, ...]]:
    """Return the query that goes on into links, and the layers it names."""
    names = read_arguments("collections").get("collections")
    return ({"collections": names} if names else {}), named_layers(names)


def list_answer(path: str, title: str, query: dict[str, str]) -> Response:
    """Answer a list of one tileset."""
    entry = tilesets.tileset_entry(f"{path}/{QUAD}", title, query)
    return json_answer({"links": [link("self", api_url(path), JSON)], "tilesets": [entry]})


def tileset_answer(
    base: str, title: Text, query: dict[str, str], layers: tuple[Layer, ...]
) -> Response:
    """Answer the metadata of a tileset."""
    known = known_about(layers)
    said = language()
    described = tilesets.tileset(base, title.say(said), query, layers, known["extents"], said)
    return json_answer({**described, "attribution": known["attribution"]})


def tilejson_answer(
    base: str, title: Text, query: dict[str, str], layers: tuple[Layer, ...]
) -> Response:
    """Answer the TileJSON of a tileset."""
    said = language()
    return json_answer(
        tilesets.tilejson(
            base, title.say(said), query, layers, **known_about(layers), language=said
        )
    )


def known_about(layers: tuple[Layer, ...]) -> dict[str, Any]:
    """Return the extents of layers and the attribution to show with them."""
    kept: Extents = current_app.extensions["gisapp.extents"]
    with services().database.read(caller_scope()) as reader:
        extents = kept.of(reader, *layers)
        return {
            "extents": extents,
            "attribution": "; ".join(attributions(read_sources(reader), language())),
        }


DOCUMENT = content({"type": "object"})
OPENAPI = {
    "/tileMatrixSets": operation(
        "tileMatrixSets", "tiles", Text("瓦片矩阵集", "Tile matrix sets"), DOCUMENT
    ),
    "/tileMatrixSets/{tileMatrixSetId}": operation(
        "tileMatrixSet",
        "tiles",
        Text("一个瓦片矩阵集", "One tile matrix set"),
        DOCUMENT,
        [MATRIX_SET],
        errors=(400, 404),
    ),
    "/collections/{collectionId}/tiles": operation(
        "layerTilesets",
        "tiles",
        Text("图层的瓦片集", "The tilesets of a layer"),
        DOCUMENT,
        [LAYER_NAME],
        errors=(400, 404),
    ),
    f"/collections/{{collectionId}}/tiles/{QUAD}": operation(
        "layerTileset",
        "tiles",
        Text("图层瓦片集的说明", "About the tiles of a layer"),
        DOCUMENT,
        [LAYER_NAME],
        errors=(400, 404),
    ),
    f"/collections/{{collectionId}}/tiles/{QUAD}/tilejson.json": operation(
        "layerTileJson",
        "tiles",
        Text("图层瓦片的 TileJSON", "TileJSON of the tiles of a layer"),
        DOCUMENT,
        [LAYER_NAME],
        errors=(400, 404),
    ),
    "/tiles": operation(
        "datasetTilesets", "tiles", Text("多图层瓦片集", "Tilesets of several layers"), DOCUMENT
    ),
    f"/tiles/{QUAD}": operation(
        "datasetTileset",
        "tiles",
        Text("多图层瓦片集的说明", "About the tiles of several layers"),
        DOCUMENT,
        [COLLECTIONS],
        errors=(400, 404),
    ),
    f"/tiles/{QUAD}/tilejson.json": operation(
        "datasetTileJson",
        "tiles",
        Text("多图层瓦片的 TileJSON", "TileJSON of the tiles of several layers"),
        DOCUMENT,
        [COLLECTIONS],
        errors=(400, 404),
    ),
}
