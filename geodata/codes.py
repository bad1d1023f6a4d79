"""Codes for rows that come without one.

``layer-`` and twelve characters made from the coordinates, rounded to the millimetre: the same
shape gets the same code whenever and in whatever order it is imported, so that importing a file
again updates its rows instead of doubling them. Further rows of one file with the very same
coordinates get ``-2``, ``-3`` … in the file's order.
"""

from __future__ import annotations

import hashlib

import numpy
import shapely

from geodata.seen import Seen

MILLIMETRES = 1000
DIGEST = 8  # bytes; twelve characters hold 60 bits of them
LENGTH = 12
POSITION = 16  # bytes of x and y
LETTERS = numpy.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype="S1")


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


def name_codes(layer: str, keys: numpy.ndarray, seen: Seen) -> list[str]:
    """Return a code for each fingerprint; ``seen`` remembers the earlier parts of the file."""
    _, before = seen.look(keys, numpy.arange(len(keys)))
    found = []
    for text, count in zip(base32(keys), before.tolist(), strict=True):
        code = f"{layer}-{text}"
        found.append(f"{code}-{count + 1}" if count else code)
    return found


def base32(keys: numpy.ndarray) -> list[str]:
    """Return the first LENGTH letters of each key's eight bytes in base 32 (RFC 4648)."""
    octets = keys.view(numpy.uint8).reshape(len(keys), DIGEST)
    bits = numpy.unpackbits(octets, axis=1)[:, : 5 * LENGTH].reshape(len(keys), LENGTH, 5)
    letters = LETTERS[numpy.packbits(bits, axis=2)[:, :, 0] >> 3]
    texts: list[str] = letters.view(f"S{LENGTH}").ravel().astype(str).tolist()
    return texts


def fingerprints(shapes: numpy.ndarray) -> numpy.ndarray:
    """Return a key (n,) uint64 for each shape that only the same coordinates give again."""
    coordinates, rows = shapely.get_coordinates(shapes, return_index=True)
    whole = numpy.rint(coordinates * MILLIMETRES).astype("<i8")
    ends = numpy.searchsorted(rows, numpy.arange(len(shapes)), side="right").tolist()
    held, marks, start = whole.tobytes(), [], 0
    for end in ends:
        part = held[start * POSITION : end * POSITION]
        marks.append(hashlib.blake2b(part, digest_size=DIGEST).digest())
        start = end
    return numpy.frombuffer(b"".join(marks), dtype=numpy.uint64)
