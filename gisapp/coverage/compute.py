"""The figures of some cells from their inputs: areas, gaps, shares of cameras, and a digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gisapp.coverage.cover import CellCover, OneCell, cover_cells
from gisapp.coverage.found_gaps import Gap, list_gaps
from gisapp.coverage.freshness import Target
from gisapp.coverage.inputs import CellInputs, Shapes
from gisapp.coverage.targets import make_targets
from gisapp.coverage.threads import each
from gisapp.coverage.viewsheds import Views


@dataclass(frozen=True)
class Share:
    """What of a cell's target one camera sees, and what only it sees; square metres."""

    camera: int
    sure_m2: float
    possible_m2: float
    sure_lost_m2: float
    possible_lost_m2: float


@dataclass(frozen=True)
class CellFigures:
    """One cell and one kind of target."""

    cell: int
    target: Target
    target_m2: float
    sure_m2: float
    possible_m2: float
    twice_m2: float
    cameras: int
    undirected: int
    gaps: list[Gap]
    shares: list[Share]


def compute_cells(
    cells: CellInputs, smallest_gap_m2: float, *, threads: int = 2
) -> list[CellFigures]:
    """Return the figures of cells for each kind of target.

    A cell that cannot be cut up for one of them has none at all: half of its figures would be taken
    for all there is to say.
    """
    counts = np.array([len(listed) for listed in cells.seen_by], dtype=np.int64)
    cell_of = np.repeat(np.arange(len(counts)), counts)
    view_of = np.array([view for listed in cells.seen_by for view in listed], dtype=np.int64)
    views = Views(cells.views.sure, cells.views.possible)
    found: list[list[CellFigures | None]] = [[] for _ in counts]
    for target, ground in make_targets(cells).items():
        cover, shapes = cover_cells(ground, cell_of, view_of, views, threads=threads), ground.shapes

        def figures(
            at: int, cover: CellCover = cover, shapes: Shapes = shapes, target: Target = target
        ) -> CellFigures | None:
            return figures_of(cells, at, target, shapes[at], cover.cell(at), smallest_gap_m2)

        for at, one in enumerate(each(figures, range(len(counts)), threads)):
            found[at].append(one)
    whole = (one for one in found if None not in one)
    return [figures for one in whole for figures in one if figures]


def figures_of(
    cells: CellInputs, at: int, target: Target, shape: Any, cover: OneCell, smallest_gap_m2: float
) -> CellFigures | None:
    """Return one cell's figures for one target, whose ``shape`` is free of buildings.

    None where something of it could not be cut up.
    """
    seen_by = cells.seen_by[at]
    shares = (cover.sure_seen_m2, cover.possible_seen_m2)
    if shape is None or not cover.known or not np.isfinite(shares).all():
        return None
    pairs = zip(
        seen_by,
        cover.sure_seen_m2.tolist(),
        cover.possible_seen_m2.tolist(),
        cover.sure_lost_m2.tolist(),
        cover.possible_lost_m2.tolist(),
        strict=True,
    )
    return CellFigures(
        int(cells.ids[at]),
        target,
        cover.target_m2,
        cover.sure_m2,
        cover.possible_m2,
        cover.twice_m2,
        len(seen_by),
        int(cells.views.undirected[seen_by].sum()),
        list_gaps(
            shape,
            cover.certain_gap,
            cover.unsure_gap,
            smallest_gap_m2,
            cells.roads[at],
            cells.standing[at],
        ),
        [Share(int(cells.views.ids[view]), *areas) for view, *areas in pairs if areas[1] > 0],
    )


def digests(cells: CellInputs, rules: str) -> list[str]:
    """Return of each cell a digest of all that its figures are made of."""
    sure, possible = shapely.to_wkb(cells.views.sure), shapely.to_wkb(cells.views.possible)
    shapes = shapely.to_wkb(cells.shapes)
    found = []
    for at in range(len(cells.ids)):
        digest = hashlib.blake2b(rules.encode(), digest_size=16)
        digest.update(shapes[at])
        for part in cells.obstacles[at]:
            digest.update(part)
        for road in cells.roads[at]:
            digest.update(shapely.to_wkb(road.shape))
            digest.update(repr((road.kind, road.width_m)).encode())
        for one in cells.standing[at]:
            digest.update(repr(one).encode())
        for view in cells.seen_by[at]:
            digest.update(
                repr((cells.views.ids[view], bool(cells.views.undirected[view]))).encode()
            )
            digest.update(sure[view])
            digest.update(possible[view])
        found.append(digest.hexdigest())
    return found
