"""Camera coverage over HTTP: figures of cells and areas, gaps by what matters, one camera's view."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response

from gisapp.coverage.details import camera_view, cell_cameras, gap_rows
from gisapp.coverage.figures import COLUMNS, area_figures
from gisapp.coverage.found_gaps import NEAR_M
from gisapp.coverage.freshness import STATES, TARGETS, Target, area_range, read_target
from gisapp.coverage.ranking import ORDERS, UNSURE, Asked, ranked_cells, ranked_gaps
from gisapp.coverage.tiles import coverage_tile
from gisapp.coverage.weights import CONFIGURED, LABELS, Weights
from gisapp.errors import NotFound
from gisapp.features.boxes import to_mercator
from gisapp.features.faults import bad_value, clean_text
from gisapp.features.web_mercator import tile_address
from gisapp.queries.parameters import INTEGER
from gisapp.web.api_answers import GEOJSON, api_url, bytes_answer, json_answer, link
from gisapp.web.api_items import LONGEST_CODE
from gisapp.web.api_request import read_arguments
from gisapp.web.api_tiles import asked_box
from gisapp.web.context import caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.tilesets import MVT
from layers.spec import Text

BLUEPRINT = Blueprint("api_coverage", __name__)
PAGE, MOST = 100, 5000
FURTHEST = 10**6  # rows that can be skipped
UNTOLD = ("geometry", "number")
KINDS = ("all", "certain", "unsure")
TILE = "/api/coverage/tiles/WebMercatorQuad/<z>/<row>/<col>"
NO_CELL = Text("没有编号为 {code} 的网格。", "There is no cell {code}.")
NO_CAMERA = Text("没有编号为 {code} 的摄像机。", "There is no camera {code}.")


@BLUEPRINT.get("/api/coverage")
def show_coverage() -> Response:
    """Answer the figures of all that the caller sees, and what they are founded on."""
    target = asked_target(read_arguments("target"))
    with services().database.read(caller_scope()) as reader:
        figures = area_figures(reader, target, area_range(""))
    whole = [one.to_json() for one in figures if one.level == "all"]
    return json_answer(
        {
            "target": target,
            "targets": {name: text.say(language()) for name, text in TARGETS.items()},
            "states": {name: text.say(language()) for name, text in STATES.items()},
            "columns": {name: text.say(language()) for name, text in COLUMNS.items()},
            "figures": whole[0] if whole else None,
            "assumptions": assumptions(),
            "weights": described_weights(),
            "links": [
                link("self", api_url("/coverage"), "application/json"),
                *(
                    link("related", api_url(f"/coverage/{name}"), "application/json")
                    for name in ("areas", "cells", "gaps")
                ),
            ],
        }
    )


@BLUEPRINT.get("/api/coverage/areas")
def list_areas() -> Response:
    """Answer the figures added up for villages, towns, districts and all."""
    arguments = read_arguments("target", "area")
    target, area = asked_target(arguments), area_range(arguments.get("area", ""))
    with services().database.read(caller_scope()) as reader:
        figures = area_figures(reader, target, area)
    return json_answer({"target": target, "areas": [one.to_json() for one in figures]})


@BLUEPRINT.get("/api/coverage/cells")
def list_cells() -> Response:
    """Answer cells with their figures, those that matter most first."""
    arguments = read_arguments("target", "area", "sort", "limit", "offset", "shapes")
    order = arguments.get("sort", "score")
    if order not in ORDERS:
        raise bad_value("sort", one_of(ORDERS))
    asked = Asked(
        **common(arguments),
        order=order,
        shapes=asked_choice(arguments, "shapes", ("yes", "no")) == "yes",
    )
    with services().database.read(caller_scope()) as reader:
        cells, matched = ranked_cells(reader, asked, weights())
    return collection(cells, matched, "code")


@BLUEPRINT.get("/api/coverage/cells/<path:code>")
def show_cell(code: str) -> Response:
    """Answer one cell: its figures, its gaps with what stands in them, and who sees it."""
    target = asked_target(read_arguments("target"))
    clean_text("code", code, LONGEST_CODE)
    asked = Asked(target, area_range(""), limit=MOST, cell=code)
    with services().database.read(caller_scope()) as reader:
        cells, _ = ranked_cells(reader, asked, weights())
        if not cells:
            raise NotFound(NO_CELL.format(code=code))
        gaps, _ = ranked_gaps(reader, asked, weights())
        rows = gap_rows(reader, [gap["number"] for gap in gaps])
        cameras, others = cell_cameras(reader, code, target)
    told = [{**gap, "rows": rows.get(gap["number"], [])} for gap in gaps]
    return json_answer(
        {
            "target": target,
            "cell": feature(cells[0], "code"),
            "gaps": [feature(gap, "id") for gap in told],
            "cameras": [feature(camera, "code") for camera in cameras],
            "othersCameras": others,
        }
    )


@BLUEPRINT.get("/api/coverage/gaps")
def list_gaps() -> Response:
    """Answer gaps, those that matter most first."""
    arguments = read_arguments("target", "area", "kind", "cell", "bbox", "limit", "offset")
    box = to_mercator(asked_box(arguments)) if "bbox" in arguments else None
    cell = arguments.get("cell", "")
    if cell:
        clean_text("cell", cell, LONGEST_CODE)
    asked = Asked(
        **common(arguments), kind=asked_choice(arguments, "kind", KINDS), cell=cell, box=box
    )
    with services().database.read(caller_scope()) as reader:
        gaps, matched = ranked_gaps(reader, asked, weights())
    return collection(gaps, matched, "id")


@BLUEPRINT.get("/api/coverage/cameras/<path:code>")
def show_camera(code: str) -> Response:
    """Answer what one camera sees, what hides the rest, and what is lost if it fails."""
    target = asked_target(read_arguments("target"))
    clean_text("code", code, LONGEST_CODE)
    with services().database.read(caller_scope()) as reader:
        found = camera_view(reader, code, target)
    if found is None:
        raise NotFound(NO_CAMERA.format(code=code))
    shapes = {name: parsed(found.pop(name)) for name in ("stands_at", "sure", "possible")}
    occluders = [feature(one, "code") for one in found.pop("occluders")]
    cells = found.pop("cells")
    camera = feature(found, "code")
    return json_answer(
        {"target": target, "camera": camera, **shapes, "occluders": occluders, "cells": cells}
    )


@BLUEPRINT.get(TILE)
def show_tile(z: str, row: str, col: str) -> Response:
    """Answer one vector tile: cells, gaps and what the caller's cameras see."""
    target = asked_target(read_arguments("target"))
    address = tile_address(z, row, col)
    with services().database.read(caller_scope()) as reader:
        body = coverage_tile(reader, address, target)
    answer = bytes_answer(body, MVT)
    answer.status_code = 200 if body else 204
    return answer


def common(arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return target, area and page that are asked for. Raises BadParameter."""
    return {
        "target": asked_target(arguments),
        "area": area_range(arguments.get("area", "")),
        "limit": whole(arguments, "limit", PAGE, 1, MOST),
        "offset": whole(arguments, "offset", 0, 0, FURTHEST),
    }


def asked_target(arguments: Mapping[str, str]) -> Target:
    """Return the kind of target that is asked for. Raises BadParameter."""
    return read_target(arguments.get("target", "public"))


def asked_choice(arguments: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Return one of ``choices``, the first by default. Raises BadParameter."""
    value = arguments.get(name, choices[0])
    if value not in choices:
        raise bad_value(name, one_of(choices))
    return value


def one_of(names: Iterable[str]) -> Text:
    """Return what is said of a value that is none of ``names``."""
    listed = ", ".join(names)
    return Text(f"可用：{listed}", f"give one of {listed}")


def whole(arguments: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Return a whole number. Raises BadParameter."""
    text = arguments.get(name, str(default))
    if not INTEGER.fullmatch(text) or not least <= int(text) <= most:
        told = Text(f"应为 {least} 到 {most} 的整数", f"give a number from {least} to {most}")
        raise bad_value(name, told)
    return int(text)


def weights() -> Weights:
    """Return the deployment's weights."""
    return Weights(**services().settings.coverage.weights)


def described_weights() -> dict[str, Any]:
    """Return the table of weights with labels and where it comes from."""
    table = vars(weights())
    components = [
        {"component": name, "label": text.say(language()), "weight": table[name]}
        for name, text in LABELS.items()
    ]
    return {
        "source": CONFIGURED.say(language()),
        "unsureFactor": UNSURE,
        "nearMetres": NEAR_M,
        "components": components,
    }


def assumptions() -> dict[str, Any]:
    """Return what is taken for granted where rows are silent."""
    held = services().settings.coverage
    return {
        "source": CONFIGURED.say(language()),
        "fieldAngle": list(held.fov),
        "range": list(held.range),
        "pixelDensity": held.density,
        "incidentMonths": held.incident_months,
        "smallestGap": held.smallest_gap_m2,
    }


def feature(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a row with ``geometry`` as GeoJSON text as a feature whose id is ``key``."""
    properties = {name: value for name, value in row.items() if name not in UNTOLD}
    if isinstance(properties.get("problems"), list):
        properties["problems"] = [said(text) for text in properties["problems"]]
    return {
        "type": "Feature",
        "id": row[key],
        "geometry": parsed(row["geometry"]),
        "properties": properties,
    }


def parsed(text: str | None) -> Any:
    """Return GeoJSON text as an object; None for None."""
    return None if text is None else json.loads(text)


def said(problem: str) -> str:
    """Return a kept problem, ``field: Chinese | English``, in the caller's language."""
    zh, _, en = problem.partition(" | ")
    field, _, reason = zh.partition(": ")
    return f"{field}: {Text(reason, en or reason).say(language())}"


def collection(rows: list[dict[str, Any]], matched: int, key: str) -> Response:
    """Answer rows as a FeatureCollection."""
    return json_answer(
        {
            "type": "FeatureCollection",
            "numberMatched": matched,
            "numberReturned": len(rows),
            "features": [feature(row, key) for row in rows],
        },
        GEOJSON,
    )
