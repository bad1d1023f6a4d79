"""Codes for rows that come without one.

``layer-`` and twelve characters made from the coordinates, rounded to the millimetre: the same
shape gets the same code whenever and in whatever order it is imported, so that importing a file
again updates its rows instead of doubling them. Further rows of one file with the very same
coordinates get ``-2``, ``-3`` … in the file's order.
"""

from __future__ import annotations

import base64
import hashlib

import numpy
import shapely

from geodata.seen import Seen

MILLIMETRES = 1000
DIGEST = 8  # bytes; twelve characters hold 60 bits of them
LENGTH = 12


def make_codes(
    layer: str, codes: numpy.ndarray, shapes: numpy.ndarray, seen: Seen | None = None
) -> numpy.ndarray:
    """Return ``codes`` with the missing ones (None) made from ``shapes`` in metres.

    Rows without a shape stay without a code. ``seen`` remembers the earlier parts of a file that
    comes in parts.
    """
    wanted = numpy.array([code is None for code in codes], dtype=bool)
    rows = numpy.flatnonzero(wanted & ~shapely.is_missing(shapes))
    made = codes.copy()
    marks = fingerprints(shapes[rows])
    _, before = (seen or Seen()).look(shape_keys(marks), rows)
    for row, mark, count in zip(rows.tolist(), marks, before.tolist(), strict=True):
        code = f"{layer}-{base64.b32encode(mark)[:LENGTH].decode().lower()}"
        made[row] = f"{code}-{count + 1}" if count else code
    return made


def fingerprints(shapes: numpy.ndarray) -> list[bytes]:
    """Return eight bytes for each shape that only the same coordinates give again."""
    coordinates, rows = shapely.get_coordinates(shapes, return_index=True)
    whole = numpy.rint(coordinates * MILLIMETRES).astype("<i8")
    ends = numpy.searchsorted(rows, numpy.arange(len(shapes)), side="right").tolist()
    marks, start = [], 0
    for end in ends:
        marks.append(hashlib.blake2b(whole[start:end].tobytes(), digest_size=DIGEST).digest())
        start = end
    return marks


def shape_keys(marks: list[bytes]) -> numpy.ndarray:
    """Return fingerprints as numbers (n,) uint64."""
    return numpy.frombuffer(b"".join(marks), dtype=numpy.uint64)
