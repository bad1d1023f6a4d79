"""Vector tiles of any layer, made by the database: ST_AsMVT over the Web Mercator geometry.

A tile holds one layer of the tile format for each layer asked for, with the columns that style
and label need and nothing else. Nothing is cut off silently: where a tile holds too many points
it carries kept clusters instead, each with its ``point_count``; areas and lines too small to be
seen at the zoom are left out, and the tileset's description says so.
"""

from __future__ import annotations

from functools import lru_cache

from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.web_mercator import TileAddress
from layers.spec import Layer

SMALLEST = 16  # units: two pixels of a tile drawn at 512 pixels; smaller shapes are not seen
SMALLEST_UP_TO = 14  # zoom above which nothing is left out
MANY_POINTS = 5000  # a tile with more points carries clusters
FINEST_CLUSTERS = 17
CLUSTERS_FINER = 2  # zooms: clusters in tiles are cells of 16 pixels
ADDRESS = {"zoom": 13, "row": 3500, "column": 6750, "unit": 1.2, "first_x": 0, "last_x": 1}

TILE = sql.SQL("""SELECT ST_AsMVT(tile, {name}, 4096, 'mvt') FROM ({shapes}) AS tile""")

# {geometry}, the shape to draw; {extra}, a filter on size.
SHAPES = sql.SQL("""
    SELECT code, {columns}
        ST_AsMVTGeom({geometry}, ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s), 4096, 64) AS mvt
    FROM {table}
    WHERE geom_web && ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s, margin => 0.015625) {extra}
""")
ANY_SIZE = sql.SQL("")
VISIBLE_SIZE = sql.SQL("""
    AND greatest(ST_XMax(geom_web) - ST_XMin(geom_web), ST_YMax(geom_web) - ST_YMin(geom_web))
        >= %(unit)s * 16
""")
EXACT = sql.SQL("geom_web")
SIMPLER = sql.SQL("ST_Simplify(geom_web, %(unit)s / 2, true)")


@lru_cache(maxsize=512)
def tile_statement(layer: Layer, zoom: int) -> Statement:
    """Return the statement that makes the tile of one layer at one zoom."""
    low = zoom <= SMALLEST_UP_TO and layer.geometry != "Point"
    shapes = SHAPES.format(
        columns=sql.SQL("").join(
            sql.SQL("{}, ").format(sql.Identifier(name)) for name in layer.tile_fields
        ),
        geometry=SIMPLER if low else EXACT,
        table=sql.Identifier(layer.name),
        extra=VISIBLE_SIZE if low else ANY_SIZE,
    )
    text = TILE.format(name=sql.Literal(layer.name), shapes=shapes)
    return Statement(text, reads=(layer.name,), example=ADDRESS)


def make_tile(reader: Reader, layers: tuple[Layer, ...], address: TileAddress) -> bytes:
    """Return the tile of ``layers`` in this order; empty when none has anything there."""
    parameters = {
        "zoom": address.zoom,
        "row": address.row,
        "column": address.column,
        "unit": address.unit,
    }
    parts = [reader.value(tile_statement(layer, address.zoom), parameters) for layer in layers]
    return b"".join(bytes(part) for part in parts)
