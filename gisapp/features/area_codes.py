"""When an area changes, so do the area codes of the rows that stand where it was or is."""

from __future__ import annotations

from typing import Any

import shapely
from psycopg2 import sql

from gisapp.features.versions import Held
from layers.catalogue import LAYERS
from layers.spec import Layer

AREA = """
SELECT ST_AsBinary(geom), level, valid_to FROM gisapp.areas WHERE code = %(code)s
"""
# Only where something differs: to raise a layer's revision empties what is kept of it.
STALE = sql.SQL("""
SELECT EXISTS (
    SELECT FROM gisapp.{table}
    WHERE ST_Intersects(geom, ST_SetSRID(ST_GeomFromWKB(%(region)s), ST_SRID(geom)))
        AND area_code IS DISTINCT FROM gisapp.area_code_at(geom)
)
""")
REFRESH = sql.SQL("""
UPDATE gisapp.{table} SET area_code = gisapp.area_code_at(geom)
WHERE ST_Intersects(geom, ST_SetSRID(ST_GeomFromWKB(%(region)s), ST_SRID(geom)))
    AND area_code IS DISTINCT FROM gisapp.area_code_at(geom)
""")


def after_change(cursor: Any, layer: Layer, held: Held | None, code: str = "") -> None:
    """Find area codes anew after a change of an area: from ``held`` to the one with ``code`` now.

    None for what was not, an empty code for what is no more. Other layers need nothing.
    """
    if layer.name != "areas":
        return
    before = (
        (shapely.from_wkb(held.shape), held.values["level"], held.values["valid_to"])
        if held
        else None
    )
    cursor.execute(AREA, {"code": code})
    row = cursor.fetchone()
    after = (shapely.from_wkb(bytes(row[0])), *row[1:]) if row else None
    region = touched(before, after)
    if not region.is_empty:
        refresh_in(cursor, region)


def touched(before: tuple[Any, ...] | None, after: tuple[Any, ...] | None) -> Any:
    """Return where an area that was ``before`` and is ``after`` (shape, level, end) differs."""
    if before is None or after is None or before[1:] != after[1:]:
        return shapely.union_all([area[0] for area in (before, after) if area])
    return shapely.symmetric_difference(before[0], after[0])


def refresh_in(cursor: Any, region: Any) -> None:
    """Find the area codes of all rows that touch ``region``, in the metric CRS, anew."""
    values = {"region": shapely.to_wkb(region)}
    for name in LAYERS:
        if name == "areas":
            continue
        cursor.execute(STALE.format(table=sql.Identifier(name)), values)
        if cursor.fetchone()[0]:
            cursor.execute(REFRESH.format(table=sql.Identifier(name)), values)
