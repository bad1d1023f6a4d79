"""The pieces of edges between nodes, each once.

They run from the node of the lower number to that of the higher one, numbered from west to east, on
one meridian from south to north; "above" is to their left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.counts import COUNTS
from gisapp.coverage.loops.exact import turn
from gisapp.coverage.loops.tables import starts

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def steps(begins: Indices, along: Indices) -> tuple[Indices, Indices, Indices, Indices]:
    """Return the ways between successive nodes of edges: lower and higher node, sign, and edge.

    The sign is 1 where the edge runs from the lower to the higher node, else -1.
    """
    most = len(along)
    low, high = np.empty(most, np.int64), np.empty(most, np.int64)
    sign, edge = np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    for e in range(len(begins) - 1):
        for k in range(begins[e] + 1, begins[e + 1]):
            one, two = along[k - 1], along[k]
            if one != two:
                low[count], high[count] = min(one, two), max(one, two)
                sign[count], edge[count] = (1 if one < two else -1), e
                count += 1
    return low[:count], high[:count], sign[:count], edge[:count]


@compiled
def pieces_of(
    begins: Indices, along: Indices, gains: Indices, nodes: Floats
) -> tuple[Indices, Indices, Indices, Indices]:
    """Return the pieces of edges between nodes, each once, by where they start and from below.

    Returns where those of each node begin, their starts and ends, and what each adds to the counts
    when it is passed from below.
    """
    low, high, sign, edge = steps(begins, along)
    count = len(low)
    first, rows = starts(low, len(nodes))
    start, end = np.empty(count, np.int64), np.empty(count, np.int64)
    gain = np.empty((count, COUNTS), np.int64)
    fans = np.zeros(len(nodes) + 1, np.int64)
    at = 0
    for node in range(len(nodes)):
        begin = at
        for row in rows[first[node] : first[node + 1]]:
            other = high[row]
            k = at
            while k > begin and rises(nodes, node, other, end[k - 1]):
                k -= 1
            if k == begin or end[k - 1] != other:
                for i in range(at, k, -1):
                    copy_piece(end, gain, i - 1, i)
                start[at], end[k] = node, other
                for column in range(COUNTS):
                    gain[k, column] = 0
                at += 1
                k += 1
            for column in range(COUNTS):
                gain[k - 1, column] += sign[row] * gains[edge[row], column]
        at = without_idle(begin, at, end, gain)
        fans[node + 1] = at
    return fans, start[:at], end[:at], gain[:at]


@compiled
def without_idle(begin: int, at: int, end: Indices, gain: Indices) -> int:
    """Drop pieces that add nothing, as the border of two cells' walls does; return where they end."""
    kept = begin
    for k in range(begin, at):
        idle = True
        for column in range(COUNTS):
            idle &= gain[k, column] == 0
        if not idle:
            copy_piece(end, gain, k, kept)
            kept += 1
    return kept


@compiled
def copy_piece(end: Indices, gain: Indices, one: int, two: int) -> None:
    """Put one piece in the place of another."""
    end[two] = end[one]
    for column in range(COUNTS):
        gain[two, column] = gain[one, column]


@compiled
def rises(nodes: Floats, node: int, one: int, two: int) -> bool:
    """Say whether the way from a node to ``two`` is steeper than that to ``one``."""
    return turn(
        nodes[node, 0], nodes[node, 1], nodes[one, 0], nodes[one, 1], nodes[two, 0], nodes[two, 1]
    ) > 0  # fmt: skip
