"""The areas of faces, added up piece by piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.counts import CERTAIN, POSSIBLE, SURE, TARGET, UNSEEN
from gisapp.coverage.loops.sweeping import kind

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def measured(
    nodes: Floats, start: Indices, end: Indices, counts: Indices, gain: Indices,
    square_unit: float, figures: Floats, sure_alone: Floats, possible_alone: Floats,
) -> None:  # fmt: skip
    """Add up areas (m²): of the target, seen surely, possibly, twice; by one view alone.

    Each piece adds the strip below it to the face below, and takes it from the face above.
    """
    for piece in range(len(start)):
        a, b = start[piece], end[piece]
        strip = (nodes[b, 0] - nodes[a, 0]) * (nodes[a, 1] + nodes[b, 1]) / 2 * square_unit
        for below in range(2):
            what = kind(counts, gain, piece, below)
            if not what & TARGET:
                continue
            area = strip if below else -strip
            figures[0] += area
            if not what & UNSEEN:
                figures[1] += area
            if not what & CERTAIN:
                figures[2] += area
            if counts[piece, SURE] - below * gain[piece, SURE] > 1:
                figures[3] += area
            alone(counts, gain, piece, below, SURE, area, sure_alone)
            alone(counts, gain, piece, below, POSSIBLE, area, possible_alone)


@compiled
def alone(
    counts: Indices, gain: Indices, piece: int, below: int, column: int, area: float, areas: Floats
) -> None:
    """Add an area to that of the view that alone covers a face."""
    if counts[piece, column] - below * gain[piece, column] == 1:
        whose = counts[piece, column + 2] - below * gain[piece, column + 2]
        if 0 <= whose < len(areas):
            areas[whose] += area
