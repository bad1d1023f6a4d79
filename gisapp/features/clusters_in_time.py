"""Clusters of the points of a span of time, or as they were at a moment of the past.

Counted for each request, as the kept clusters know of neither. The answer has the same form as
that of ``clusters``; cells are counted inside the view only.
"""

from __future__ import annotations

from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.clusters import (
    CLUSTERS,
    EVERY_ROW,
    EXAMPLE,
    FEW,
    points_statement,
    view_parameters,
)
from gisapp.features.conditions import ALWAYS
from gisapp.features.times import Interval, layer_time_condition
from gisapp.features.web_mercator import View
from layers.spec import Layer

IN_BOX = sql.SQL(
    "geom_web && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857) AND {condition}"
)
COUNT = sql.SQL("SELECT count(*) FROM (SELECT FROM {table} WHERE {rows} LIMIT 801) AS found")
# The same cells as the kept ones: 64 pixels, counted from the upper left corner of the square.
COUNTED_CELLS = sql.SQL("""
    SELECT floor((ST_X(geom_web) / 40075016.6855784861 + 0.5) * %(across)s)::integer AS cell_x,
        floor((0.5 - ST_Y(geom_web) / 40075016.6855784861) * %(across)s)::integer AS cell_y,
        coalesce({grade}, %(unknown)s) AS grade, count(*) AS count,
        sum(round(ST_X(geom_web) * 100)) AS sum_x, sum(round(ST_Y(geom_web) * 100)) AS sum_y
    FROM {table} WHERE {rows}
    GROUP BY 1, 2, 3
""")


def clusters_in_time(
    reader: Reader, layer: Layer, view: View, interval: Interval | None = None
) -> str:
    """Return the GeoJSON of the rows of ``layer`` in a view whose time meets ``interval``.

    They are the rows as of the reader's moment; without an interval all of them.
    """
    condition = layer_time_condition("datetime", layer, interval) if interval else ALWAYS
    parameters = {**view_parameters(layer, view), **condition.parameters}
    few = reader.value(count_statement(layer, condition.text), parameters) <= FEW
    if few:
        return str(reader.value(points_statement(layer.name, condition.text), parameters))
    return str(reader.value(clusters_statement(layer, condition.text), parameters))


def count_statement(layer: Layer, condition: sql.Composable = EVERY_ROW) -> Statement:
    """Return the statement that counts the rows in view, no further than needed."""
    text = COUNT.format(table=sql.Identifier(layer.name), rows=IN_BOX.format(condition=condition))
    return Statement(text, reads=(layer.name,), example=EXAMPLE)


def clusters_statement(layer: Layer, condition: sql.Composable = EVERY_ROW) -> Statement:
    """Return the statement that counts by cell and grade, and makes the GeoJSON of the cells."""
    grade = sql.Identifier(layer.grade) if layer.grade else sql.SQL("NULL::text")
    counted = COUNTED_CELLS.format(
        table=sql.Identifier(layer.name), grade=grade, rows=IN_BOX.format(condition=condition)
    )
    text = CLUSTERS.format(counted=counted)
    return Statement(text, reads=(layer.name,), example=EXAMPLE)
