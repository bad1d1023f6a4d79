"""Cells cut up by walls and views, many at once: areas, what each view sees alone, and regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisapp.coverage.footprints import Footprints
from gisapp.coverage.loops import arrangement
from gisapp.coverage.loops.counts import CERTAIN, COUNTS, GROUND, TARGET, UNSEEN, WALL
from gisapp.coverage.rings import Rings, areas_of, compressed, joined, rings_of
from gisapp.coverage.threads import each

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[Any]
REGIONS = {"target": (TARGET, 0), "certain": (CERTAIN, 0), "unsure": (UNSEEN, CERTAIN)}
CHUNKS = 4  # pieces of work for each thread, so that none waits long for the last
LEAST_CHUNK = 16
NO_RINGS = Rings(np.zeros((0, 2)), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))


@dataclass(frozen=True)
class Looks:
    """Which views look into which cells, ordered by cell.

    Entry ``k``: the shape ``shapes[k]`` of ``rings`` lies over cell ``cells[k]`` and adds
    ``gains[k]`` to the counts of `gisapp.coverage.loops.sweeping`, where the views of a cell have
    numbers from 0 to ``numbers[cell]``.
    """

    rings: Rings
    cells: Indices
    shapes: Indices
    gains: Indices
    numbers: Indices


@dataclass(frozen=True)
class Faces:
    """Figures of cells (target, sure, possible, twice; m²), alone by view, and regions asked for.

    A cell that cannot be cut up where its edges cross has NaN for figures and None for regions.
    The views of the first cell come first in ``sure_alone`` and ``possible_alone``.
    """

    figures: Floats
    sure_alone: Floats
    possible_alone: Floats
    regions: dict[str, Shapes] = field(default_factory=dict)


def nobody(cells: int) -> Looks:
    """Return that nobody looks into any cell."""
    none = np.zeros(0, dtype=np.int64)
    counts = np.zeros((0, COUNTS), dtype=np.int64)
    return Looks(NO_RINGS, none, none, counts, np.zeros(cells, dtype=np.int64))


def find_faces(
    ground: Shapes,
    walls: Footprints | None,
    looks: Looks,
    regions: tuple[str, ...] = (),
    *,
    threads: int = 2,
) -> Faces:
    """Return the figures of cells: of their ground without walls, under the eyes of views."""
    count = len(ground)
    owners, shapes, gains = [np.arange(count)], [np.arange(count)], [_gain(GROUND, count)]
    bags = [rings_of(ground)]
    if walls is not None and len(walls):
        cells, parts = walls.tree.query(ground, predicate="intersects")
        owners.append(cells)
        shapes.append(parts + sum(map(len, bags)))
        gains.append(_gain(WALL, len(cells)))
        bags.append(walls.rings)
    owners.append(looks.cells)
    shapes.append(looks.shapes + sum(map(len, bags)))
    gains.append(looks.gains)
    bags.append(looks.rings)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    first = compressed(owner, count)
    shape, gain = np.concatenate(shapes)[order], np.concatenate(gains)[order]
    views = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(looks.numbers)))
    rings, boxes = joined(bags), _boxes(ground)
    wanted = np.array([REGIONS[name] for name in regions], dtype=np.int64).reshape(-1, 2)

    def find(chunk: slice) -> tuple[Any, ...]:
        bounds = slice(chunk.start, chunk.stop + 1)
        return arrangement.cover(
            boxes[chunk], first[bounds], shape, gain, views[bounds] - views[chunk.start],
            rings.ring_first, rings.corner_first, rings.corners, wanted,
        )  # fmt: skip

    chunks = _chunks(count, threads)
    found = each(find, chunks, threads)
    figures = np.concatenate([np.zeros((0, 4)), *(one[0] for one in found)])
    uncut = np.isnan(figures).any(axis=1)
    return Faces(
        figures,
        np.concatenate([np.zeros(0), *(one[1] for one in found)]),
        np.concatenate([np.zeros(0), *(one[2] for one in found)]),
        {name: _region(found, chunks, number, uncut) for number, name in enumerate(regions)},
    )


def _gain(column: int, count: int) -> Indices:
    gains = np.zeros((count, COUNTS), dtype=np.int64)
    gains[:, column] = 1
    return gains


def _boxes(shapes: Shapes) -> Floats:
    """Return whole metres around shapes; an empty one has a box of nothing."""
    bounds = np.nan_to_num(shapely.bounds(shapes).reshape(-1, 4))
    return np.concatenate((np.floor(bounds[:, :2]), np.ceil(bounds[:, 2:])), axis=1)


def _chunks(count: int, threads: int) -> list[slice]:
    size = max(-(-count // (CHUNKS * max(threads, 1))), LEAST_CHUNK)
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _region(
    found: list[tuple[Any, ...]], chunks: list[slice], number: int, uncut: NDArray[np.bool_]
) -> Shapes:
    """Return one region of every cell from what the chunks drew; None of those not cut up."""
    shapes: list[Shapes] = [np.zeros(0, dtype=object)]
    for chunk, (*_, corners, ends, owners) in zip(chunks, found, strict=True):
        mine = owners[:, 1] == number
        sizes = np.diff(ends, prepend=0)
        drawn = corners[np.repeat(mine, sizes)]
        whose, _, shells = owners[mine].T
        shapes.append(areas_of(drawn, sizes[mine], shells, whose, chunk.stop - chunk.start))
    answer = np.concatenate(shapes)
    answer[uncut] = None
    return answer
