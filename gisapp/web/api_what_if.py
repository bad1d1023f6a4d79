"""What would be seen if cameras stood, looked or worked otherwise, over HTTP: nothing is written."""

from __future__ import annotations

import json
import math
from typing import Any

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from gisapp.coverage.figures import derived
from gisapp.coverage.found_gaps import large_parts
from gisapp.coverage.freshness import Target, read_target
from gisapp.coverage.refresh import assumptions_of
from gisapp.coverage.what_if import (
    FARTHEST_M,
    MOST_CAMERAS,
    SIDES,
    CellChange,
    Change,
    WhatIf,
    as_geojson,
    find_what_if,
)
from gisapp.coverage.what_if_cells import Sums, add_up
from gisapp.coverage.what_if_kept import Worlds
from gisapp.features.faults import bad_value, clean_text
from gisapp.web.api_answers import json_answer
from gisapp.web.api_body import read_object
from gisapp.web.api_coverage import said
from gisapp.web.api_items import LONGEST_CODE
from gisapp.web.api_request import read_arguments
from gisapp.web.context import caller_scope, services
from gisapp.web.openapi_parts import STRING, Part, content, writing
from gisapp.web.prepared import require_prepared
from layers.spec import Text

BLUEPRINT = Blueprint("api_what_if", __name__)
PATH = "/api/coverage/what-if"
LARGEST = 100_000  # bytes
KEPT = "gisapp.what_if"
MEMBERS = {"code", "name", "position", "azimuth", "fov", "range", "off"}
# Name: least, most; the least itself is not allowed where it is no field angle and no distance.
NUMBERS: dict[str, tuple[float, float]] = {
    "azimuth": (0.0, 360.0),
    "fov": (0.1, 360.0),
    "range": (0.1, FARTHEST_M),
}
NO_CHANGES = Text(
    f"cameras 应为 1 到 {MOST_CAMERAS} 个对象的列表",
    f"cameras is a list of 1 to {MOST_CAMERAS} objects",
)
NEEDED = Text(
    "新增的摄像机须有 name、position、fov、range，以及 azimuth（360 度的除外）",
    "an added camera needs name, position, fov, range, and azimuth unless it sees all around",
)


@BLUEPRINT.record_once
def set_up(state: BlueprintSetupState) -> None:
    """Begin with nothing kept."""
    state.app.extensions[KEPT] = Worlds()


@BLUEPRINT.post(PATH)
def show_what_if() -> Response:
    """Answer the touched cells' figures before and after, the changed views and the gaps then."""
    read_arguments()
    body = read_object("application/json", largest=LARGEST)
    if unknown := set(body) - {"target", "cameras", "shapes"}:
        raise bad_value(min(unknown)[:60], Text("没有这个参数", "there is no such parameter"))
    target, changes = asked_target(body), read_changes(body.get("cameras"))
    held = services().settings.coverage
    require_prepared()
    with services().database.read(caller_scope()) as reader:
        world = current_app.extensions[KEPT].of(reader)
        found = find_what_if(reader, world, changes, target, assumptions_of(held))
    shapes = body.get("shapes", True)
    if not isinstance(shapes, bool):
        raise bad_value("shapes", Text("应为真假", "give a truth value"))
    return json_answer(
        {
            "target": target,
            "saved": False,
            **written(found, held.smallest_gap_m2 if shapes else None),
        }
    )


def asked_target(body: dict[str, Any]) -> Target:
    """Return the kind of target that is asked for. Raises BadParameter."""
    return read_target(str(body.get("target", "public"))[:60])


def read_changes(given: Any) -> list[Change]:
    """Return the changes that a body describes. Raises BadParameter."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_CAMERAS:
        raise bad_value("cameras", NO_CHANGES)
    changes = [read_change(one) for one in given]
    names = [(change.code, change.name) for change in changes]
    if len(set(names)) < len(names):
        raise bad_value("cameras", Text("同一台摄像机出现两次", "a camera is there twice"))
    return changes


def read_change(given: Any) -> Change:
    """Return one camera's change. Raises BadParameter."""
    if not isinstance(given, dict) or set(given) - MEMBERS:
        raise bad_value("cameras", NO_CHANGES)
    numbers = {name: read_number(name, given.get(name)) for name in NUMBERS}
    code, name = (read_name(field, given.get(field, "")) for field in ("code", "name"))
    off = given.get("off")
    if not (off is None or isinstance(off, bool)):
        raise bad_value("off", Text("应为真假", "give a truth value"))
    place = read_place(given.get("position"))
    if not code:
        around = numbers["fov"] is not None and numbers["fov"] >= 360
        direction = 0.0 if around and numbers["azimuth"] is None else numbers["azimuth"]
        wanted = (place, numbers["fov"], numbers["range"], direction)
        if not name or any(value is None for value in wanted):
            raise bad_value("cameras", NEEDED)
        numbers["azimuth"] = direction
    works = None if off is None else not off
    return Change(name or code, code, place, works=works, **numbers)


def read_name(field: str, value: Any) -> str:
    """Return a code or a name. Raises BadParameter."""
    if not isinstance(value, str):
        raise bad_value(field, Text("应为文字", "give a text"))
    if value:
        clean_text(field, value, LONGEST_CODE)
    return value


def read_number(name: str, value: Any) -> float | None:
    """Return a number within its bounds, None for none. Raises BadParameter."""
    if value is None:
        return None
    least, most = NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        told = Text(f"应为 {least:g} 到 {most:g} 的数", f"give a number from {least:g} to {most:g}")
        raise bad_value(name, told)
    return float(value)


def read_place(value: Any) -> tuple[float, float] | None:
    """Return longitude and latitude, None for none. Raises BadParameter."""
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2:
        fits = [isinstance(one, int | float) and not isinstance(one, bool) for one in value]
        if (
            all(fits)
            and all(map(math.isfinite, value))
            and abs(value[1]) < 89
            and abs(value[0]) <= 180
        ):
            return float(value[0]), float(value[1])
    raise bad_value("position", Text("应为 [经度, 纬度]", "give [longitude, latitude]"))


def written(found: WhatIf, smallest_m2: float | None) -> dict[str, Any]:
    """Return the answer as JSON says it; gaps of at least a size, or without any."""
    return {
        "cells": [written_cell(cell) for cell in found.cells],
        "total": {
            side: figures(add_up([getattr(cell, side) for cell in found.cells])) for side in SIDES
        },
        "failures": [vars(one) for one in found.failures],
        "stale": sum(not cell.fresh for cell in found.cells),
        "cameras": [written_camera(found, at) for at in range(len(found.changes))],
        "gaps": []
        if smallest_m2 is None
        else [gap for cell in found.cells for gap in gaps_of(cell, found.srid, smallest_m2)],
    }


def written_cell(cell: CellChange) -> dict[str, Any]:
    """Return a cell with both its figures."""
    sides = {side: figures(add_up([getattr(cell, side)])) for side in SIDES}
    return {"code": cell.code, "name": cell.name, "fresh": cell.fresh, **sides}


def figures(sums: Sums) -> dict[str, float | None]:
    """Return sums with gaps, shares (%; of nothing None) and what hangs on a single camera."""
    alone = sums.sure_m2 - sums.twice_m2
    return {**derived(vars(sums)), "alone_m2": alone, "singles": sums.singles}


def written_camera(found: WhatIf, at: int) -> dict[str, Any]:
    """Return one changed camera: where it stands then, what it sees, what is wrong with it."""
    change, views = found.changes[at], found.views
    sure, possible = views.sure[at], views.possible[at]
    return {
        "code": change.code,
        "name": change.name,
        "moved_m": float(views.moved_m[at]),
        "sure_m2": float(sure.area),
        "possible_m2": float(possible.area),
        "problems": [said(text) for text in views.problems[at]],
        "sure": parsed(as_geojson(sure, found.srid)),
        "possible": parsed(as_geojson(possible, found.srid)),
    }


def gaps_of(cell: CellChange, srid: int, smallest_m2: float) -> list[dict[str, Any]]:
    """Return the parts of what is not seen of a cell then, as features."""
    after = cell.after.cover
    parts = [
        *large_parts("unsure", after.unsure_gap, smallest_m2),
        *large_parts("certain", after.certain_gap, smallest_m2),
    ]
    return [
        {
            "type": "Feature",
            "geometry": parsed(as_geojson(shape, srid)),
            "properties": {"cell": cell.code, "kind": kind, "area_m2": float(shape.area)},
        }
        for kind, _number, shape in parts
    ]


def parsed(text: str | None) -> Any:
    """Return GeoJSON text as an object; None for None."""
    return None if text is None else json.loads(text)


NUMBER: Part = {"type": "number"}
FIGURES: Part = {
    "type": "object",
    "properties": {
        name: {} if name.endswith("share") else NUMBER for name in figures(Sums(1, 1, 1, 1, 1))
    },
}
CAMERA: Part = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "maxLength": LONGEST_CODE},
        "name": {"type": "string", "maxLength": LONGEST_CODE},
        "position": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
        **{
            name: {"type": "number", "minimum": least, "maximum": most}
            for name, (least, most) in NUMBERS.items()
        },
        "off": {"type": "boolean"},
    },
}
OPENAPI = {
    "/coverage/what-if": {
        "post": writing(
            "show_what_if",
            Text(
                "推演：摄像机移动、转向、停用或新增后的覆盖，不写入",
                "What would be seen if cameras stood, looked or worked otherwise; writes nothing",
            ),
            {
                "200": (
                    Text("成功", "Done"),
                    content({
                        "type": "object",
                        "required": ["target", "saved", "cells", "total", "failures", "cameras", "gaps"],
                        "properties": {
                            "target": STRING,
                            "saved": {"type": "boolean"},
                            "cells": {"type": "array", "items": {"type": "object"}},
                            "total": {
                                "type": "object",
                                "properties": {"before": FIGURES, "after": FIGURES},
                            },
                            "failures": {"type": "array", "items": {"type": "object"}},
                            "stale": {"type": "integer"},
                            "cameras": {"type": "array", "items": {"type": "object"}},
                            "gaps": {"type": "array", "items": {"type": "object"}},
                        },
                    }),
                )
            },
            body=content({
                "type": "object",
                "required": ["cameras"],
                "additionalProperties": False,
                "properties": {
                    "target": {"type": "string", "enum": ["public", "roads", "whole"]},
                    "cameras": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": MOST_CAMERAS,
                        "items": CAMERA,
                    },
                    "shapes": {"type": "boolean", "default": True},
                },
            }),
            tag="coverage",
        )
    }
}  # fmt: skip
