"""Rings around faces: shells and the holes in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.exact import turn
from gisapp.coverage.loops.tables import starts

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def rightmost(nodes: Floats, came: int, here: int, leaving: Indices, heads: Indices) -> int:
    """Return which of the ways that leave a node comes next, clockwise from the one come by."""
    best, best_class = -1, 4
    x, y, rx, ry = nodes[here, 0], nodes[here, 1], nodes[came, 0], nodes[came, 1]
    for way in leaving:
        head = heads[way]
        side = turn(x, y, rx, ry, nodes[head, 0], nodes[head, 1])
        place = 0 if side < 0 else (2 if side > 0 else 1)
        if place < best_class:
            best, best_class = way, place
        elif place == best_class:
            other = heads[best]
            if turn(x, y, nodes[head, 0], nodes[head, 1], nodes[other, 0], nodes[other, 1]) < 0:
                best = way
    return best


@compiled
def rings_along(
    nodes: Floats, start: Indices, end: Indices, side: Indices
) -> tuple[Indices, Indices, Indices]:
    """Return simple rings with the wanted faces to the left: nodes, where each begins, by piece.

    The last array says which ring each piece belongs to.
    """
    tails, heads = np.where(side > 0, start, end), np.where(side > 0, end, start)
    border = np.flatnonzero(side)
    first, rows = starts(tails[border], len(nodes))
    leaving = border[rows]
    ring_of, on_path = np.full(len(start), -1), np.full(len(nodes), -1)
    corners, begins = np.empty(len(border), np.int64), np.zeros(len(border) + 1, np.int64)
    path, rings, at = np.empty(len(border) + 1, np.int64), 0, 0
    for opening in border:
        if ring_of[opening] >= 0:
            continue
        way, length = opening, 0
        while True:
            path[length] = way
            on_path[tails[way]] = length
            length += 1
            here = heads[way]
            if on_path[here] >= 0:
                back = on_path[here]
                for k in range(back, length):
                    corners[at], ring_of[path[k]] = tails[path[k]], rings
                    on_path[tails[path[k]]] = -1
                    at += 1
                length, rings = back, rings + 1
                begins[rings] = at
            ways = leaving[first[here] : first[here + 1]]
            onward: Any = ways[0]
            if len(ways) > 1:
                onward = rightmost(nodes, tails[way], here, ways, heads)
            if ring_of[onward] >= 0:
                break
            way = onward
    return corners[:at], begins[: rings + 1], ring_of


@compiled
def shells_of(
    nodes: Floats, corners: Indices, begins: Indices, ring_of: Indices,
    start: Indices, under: Indices, side: Indices,
) -> Indices:  # fmt: skip
    """Return the shell that each ring belongs to: itself, or the one around a hole.

    Going down from the westernmost node of a hole one comes to its shell, or to another hole of it.
    """
    rings = len(begins) - 1
    shells, lowest = np.arange(rings), np.full(rings, -1)
    for ring in range(rings):
        area = 0.0
        ox, oy = nodes[corners[begins[ring]], 0], nodes[corners[begins[ring]], 1]
        for k in range(begins[ring] + 1, begins[ring + 1] - 1):
            a, b = corners[k], corners[k + 1]
            area += turn(ox, oy, nodes[a, 0], nodes[a, 1], nodes[b, 0], nodes[b, 1])
        if area < 0:
            shells[ring] = -1
    for piece in range(len(start)):  # by where they start, and from below
        ring = ring_of[piece]
        if ring >= 0 and lowest[ring] < 0:
            lowest[ring] = piece
    for ring in range(rings):
        around, steps = ring, 0
        while shells[around] < 0 and steps <= rings:
            below = under[lowest[around]]
            while below >= 0 and side[below] == 0:
                below = under[below]
            if below < 0:
                break
            around, steps = ring_of[below], steps + 1
        shells[ring] = shells[around]
    return shells
