"""What covers the faces on both sides of each piece, found by a sweep from west to east.

``counts`` of a face has six columns: how often the ground, what is no ground, sure views and
possible views cover it, and the sums of the numbers of these views: where only one covers it,
the sum is its number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.counts import (
    CERTAIN,
    COUNTS,
    GROUND,
    POSSIBLE,
    SURE,
    TARGET,
    UNSEEN,
    WALL,
)
from gisapp.coverage.loops.exact import turn

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def moved(values: Indices, begin: int, end: int, by: int) -> None:
    """Move some values within their array."""
    if by < 0:
        for k in range(begin, end):
            values[k + by] = values[k]
    else:
        for k in range(end - 1, begin - 1, -1):
            values[k + by] = values[k]


@compiled
def below_place(
    nodes: Floats, start: Indices, end: Indices, active: Indices, held: int, x: float, y: float
) -> int:
    """Return how many of the pieces that the sweep holds, from below, are below a place."""
    low, high = 0, held
    while low < high:
        middle = (low + high) // 2
        a, b = start[active[middle]], end[active[middle]]
        if turn(nodes[a, 0], nodes[a, 1], nodes[b, 0], nodes[b, 1], x, y) > 0:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def swept(
    nodes: Floats, fans: Indices, start: Indices, end: Indices, gain: Indices
) -> tuple[Indices, Indices, bool]:
    """Return what covers the face above each piece, and the piece under its start, -1 for none.

    False where pieces turn out to cross, which rounding may leave behind: cut them again.
    """
    counts, under = np.empty((len(start), COUNTS), np.int64), np.empty(len(start), np.int64)
    coming = np.zeros(len(nodes), np.int64)
    for node in end:
        coming[node] += 1
    active, held = np.empty(len(start), np.int64), 0
    for node in range(len(nodes)):
        x, y = nodes[node, 0], nodes[node, 1]
        low = below_place(nodes, start, end, active, held, x, y)
        gone = 0
        while low + gone < held and end[active[low + gone]] == node:
            gone += 1
        if gone != coming[node]:
            return counts, under, False
        fresh = fans[node + 1] - fans[node]
        if fresh != gone:
            moved(active, low + gone, held, fresh - gone)
        held += fresh - gone
        below = active[low - 1] if low > 0 else -1
        for k in range(fresh):
            piece = fans[node] + k
            active[low + k], under[piece] = piece, below
            for column in range(COUNTS):
                counts[piece, column] = gain[piece, column]
                if below >= 0:
                    counts[piece, column] += counts[below, column]
            below = piece
    return counts, under, held == 0


@compiled
def kind(counts: Indices, gain: Indices, piece: int, below: int) -> int:
    """Return what the face above a piece is, or with ``below`` 1 the one below it.

    TARGET, UNSEEN and CERTAIN together.
    """
    if counts[piece, GROUND] - below * gain[piece, GROUND] <= 0:
        return 0
    if counts[piece, WALL] - below * gain[piece, WALL] > 0:
        return 0
    if counts[piece, SURE] - below * gain[piece, SURE] > 0:
        return TARGET
    possible = counts[piece, POSSIBLE] - below * gain[piece, POSSIBLE]
    return TARGET | UNSEEN | (CERTAIN if possible <= 0 else 0)


@compiled
def sides(counts: Indices, gain: Indices, wanted: int, unwanted: int) -> Indices:
    """Return of each piece whether the wanted faces are above it (1), below it (-1), or neither."""
    answer = np.zeros(len(counts), np.int64)
    for piece in range(len(counts)):
        for below in range(2):
            what = kind(counts, gain, piece, below)
            if what & wanted != 0 and what & unwanted == 0:
                answer[piece] += 1 - 2 * below
    return answer
