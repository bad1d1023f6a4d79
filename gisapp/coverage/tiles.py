"""Vector tiles of coverage: cells with their figures, gaps, and what cameras see.

Views are those of cameras that the caller sees, from zoom ``VIEWS_FROM`` on; gaps from ``GAPS_FROM``.
"""

from __future__ import annotations

from typing import Any

from psycopg2 import sql

from gisapp.coverage.freshness import CELLS, EVERYWHERE, Target
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.web_mercator import TileAddress

GAPS_FROM, VIEWS_FROM = 12, 14
# What of the Web-Mercator plane a tile shows: with its margin, and as ST_AsMVTGeom takes it.
BOXES = {
    "here": sql.SQL("ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s, margin => 0.015625)"),
    "drawn": sql.SQL("ST_TileEnvelope(%(zoom)s, %(column)s, %(row)s), 4096, 64"),
}
EXAMPLE: dict[str, Any] = {"zoom": 14, "row": 7068, "column": 13498, "target": "public"}
CELL_TILE = Statement(
    sql.SQL("""
SELECT ST_AsMVT(tile, 'coverage_cells', 4096, 'mvt') FROM (
    SELECT cells.code, cells.name, cells.state,
        round((100 * sure_m2 / nullif(target_m2, 0))::numeric, 1)::float8 AS sure_share,
        round((100 * possible_m2 / nullif(target_m2, 0))::numeric, 1)::float8 AS possible_share,
        ST_AsMVTGeom(cells.geom_web, {drawn}) AS mvt
    FROM cells LEFT JOIN gisapp.coverage_cells AS figure
        ON figure.cell_id = cells.id AND figure.target = %(target)s
    WHERE cells.geom_web && {here}
) AS tile
""").format(**BOXES),
    reads=("grid_cells",),
    also_with=CELLS,
    example={**EXAMPLE, **EVERYWHERE},
    present=True,
)
GAP_TILE = Statement(
    sql.SQL("""
SELECT ST_AsMVT(tile, 'coverage_gaps', 4096, 'mvt') FROM (
    SELECT cell.code || ':' || gap.kind || ':' || gap.part AS id, gap.kind,
        cell.code AS cell, round(gap.area_m2)::bigint AS area_m2,
        ST_AsMVTGeom(ST_Transform(gap.shape, 3857), {drawn}) AS mvt
    FROM grid_cells AS cell JOIN gisapp.coverage_gaps AS gap ON gap.cell_id = cell.id
    WHERE cell.geom_web && {here} AND gap.target = %(target)s
) AS tile
""").format(**BOXES),
    reads=("grid_cells",),
    example=EXAMPLE,
    present=True,
)
VIEW_TILE = Statement(
    sql.SQL("""
SELECT ST_AsMVT(tile, 'coverage_views', 4096, 'mvt') FROM (
    SELECT camera.code, seen.kind,
        ST_AsMVTGeom(ST_Transform(seen.shape, 3857), {drawn}) AS mvt
    FROM (
        -- Far from every camera the metric CRS may have no place for the tile.
        SELECT CASE WHEN EXISTS (
            SELECT FROM cameras WHERE geom_web && ST_Expand({here}, 10000)
        ) THEN ST_Transform({here}, value::integer) END AS box
        FROM gisapp.deployment WHERE key = 'metric_srid'
    ) AS own
    JOIN gisapp.coverage_views AS held ON held.possible && own.box
    JOIN cameras AS camera ON camera.id = held.camera_id
    CROSS JOIN LATERAL (VALUES ('possible', held.possible), ('sure', held.sure))
        AS seen (kind, shape)
    WHERE seen.shape IS NOT NULL
    ORDER BY seen.kind
) AS tile
""").format(**BOXES),
    reads=("cameras",),
    example=EXAMPLE,
    present=True,
)


def coverage_tile(reader: Reader, address: TileAddress, target: Target) -> bytes:
    """Return the tile's layers ``coverage_cells``, ``coverage_gaps`` and ``coverage_views``."""
    place = {"zoom": address.zoom, "row": address.row, "column": address.column, "target": target}
    parts = [reader.value(CELL_TILE, {**place, **EVERYWHERE})]
    if address.zoom >= GAPS_FROM:
        parts.append(reader.value(GAP_TILE, place))
    if address.zoom >= VIEWS_FROM:
        parts.append(reader.value(VIEW_TILE, place))
    return b"".join(bytes(part) for part in parts)
