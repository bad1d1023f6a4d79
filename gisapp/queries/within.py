"""The features of a layer within a distance of a feature, a point or a drawn line."""

from __future__ import annotations

from psycopg2 import sql

from gisapp.database.statements import Statement
from gisapp.queries.common import AREA_COLUMN, CODE_COLUMN, COUNT_COLUMN, LAYER_COLUMN, TITLE_COLUMN
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

WITHIN = sql.SQL("""
SELECT {name} AS layer, feature.code, feature.{title} AS title, feature.area_code,
    ST_Distance(feature.geom, place.geom) AS distance_m, feature.geom
FROM (SELECT %(place)s::geometry AS geom) AS place
JOIN feature ON ST_DWithin(feature.geom, place.geom, %(distance)s)
WHERE code <> %(itself)s AND {kind}
ORDER BY distance_m, code
""")


def statement_for(layer: Layer) -> Statement:
    """Return the statement that finds the features of ``layer`` within a distance."""
    text = WITHIN.format(
        name=sql.Literal(layer.name), title=sql.Identifier(layer.title), kind=kind_condition(layer)
    )
    return Statement(
        text, reads=(("feature", layer.name),), example={**PLACE_EXAMPLE, "distance": 50}
    )


STATEMENTS = {layer.name: statement_for(layer) for layer in LAYERS.values()}

QUERY = Query(
    name="within",
    label=Text("一定距离内的要素", "Features within a distance"),
    description=Text(
        "离一个要素、一个点或一条画出的线不超过给定距离的要素。",
        "The features of a layer within a distance of a feature, a point or a drawn line.",
    ),
    parameters=(
        LAYER_PARAMETER,
        KIND_PARAMETER,
        Parameter(
            "distance",
            "number",
            Text("距离", "Distance"),
            default=100.0,
            unit="m",
            minimum=0,
            maximum=50_000,
        ),
        *PLACE_PARAMETERS,
    ),
    columns=(LAYER_COLUMN, TITLE_COLUMN, CODE_COLUMN, DISTANCE_COLUMN, AREA_COLUMN),
    rules=(
        STRAIGHT_LINE,
        Rule(
            Text(
                "距离不超过 {distance} 米的都算，含恰好等于；要素自己不算。",
                "Everything within {distance} metres counts, the distance itself included; the "
                "feature itself does not.",
            ),
            DEFINITION,
        ),
    ),
    statement=STATEMENTS,
    statement_by="layer",
    summary="SELECT count(*) AS count FROM result",
    summary_columns=(COUNT_COLUMN,),
    prepare=prepare_place,
    order=30,
)
