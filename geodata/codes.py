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

MILLIMETRES = 1000
DIGEST = 8  # bytes; twelve characters hold 60 bits of them
LENGTH = 12


def make_codes(layer: str, codes: numpy.ndarray, shapes: numpy.ndarray) -> numpy.ndarray:
    """Return ``codes`` with the missing ones (None) made from ``shapes`` in metres.

    Rows without a shape stay without a code.
    """
    wanted = numpy.array([code is None for code in codes], dtype=bool)
    rows = numpy.flatnonzero(wanted & ~shapely.is_missing(shapes))
    made = codes.copy()
    used: dict[str, int] = {}
    for row, digest in zip(rows.tolist(), digests(shapes[rows]), strict=True):
        code = f"{layer}-{digest}"
        used[code] = count = used.get(code, 0) + 1
        made[row] = code if count == 1 else f"{code}-{count}"
    return made


def digests(shapes: numpy.ndarray) -> list[str]:
    """Return a short text for each shape that only the same coordinates give again."""
    coordinates, rows = shapely.get_coordinates(shapes, return_index=True)
    whole = numpy.rint(coordinates * MILLIMETRES).astype("<i8")
    ends = numpy.searchsorted(rows, numpy.arange(len(shapes)), side="right").tolist()
    texts, start = [], 0
    for end in ends:
        digest = hashlib.blake2b(whole[start:end].tobytes(), digest_size=DIGEST).digest()
        texts.append(base64.b32encode(digest)[:LENGTH].decode().lower())
        start = end
    return texts
