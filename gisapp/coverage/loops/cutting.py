"""Cutting edges where they cross, or pass within half a unit of a node (snap rounding).

After Hobby (1999) and Guibas and Marimont (1998): then pieces meet in nodes only, whatever touches,
coincides or nearly does, and no edge has moved by more than a unit. Edges are rows of the x and y of
their start and end, in units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.exact import turn
from gisapp.coverage.loops.tables import grown, numbered, starts

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def columns(edges: Floats, e: int, south: float, north: float) -> tuple[float, float]:
    """Return between which x an edge passes between two latitudes, with two units to spare."""
    ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    low, high = min(ax, bx), max(ax, bx)
    if ay != by:
        one = ax + (bx - ax) * ((south - ay) / (by - ay))
        two = ax + (bx - ax) * ((north - ay) / (by - ay))
        low, high = max(low, min(one, two)), min(high, max(one, two))
    return low - 2, high + 2


@compiled
def binned(edges: Floats, frame: Floats, side: int) -> tuple[Indices, Indices]:
    """Return which edges pass through each square of a grid, compressed.

    ``frame``: west and south of the grid, and the inverse width and height of a square.
    """
    squares, passing = (
        np.empty(8 * len(edges) + 64, np.int64),
        np.empty(8 * len(edges) + 64, np.int64),
    )
    count = 0
    for e in range(len(edges)):
        south, north = min(edges[e, 1], edges[e, 3]) - 2, max(edges[e, 1], edges[e, 3]) + 2
        for row in range(square(south, frame[1], frame[3], side),
                         square(north, frame[1], frame[3], side) + 1):  # fmt: skip
            low, high = frame[1] + row / frame[3] - 2, frame[1] + (row + 1) / frame[3] + 2
            west, east = columns(edges, e, max(low, south), min(high, north))
            one = square(west, frame[0], frame[2], side)
            two = square(east, frame[0], frame[2], side)
            squares = grown(squares, count + side)
            passing = grown(passing, count + side)
            for column in range(one, two + 1):
                squares[count], passing[count] = row * side + column, e
                count += 1
    first, rows = starts(squares[:count], side * side)
    return first, passing[rows]


@compiled
def square(value: float, origin: float, inverse: float, side: int) -> int:
    """Return the row or column of a grid."""
    return int(min(max((value - origin) * inverse, 0.0), side - 1.0))


@compiled
def crossing(edges: Floats, i: int, j: int) -> tuple[bool, float, float]:
    """Say whether two edges cross inside both, and in which unit."""
    ax, ay, bx, by = edges[i, 0], edges[i, 1], edges[i, 2], edges[i, 3]
    cx, cy, dx, dy = edges[j, 0], edges[j, 1], edges[j, 2], edges[j, 3]
    if (
        max(ax, bx) < min(cx, dx)
        or max(cx, dx) < min(ax, bx)
        or max(ay, by) < min(cy, dy)
        or max(cy, dy) < min(ay, by)
    ):
        return False, 0.0, 0.0
    c, d = turn(ax, ay, bx, by, cx, cy), turn(ax, ay, bx, by, dx, dy)
    if c == 0 or d == 0 or (c > 0) == (d > 0):
        return False, 0.0, 0.0
    a, b = turn(cx, cy, dx, dy, ax, ay), turn(cx, cy, dx, dy, bx, by)
    if a == 0 or b == 0 or (a > 0) == (b > 0):
        return False, 0.0, 0.0
    share = a / (a - b)
    return True, np.rint(ax + (bx - ax) * share), np.rint(ay + (by - ay) * share)


@compiled
def crossings(
    edges: Floats, first: Indices, passing: Indices, frame: Floats, side: int
) -> tuple[Floats, Indices]:
    """Return where edges cross, and the two edges of each crossing."""
    places, pairs = np.empty((2 * len(edges) + 64, 2)), np.empty((2 * len(edges) + 64, 2), np.int64)
    count = 0
    for here in range(side * side):
        for i in range(first[here], first[here + 1]):
            for j in range(i + 1, first[here + 1]):
                crosses, x, y = crossing(edges, passing[i], passing[j])
                if not crosses:
                    continue
                row = square(y, frame[1], frame[3], side)
                if row * side + square(x, frame[0], frame[2], side) != here:
                    continue  # found in the square where it is
                places, pairs = grown(places, count + 1), grown(pairs, count + 1)
                places[count, 0], places[count, 1] = x, y
                pairs[count, 0], pairs[count, 1] = passing[i], passing[j]
                count += 1
    return places[:count], pairs[:count]


@compiled
def passes(edges: Floats, e: int, x: float, y: float) -> bool:
    """Say whether an edge passes within half a unit of a place, in x and y, inside its ends."""
    ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    if not (min(ax, bx) - 0.5 <= x <= max(ax, bx) + 0.5):
        return False
    if not (min(ay, by) - 0.5 <= y <= max(ay, by) + 0.5):
        return False
    return bool(abs(turn(ax, ay, bx, by, x, y)) <= 0.5 * (abs(bx - ax) + abs(by - ay)))


@compiled
def cut(edges: Floats) -> tuple[Floats, Indices, Indices]:
    """Return nodes, and the nodes along each edge from its start to its end, compressed."""
    count = len(edges)
    side = int(np.sqrt(count)) + 1
    west, south = (
        min(edges[:, 0].min(), edges[:, 2].min()),
        min(edges[:, 1].min(), edges[:, 3].min()),
    )
    east, north = (
        max(edges[:, 0].max(), edges[:, 2].max()),
        max(edges[:, 1].max(), edges[:, 3].max()),
    )
    frame = np.array([west, south, side / (east - west + 1), side / (north - south + 1)])
    first, passing = binned(edges, frame, side)
    places, pairs = crossings(edges, first, passing, frame, side)
    nodes, which = numbered(np.concatenate((edges[:, :2], edges[:, 2:], places)))
    on, at = np.empty(4 * count + 64, np.int64), np.empty(4 * count + 64, np.int64)
    on[:count], on[count : 2 * count] = np.arange(count), np.arange(count)
    at[: 2 * count] = which[: 2 * count]
    found = 2 * count
    on, at = grown(on, found + 2 * len(pairs)), grown(at, found + 2 * len(pairs))
    for k in range(len(pairs)):
        for two in range(2):
            on[found], at[found] = pairs[k, two], which[2 * count + k]
            found += 1
    for node in range(len(nodes)):
        x, y = nodes[node, 0], nodes[node, 1]
        here = square(y, frame[1], frame[3], side) * side + square(x, frame[0], frame[2], side)
        on, at = (
            grown(on, found + first[here + 1] - first[here]),
            grown(at, found + first[here + 1] - first[here]),
        )
        for e in passing[first[here] : first[here + 1]]:
            if which[e] != node and which[count + e] != node and passes(edges, e, x, y):
                on[found], at[found] = e, node
                found += 1
    begins, rows = starts(on[:found], count)
    along, keys = at[:found][rows], np.empty(found)
    for e in range(count):
        in_order(edges, e, nodes, along, begins[e], begins[e + 1], keys)
    return nodes, begins, along


@compiled
def in_order(
    edges: Floats, e: int, nodes: Floats, along: Indices, begin: int, end: int, keys: Floats
) -> None:
    """Sort the nodes along an edge, of which its own ends come first in the list."""
    ax, ay = edges[e, 0], edges[e, 1]
    dx, dy = edges[e, 2] - ax, edges[e, 3] - ay
    first, last = along[begin], along[begin + 1]
    for k in range(begin, end):
        node = along[k]
        key = (nodes[node, 0] - ax) * dx + (nodes[node, 1] - ay) * dy
        if node == first:
            key = -np.inf
        elif node == last:
            key = np.inf
        i = k
        while i > begin and keys[i - 1] > key:
            keys[i], along[i] = keys[i - 1], along[i - 1]
            i -= 1
        keys[i], along[i] = key, node
