"""When areas change, so do the area codes of the rows that stand where they were or are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import shapely
from psycopg2 import sql

from layers.catalogue import LAYERS
from layers.spec import Layer

AREAS = """
SELECT code, ST_AsBinary(geom), level, valid_to FROM gisapp.areas WHERE code = ANY (%(codes)s)
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
Area = tuple[Any, ...]  # shape, level, end of its validity


@contextmanager
def following(cursor: Any, layer: Layer, codes: Sequence[str]) -> Iterator[None]:
    """Find area codes anew after what is done inside has changed areas, those with ``codes``.

    Other layers than areas need nothing.
    """
    if layer.name != "areas":
        yield
        return
    before = read_areas(cursor, codes)
    yield
    after = read_areas(cursor, codes)
    regions = [touched(before.get(code), after.get(code)) for code in {*before, *after}]
    refresh_in(cursor, shapely.union_all(regions))


def read_areas(cursor: Any, codes: Sequence[str]) -> dict[str, Area]:
    """Return the areas with these codes that there are."""
    cursor.execute(AREAS, {"codes": list(codes)})
    return {row[0]: (shapely.from_wkb(bytes(row[1])), *row[2:]) for row in cursor.fetchall()}


def touched(before: Area | None, after: Area | None) -> Any:
    """Return where an area that was ``before`` and is ``after`` differs."""
    if before is None or after is None or before[1:] != after[1:]:
        return shapely.union_all([area[0] for area in (before, after) if area])
    return shapely.symmetric_difference(before[0], after[0])


def refresh_in(cursor: Any, region: Any) -> None:
    """Find the area codes of all rows that touch ``region``, in the metric CRS, anew."""
    values = {"region": shapely.to_wkb(region)}
    for name in LAYERS:
        if name == "areas" or region.is_empty:
            continue
        cursor.execute(STALE.format(table=sql.Identifier(name)), values)
        if cursor.fetchone()[0]:
            cursor.execute(REFRESH.format(table=sql.Identifier(name)), values)
