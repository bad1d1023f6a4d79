"""Deliberate shifts to the degrees of Chinese map services, when somebody asks for them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy
import shapely

from geodata.china_offset import wgs84_to_bd09, wgs84_to_gcj02
from geodata.writers.spec import Chunk, Chunks, Offset

SHIFTS: dict[str, Callable[[numpy.ndarray, numpy.ndarray], tuple[numpy.ndarray, numpy.ndarray]]] = {
    "gcj02": wgs84_to_gcj02,
    "bd09": wgs84_to_bd09,
}


def shifted(chunks: Chunks, offset: Offset) -> Iterator[Chunk]:
    """Yield chunks in degrees of WGS 84 with every position shifted to ``offset``'s."""
    for chunk in chunks:
        yield shift_chunk(chunk, offset) if offset else chunk


def shift_chunk(chunk: Chunk, offset: Offset) -> Chunk:
    """Return a chunk with its positions shifted."""
    shapes = chunk.shapes.copy()
    places = shapely.get_coordinates(shapes)
    x, y = SHIFTS[offset](places[:, 0], places[:, 1])
    moved = shapely.set_coordinates(shapes, numpy.column_stack([x, y]))
    return Chunk(chunk.columns, shapely.to_wkb(moved).tolist(), chunk.rows)
