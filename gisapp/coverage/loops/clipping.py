"""The edges of shapes within a box, in units from its corner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.tables import grown

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def added(
    edges: Floats, gains: Indices, count: int, ring: Floats, box: Floats, unit: float, gain: Indices
) -> tuple[Floats, Indices, int]:
    """Append the edges of a ring within a box, in units from its corner."""
    ring = clipped(ring, box)
    edges, gains = grown(edges, count + len(ring)), grown(gains, count + len(ring))
    for k in range(len(ring)):
        ax, ay = (
            np.rint((ring[k - 1, 0] - box[0]) / unit),
            np.rint((ring[k - 1, 1] - box[1]) / unit),
        )
        bx, by = np.rint((ring[k, 0] - box[0]) / unit), np.rint((ring[k, 1] - box[1]) / unit)
        if ax != bx or ay != by:
            edges[count, 0], edges[count, 1], edges[count, 2], edges[count, 3] = ax, ay, bx, by
            gains[count] = gain
            count += 1
    return edges, gains, count


@compiled
def clipped(ring: Floats, box: Floats) -> Floats:
    """Return a ring within a box (west, south, east, north); it may run to and fro on the border.

    One side after the other (Sutherland and Hodgman 1974).
    """
    for axis in range(2):
        for sign in range(-1, 2, 2):
            limit = box[axis] if sign < 0 else box[axis + 2]
            beyond = (ring[:, axis] - limit) * sign > 0
            if not beyond.any():
                continue
            kept, count = np.empty((2 * len(ring), 2)), 0
            for k in range(len(ring)):
                if beyond[k] != beyond[k - 1]:
                    share = (limit - ring[k - 1, axis]) / (ring[k, axis] - ring[k - 1, axis])
                    across = ring[k - 1, 1 - axis]
                    kept[count, axis] = limit
                    kept[count, 1 - axis] = across + (ring[k, 1 - axis] - across) * share
                    count += 1
                if not beyond[k]:
                    kept[count] = ring[k]
                    count += 1
            ring = kept[:count]
    return ring


@compiled
def edges_of(
    shapes: Indices, gains: Indices, box: Floats, unit: float,
    ring_first: Indices, corner_first: Indices, corners: Floats, edges: Floats, edge_gains: Indices,
) -> tuple[Floats, Indices, int]:  # fmt: skip
    """Fill in the edges of shapes within a box and what each adds; return how many there are."""
    count = 0
    for k in range(len(shapes)):
        for ring in range(ring_first[shapes[k]], ring_first[shapes[k] + 1]):
            edges, edge_gains, count = added(
                edges, edge_gains, count,
                corners[corner_first[ring] : corner_first[ring + 1]], box, unit, gains[k],
            )  # fmt: skip
    return edges, edge_gains, count
