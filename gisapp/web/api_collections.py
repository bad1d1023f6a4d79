"""Layers over HTTP as OGC collections, and what each can be filtered by."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from gisapp.database.engine import Reader
from gisapp.features.crs import CRS84_URI, crs_of, offered_crs
from gisapp.features.extents import Extents
from gisapp.features.read import Extent, metric_srid
from gisapp.features.sources import attributions, read_sources
from gisapp.web.api_answers import (
    GEOJSON,
    HTML,
    JSON,
    api_url,
    json_answer,
    link,
    page_answer,
    self_links,
)
from gisapp.web.api_request import named_layer, read_arguments, wants_html
from gisapp.web.context import caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.openapi_parts import content, in_path, operation, page, schema
from gisapp.web.queryables import queryables_schema
from gisapp.web.schemas import layer_schema
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("api_collections", __name__)
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SCHEMA_RELATION = "http://www.opengis.net/def/rel/ogc/1.0/schema"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
SCHEMA = "application/schema+json"
LAYER_NAME = in_path(
    "collectionId", {"type": "string", "enum": list(LAYERS)}, Text("图层", "The layer")
)


@BLUEPRINT.record_once
def set_up(state: BlueprintSetupState) -> None:
    """Give the application its kept extents."""
    state.app.extensions["gisapp.extents"] = Extents()


@BLUEPRINT.get("/api/collections")
def list_collections() -> Response:
    """Answer every layer."""
    arguments = read_arguments()
    with services().database.read(caller_scope()) as reader:
        collections = describe(reader, *LAYERS.values())
    if wants_html(arguments):
        return page_answer("api/collections.html", collections=collections, layers=LAYERS)
    return json_answer({"links": self_links("/collections"), "collections": collections})


@BLUEPRINT.get("/api/collections/<name>")
def show_collection(name: str) -> Response:
    """Answer one layer."""
    layer = named_layer(name)
    arguments = read_arguments()
    with services().database.read(caller_scope()) as reader:
        (collection,) = describe(reader, layer)
    if wants_html(arguments):
        return page_answer("api/collection.html", layer=layer, collection=collection)
    return json_answer(collection)


@BLUEPRINT.get("/api/collections/<name>/queryables")
def show_queryables(name: str) -> Response:
    """Answer the names and types that a layer can be filtered by, as a JSON Schema."""
    layer = named_layer(name)
    arguments = read_arguments()
    address = api_url(f"/collections/{name}/queryables")
    described = queryables_schema(layer, language(), address)
    if wants_html(arguments):
        return page_answer("api/queryables.html", layer=layer, queryables=described)
    return json_answer(described, SCHEMA)


@BLUEPRINT.get("/api/collections/<name>/schema")
def show_schema(name: str) -> Response:
    """Answer what may be sent of a layer, as a JSON Schema."""
    layer = named_layer(name)
    read_arguments()
    address = api_url(f"/collections/{name}/schema")
    return json_answer(layer_schema(layer, language(), address), SCHEMA)


def describe(reader: Reader, *layers: Layer) -> list[dict[str, Any]]:
    """Return the description of each layer as an OGC collection."""
    kept: Extents = current_app.extensions["gisapp.extents"]
    srid = metric_srid(reader)
    shown = "; ".join(attributions(read_sources(reader), language()))
    extents = kept.of(reader, *layers)
    return [
        {
            "id": layer.name,
            "title": layer.label.say(language()),
            "description": layer.description.say(language()),
            "attribution": shown,
            "itemType": "feature",
            **written_extent(found),
            "crs": [crs.uri for crs in offered_crs(srid)],
            "storageCrs": crs_of(srid).uri,
            "links": collection_links(layer),
        }
        for layer, found in zip(layers, extents, strict=True)
    ]


def written_extent(found: Extent) -> dict[str, Any]:
    """Return the ``extent`` of a collection; an empty layer has none."""
    parts: dict[str, Any] = {}
    if found.bbox is not None:
        parts["spatial"] = {"bbox": [list(found.bbox)], "crs": CRS84_URI}
    if found.interval is not None:
        parts["temporal"] = {"interval": [list(found.interval)], "trs": GREGORIAN}
    return {"extent": parts} if parts else {}


def collection_links(layer: Layer) -> list[dict[str, str]]:
    """Return a layer's links: itself, its items, what it can be filtered by, its tiles."""
    path, title = f"/collections/{layer.name}", layer.label.say(language())
    return [
        *self_links(path),
        link("items", api_url(f"{path}/items"), GEOJSON, title),
        link("items", api_url(f"{path}/items", {"f": "html"}), HTML, title),
        link(QUERYABLES, api_url(f"{path}/queryables"), SCHEMA),
        link(SCHEMA_RELATION, api_url(f"{path}/schema"), SCHEMA),
        link(TILESETS, api_url(f"{path}/tiles"), JSON, title),
    ]


OPENAPI = {
    "/collections": operation(
        "collections",
        "data",
        Text("全部图层", "All layers"),
        {**content(schema("collections")), **page()},
    ),
    "/collections/{collectionId}": operation(
        "collection",
        "data",
        Text("一个图层", "One layer"),
        {**content(schema("collection")), **page()},
        [LAYER_NAME],
        errors=(400, 404),
    ),
    "/collections/{collectionId}/queryables": operation(
        "queryables",
        "data",
        Text("图层的筛选字段", "What a layer can be filtered by"),
        {**content({"type": "object"}, SCHEMA), **page()},
        [LAYER_NAME],
        errors=(400, 404),
    ),
    "/collections/{collectionId}/schema": operation(
        "schema",
        "data",
        Text("图层可写入的字段", "What may be sent of a layer"),
        content({"type": "object"}, SCHEMA),
        [LAYER_NAME],
        errors=(400, 404),
    ),
}
