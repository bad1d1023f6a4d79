"""Premises that no grid cell covers: nobody's duty."""

from __future__ import annotations

from gisapp.database.statements import Statement
from gisapp.queries.common import (
    AREA,
    AREA_COLUMN,
    CELLS,
    CELLS_IN_FORCE,
    CODE_COLUMN,
    COUNT_COLUMN,
    EVERYWHERE,
    GRADE_COLUMN,
    LAYER_COLUMN,
    PREMISES,
    PREMISES_KIND,
    PREMISES_LAYERS,
    TITLE_COLUMN,
    prepare_area,
    worst_first,
)
from gisapp.queries.spec import DEFINITION, Column, Query, Rule
from layers.codes import GRADES
from layers.spec import Text

OUTSIDE = Statement(
    """
SELECT layer, code, title, grade, area_code, geom
FROM premises
WHERE (%(everywhere)s OR (area_code >= %(first)s AND area_code < %(after)s))
    AND NOT EXISTS (
        SELECT FROM cells WHERE ST_Covers(cells.geom, premises.geom)
        OFFSET 0  -- place by place, so that cells are found by index
    )
ORDER BY area_code NULLS FIRST, layer, code
""",
    reads=("grid_cells", *PREMISES_LAYERS),
    also_with=CELLS + PREMISES,
    example={**EVERYWHERE, "premises": "all"},
    # Every premises has to be looked at: the question is which of them have no cell.
    whole=PREMISES_LAYERS,
)
NEAREST_CELL = """
LEFT JOIN LATERAL (
    SELECT cells.code AS nearest_cell, ST_Distance(cells.geom, shown.geom) AS distance_m
    FROM cells ORDER BY cells.geom <-> shown.geom, cells.code LIMIT 1
) AS nearest ON true
"""
SUMMARY = """
SELECT layer, grade, count(*) AS count FROM result GROUP BY layer, grade ORDER BY layer, """

QUERY = Query(
    name="outside_cells",
    label=Text("不在任何网格内的场所", "Premises outside every cell"),
    description=Text(
        "没有网格覆盖的出租屋、三合一场所、风险点位，以及最近的网格。",
        "Rented houses, three-in-one premises and hazard sites that no cell covers, with the "
        "nearest cell.",
    ),
    parameters=(PREMISES_KIND, AREA),
    columns=(
        LAYER_COLUMN,
        TITLE_COLUMN,
        CODE_COLUMN,
        GRADE_COLUMN,
        AREA_COLUMN,
        Column("nearest_cell", Text("最近网格", "Nearest cell"), feature_of="grid_cells"),
        Column("distance_m", Text("到最近网格", "To the nearest cell"), "number", unit="m"),
    ),
    rules=(
        CELLS_IN_FORCE,
        Rule(
            Text("恰好在网格边界上的算在网格内。", "A place exactly on a border is inside."),
            DEFINITION,
        ),
    ),
    statement=OUTSIDE,
    detail=NEAREST_CELL,
    summary=SUMMARY + worst_first(GRADES),
    summary_columns=(LAYER_COLUMN, GRADE_COLUMN, COUNT_COLUMN),
    prepare=prepare_area,
    order=40,
)
