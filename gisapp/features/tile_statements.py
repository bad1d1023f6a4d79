"""The statements that make vector tiles, composed from the declarations."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from psycopg2 import sql

from gisapp.access.scope import EVERYTHING, Scope, area_condition
from gisapp.database.statements import Preparation, Statement
from gisapp.features.web_mercator import TileAddress
from layers.catalogue import LAYERS
from layers.spec import Layer

# Tile units (4096 across) below which a shape is left out, up to a zoom: two pixels of a tile
# of 256, then two of one drawn at 512.
TOO_SMALL = ((12, 32), (13, 16))
JOINED_UP_TO = 12  # lines drawn alike are joined up to this zoom
# A tile with more points than this carries clusters, up to a zoom. Their cells are of 16 pixels.
MANY_POINTS = ((12, 1000), (15, 20_000))
CELLS_FINER = 2  # zooms between a tile and the cells in it
EXAMPLE = {
    "zoom": 13,
    "row": 3534,
    "column": 6749,
    "unit": 1.2,
    "smallest": 30.0,
    "layer": "rented_housing",
    "cells": 15,
    "across": 16,
}

TILE = sql.SQL("SELECT ST_AsMVT(tile, {name}, 4096, 'mvt') FROM ({shapes}) AS tile")
HERE = sql.SQL("geom_web && ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s, margin => 0.015625)")
# The frame is asked for by itself: a plan for any tile would make it anew for each row.
PLACED = sql.SQL(
    "ST_AsMVTGeom({shape}, (SELECT ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s)), 4096, 64) AS mvt"
)
SHAPES = sql.SQL("SELECT code, {columns} {placed} FROM {table} WHERE {here}")
# Nothing when the tile holds many points, whoever may see them: known before a row is read. A
# tile is one cell of two zooms further out.
FEW_SHAPES = sql.SQL("""
    SELECT code, {columns} {placed} FROM {table} WHERE {here} AND 20000 >= (
        SELECT coalesce(sum(count), 0) FROM gisapp.clusters
        WHERE layer = %(layer)s AND zoom = %(zoom)s - 2
            AND cell_x = %(column)s AND cell_y = %(row)s
    )
""")
# The extent of the geometry of record: its metres are true, so the zoom's are made true too.
# The expression is that of the index on it.
LARGE_SHAPES = sql.SQL(
    "SELECT code, {columns} {placed} FROM {table} WHERE {here}"
    " AND gisapp.shape_size(geom) >= %(smallest)s"
)
JOINED_LINES = sql.SQL("""
    SELECT {columns} {placed} FROM (
        SELECT {columns} (ST_Dump(ST_LineMerge(ST_Collect(geom_web)))).geom AS part
        FROM {table} WHERE {here} {grouped}
    ) AS joined
    WHERE gisapp.shape_size(part) >= %(unit)s * 32
""")
# With rounding to units on top, a line strays by less than a unit.
SIMPLER = sql.SQL("ST_Simplify({shape}, %(unit)s / 4, true)")
MIDDLE = sql.SQL("""ST_SetSRID(ST_MakePoint(
    (sum(sum_x) / sum(count) / 100)::double precision,
    (sum(sum_y) / sum(count) / 100)::double precision), 3857)""")
CLUSTERS = sql.SQL("""
    SELECT {worst} sum(count)::bigint AS point_count, {placed}
    FROM ({counted}) AS counted
    GROUP BY cell_x, cell_y
""")
# The cells of a tile and of one more all around, whose points may be drawn into it.
KEPT_CELLS = sql.SQL("""
    SELECT cell_x, cell_y, grade, count, sum_x, sum_y FROM gisapp.clusters
    WHERE layer = %(layer)s AND zoom = %(cells)s
        AND cell_x BETWEEN %(column)s * %(across)s - 1 AND (%(column)s + 1) * %(across)s
        AND cell_y BETWEEN %(row)s * %(across)s - 1 AND (%(row)s + 1) * %(across)s
        AND {visible}
""")
WORST = sql.SQL("""
    (array_agg(grade ORDER BY array_position({ranked}::text[], grade) DESC NULLS LAST))[1]
        AS {grade},
""")
COUNT = sql.SQL("""
    SELECT coalesce(sum(count), 0)::bigint FROM gisapp.clusters
    WHERE layer = %(layer)s AND zoom = %(zoom)s
        AND cell_x BETWEEN %(column)s * 4 AND %(column)s * 4 + 3
        AND cell_y BETWEEN %(row)s * 4 AND %(row)s * 4 + 3
        AND {visible}
""")


def tile_parameters(layer: Layer, address: TileAddress) -> dict[str, object]:
    """Return what the statements of this module ask for."""
    return {
        "layer": layer.name,
        "zoom": address.zoom,
        "row": address.row,
        "column": address.column,
        "unit": address.unit,
        "smallest": up_to(TOO_SMALL, address.zoom) * address.true_unit,
        "cells": address.zoom + CELLS_FINER,
        "across": 4 << CELLS_FINER,
    }


def up_to(table: tuple[tuple[int, int], ...], zoom: int) -> int:
    """Return the value of the first entry whose zoom is not below ``zoom``, else 0."""
    return next((value for last, value in table if zoom <= last), 0)


@lru_cache(maxsize=512)
def shapes_statement(name: str, zoom: int, if_few: bool = False) -> Statement:
    """Return the statement that makes the tile of a layer's rows at one zoom.

    With ``if_few`` a tile of many points comes out empty.
    """
    layer = LAYERS[name]
    names = [sql.Identifier(column) for column in layer.tile_fields]
    columns = sql.SQL("").join(sql.SQL("{}, ").format(column) for column in names)
    shape: sql.Composable = sql.SQL("geom_web")
    grouped: sql.Composable = sql.SQL("")
    template = FEW_SHAPES if if_few else SHAPES
    if layer.geometry == "MultiPolygon" and zoom <= TOO_SMALL[-1][0]:
        template = LARGE_SHAPES
    elif "LineString" in layer.geometry and zoom <= JOINED_UP_TO:
        template, shape = JOINED_LINES, sql.SQL("part")
        if names:
            grouped = sql.SQL("GROUP BY {}").format(sql.SQL(", ").join(names))
    if layer.geometry != "Point" and zoom <= TOO_SMALL[-1][0]:
        shape = SIMPLER.format(shape=shape)
    shapes = template.format(
        columns=columns,
        placed=PLACED.format(shape=shape),
        table=sql.Identifier(layer.name),
        here=HERE,
        grouped=grouped,
    )
    text = TILE.format(name=sql.Literal(layer.name), shapes=shapes)
    # Up to zoom 13 it depends on the tile which index helps most.
    prepared: Preparation = "planned" if template in (SHAPES, FEW_SHAPES) else "parsed"
    return Statement(text, reads=(layer.name,), example=EXAMPLE, present=if_few, prepared=prepared)


@lru_cache(maxsize=512)
def clusters_statement(name: str, scope: Scope) -> Statement:
    """Return the statement that makes a tile of the kept clusters; see ``clusters_sql``."""
    counted = KEPT_CELLS.format(visible=area_condition(scope))
    text = clusters_sql(LAYERS[name], counted)
    return Statement(text, example=EXAMPLE, present=True, prepared="planned")


def clusters_sql(layer: Layer, counted: sql.Composable) -> sql.Composable:
    """Return what makes a tile of clusters of counted cells: ``point_count`` and the worst grade.

    The worst grade goes under the name of the layer's grade field where style asks for it.
    """
    field = layer.field_named(layer.grade)
    worst: sql.Composable = sql.SQL("")
    if field and field.name in layer.tile_fields:
        ranked = sorted((c for c in field.choices if c.rank is not None), key=lambda c: c.rank or 0)
        worst = WORST.format(
            ranked=sql.Literal([choice.code for choice in ranked]), grade=sql.Identifier(field.name)
        )
    placed = PLACED.format(shape=MIDDLE)
    shapes = CLUSTERS.format(worst=worst, placed=placed, counted=counted)
    return TILE.format(name=sql.Literal(layer.name), shapes=shapes)


@lru_cache(maxsize=512)
def count_statement(scope: Scope) -> Statement:
    """Return the statement that counts a tile's points by the kept clusters."""
    text = COUNT.format(visible=area_condition(scope))
    return Statement(text, example=EXAMPLE, present=True, prepared="planned")


@lru_cache(maxsize=512)
def tile_form(names: tuple[str, ...], zoom: int) -> str:
    """Return a digest of how these layers' tiles are made: another program makes other tiles."""
    parts = [repr((TOO_SMALL, MANY_POINTS, CELLS_FINER))]
    for name in names:
        parts.append(repr(shapes_statement(name, zoom).text))
        parts.append(repr(clusters_statement(name, EVERYTHING).text))
    return hashlib.blake2b("".join(parts).encode(), digest_size=8).hexdigest()
