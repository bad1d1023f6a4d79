"""The figures of some cells from their inputs: areas, gaps, shares of cameras, and a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisapp.coverage.cover import CellCover, cover_cells
from gisapp.coverage.found_gaps import Gap, list_gaps
from gisapp.coverage.freshness import Target
from gisapp.coverage.inputs import CellInputs
from gisapp.coverage.targets import make_targets

Ids = NDArray[np.int64]


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


def pairs_of(seen_by: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """Return the lists of views of each cell as pairs: places of cells, places of views."""
    counts = [len(views) for views in seen_by]
    cell_of = np.repeat(np.arange(len(seen_by)), counts)
    view_of = np.array([view for views in seen_by for view in views], dtype=np.int64)
    return cell_of, view_of


def compute_cells(cells: CellInputs, smallest_gap_m2: float) -> list[CellFigures]:
    """Return the figures of cells for each kind of target."""
    cell_of, view_of = pairs_of(cells.seen_by)
    starts = np.searchsorted(cell_of, np.arange(len(cells.ids) + 1))
    found = []
    for target, ground in make_targets(cells).items():
        cover = cover_cells(
            ground.shapes,
            cell_of,
            view_of,
            cells.views.sure,
            cells.views.possible,
            grounds=ground.ground,
        )
        for at in range(len(cells.ids)):
            pairs = np.arange(starts[at], starts[at + 1])
            shape = ground.shapes[at]
            found.append(
                figures_of(cells, target, shape, cover, at, view_of[pairs], pairs, smallest_gap_m2)
            )
    return found


def figures_of(
    cells: CellInputs,
    target: Target,
    ground: Any,
    cover: CellCover,
    at: int,
    views: Ids,
    pairs: Ids,
    smallest_gap_m2: float,
) -> CellFigures:
    """Return one cell's figures. Of the pair sure ≤ possible ≤ target rounding leaves nothing."""
    target_m2 = float(cover.target_m2[at])
    possible_m2 = min(max(float(cover.possible_m2[at]), 0.0), target_m2)
    sure_m2 = min(max(float(cover.sure_m2[at]), 0.0), possible_m2)
    shares = [
        Share(
            int(cells.views.ids[view]),
            float(cover.pair_sure_m2[pair]),
            float(cover.pair_possible_m2[pair]),
            float(cover.pair_sure_lost_m2[pair]),
            float(cover.pair_possible_lost_m2[pair]),
        )
        for pair, view in zip(pairs, views, strict=True)
        if cover.pair_possible_m2[pair] > 0
    ]
    return CellFigures(
        int(cells.ids[at]),
        target,
        target_m2,
        sure_m2,
        possible_m2,
        min(max(float(cover.twice_m2[at]), 0.0), sure_m2),
        len(pairs),
        int(cells.views.undirected[views].sum()),
        list_gaps(
            ground,
            cover.certain_gap[at],
            cover.unsure_gap[at],
            smallest_gap_m2,
            cells.roads[at],
            cells.standing[at],
        ),
        shares,
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
