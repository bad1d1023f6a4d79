"""Cells that are too small or too large by households."""

from __future__ import annotations

from gisapp.database.statements import Statement
from gisapp.queries.common import (
    AREA,
    AREA_COLUMN,
    CELL_CODE_COLUMN,
    CELLS,
    CELLS_IN_FORCE,
    EVERYWHERE,
    TITLE_COLUMN,
    prepare_area,
)
from gisapp.queries.spec import DEFINITION, DISTRICT, Column, Parameter, Query, Rule
from layers.catalogue import LAYERS
from layers.spec import Choice, Text

SIZES = Statement(
    """
SELECT code, name AS title, kind, setting, households, residents, area_code, finding, geom
FROM cells CROSS JOIN LATERAL (
    SELECT CASE setting WHEN 'urban' THEN %(urban_min)s ELSE %(rural_min)s END,
        CASE setting WHEN 'urban' THEN %(urban_max)s ELSE %(rural_max)s END
) AS size (least_households, most_households)
CROSS JOIN LATERAL (
    SELECT CASE WHEN kind = 'special' THEN 'exempt' WHEN households IS NULL THEN 'unknown'
        WHEN households < least_households THEN 'too_small'
        WHEN households > most_households THEN 'too_large' ELSE 'fits' END AS finding
) AS judged
WHERE (%(everywhere)s OR (area_code >= %(first)s AND area_code < %(after)s))
ORDER BY array_position(ARRAY['too_large', 'too_small', 'unknown', 'fits', 'exempt'], finding), code
""",
    reads=("grid_cells", "buildings"),
    also_with=CELLS,
    example={
        **EVERYWHERE,
        "urban_min": 300,
        "urban_max": 500,
        "rural_min": 200,
        "rural_max": 400,
    },
)
COUNTED = """
LEFT JOIN LATERAL (
    SELECT sum(households) AS counted, count(*) FILTER (WHERE households IS NULL) AS uncounted
    FROM buildings
    WHERE ST_Intersects(buildings.geom, shown.geom)
        AND ST_Covers(shown.geom, ST_PointOnSurface(buildings.geom))
) AS inside ON true
"""
FINDING_COLUMN = Column(
    "finding",
    Text("结论", "Finding"),
    "choice",
    choices=(
        Choice("too_large", Text("户数过多", "Too many households"), "#c62828", 4),
        Choice("too_small", Text("户数过少", "Too few households"), "#ef6c00", 3),
        Choice("unknown", Text("户数不详", "Households unknown"), "#757575", 2, True),
        Choice("fits", Text("合适", "Fits"), "#2e7d32", 1),
        Choice("exempt", Text("专属网格，不限", "Special cell, exempt"), "#8e24aa", 0),
    ),
)
CELL_FIELDS = {field.name: field for field in LAYERS["grid_cells"].fields}


def households(name: str, zh: str, en: str, default: int) -> Parameter:
    """Return one limit of size as a parameter."""
    return Parameter(
        name, "integer", Text(zh, en), default=default, unit="户", minimum=0, maximum=100_000
    )


QUERY = Query(
    name="grid_size",
    label=Text("网格规模检查", "Grid size check"),
    description=Text(
        "户数超出或不足的网格；户数不详的单列，专属网格不限。",
        "Cells with too many or too few households; unknown ones apart, special cells exempt.",
    ),
    parameters=(
        households("urban_min", "城镇至少", "Urban, at least", 300),
        households("urban_max", "城镇至多", "Urban, at most", 500),
        households("rural_min", "农村至少", "Rural, at least", 200),
        households("rural_max", "农村至多", "Rural, at most", 400),
        AREA,
    ),
    columns=(
        FINDING_COLUMN,
        CELL_CODE_COLUMN,
        TITLE_COLUMN,
        Column("kind", CELL_FIELDS["kind"].label, "choice", choices=CELL_FIELDS["kind"].choices),
        Column(
            "setting",
            CELL_FIELDS["setting"].label,
            "choice",
            choices=CELL_FIELDS["setting"].choices,
        ),
        Column("households", Text("登记户数", "Households recorded"), "integer", unit="户"),
        Column("counted", Text("楼栋合计户数", "Households by buildings"), "integer", unit="户"),
        Column("uncounted", Text("户数不详的楼栋", "Buildings of unknown count"), "integer"),
        AREA_COLUMN,
    ),
    rules=(
        Rule(
            Text(
                "城镇网格 {urban_min}–{urban_max} 户，农村网格 {rural_min}–{rural_max} 户（约 300）；"
                "机关、园区、医院、学校、企业的专属网格不限。",
                "Urban cells {urban_min}–{urban_max} households, rural cells "
                "{rural_min}–{rural_max} (about 300); special cells of agencies, parks, "
                "hospitals, schools and firms are exempt.",
            ),
            DISTRICT,
        ),
        Rule(
            Text(
                "按登记户数判断；楼栋合计为内点在格内的楼栋户数之和，供核对。",
                "Judged by the recorded households; those of the buildings whose inner point "
                "lies in the cell are summed beside them, to compare.",
            ),
            DEFINITION,
        ),
        CELLS_IN_FORCE,
    ),
    statement=SIZES,
    detail=COUNTED,
    summary="SELECT finding, count(*) AS cells, sum(households) AS households FROM result"
    " GROUP BY finding ORDER BY min(row_number)",
    summary_columns=(
        FINDING_COLUMN,
        Column("cells", Text("网格数", "Cells"), "integer"),
        Column("households", Text("登记户数", "Households recorded"), "integer", unit="户"),
    ),
    prepare=prepare_area,
    order=90,
)
