"""Rows on their way into a layer's table: COPY to a staging table, then insert and update."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy
import pandas
import shapely
from psycopg2 import sql

from layers.spec import Layer

Progress = Callable[[int], None]

METRIC_SRID = "SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'"
# Readers go on reading; a second writer of the layer waits, so that no code is made twice.
LOCK_LAYER = "LOCK TABLE gisapp.{table} IN SHARE ROW EXCLUSIVE MODE"
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
CURRENT_AREAS = """
SELECT area_code, ST_AsBinary(geom) FROM gisapp.areas WHERE valid_to IS NULL
ORDER BY array_position(ARRAY['village', 'town', 'district'], level), code
"""
NOWHERE = ""  # handed in as area code: known to lie outside every area
NULL = r"\N"
LOCAL_TIME = "+08:00"  # of times that come without a zone
CHUNK = 5000  # rows in one piece of a COPY
ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


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


def find_area_codes(connection: Any, shapes: numpy.ndarray) -> numpy.ndarray:
    """Return the 12-digit code of the smallest known area that covers each shape's inner point.

    ``shapes`` are in the metric CRS; ``NOWHERE`` where no area covers the point. The same rule
    as ``gisapp.area_code_at``, for many rows at once: against prepared areas.
    """
    with connection.cursor() as cursor:
        cursor.execute(CURRENT_AREAS)
        held = cursor.fetchall()
    found = numpy.full(len(shapes), NOWHERE, dtype=object)
    if not held:
        return found
    codes = numpy.array([row[0] for row in held], dtype=object)
    areas = shapely.from_wkb([bytes(row[1]) for row in held])
    shapely.prepare(areas)
    points = shapely.point_on_surface(shapes)
    area, point = shapely.STRtree(points).query(areas, predicate="covers")
    order = numpy.argsort(-area, kind="stable")  # the best area is written last
    found[point[order]] = codes[area[order]]
    return found


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
    srid = metric_srid(connection)
    shapes = frame.geometry.to_numpy()
    order = in_place_order(shapes)
    frame, shapes = frame.iloc[order], shapes[order]
    names = [field.name for field in layer.fields if field.name in frame.columns]
    area_codes = find_area_codes(connection, shapes) if layer.name != "areas" else None
    columns = [
        frame["code"].tolist(),
        shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True).tolist(),
        [source] * len(frame),
        *(copy_texts(layer, name, frame[name]) for name in names),
    ]
    columns[0] = [text.translate(ESCAPES) for text in columns[0]]
    columns[2] = [source.translate(ESCAPES)] * len(frame)
    into = ["code", "geom", "source", *names]
    if area_codes is not None:
        columns.append(area_codes.tolist())
        into.append("area_code")
    with connection.cursor() as cursor:
        cursor.execute(fill(LOCK_LAYER, layer, into))
        cursor.execute(fill(MAKE_STAGING, layer, into))
        copy = fill(COPY_STAGING, layer, into).as_string(cursor)
        cursor.copy_expert(copy, CopyStream(columns, progress))
        stored = merge_staging(cursor, layer, into, len(frame))
        cursor.execute(DROP_STAGING)
    return stored


def merge_staging(cursor: Any, layer: Layer, columns: list[str], rows: int) -> Stored:
    """Bring the staged rows into the layer's table: change what differs, add what is new."""
    cursor.execute(fill(UPDATE_CHANGED, layer, columns))
    updated = cursor.rowcount
    cursor.execute(fill(INSERT_NEW, layer, columns))
    inserted = cursor.rowcount
    return Stored(inserted, updated, rows - inserted - updated)


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


def copy_texts(layer: Layer, name: str, values: pandas.Series) -> list[str]:
    """Return one column's values as COPY's text format wants them."""
    field = layer.field_named(name)
    kind = field.type if field else "text"
    present = values.notna().tolist()
    write = WRITERS.get(kind, write_text)
    return [
        write(value) if there else NULL
        for value, there in zip(values.tolist(), present, strict=True)
    ]


def write_text(value: Any) -> str:
    """Return a text with COPY's special characters escaped."""
    return str(value).translate(ESCAPES)


def write_whole(value: Any) -> str:
    """Return a whole number; pandas keeps those of a column with gaps as floats."""
    return str(int(value))


def write_boolean(value: Any) -> str:
    """Return a truth value."""
    return "t" if value else "f"


def write_date(value: Any) -> str:
    """Return a date or the date of a time, ISO 8601."""
    return str(value.isoformat())[:10] if hasattr(value, "isoformat") else write_text(value)


def write_time(value: Any) -> str:
    """Return a time, ISO 8601; one without a zone is local time."""
    if not hasattr(value, "isoformat"):
        return write_text(value)
    zone = "" if getattr(value, "tzinfo", None) else LOCAL_TIME
    return str(value.isoformat()) + zone


WRITERS: dict[str, Callable[[Any], str]] = {
    "integer": write_whole,
    "number": lambda value: repr(float(value)),
    "boolean": write_boolean,
    "date": write_date,
    "datetime": write_time,
}


class CopyStream(io.TextIOBase):
    """A file of COPY lines made from columns while the database reads it."""

    def __init__(self, columns: list[list[str]], progress: Progress | None) -> None:
        self.pieces = self._make_pieces(columns, progress)
        self.rest = ""

    @staticmethod
    def _make_pieces(columns: list[list[str]], progress: Progress | None) -> Iterator[str]:
        for start in range(0, len(columns[0]), CHUNK):
            rows = zip(*(column[start : start + CHUNK] for column in columns), strict=True)
            text = "\n".join(map("\t".join, rows)) + "\n"
            yield text
            if progress:
                progress(min(start + CHUNK, len(columns[0])))

    def readable(self) -> bool:
        """Tell that this is a file to read from."""
        return True

    def read(self, size: int | None = -1) -> str:
        """Return at most ``size`` characters; an empty text at the end."""
        if not self.rest:
            self.rest = next(self.pieces, "")
        if size is None or size < 0:
            text, self.rest = self.rest + "".join(self.pieces), ""
        else:
            text, self.rest = self.rest[:size], self.rest[size:]
        return text
