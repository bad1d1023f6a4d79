"""History over HTTP: what became of a feature, and what differs between two moments of a layer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response

from gisapp.errors import BadParameter, NotFound
from gisapp.features.boxes import box_condition, parse_box
from gisapp.features.conditions import ALWAYS
from gisapp.features.crs import CRS84
from gisapp.features.differences import DEFAULT, MOST, Differences, find_differences
from gisapp.features.faults import bad_value, clean_text, positive
from gisapp.features.history import Event, Made, timeline
from gisapp.features.moments import read_moment, require_known, write_moment
from gisapp.web.api_answers import GEOJSON, api_url, bytes_answer, json_answer, link, write_json
from gisapp.web.api_items import LONGEST_CODE
from gisapp.web.api_request import named_layer, read_arguments
from gisapp.web.auditing import note
from gisapp.web.context import caller_scope, require, services
from gisapp.web.i18n import language
from gisapp.web.moment import AS_OF
from gisapp.web.openapi_parts import (
    STRING,
    Part,
    content,
    in_path,
    operation,
    query,
    schema,
    shared,
)
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("api_history", __name__)
FULL = Text(
    "共有 {total} 处差异，只列出编号在前的 {shown} 处；请缩小范围或时段。",
    "{total} features differ; the first {shown} by code are listed. Ask for a smaller area or time.",
)


@BLUEPRINT.get("/api/collections/<name>/items/<path:code>/history")
def show_history(name: str, code: str) -> Response:
    """Answer what happened to a feature, the newest first."""
    layer = named_layer(name)
    require("history", layer)
    read_arguments()
    clean_text("code", code, LONGEST_CODE)
    with services().database.read(caller_scope()) as reader:
        events, cut = timeline(reader, layer, code)
    if not events:
        raise NotFound(
            Text(
                f"图层“{layer.label.zh}”从未有编号 {code}。",
                f"Layer “{layer.label.en}” never had a feature {code}.",
            )
        )
    note("history_read", f"{name}:{code}")
    path = f"/collections/{name}/items/{quote(code, safe='')}"
    told = [written_event(event, path) for event in events]
    return json_answer(
        {
            "layer": name,
            "code": code,
            "events": told,
            "truncated": cut,
            "links": [link("self", api_url(f"{path}/history"), "application/json")],
        }
    )


def written_event(event: Event, path: str) -> dict[str, Any]:
    """Return an event as JSON says it, with a link to the feature as it was from then on."""
    at = write_moment(event.at)
    told: dict[str, Any] = {
        "at": at,
        "event": event.what,
        "change": event.change and written_change(event.change),
        "row_version": event.row_version,
        "differences": [
            {"name": name, "before": before, "after": after}
            for name, (before, after) in event.differences.items()
        ],
        "moved_m": None if event.moved_m is None else round(event.moved_m, 3),
    }
    if event.what != "removed":
        told["links"] = [link("item", api_url(path, {AS_OF: at}), GEOJSON)]
    return told


def written_change(change: Made) -> dict[str, Any]:
    """Return who made a change, when, how and why.

    Not its number: numbers tell how much is changed in areas that the caller does not see.
    """
    return {
        "at": write_moment(change.at),
        "name": change.name,
        "kind": change.kind,
        "reason": change.reason,
        "undone": change.undone_by is not None,
    }


@BLUEPRINT.get("/api/collections/<name>/difference")
def show_difference(name: str) -> Response:
    """Answer what differs in a layer between two moments, as GeoJSON."""
    layer = named_layer(name)
    require("history", layer)
    arguments = read_arguments("from", "to", "bbox", "limit")
    if "from" not in arguments:
        raise bad_value("from", Text("请给出起始时刻", "give the moment to compare with"))
    first = read_moment("from", arguments["from"])
    last = read_moment("to", arguments["to"]) if "to" in arguments else datetime.now(UTC)
    if first >= last:
        raise BadParameter(Text("起始时刻须早于终止时刻。", "“from” must be earlier than “to”."))
    limit = positive("limit", arguments.get("limit", str(DEFAULT)), MOST)
    box = ALWAYS
    if "bbox" in arguments:
        box = box_condition("bbox", parse_box(arguments["bbox"], CRS84), CRS84, 0)
    with services().database.read(caller_scope()) as reader:
        require_known(reader, "from", first)
        found = find_differences(reader, layer, (first, last), box, limit)
    note("history_read", name, moments=[write_moment(first), write_moment(last)])
    return difference_answer(layer, (write_moment(first), write_moment(last)), found, limit)


def difference_answer(
    layer: Layer, moments: tuple[str, str], found: Differences, limit: int
) -> Response:
    """Return differences as a FeatureCollection; the features stay as the database wrote them."""
    shown = min(found.total, limit)
    head: dict[str, Any] = {
        "type": "FeatureCollection",
        "layer": layer.name,
        "from": moments[0],
        "to": moments[1],
        "counts": {
            "added": found.added,
            "removed": found.removed,
            "changed": found.changed,
        },
        "numberMatched": found.total,
        "numberReturned": shown,
        "truncated": found.total > limit,
        "notes": [],
    }
    if found.total > limit:
        head["notes"] = [FULL.format(total=found.total, shown=shown).say(language())]
    body = (write_json(head)[:-1], b',"features":[', found.features.encode(), b"]}")
    return bytes_answer(b"".join(body), GEOJSON)


CHANGE: Part = {
    "type": "object",
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "name": STRING,
        "kind": STRING,
        "reason": STRING,
        "undone": {"type": "boolean"},
    },
}
EVENT: Part = {
    "type": "object",
    "required": ["at", "event"],
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "event": {"type": "string", "enum": ["added", "changed", "removed"]},
        "change": CHANGE,
        "row_version": {"type": "integer"},
        "differences": {"type": "array", "items": {"type": "object"}},
    },
}
HISTORY: Part = {
    "type": "object",
    "required": ["layer", "code", "events"],
    "properties": {
        "layer": STRING,
        "code": STRING,
        "events": {"type": "array", "items": EVENT},
        "truncated": {"type": "boolean"},
    },
}
LAYER_NAME = in_path(
    "collectionId", {"type": "string", "enum": list(LAYERS)}, Text("图层", "The layer")
)
OPENAPI = {
    "/collections/{collectionId}/items/{code}/history": operation(
        "history",
        "history",
        Text(
            "一个要素的历史：何时、何人、为何、改了什么", "What became of a feature: when, who, why"
        ),
        content(HISTORY),
        [LAYER_NAME, in_path("code", {"type": "string", "minLength": 1}, Text("编号", "The code"))],
        errors=(400, 404),
    ),
    "/collections/{collectionId}/difference": operation(
        "difference",
        "history",
        Text(
            "一个图层两个时刻之间的差异：新增、删除、修改",
            "What differs in a layer between two moments: added, removed, changed",
        ),
        content(schema("featureCollection"), GEOJSON),
        [
            LAYER_NAME,
            query("from", STRING, Text("起始时刻，同 as-of", "The earlier moment, as as-of"), True),
            query(
                "to",
                STRING,
                Text("终止时刻，同 as-of；默认现在", "The later moment, as as-of; default: now"),
            ),
            shared("bbox"),
            query(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT},
                Text("最多列出的要素数", "The most features listed"),
            ),
        ],
        errors=(400, 404),
    ),
}
