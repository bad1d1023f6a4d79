"""Clusters of a point layer for a view of the map: kept counts, or the points when few.

The counts are kept by the database (``migrations/sql/0003_clusters.sql``), so that the answer
costs the same at ten million rows as at ten thousand.
"""

from __future__ import annotations

from functools import lru_cache

from psycopg2 import sql

from gisapp.access.scope import Scope, area_condition, layer_scope
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.web_mercator import FINEST_CELLS, View
from layers.catalogue import LAYERS
from layers.spec import Layer

EVERY_ROW = sql.SQL("true")
FEW = 800  # at most so many points are sent one by one

# Whole cells that touch the view, found by the primary key.
IN_VIEW = sql.SQL("""layer = %(layer)s AND zoom = %(zoom)s
    AND cell_x BETWEEN %(first_x)s AND %(last_x)s
    AND cell_y BETWEEN %(first_y)s AND %(last_y)s""")

COUNT = sql.SQL(
    "SELECT coalesce(sum(count), 0)::bigint FROM gisapp.clusters WHERE {cells} AND {visible}"
)

# One feature for each cell. The declared ranks say which grade is worst; an empty grade counts
# as the code table's unknown.
# In one order, whatever the plan: the same rows give the same answer, byte by byte.
CLUSTERS = sql.SQL("""
    SELECT json_build_object('type', 'FeatureCollection', 'clustered', true,
        'total', coalesce(sum(count), 0), 'zoom', %(zoom)s::integer,
        'features', coalesce(json_agg(json_build_object(
            'type', 'Feature',
            'geometry', ST_AsGeoJSON(ST_Transform(
                ST_SetSRID(ST_MakePoint(x, y), 3857), 4326), 6)::json,
            'properties', json_build_object(
                'count', count, 'worst', worst, 'grades', grades,
                'bbox', json_build_array(west, south, east, north))
        ) ORDER BY cell_y, cell_x), '[]'))::text
    FROM (
        SELECT cell_x, cell_y, sum(count) AS count, sum(sum_x) / sum(count) / 100 AS x,
            sum(sum_y) / sum(count) / 100 AS y,
            coalesce(json_object_agg(grade, count ORDER BY grade) FILTER (WHERE graded), '{{}}')
                AS grades,
            (array_agg(grade ORDER BY rank DESC NULLS LAST) FILTER (WHERE rank IS NOT NULL))[1]
                AS worst,
            round((cell_x * 360.0 / %(across)s - 180)::numeric, 6) AS west,
            round(((cell_x + 1) * 360.0 / %(across)s - 180)::numeric, 6) AS east,
            round(degrees(atan(sinh(pi() * (1 - 2.0 * (cell_y + 1) / %(across)s))))::numeric, 6)
                AS south,
            round(degrees(atan(sinh(pi() * (1 - 2.0 * cell_y / %(across)s))))::numeric, 6)
                AS north
        FROM ({counted}) AS graded_cells
        LEFT JOIN unnest(%(grades)s::text[], %(ranks)s::integer[]) AS known (code, rank)
            ON known.code = grade
        CROSS JOIN (SELECT %(graded)s AS graded) AS asked
        GROUP BY cell_x, cell_y
    ) AS cells
""")

# What CLUSTERS tells of: counts by cell and grade, here those that the database keeps.
KEPT_CELLS = sql.SQL("""
    SELECT cell_x, cell_y, coalesce(nullif(kept.grade, ''), %(unknown)s) AS grade,
        sum(count) AS count, sum(sum_x) AS sum_x, sum(sum_y) AS sum_y
    FROM gisapp.clusters AS kept WHERE {cells} AND {visible}
    GROUP BY 1, 2, 3
""")

POINTS = sql.SQL("""
    SELECT json_build_object('type', 'FeatureCollection', 'clustered', false,
        'total', count(*), 'zoom', %(zoom)s::integer,
        'features', coalesce(json_agg(json_build_object(
            'type', 'Feature',
            'geometry', ST_AsGeoJSON(ST_Transform(geom_web, 4326), 7)::json,
            'properties', json_build_object('code', code, 'title', {title}{column})
        ) ORDER BY id), '[]'))::text
    FROM {table}
    WHERE geom_web && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857)
        AND {condition}
""")
POINTS_COUNT = sql.SQL("""
    SELECT count(*) FROM (
        SELECT FROM {table}
        WHERE geom_web && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857)
        LIMIT 801
    ) AS found
""")
EXAMPLE = {
    "layer": "rented_housing",
    "zoom": 12,
    "across": 2**14,
    "first_x": 13500,
    "last_x": 13530,
    "first_y": 7000,
    "last_y": 7020,
    "west": 12950000,
    "south": 2680000,
    "east": 12990000,
    "north": 2720000,
    "grades": ["red"],
    "ranks": [4],
    "graded": True,
    "unknown": "ungraded",
}


def clusters_geojson(reader: Reader, layer: Layer, view: View) -> str:
    """Return the GeoJSON of a point layer for a view: points when few, else clusters.

    ``total`` counts the rows the answer stands for; clusters count whole cells, also where a
    cell reaches out of the view. ``zoom`` is the zoom whose cells were taken.
    """
    parameters = view_parameters(layer, view)
    scope = layer_scope(layer, reader.scope)
    few = reader.value(count_statement(scope), parameters) <= FEW
    # Closer than the finest kept cells those reach far out of the view: count the points.
    if not few and view.zoom > FINEST_CELLS:
        few = reader.value(points_count_statement(layer.name), parameters) <= FEW
    statement = points_statement(layer.name) if few else clusters_statement(scope)
    return str(reader.value(statement, parameters))


def view_parameters(layer: Layer, view: View) -> dict[str, object]:
    """Return what the statements of this module ask for."""
    field = layer.field_named(layer.grade)
    choices = field.choices if field else ()
    ranked = [choice for choice in choices if choice.rank is not None]
    return {
        "layer": layer.name,
        **view.cells(),
        "west": view.box.west,
        "south": view.box.south,
        "east": view.box.east,
        "north": view.box.north,
        "graded": field is not None,
        "grades": [choice.code for choice in ranked],
        "ranks": [choice.rank for choice in ranked],
        "unknown": next((choice.code for choice in choices if choice.unknown), ""),
    }


@lru_cache(maxsize=256)
def count_statement(scope: Scope) -> Statement:
    """Return the statement that counts the rows of the kept cells in view."""
    text = COUNT.format(cells=IN_VIEW, visible=area_condition(scope))
    return Statement(text, example=EXAMPLE, present=True)


@lru_cache(maxsize=256)
def clusters_statement(scope: Scope) -> Statement:
    """Return the statement that makes the GeoJSON of the kept cells in view."""
    counted = KEPT_CELLS.format(cells=IN_VIEW, visible=area_condition(scope))
    return Statement(CLUSTERS.format(counted=counted), example=EXAMPLE, present=True)


def points_statement(name: str, condition: sql.Composable = EVERY_ROW) -> Statement:
    """Return the statement that makes the GeoJSON of the points in view that fit."""
    layer = LAYERS[name]
    by = layer.style.by
    column = sql.SQL(", {}, {}").format(sql.Literal(by), sql.Identifier(by)) if by else sql.SQL("")
    text = POINTS.format(
        title=sql.Identifier(layer.title),
        column=column,
        table=sql.Identifier(layer.name),
        condition=condition,
    )
    return Statement(text, reads=(layer.name,), example=EXAMPLE)


@lru_cache(maxsize=64)
def points_count_statement(name: str) -> Statement:
    """Return the statement that counts the points in view, no further than needed."""
    text = POINTS_COUNT.format(table=sql.Identifier(name))
    return Statement(text, reads=(name,), example=EXAMPLE)
