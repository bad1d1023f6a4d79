"""Rows on their way into a layer's table, by COPY.

An empty layer is filled at once, its indexes built after the rows when there are many; otherwise
rows go to a staging table and from there into the layer: changed, added or left alone.
"""

from __future__ import annotations

import itertools
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy
import shapely
from psycopg2 import sql

from gisapp.access.scope import EVERYTHING
from gisapp.features.copying import ESCAPES, NULL, CopyStream, Extra, Progress
from gisapp.features.staged import COPY, DROP, HAS_ROWS, Staged, bring_in, lock, make, mark
from gisapp.features.stripping import MANY, stripped
from layers.spec import Layer

METRIC_SRID = "SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'"
COPY_ROWS = sql.SQL("COPY gisapp.{table} ({columns}, source{code_column}) FROM STDIN")
CURRENT_AREAS = """
SELECT area_code, ST_AsBinary(geom) FROM gisapp.areas WHERE valid_to IS NULL
ORDER BY array_position(ARRAY['village', 'town', 'district'], level), code
"""
NOWHERE = ""  # handed in as area code: known to lie outside every area
PIECE = 5000  # rows written as COPY text at once


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
        return self.at(shapely.point_on_surface(part.geometry.to_numpy()))

    def at(self, points: numpy.ndarray) -> list[str]:
        """Return the code of the smallest area that covers each point, in the metric CRS."""
        found = numpy.full(len(points), self.nowhere, dtype=object)
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
    staged = Staged(layer, tuple(f.name for f in layer.fields if f.name in frame.columns))
    pieces = (frame.iloc[start : start + PIECE] for start in range(0, len(frame), PIECE))
    with connection.cursor() as cursor:
        lock(cursor, layer)
        cursor.execute(staged.compose(HAS_ROWS))
        filled = cursor.fetchone()[0]
        bare = not filled and len(frame) >= MANY and layer.name != "areas"
        areas = area_column(connection, layer, NULL if bare or filled else NOWHERE)
        extra = [row_numbers(), areas] if filled else [same_text(source), areas]
        if layer.name == "areas" and not filled:
            extra.pop()
        srid = metric_srid(connection)
        with CopyStream(layer, staged.names, pieces, srid, extra, progress) as rows:
            if filled:
                return merge_rows(cursor, staged, rows, source)
            with stripped(cursor, layer) if bare else nullcontext():
                rows.copy(cursor, staged.compose(COPY_ROWS))
    return Stored(len(frame), 0, 0)


def area_column(connection: Any, layer: Layer, nowhere: str) -> Extra:
    """Return what finds the area codes of rows; none for areas, whose own codes are theirs."""
    return same_text(None) if layer.name == "areas" else AreaCodes(connection, nowhere).of


def same_text(text: str | None) -> Extra:
    """Return what gives every row the same text."""
    written = NULL if text is None else text.translate(ESCAPES)

    def texts(part: geopandas.GeoDataFrame) -> list[str]:
        return [written] * len(part)

    return texts


def row_numbers() -> Extra:
    """Return what numbers rows from 1."""
    numbers = itertools.count(1)

    def texts(part: geopandas.GeoDataFrame) -> list[str]:
        return [str(next(numbers)) for _ in range(len(part))]

    return texts


def merge_rows(cursor: Any, staged: Staged, rows: CopyStream, source: str) -> Stored:
    """Bring rows into a layer that has some: change what differs, add what is new."""
    make(cursor, staged)
    rows.copy(cursor, staged.compose(COPY))
    done = bring_in(cursor, staged, source, mark(cursor, staged, EVERYTHING))
    cursor.execute(staged.compose(DROP))
    return Stored(done.insert, done.update, done.unchanged)
