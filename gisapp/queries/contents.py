"""What is in this cell or area: every layer, counted by grade, and row by row."""

from __future__ import annotations

from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.queries.common import (
    AREA_COLUMN,
    AREA_LEVEL,
    CELLS,
    CELLS_IN_FORCE,
    CODE_COLUMN,
    COUNT_COLUMN,
    EVERYWHERE,
    LAYER_COLUMN,
    TITLE_COLUMN,
    area_range,
    worst_first,
)
from gisapp.queries.places import ALL_LAYERS, FEATURE_PLACE, no_feature
from gisapp.queries.spec import DEFINITION, Column, Parameter, Query, Rule, Values
from layers.catalogue import LAYERS
from layers.spec import Choice, Layer, Text

# One arm for each layer. ``inner`` is the point that decides where a feature belongs.
ARM = sql.SQL("""
SELECT {name} AS layer, {order} AS drawing_order, item.code, item.{title} AS title,
    {grade} AS grade, item.area_code, {length} AS length_m, {area} AS area_m2, item.geom
FROM place JOIN {table} AS item ON ST_Intersects(item.geom, place.geom)
WHERE %(only)s IN ('', {name})
""")
# What lies inside whole need not be cut.
LENGTH = sql.SQL(
    "CASE WHEN ST_Covers(place.geom, item.geom) THEN ST_Length(item.geom)"
    " ELSE ST_Length(ST_Intersection(item.geom, place.geom)) END"
)
AREA = sql.SQL(
    "CASE WHEN ST_Covers(place.geom, item.geom) THEN ST_Area(item.geom)"
    " ELSE ST_Area(ST_Intersection(item.geom, place.geom)) END"
)
PLACE = """, place AS MATERIALIZED (
    SELECT geom FROM grid_cells WHERE NOT %(is_area)s AND code = %(code)s
    UNION ALL
    SELECT geom FROM areas WHERE %(is_area)s AND code = %(code)s
)"""
# A feature is counted in one place only, so that counts add up: in the area whose code the
# database gave it; in the cell that covers its inner point, the first by code on a border.
CONTENTS = sql.SQL("""
SELECT layer, code, title, grade, area_code, counted, length_m, area_m2, geom
FROM (
    SELECT items.*, CASE
        WHEN %(is_area)s THEN
            coalesce(area_code >= %(first)s AND area_code < %(after)s, false)
        ELSE ST_Covers(place.geom, ST_PointOnSurface(items.geom)) AND NOT EXISTS (
            SELECT FROM cells WHERE cells.code < %(code)s
                AND ST_Covers(cells.geom, ST_PointOnSurface(items.geom))
        )
    END AS counted
    FROM ({arms}) AS items CROSS JOIN place
) AS item
WHERE counted OR (%(reaching)s AND (length_m > 0.1 OR area_m2 > 0.1))
ORDER BY counted DESC, drawing_order DESC, layer, code
""")


def arm_for(layer: Layer) -> sql.Composable:
    """Return the SELECT that finds the features of ``layer`` that reach into the place."""
    nothing = sql.SQL("NULL::double precision")
    grade = sql.SQL("{} || item.{}").format(
        sql.Literal(f"{layer.name}."), sql.Identifier(layer.grade)
    )
    return ARM.format(
        name=sql.Literal(layer.name),
        order=sql.Literal(layer.order),
        title=sql.Identifier(layer.title),
        grade=grade if layer.grade else sql.SQL("NULL"),
        length=LENGTH if "Line" in layer.geometry else nothing,
        area=AREA if "Polygon" in layer.geometry else nothing,
        table=sql.Identifier(layer.name),
    )


STATEMENT = Statement(
    CONTENTS.format(arms=sql.SQL(" UNION ALL ").join(map(arm_for, LAYERS.values()))),
    reads=ALL_LAYERS,
    also_with=CELLS + PLACE,
    example={**EVERYWHERE, "is_area": False, "code": "1", "only": "", "reaching": True},
)


def prepare(reader: Reader, values: Values) -> Values:
    """Find out whether the code is a cell's or an area's. Raises BadParameter."""
    chosen = {"only": values["layer"] or ""}
    code = str(values["code"])
    if reader.row(FEATURE_PLACE["grid_cells"], {"code": code}):
        return {**EVERYWHERE, **chosen, "is_area": False}
    area = reader.row(AREA_LEVEL, {"code": code})
    if area is None:
        raise no_feature(code, "grid_cells", "areas")
    return {**area_range(*area), **chosen, "is_area": True}


def grade_choices() -> tuple[Choice, ...]:
    """Return the grades of all layers as one code table, ``layer.grade``."""
    graded = [(layer, layer.field_named(layer.grade)) for layer in LAYERS.values() if layer.grade]
    return tuple(
        Choice(f"{layer.name}.{item.code}", item.label, item.colour, item.rank, item.unknown)
        for layer, field in graded
        if field is not None
        for item in field.choices
    )


GRADE_COLUMN = Column(
    "grade", Text("等级或状态", "Grade or state"), "choice", choices=grade_choices()
)
LENGTH_COLUMN = Column("length_m", Text("范围内长度", "Length inside"), "number", unit="m")
AREA_INSIDE_COLUMN = Column("area_m2", Text("范围内面积", "Area inside"), "number", unit="m²")
# Layers in the order of the rows, each by grade.
SUMMARY = """
SELECT layer, grade, count(*) FILTER (WHERE counted) AS count,
    count(*) FILTER (WHERE NOT counted) AS reaching,
    sum(length_m) AS length_m, sum(area_m2) AS area_m2
FROM result GROUP BY layer, grade
ORDER BY min(min(row_number)) OVER (PARTITION BY layer), """

QUERY = Query(
    name="contents",
    label=Text("网格（区域）里有什么", "What is in this cell or area"),
    description=Text(
        "一个网格、村居、镇街或区县内的全部图层：逐条列出，并按等级计数，未知单列。",
        "Every layer in a cell, village, town or district: row by row, and counted by grade with "
        "the unknown on its own.",
    ),
    parameters=(
        Parameter(
            "code",
            "code",
            Text("网格或区域代码", "Code of the cell or area"),
            required=True,
            layers=("grid_cells", "areas"),
        ),
        Parameter("layer", "layer", Text("只看图层", "Only layer"), layers=ALL_LAYERS),
        Parameter("reaching", "boolean", Text("含伸入的", "With what reaches in"), default=True),
    ),
    columns=(
        LAYER_COLUMN,
        TITLE_COLUMN,
        CODE_COLUMN,
        GRADE_COLUMN,
        Column("counted", Text("计入本处", "Counted here"), "boolean"),
        LENGTH_COLUMN,
        AREA_INSIDE_COLUMN,
        AREA_COLUMN,
    ),
    rules=(
        Rule(
            Text(
                "每个要素只计入一处：按其内点所在的网格或区划代码所属的区域计数，各网格相加等于全村、全镇；"
                "恰在两个网格边界上的计入代码较小的一个。",
                "Each feature is counted in one place only: the cell that covers its inner point "
                "or the area of its area code, so that cells add up to villages and towns; on a "
                "border between cells, in the one with the smaller code.",
            ),
            DEFINITION,
        ),
        Rule(
            Text(
                "伸入本处但计入别处的线和面也列出（“计入本处”为否），长度和面积只算本处范围内的部分。",
                "Lines and areas that reach in but are counted elsewhere are listed too (counted "
                "here: no); lengths and areas are of the part inside.",
            ),
            DEFINITION,
        ),
        CELLS_IN_FORCE,
    ),
    statement=STATEMENT,
    summary=SUMMARY + worst_first(grade_choices()),
    summary_columns=(
        LAYER_COLUMN,
        GRADE_COLUMN,
        COUNT_COLUMN,
        Column("reaching", Text("另有伸入", "Others reaching in"), "integer"),
        LENGTH_COLUMN,
        AREA_INSIDE_COLUMN,
    ),
    prepare=prepare,
    order=10,
)
