"""Bulk edits, one's own last changes, and undo, over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from geodata.findings import shorten
from gisapp.errors import Invalid, NotFound
from gisapp.features import bulk, drafts, undo
from gisapp.features.changed import changed_features
from gisapp.features.drafts import NO_PROPERTIES, UNFIT
from gisapp.features.history import Made, latest_changes
from gisapp.features.moments import write_moment
from gisapp.features.versions import VERSION
from gisapp.web.api_answers import json_answer
from gisapp.web.api_body import editor, read_object
from gisapp.web.api_request import named_layer, read_arguments
from gisapp.web.context import caller, caller_scope, require, services
from gisapp.web.openapi_parts import STRING, Part, content, in_path, operation, query, writing
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("api_changes", __name__)
LARGEST = 500_000  # bytes of a bulk edit
LISTED = 50  # changes
TOLD = 200  # features of one change
NO_ITEMS = Text(
    "应为 1 至 {most} 个 {{code, version}}", "must be 1 to {most} objects {{code, version}}"
)
TWICE = Text("{code} 出现多次", "{code} is there more than once")


@BLUEPRINT.post("/api/collections/<name>/bulk")
def change_many(name: str) -> Response:
    """Give many features the same values, all or none."""
    layer = named_layer(name)
    require("update", layer)
    read_arguments()
    body = read_object("application/json", largest=LARGEST)
    versions, draft = read_versions(body.get("items")), read_draft(layer, body.get("set"))
    done = bulk.change_many(services().database, editor(), layer, versions, draft)
    items = [{"code": code, "version": version} for code, version in done.versions.items()]
    return json_answer({"changed": done.changed, "items": items})


def read_versions(items: object) -> dict[str, str]:
    """Return the versions of a bulk edit by code. Raises Invalid."""
    wrong = refusal("items", NO_ITEMS.format(most=bulk.MOST))
    if not isinstance(items, list) or not 1 <= len(items) <= bulk.MOST:
        raise wrong
    versions: dict[str, str] = {}
    for item in items:
        if not isinstance(item, dict):
            raise wrong
        code, version = item.get("code"), item.get("version")
        if not isinstance(code, str) or not isinstance(version, str) or not is_storable(code):
            raise wrong
        if not VERSION.fullmatch(version):
            raise wrong
        if code in versions:
            raise refusal("items", TWICE.format(code=shorten(code)))
        versions[code] = version
    return versions


def is_storable(code: str) -> bool:
    """Tell whether a text can be a code that the database holds."""
    return 1 <= len(code) <= 64 and code.isprintable()


def read_draft(layer: Layer, values: object) -> drafts.Draft:
    """Return what all features are to get. Raises Invalid."""
    if not isinstance(values, dict) or not values:
        raise refusal("set", NO_PROPERTIES)
    return drafts.read_set(layer, values)


def refusal(field: str, why: Text) -> Invalid:
    """Return the error for one part of a request."""
    return Invalid(UNFIT, None, errors=[{"field": field, "message": why}])


@BLUEPRINT.get("/api/changes")
def list_changes() -> Response:
    """Answer the caller's own last changes, newest first."""
    read_arguments("mine")
    account = caller().account
    with services().database.read(caller_scope()) as reader:
        found = latest_changes(reader, account, LISTED) if account is not None else []
    return json_answer({"changes": [written(made) for made in found]})


def written(made: Made) -> dict[str, Any]:
    """Return a change as JSON says it; only what the caller may see is counted."""
    return {
        "id": made.id,
        "when": write_moment(made.at),
        "kind": made.kind,
        "reason": made.reason,
        "counts": {name: max(touched.made, touched.ended) for name, touched in made.layers.items()},
        "undoes": made.undoes,
        "undone": made.undone_by is not None,
        "undoable": undo.is_undoable(made),
    }


@BLUEPRINT.get("/api/changes/<int:number>")
def show_change(number: int) -> Response:
    """Answer which features one of the caller's own changes touched, as far as they are seen."""
    read_arguments()
    account = caller().account
    with services().database.read(caller_scope()) as reader:
        found = changed_features(reader, number, account) if account is not None else None
    if found is None:
        raise NotFound(undo.NO_CHANGE)
    told = [{"layer": layer, "code": code} for layer, code in found[:TOLD]]
    return json_answer({"id": number, "features": told, "more": len(found) > TOLD})


@BLUEPRINT.post("/api/changes/<int:number>/undo")
def undo_change(number: int) -> Response:
    """Take back one of the caller's own changes."""
    read_arguments()
    done = undo.undo(services().database, editor(), number)
    told = {"change": done.change, "undoes": number, "layer": done.layer, "counts": done.counts}
    return json_answer(told)


def bulk_path(layer: Layer) -> Part:
    """Return the description of bulk edits of a layer."""
    item = {
        "type": "object",
        "required": ["code", "version"],
        "properties": {"code": STRING, "version": {"type": "string", "pattern": r"^\d+-\d+$"}},
    }
    items = {"type": "array", "minItems": 1, "maxItems": bulk.MOST, "items": item}
    return {
        "post": writing(
            f"bulk_{layer.name}",
            Text(f"批量修改：{layer.label.zh}", f"Bulk edit: {layer.label.en}"),
            {"200": (Text("已修改", "Changed"), content({"type": "object"}))},
            ("Gisapp-Reason",),
            body=content(
                {
                    "type": "object",
                    "required": ["items", "set"],
                    "properties": {"items": items, "set": {"type": "object"}},
                }
            ),
        )
    }


CHANGES = {
    "type": "object",
    "required": ["changes"],
    "properties": {
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "when", "kind", "reason", "counts", "undoable"],
                "properties": {"id": {"type": "integer"}, "undoable": {"type": "boolean"}},
            },
        }
    },
}
OPENAPI = {
    **{f"/collections/{name}/bulk": bulk_path(layer) for name, layer in LAYERS.items()},
    "/changes": operation(
        "changes",
        "editing",
        Text("本账号最近的修改", "The last changes of one's own account"),
        content(CHANGES),
        [query("mine", {"type": "boolean"}, Text("只列本账号的（总是如此）", "Own only, as ever"))],
    ),
    "/changes/{id}": operation(
        "change",
        "editing",
        Text("本账号的一项修改涉及的要素", "The features that one's own change touched"),
        content({"type": "object", "required": ["id", "features", "more"]}),
        [in_path("id", {"type": "integer", "minimum": 1}, Text("修改的编号", "The change"))],
        errors=(400, 404),
    ),
    "/changes/{id}/undo": {
        "post": writing(
            "undo",
            Text("撤销本账号的一项修改", "Undo one's own change"),
            {"200": (Text("已撤销", "Undone"), content({"type": "object"}))},
            ("Gisapp-Reason",),
            [in_path("id", {"type": "integer", "minimum": 1}, Text("修改的编号", "The change"))],
        )
    },
}
