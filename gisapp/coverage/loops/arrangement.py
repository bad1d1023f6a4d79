"""Cells cut up by all edges: figures, what each view sees alone, and outlines, in one pass.

Places are whole numbers of `UNIT` (15 nm) kept as floats, so that `exact.turn` tells on which side
of a line a place lies. Edges are cut (`cutting`) into pieces that meet in nodes only (`pieces`), a
sweep says what covers the faces beside them (`sweeping`), from which come areas (`measuring`) and
rings (`outlines`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.clipping import edges_of
from gisapp.coverage.loops.counts import COUNTS
from gisapp.coverage.loops.cutting import cut
from gisapp.coverage.loops.measuring import measured
from gisapp.coverage.loops.outlines import rings_along, shells_of
from gisapp.coverage.loops.pieces import pieces_of
from gisapp.coverage.loops.sweeping import sides, swept
from gisapp.coverage.loops.tables import grown, numbered

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
UNIT = 2.0**-26  # m
COARSEST = 1e-2  # m: a unit at which cutting is given up
ROUNDS = 8  # of cutting, until nothing crosses: the second is rare, a third was never seen


@compiled
def arranged(
    edges: Floats, gains: Indices
) -> tuple[Floats, Indices, Indices, Indices, Indices, Indices, bool]:
    """Cut up the plane: nodes, starts, ends and gains of pieces, counts above, pieces under them.

    Equal edges are made one first: ten thousand cameras may hang on one point. False where pieces
    still cross, after so many rounds.
    """
    ends, which = numbered(np.concatenate((edges[:, :2], edges[:, 2:])))
    begins, along = 2 * np.arange(len(edges) + 1), np.empty(2 * len(edges), np.int64)
    along[0::2], along[1::2] = which[: len(edges)], which[len(edges) :]
    nodes = ends
    fans, start, end, gain = pieces_of(begins, along, gains, nodes)
    counts, under, planar, rounds = gain, start, len(start) == 0, 0
    while not planar and rounds < ROUNDS:
        edges = np.empty((len(start), 4))
        for k in range(len(start)):
            edges[k, :2], edges[k, 2:] = nodes[start[k]], nodes[end[k]]
        gains = gain
        nodes, begins, along = cut(edges)
        fans, start, end, gain = pieces_of(begins, along, gains, nodes)
        counts, under, planar = swept(nodes, fans, start, end, gain)
        rounds += 1
    return nodes, start, end, gain, counts, under, planar


@compiled
def nothing() -> tuple[Floats, Indices, Indices, Indices, Indices, Indices]:
    """Return an arrangement of nothing."""
    none, table = np.empty(0, np.int64), np.empty((0, COUNTS), np.int64)
    return np.empty((0, 2)), none, none, table, table, none


@compiled
def cover(
    boxes: Floats, first: Indices, shapes: Indices, gains: Indices, views: Indices,
    ring_first: Indices, corner_first: Indices, corners: Floats, regions: Indices,
) -> tuple[Floats, Floats, Floats, Floats, Indices, Indices]:  # fmt: skip
    """Return of each cell figures, what each of its views sees alone, and rings of its regions.

    Cell ``c`` with its box (west, south, east, north: whole metres) is made of ``shapes`` from
    ``first[c]`` to ``first[c + 1]``, which add ``gains`` to what covers a face; the numbers of its
    views start at ``views[c]``. Shape ``s`` has the rings ``ring_first[s]`` to
    ``ring_first[s + 1]``, ring ``r`` the ``corners`` from ``corner_first[r]``; shells run
    counter-clockwise, the last corner is not the first again. ``regions``: rows of faces wanted and
    not wanted.

    Figures: square metres of the target, seen surely, possibly, twice; NaN where pieces cross
    whatever the unit. Rings: corners in metres, where each ends, and rows of cell, region, shell.
    """
    figures = np.zeros((len(boxes), 4))
    sure_alone, possible_alone = np.zeros(views[-1]), np.zeros(views[-1])
    drawn, ends, owners = np.empty((1024, 2)), np.empty(256, np.int64), np.empty((256, 3), np.int64)
    at, rings = 0, 0
    for cell in range(len(boxes)):
        edges, edge_gains = np.empty((1024, 4)), np.empty((1024, COUNTS), np.int64)
        unit, planar, count = UNIT, False, 0
        nodes, start, end, gain, counts, under = nothing()
        while not planar and unit < COARSEST:
            edges, edge_gains, count = edges_of(
                shapes[first[cell] : first[cell + 1]], gains[first[cell] : first[cell + 1]],
                boxes[cell], unit, ring_first, corner_first, corners, edges, edge_gains,
            )  # fmt: skip
            if count == 0:
                break
            nodes, start, end, gain, counts, under, planar = arranged(
                edges[:count], edge_gains[:count]
            )
            unit *= 1 if planar else 256
        if not planar:
            figures[cell] = np.nan if count else 0.0
            continue
        ours = slice(views[cell], views[cell + 1])
        measured(
            nodes, start, end, counts, gain, unit * unit,
            figures[cell], sure_alone[ours], possible_alone[ours],
        )  # fmt: skip
        for region in range(len(regions)):
            side = sides(counts, gain, regions[region, 0], regions[region, 1])
            along, begins, ring_of = rings_along(nodes, start, end, side)
            shells = shells_of(nodes, along, begins, ring_of, start, under, side)
            drawn = grown(drawn, at + len(along))
            ends, owners = grown(ends, rings + len(shells)), grown(owners, rings + len(shells))
            for ring in range(len(shells)):
                for k in range(begins[ring], begins[ring + 1]):
                    drawn[at, 0] = nodes[along[k], 0] * unit + boxes[cell, 0]
                    drawn[at, 1] = nodes[along[k], 1] * unit + boxes[cell, 1]
                    at += 1
                ends[rings + ring] = at
                owners[rings + ring, 0], owners[rings + ring, 1] = cell, region
                owners[rings + ring, 2] = rings + shells[ring]
            rings += len(shells)
    return figures, sure_alone, possible_alone, drawn[:at], ends[:rings], owners[:rings]
