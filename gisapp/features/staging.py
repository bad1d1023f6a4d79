"""Rows on their way into a layer's table, by COPY.

An empty layer is filled at once, its indexes built after the rows when there are many; otherwise
rows go to a staging table and from there into the layer: changed, added or left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy
import shapely
from psycopg2 import sql

from gisapp.features.copying import ESCAPES, NULL, CopyStream, Extra, Progress
from layers.spec import Layer

METRIC_SRID = "SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'"
# Readers go on reading; a second writer of the layer waits, so that no code is made twice.
LOCK_LAYER = "LOCK TABLE gisapp.{table} IN SHARE ROW EXCLUSIVE MODE"
HAS_ROWS = "SELECT EXISTS (SELECT FROM gisapp.{table})"
COPY_ROWS = "COPY gisapp.{table} ({columns}) FROM STDIN"
MAKE_STAGING = (
    "CREATE TEMPORARY TABLE staging ON COMMIT DROP AS SELECT {columns} FROM gisapp.{table} LIMIT 0"
)
COPY_STAGING = "COPY pg_temp.staging ({columns}) FROM STDIN"
INSERT_NEW = """
INSERT INTO gisapp.{table} ({columns})
SELECT {columns} FROM pg_temp.staging AS fresh
WHERE NOT EXISTS (SELECT FROM gisapp.{table} AS held WHERE held.code = fresh.code)
"""
# Only rows that differ are touched, so that the row version of the others does not rise.
# Geometry is compared vertex by vertex: "=" would compare bounding boxes.
UPDATE_CHANGED = """
UPDATE gisapp.{table} AS held SET {assignments}
FROM pg_temp.staging AS fresh
WHERE held.code = fresh.code
  AND (ST_AsBinary(held.geom), {held}) IS DISTINCT FROM (ST_AsBinary(fresh.geom), {fresh})
"""
DROP_STAGING = "DROP TABLE pg_temp.staging"
# What is cheaper to make after many rows than to keep up with each: how to drop and to make it.
LATER = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = %(table)s::regclass AND NOT indisunique
UNION ALL
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype IN ('p', 'u')
"""
# A row trigger, even one with nothing to do, makes COPY write row by row.
STAMPS_OFF = "ALTER TABLE gisapp.{table} DISABLE TRIGGER stamp_new"
STAMPS_ON = "ALTER TABLE gisapp.{table} ENABLE TRIGGER stamp_new"
CURRENT_AREAS = """
SELECT area_code, ST_AsBinary(geom) FROM gisapp.areas WHERE valid_to IS NULL
ORDER BY array_position(ARRAY['village', 'town', 'district'], level), code
"""
NOWHERE = ""  # handed in as area code: known to lie outside every area
MANY = 20_000  # rows from which on an empty layer is filled without indexes and triggers


@dataclass(frozen=True)
class Stored:
    """How many rows an import added, changed, and found unchanged."""

    inserted: int
    updated: int
    unchanged: int


def metric_srid(connection: Any) -> int:
    """Return the EPSG number of the database's metric CRS."""
    with connection.cursor() as cursor:
        cursor.execute(METRIC_SRID)
        found: int = cursor.fetchone()[0]
    return found


class AreaCodes:
    """The current areas, to find the codes of many rows at once: smallest areas first."""

    def __init__(self, connection: Any, nowhere: str = NOWHERE) -> None:
        """Read the areas; ``nowhere`` is said of rows that no area covers."""
        with connection.cursor() as cursor:
            cursor.execute(CURRENT_AREAS)
            held = cursor.fetchall()
        self.codes = numpy.array([row[0] for row in held], dtype=object)
        self.areas = shapely.from_wkb([bytes(row[1]) for row in held])
        self.nowhere = nowhere
        shapely.prepare(self.areas)

    def of(self, part: geopandas.GeoDataFrame) -> list[str]:
        """Return the 12-digit code of the smallest area that covers each row's inner point.

        The rows are in the metric CRS. The same rule as ``gisapp.area_code_at``.
        """
        found = numpy.full(len(part), self.nowhere, dtype=object)
        points = shapely.point_on_surface(part.geometry.to_numpy())
        area, point = shapely.STRtree(points).query(self.areas, predicate="covers")
        order = numpy.argsort(-area, kind="stable")  # the best area is written last
        found[point[order]] = self.codes[area[order]]
        codes: list[str] = found.tolist()
        return codes


def in_place_order(shapes: numpy.ndarray) -> numpy.ndarray:
    """Return the order along a Hilbert curve: neighbours on the map become neighbours on disk."""
    if len(shapes) < 2:
        return numpy.arange(len(shapes))
    distances = geopandas.GeoSeries(shapes).hilbert_distance()
    return numpy.argsort(distances.to_numpy(), kind="stable")


def store_frame(
    connection: Any,
    layer: Layer,
    frame: geopandas.GeoDataFrame,
    *,
    source: str,
    progress: Progress | None = None,
) -> Stored:
    """Insert or update ``frame``'s rows by code; see ``load_frame`` for its shape."""
    frame = frame.iloc[in_place_order(frame.geometry.to_numpy())]
    names = [field.name for field in layer.fields if field.name in frame.columns]
    columns = ["code", "geom", *names, "source"]
    if layer.name != "areas":
        columns.append("area_code")
    with connection.cursor() as cursor:
        cursor.execute(fill(LOCK_LAYER, layer, columns))
        cursor.execute(fill(HAS_ROWS, layer, columns))
        filled = cursor.fetchone()[0]
        bare = not filled and len(frame) >= MANY and layer.name != "areas"
        extra = extra_columns(connection, layer, source, NULL if bare else NOWHERE)
        with CopyStream(layer, frame, names, metric_srid(connection), extra, progress) as rows:
            if filled:
                return merge_rows(cursor, layer, columns, rows, len(frame))
            with stripped(cursor, layer) if bare else nullcontext():
                cursor.copy_expert(fill(COPY_ROWS, layer, columns).as_string(cursor), rows)
    return Stored(len(frame), 0, 0)


def extra_columns(connection: Any, layer: Layer, source: str, nowhere: str) -> list[Extra]:
    """Return what makes the columns that follow the declared ones: source and area code."""
    name = source.translate(ESCAPES)

    def sources(part: geopandas.GeoDataFrame) -> list[str]:
        return [name] * len(part)

    return [sources] if layer.name == "areas" else [sources, AreaCodes(connection, nowhere).of]


@contextmanager
def stripped(cursor: Any, layer: Layer) -> Iterator[None]:
    """Take indexes, keys and the row trigger off an empty layer, and put them back at the end.

    For many rows that carry their area codes. Keeps readers of this layer, so far empty, waiting
    until the commit; a code that is there twice is found when the key is made anew.
    """
    cursor.execute(LATER, {"table": f"gisapp.{layer.name}"})
    later = cursor.fetchall()
    for drop, _ in later:
        cursor.execute(drop)
    cursor.execute(fill(STAMPS_OFF, layer, []))
    yield
    cursor.execute(fill(STAMPS_ON, layer, []))
    for _, make in later:
        cursor.execute(make)


def merge_rows(
    cursor: Any, layer: Layer, columns: list[str], rows: CopyStream, count: int
) -> Stored:
    """Bring rows into a layer that has some: change what differs, add what is new."""
    cursor.execute(fill(MAKE_STAGING, layer, columns))
    cursor.copy_expert(fill(COPY_STAGING, layer, columns).as_string(cursor), rows)
    cursor.execute(fill(UPDATE_CHANGED, layer, columns))
    updated = cursor.rowcount
    cursor.execute(fill(INSERT_NEW, layer, columns))
    inserted = cursor.rowcount
    cursor.execute(DROP_STAGING)
    return Stored(inserted, updated, count - inserted - updated)


def fill(text: str, layer: Layer, columns: list[str]) -> sql.Composed:
    """Compose one of this module's statements for a layer and its columns.

    The area code is not compared: it follows the geometry.
    """
    written = [name for name in columns if name not in ("code", "area_code")]
    compared = [name for name in written if name != "geom"]

    def listed(names: list[str], form: str) -> sql.Composed:
        items = [sql.SQL(form).format(name=sql.Identifier(name)) for name in names]
        return sql.SQL(", ").join(items)

    return sql.SQL(text).format(
        table=sql.Identifier(layer.name),
        columns=listed(columns, "{name}"),
        assignments=listed(written, "{name} = fresh.{name}"),
        held=listed(compared, "held.{name}"),
        fresh=listed(compared, "fresh.{name}"),
    )
