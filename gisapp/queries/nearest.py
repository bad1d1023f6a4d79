"""The nearest features of a layer to a place."""

from __future__ import annotations

from psycopg2 import sql

from gisapp.database.statements import Statement
from gisapp.queries.common import AREA_COLUMN, CODE_COLUMN, LAYER_COLUMN, TITLE_COLUMN
from gisapp.queries.places import (
    DISTANCE_COLUMN,
    KIND_PARAMETER,
    LAYER_PARAMETER,
    PLACE_EXAMPLE,
    PLACE_PARAMETERS,
    STRAIGHT_LINE,
    kind_condition,
    prepare_place,
)
from gisapp.queries.spec import DEFINITION, Parameter, Query, Rule
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

# The index gives the features in order of distance; only those asked for are ever touched,
# and those as far away as the last of them, from which the code then chooses.
NEAREST = sql.SQL("""
SELECT {name} AS layer, near.code, near.{title} AS title, near.area_code,
    ST_Distance(near.geom, place.geom) AS distance_m, near.geom
FROM (SELECT %(place)s::geometry AS geom) AS place
CROSS JOIN LATERAL (
    SELECT * FROM feature
    WHERE code <> %(itself)s AND {kind}
    ORDER BY feature.geom <-> place.geom
    FETCH FIRST %(n)s ROWS WITH TIES
) AS near
ORDER BY distance_m, code
LIMIT %(n)s
""")


def statement_for(layer: Layer) -> Statement:
    """Return the statement that finds the nearest features of ``layer``."""
    text = NEAREST.format(
        name=sql.Literal(layer.name), title=sql.Identifier(layer.title), kind=kind_condition(layer)
    )
    return Statement(text, reads=(("feature", layer.name),), example={**PLACE_EXAMPLE, "n": 5})


STATEMENTS = {layer.name: statement_for(layer) for layer in LAYERS.values()}


QUERY = Query(
    name="nearest",
    label=Text("最近的要素", "Nearest features"),
    description=Text(
        "离一个位置或要素最近的若干个要素，由近到远。",
        "The features of a layer that are nearest to a place or feature, nearest first.",
    ),
    parameters=(
        LAYER_PARAMETER,
        KIND_PARAMETER,
        Parameter("n", "integer", Text("个数", "How many"), default=5, minimum=1, maximum=1000),
        *PLACE_PARAMETERS,
    ),
    columns=(LAYER_COLUMN, TITLE_COLUMN, CODE_COLUMN, DISTANCE_COLUMN, AREA_COLUMN),
    rules=(
        STRAIGHT_LINE,
        Rule(
            Text(
                "取最近的 {n} 个；距离相同的按代码排序；要素不算自己的邻居。",
                "The nearest {n}; equally near ones in order of code; a feature is not its own "
                "neighbour.",
            ),
            DEFINITION,
        ),
    ),
    statement=STATEMENTS,
    statement_by="layer",
    prepare=prepare_place,
    order=20,
)
