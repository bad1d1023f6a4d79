"""Editing over HTTP: OGC API - Features - Part 4, with the version in ETag and If-Match.

What may be done is said per layer and caller in ``Allow``, by which QGIS decides what it offers.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from gisapp.features import drafts, write
from gisapp.features.crs import Crs
from gisapp.features.read import metric_srid
from gisapp.features.write import Written
from gisapp.web import api_answers as answers
from gisapp.web.api_answers import GEOJSON, api_url
from gisapp.web.api_body import (
    GEOJSON_KINDS,
    PATCH_KINDS,
    asked_match,
    content_crs,
    editor,
    read_object,
)
from gisapp.web.api_items import ITEMS
from gisapp.web.api_request import named_layer, read_arguments
from gisapp.web.context import caller, caller_scope, require, services
from gisapp.web.feature_answers import feature_headers, linked_feature
from gisapp.web.openapi_parts import Part, content, in_path, schema, writing
from layers.catalogue import LAYERS
from layers.spec import Action, Layer, Text

BLUEPRINT = Blueprint("api_write", __name__)
ITEM = ITEMS + "/<path:code>"
READING = ("GET", "HEAD", "OPTIONS")
ON_ITEMS: dict[str, Action] = {"POST": "create"}
ON_ITEM: dict[str, Action] = {"PUT": "update", "PATCH": "update", "DELETE": "delete"}


@BLUEPRINT.post(ITEMS, provide_automatic_options=False)
def create_item(name: str) -> Response:
    """Store a new feature."""
    layer = permitted("create", name)
    feature, (crs, srid) = read_object(*GEOJSON_KINDS), asked_crs()
    draft = drafts.read_new(layer, feature, crs, srid)
    written = write.create(services().database, editor(), layer, draft)
    return created(layer, written)


@BLUEPRINT.put(ITEM, provide_automatic_options=False)
def replace_item(name: str, code: str) -> Response:
    """Replace a feature by another version of it."""
    layer = permitted("update", name)
    feature, (crs, srid) = read_object(*GEOJSON_KINDS), asked_crs()
    return changed(layer, code, drafts.read_replacement(layer, code, feature, crs, srid))


@BLUEPRINT.patch(ITEM, provide_automatic_options=False)
def patch_item(name: str, code: str) -> Response:
    """Change some fields of a feature, by a merge patch."""
    layer = permitted("update", name)
    patch, (crs, srid) = read_object(*PATCH_KINDS), asked_crs()
    return changed(layer, code, drafts.read_patch(layer, code, patch, crs, srid))


@BLUEPRINT.delete(ITEM, provide_automatic_options=False)
def delete_item(name: str, code: str) -> Response:
    """Delete a feature; its versions stay."""
    layer = permitted("delete", name)
    write.delete(services().database, editor(), layer, code, asked_match())
    return Response(status=204)


@BLUEPRINT.post(ITEM + "/restore", provide_automatic_options=False)
def restore_item(name: str, code: str) -> Response:
    """Bring a deleted feature back."""
    layer = permitted("create", name)
    return created(layer, write.restore(services().database, editor(), layer, code))


@BLUEPRINT.route(ITEMS, methods=["OPTIONS"])
def offer_items(name: str) -> Response:
    """Say what the caller may do with a layer's items."""
    return offer(named_layer(name), ON_ITEMS, {"Accept-Post": GEOJSON})


@BLUEPRINT.route(ITEM, methods=["OPTIONS"])
def offer_item(name: str, code: str) -> Response:
    """Say what the caller may do with an item, whether it is there or not.

    QGIS would send patches without a version; without them it sends the feature as it read it,
    which says its version.
    """
    offered = dict(ON_ITEM)
    if "QGIS/" in request.headers.get("User-Agent", ""):
        del offered["PATCH"]
    return offer(named_layer(name), offered, {"Accept-Patch": PATCH_KINDS[0]})


def offer(layer: Layer, actions: dict[str, Action], headers: dict[str, str]) -> Response:
    """Return the answer that names the methods which the caller's rights leave."""
    asking = caller()
    allowed = [method for method, action in actions.items() if asking.may(action, layer)]
    answer = Response(status=200)
    answer.headers["Allow"] = ", ".join((*READING, *allowed))
    answer.headers.extend(headers if allowed else {})
    return answer


def permitted(action: Action, name: str) -> Layer:
    """Return the layer ``name`` when the caller may do ``action``; the request has no parameters."""
    layer = named_layer(name)
    require(action, layer)
    read_arguments()
    return layer


def asked_crs() -> tuple[Crs, int]:
    """Return the CRS of the request's coordinates, and the number of the metric one."""
    with services().database.read(caller_scope()) as reader:
        return content_crs(reader), metric_srid(reader)


def changed(layer: Layer, code: str, draft: drafts.Draft) -> Response:
    """Store a change and answer the feature as it is now."""
    match = asked_match(draft.version)
    written = write.change(services().database, editor(), layer, code, draft, match)
    return stored(layer, written)


def created(layer: Layer, written: Written) -> Response:
    """Answer a feature that is new, with its address."""
    answer = stored(layer, written)
    answer.status_code = 201
    path = f"/collections/{layer.name}/items/{quote(written.code, safe='')}"
    answer.headers["Location"] = api_url(path)
    return answer


def stored(layer: Layer, written: Written) -> Response:
    """Answer a feature as it is stored, with its version."""
    body = linked_feature(answers.here(), layer, written.code, written.feature)
    return Response(body, headers=feature_headers(written.crs, f'"{written.version}"'))


def items_path(layer: Layer) -> Part:
    """Return the description of creating features of a layer."""
    create = writing(
        f"create_{layer.name}",
        Text(f"新增：{layer.label.zh}", f"Create: {layer.label.en}"),
        {"201": (Text("已新增", "Created"), content(schema("feature"), GEOJSON))},
        ("Content-Crs", "Gisapp-Reason"),
        body=content(schema(f"new_{layer.name}"), GEOJSON),
    )
    return {"post": create}


def item_path(layer: Layer) -> Part:
    """Return the description of changing and deleting a feature of a layer."""
    done = {"200": (Text("已修改", "Changed"), content(schema("feature"), GEOJSON))}
    condition = ("If-Match", "Gisapp-Reason")
    return {
        "put": writing(
            f"replace_{layer.name}",
            Text(f"替换：{layer.label.zh}", f"Replace: {layer.label.en}"),
            done,
            ("Content-Crs", *condition),
            [CODE],
            content(schema(f"new_{layer.name}"), GEOJSON),
        ),
        "patch": writing(
            f"patch_{layer.name}",
            Text(f"修改：{layer.label.zh}", f"Change: {layer.label.en}"),
            done,
            ("Content-Crs", *condition),
            [CODE],
            content(schema(f"patch_{layer.name}"), PATCH_KINDS[0]),
        ),
        "delete": writing(
            f"delete_{layer.name}",
            Text(f"删除：{layer.label.zh}", f"Delete: {layer.label.en}"),
            {"204": (Text("已删除", "Deleted"), {})},
            condition,
            [CODE],
        ),
    }


def restore_path(layer: Layer) -> Part:
    """Return the description of bringing a deleted feature of a layer back."""
    restore = writing(
        f"restore_{layer.name}",
        Text(f"恢复：{layer.label.zh}", f"Restore: {layer.label.en}"),
        {"201": (Text("已恢复", "Restored"), content(schema("feature"), GEOJSON))},
        ("Gisapp-Reason",),
        [CODE],
    )
    return {"post": restore}


CODE = in_path("code", {"type": "string", "minLength": 1}, Text("编号", "The code"))
OPENAPI = {
    f"/collections/{name}/items{rest}": describe(layer)
    for name, layer in LAYERS.items()
    for rest, describe in (
        ("", items_path),
        ("/{code}", item_path),
        ("/{code}/restore", restore_path),
    )
}
