"""Tiles of points as they were at a moment of the past: the twin of what is made of kept clusters.

Those hold only the present, so that cells are counted from the rows of the tile.
"""

from __future__ import annotations

from functools import lru_cache

from psycopg2 import sql

from gisapp.database.statements import Statement
from gisapp.features.tile_statements import EXAMPLE, HERE, clusters_sql
from layers.catalogue import LAYERS

COUNT = sql.SQL("SELECT count(*) FROM (SELECT FROM {table} WHERE {here} LIMIT %(most)s) AS found")
# The same cells as the kept ones: those of the tile and of one more all around, each a sixteenth
# of its side; counted from the upper left corner of the square.
COUNTED_CELLS = sql.SQL("""
    SELECT floor((ST_X(geom_web) / 40075016.6855784861 + 0.5) * (4 << %(cells)s))::integer
            AS cell_x,
        floor((0.5 - ST_Y(geom_web) / 40075016.6855784861) * (4 << %(cells)s))::integer AS cell_y,
        coalesce({grade}, '') AS grade, 1 AS count,
        round(ST_X(geom_web) * 100) AS sum_x, round(ST_Y(geom_web) * 100) AS sum_y
    FROM {table}
    WHERE geom_web && ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s, margin => 0.0625)
""")


@lru_cache(maxsize=64)
def count_statement(name: str) -> Statement:
    """Return the statement that counts a tile's points, no further than ``most``."""
    text = COUNT.format(table=sql.Identifier(name), here=HERE)
    return Statement(text, reads=(name,), example={**EXAMPLE, "most": 1001}, prepared="planned")


@lru_cache(maxsize=64)
def clusters_statement(name: str) -> Statement:
    """Return the statement that makes a tile of clusters from rows; see ``clusters_sql``."""
    layer = LAYERS[name]
    grade = sql.Identifier(layer.grade) if layer.grade else sql.SQL("NULL::text")
    counted = COUNTED_CELLS.format(table=sql.Identifier(name), grade=grade)
    text = clusters_sql(layer, counted)
    return Statement(text, reads=(name,), example=EXAMPLE, prepared="planned")
