"""Which cells' figures are of today, and which areas are asked for: parts of statements.

A cell is ``missing`` (never computed), ``failed`` (it was tried, and there are no figures: see
`gisapp.coverage.faces`), ``stale`` (something that its figures depend on was edited since) or
``fresh``. Edits count from their commit on, taken up by the worker or not.
"""

from __future__ import annotations

from typing import Any, Literal

from gisapp.access.scope import prefix_end
from gisapp.errors import BadParameter
from layers.spec import Text

State = Literal["fresh", "stale", "missing", "failed"]
Target = Literal["public", "roads", "whole"]
TARGETS: dict[Target, Text] = {
    "public": Text(
        "公共空间（网格减去建筑和水面）", "Public space: the cell less buildings and water"
    ),
    "roads": Text("道路（按路宽）", "Roads, as wide as they are"),
    "whole": Text("整个网格", "The whole cell"),
}
STATES: dict[State, Text] = {
    "fresh": Text("最新", "Up to date"),
    "stale": Text("已过时，待重算", "Out of date, to be computed anew"),
    "missing": Text("尚未计算", "Not computed yet"),
    "failed": Text("无法计算", "Cannot be computed"),
}
DIGITS = {"district": 6, "town": 9, "village": 12}  # of an area code that say something
# Cells in force that are asked for, each with its state. Needs ``grid_cells`` in ``reads`` and the
# parameters of ``area_range``.
CELLS = """, touched AS MATERIALIZED (
    SELECT place FROM gisapp.coverage_touched
), everywhere AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM gisapp.coverage_edits WHERE place IS NULL) AS so
), cells AS MATERIALIZED (
    SELECT cell.id, cell.code, cell.name, cell.area_code, cell.geom,
        cell.geom_web,
        CASE WHEN held.computed_at IS NULL THEN 'missing'
            WHEN NOT EXISTS (SELECT FROM gisapp.coverage_cells WHERE cell_id = cell.id) THEN 'failed'
            WHEN held.computed < held.touched OR held.row_version <> cell.row_version
                OR (SELECT so FROM everywhere)
                OR EXISTS (SELECT FROM touched WHERE touched.place && cell.geom)
            THEN 'stale' ELSE 'fresh' END AS state,
        to_char(held.computed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS computed_at
    FROM grid_cells AS cell
    LEFT JOIN gisapp.coverage_states AS held ON held.cell_id = cell.id
    WHERE (cell.valid_from IS NULL OR cell.valid_from <= current_date)
        AND (cell.valid_to IS NULL OR cell.valid_to > current_date)
        AND (%(everywhere)s OR (cell.area_code >= %(first)s AND cell.area_code < %(after)s))
)"""
EVERYWHERE: dict[str, object] = {"everywhere": True, "first": "", "after": ""}


def area_range(code: str) -> dict[str, Any]:
    """Return the parameters that limit cells to an area, by its code; "" is everywhere.

    Zeros that fill a district's or a town's code up to 12 digits mean nothing. Raises BadParameter.
    """
    if not code:
        return dict(EVERYWHERE)
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 12):
        raise BadParameter(
            Text(
                "区域应为区县、镇街或村居的代码（6–12 位数字）。",
                "The area is the code of a district, town or village: 6 to 12 digits.",
            )
        )
    short = code
    for digits in (9, 6):
        if len(short) > digits and not short[digits:].strip("0"):
            short = short[:digits]
    return {"everywhere": False, "first": short, "after": prefix_end(short)}


def read_target(text: str) -> Target:
    """Return the target that is asked for. Raises BadParameter."""
    for target in TARGETS:
        if text == target:
            return target
    raise BadParameter(
        Text("参数 target 只能是 {names}。", "target is one of {names}.").format(
            names=", ".join(TARGETS)
        )
    )
