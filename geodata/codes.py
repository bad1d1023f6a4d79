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


def make_codes(layer: str, codes: numpy.ndarray, shapes: numpy.ndarray) -> numpy.ndarray:
    """Return ``codes`` with the missing ones (None) made from ``shapes`` in metres.

    Rows without a shape stay without a code.
    """
    rows = numpy.flatnonzero(is_none(codes) & ~shapely.is_missing(shapes))
    made = codes.copy()
    made[rows] = name_codes(layer, fingerprints(shapes[rows]), Seen())
    return made


def is_none(values: numpy.ndarray) -> numpy.ndarray:
    """Return the mask (n,) of values that are None."""
    return numpy.array([value is None for value in values], dtype=bool)


def name_codes(layer: str, marks: list[bytes], seen: Seen) -> list[str]:
    """Return a code for each fingerprint; ``seen`` remembers the earlier parts of the file."""
    _, before = seen.look(shape_keys(marks), numpy.arange(len(marks)))
    found = []
    for mark, count in zip(marks, before.tolist(), strict=True):
        code = f"{layer}-{base64.b32encode(mark)[:LENGTH].decode().lower()}"
        found.append(f"{code}-{count + 1}" if count else code)
    return found


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
