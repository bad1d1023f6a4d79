"""Rows that grow, rows by owner, and places in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
FEW = 24  # sorted by insertion


@compiled
def grown(values: Any, needed: int) -> Any:
    """Return an array, or a longer one that begins with it where it is too short."""
    if needed <= len(values):
        return values
    longer = np.empty((needed + len(values), *values.shape[1:]), values.dtype)
    longer[: len(values)] = values
    return longer


@compiled
def starts(owners: Indices, count: int) -> tuple[Indices, Indices]:
    """Return the rows by owner, compressed: those of ``i`` are ``rows[first[i]:first[i + 1]]``."""
    first = np.zeros(count + 1, np.int64)
    for owner in owners:
        first[owner + 1] += 1
    for k in range(count):
        first[k + 1] += first[k]
    at, rows = first[:-1].copy(), np.empty(len(owners), np.int64)
    for row in range(len(owners)):
        rows[at[owners[row]]] = row
        at[owners[row]] += 1
    return first, rows


@compiled
def numbered(places: Floats) -> tuple[Floats, Indices]:
    """Return the different places from west to east and south to north, and which each is."""
    count = len(places)
    west, east = places[:, 0].min(), places[:, 0].max()
    strips = (places[:, 0] - west) * ((count - 1) / (east - west + 1))
    first, order = starts(strips.astype(np.int64), count)
    for strip in range(count):
        if first[strip + 1] - first[strip] > 1:
            sort_places(places, order[first[strip] : first[strip + 1]])
    nodes, which = np.empty_like(places), np.empty(count, np.int64)
    found = 0
    for k in order:
        x, y = places[k, 0], places[k, 1]
        if found == 0 or nodes[found - 1, 0] != x or nodes[found - 1, 1] != y:
            nodes[found, 0], nodes[found, 1] = x, y
            found += 1
        which[k] = found - 1
    return nodes[:found], which


@compiled
def sort_places(places: Floats, order: Indices) -> None:
    """Sort a few places by x and y, or many that stand close together."""
    if len(order) > FEW:
        order[:] = order[np.argsort(places[order, 1])]
        order[:] = order[np.argsort(places[order, 0], kind="mergesort")]
        return
    for k in range(1, len(order)):
        place, i = order[k], k
        x, y = places[place, 0], places[place, 1]
        while i > 0 and (
            places[order[i - 1], 0] > x
            or (places[order[i - 1], 0] == x and places[order[i - 1], 1] > y)
        ):
            order[i] = order[i - 1]
            i -= 1
        order[i] = place
