"""Which keys have come by before, kept in sixteen-odd bytes each: for doubles in long files.

Keys are 64-bit fingerprints: among 200,000 different ones the chance that any two are alike is
about one in a thousand million.
"""

from __future__ import annotations

import numpy
import pandas

NONE = numpy.empty(0, dtype=numpy.uint64)
NO_TEXT = numpy.iinfo(numpy.uint64).max
NO_ROWS = numpy.empty(0, dtype=numpy.int64)


class Seen:
    """Keys seen so far, sorted, with the row where each came first and how often it came."""

    def __init__(self) -> None:
        self.keys = NONE
        self.first = NO_ROWS
        self.counts = NO_ROWS

    def look(self, keys: numpy.ndarray, rows: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Return for each key the row where it came first, and how often it came before.

        ``keys`` (n,) uint64 and their ``rows`` (n,) int64, in the file's order.
        """
        order = numpy.argsort(keys, kind="stable")
        ordered = keys[order]
        begins = numpy.flatnonzero(numpy.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
        sizes = numpy.diff(numpy.r_[begins, len(ordered)])
        distinct = ordered[begins]
        places = numpy.searchsorted(self.keys, distinct)
        known = numpy.zeros(len(distinct), dtype=bool)
        inside = places < len(self.keys)
        known[inside] = self.keys[places[inside]] == distinct[inside]
        first = rows[order[begins]]
        first[known] = self.first[places[known]]
        before = numpy.zeros(len(distinct), dtype=numpy.int64)
        before[known] = self.counts[places[known]]
        firsts, ordinals = numpy.empty(len(keys), numpy.int64), numpy.empty(len(keys), numpy.int64)
        firsts[order] = numpy.repeat(first, sizes)
        within = numpy.arange(len(keys)) - numpy.repeat(begins, sizes)
        ordinals[order] = numpy.repeat(before, sizes) + within
        self.counts[places[known]] += sizes[known]
        self.add(places[~known], distinct[~known], first[~known], sizes[~known])
        return firsts, ordinals

    def add(
        self,
        places: numpy.ndarray,
        keys: numpy.ndarray,
        first: numpy.ndarray,
        counts: numpy.ndarray,
    ) -> None:
        """Insert new keys so that all stay sorted."""
        self.keys = numpy.insert(self.keys, places, keys)
        self.first = numpy.insert(self.first, places, first)
        self.counts = numpy.insert(self.counts, places, counts)


def text_keys(values: numpy.ndarray) -> numpy.ndarray:
    """Return a key for each text of an object array; None has one of its own."""
    missing = pandas.isna(values)
    # Not by categories: a column of codes has as many of them as rows.
    keys: numpy.ndarray = pandas.util.hash_array(values, categorize=False)
    keys[missing] = NO_TEXT
    return keys
