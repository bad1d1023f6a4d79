"""How much of each cell's target cameras surely and possibly see, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage.crowds import ease, find_crowds
from gisapp.coverage.faces import Looks, find_faces
from gisapp.coverage.ground import Targets
from gisapp.coverage.loops.counts import COUNTS, POSSIBLE, POSSIBLE_SUM, SURE, SURE_SUM
from gisapp.coverage.rings import NOTHING, compressed, joined, rings_of
from gisapp.coverage.viewsheds import Views

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[Any]


@dataclass(frozen=True)
class OneCell:
    """What cameras see of one target; areas in m², one entry of each array for a camera.

    Nothing of it counts unless ``known``: else the edges could not be cut where they cross.
    ``certain_gap`` is what no camera can see, ``unsure_gap`` what is possibly but not surely
    seen. ``twice_m2`` is what at least two surely see. ``lost`` is what only this camera sees.
    """

    target_m2: float
    sure_m2: float
    possible_m2: float
    twice_m2: float
    certain_gap: BaseGeometry
    unsure_gap: BaseGeometry
    sure_seen_m2: Floats
    possible_seen_m2: Floats
    sure_lost_m2: Floats
    possible_lost_m2: Floats

    @property
    def known(self) -> bool:
        """Tell whether there are figures; they are NaN where cutting failed."""
        return bool(np.isfinite(self.target_m2))


@dataclass(frozen=True)
class CellCover:
    """`OneCell` for many cells; those with ``pair`` have an entry for each pair asked about.

    Areas of cells that do not overlap add up. The pairs of cell ``c`` are those from ``first[c]``
    to ``first[c + 1]``.
    """

    target_m2: Floats
    sure_m2: Floats
    possible_m2: Floats
    twice_m2: Floats
    certain_gap: Shapes
    unsure_gap: Shapes
    first: Indices
    pair_sure_m2: Floats
    pair_possible_m2: Floats
    pair_sure_lost_m2: Floats
    pair_possible_lost_m2: Floats

    def cell(self, at: int) -> OneCell:
        """Return one of the cells."""
        pairs = slice(self.first[at], self.first[at + 1])
        return OneCell(
            float(self.target_m2[at]),
            float(self.sure_m2[at]),
            float(self.possible_m2[at]),
            float(self.twice_m2[at]),
            self.certain_gap[at],
            self.unsure_gap[at],
            self.pair_sure_m2[pairs],
            self.pair_possible_m2[pairs],
            self.pair_sure_lost_m2[pairs],
            self.pair_possible_lost_m2[pairs],
        )


def cover_cells(
    targets: Targets,
    cell_of: Indices,
    view_of: Indices,
    views: Views,
    *,
    shares: bool = True,
    threads: int = 2,
) -> CellCover:
    """Return the cover of each target by pairs of cells and views, as `looking_into` finds them.

    Pairs are ordered by cell. Where a camera's views are the same object, it is looked at once.
    Without ``shares``, what each camera sees is not asked: ``pair_sure_m2`` and
    ``pair_possible_m2`` are NaN.
    """
    crowds = find_crowds(cell_of, len(targets))
    if not len(crowds):
        return _cover(targets, cell_of, view_of, views, shares, threads)
    eased = ease(targets.ground, cell_of, view_of, views, crowds)
    found = _cover(targets, eased.cell_of, eased.view_of, eased.views, False, threads)
    old, new = eased.kept
    sure_alone, possible_alone = eased.alone
    sure_alone[old] = found.pair_sure_lost_m2[new]
    possible_alone[old] = found.pair_possible_lost_m2[new]
    surely, possibly = _shares(targets, cell_of, view_of, views, shares, threads)
    return replace(
        found,
        first=compressed(cell_of, len(targets)),
        pair_sure_m2=surely,
        pair_possible_m2=possibly,
        pair_sure_lost_m2=sure_alone,
        pair_possible_lost_m2=possible_alone,
    )


def _cover(
    targets: Targets, cell_of: Indices, view_of: Indices, views: Views, shares: bool, threads: int
) -> CellCover:
    """Return what `cover_cells` does, by cutting up the views of each cell."""
    count = len(targets)
    looks, further = _looks(count, cell_of, view_of, views)
    regions = ("certain", "unsure") if further else ("certain",)
    found = find_faces(targets.ground, targets.walls, looks, regions, threads=threads)
    surely, possibly = _shares(targets, cell_of, view_of, views, shares, threads)
    target, sure, possible, twice = np.maximum(found.figures, 0.0).T
    sure = np.minimum(sure, target)
    return CellCover(
        target,
        sure,
        np.clip(possible, sure, target),
        np.minimum(twice, sure),
        found.regions["certain"],
        found.regions.get("unsure", np.full(count, NOTHING, dtype=object)),
        compressed(cell_of, count),
        surely,
        possibly,
        np.maximum(found.sure_alone, 0.0),
        np.maximum(found.possible_alone, 0.0),
    )


def _shares(
    targets: Targets, cell_of: Indices, view_of: Indices, views: Views, asked: bool, threads: int
) -> tuple[Floats, Floats]:
    """Return how much of its cell each view of the pairs surely and possibly sees, if asked."""
    surely = possibly = np.full(len(cell_of), np.nan)
    if asked:
        surely = possibly = _seen(targets.ground, cell_of, views.sure[view_of], threads)
        if any(one is not two for one, two in zip(views.sure, views.possible, strict=True)):
            possibly = _seen(targets.ground, cell_of, views.possible[view_of], threads)
    return surely, possibly


def looking_into(grounds: Shapes, views: Views) -> tuple[Indices, Indices]:
    """Return pairs of cells and views that may see into them, ordered by both."""
    cells, cameras = shapely.STRtree(views.possible).query(grounds, predicate="intersects")
    order = np.lexsort((cameras, cells))
    return cells[order].astype(np.int64), cameras[order].astype(np.int64)


def cover_one_cell(target: BaseGeometry, views: Views) -> OneCell:
    """Return what ``views`` of the cameras that look into one cell leave of its target.

    What each camera sees is not asked, see `cover_cells`.
    """
    ground: Shapes = np.array([target], dtype=object)
    cameras = np.arange(len(views.sure))
    here = np.zeros(len(cameras), dtype=np.int64)
    return cover_cells(Targets(ground), here, cameras, views, shares=False, threads=1).cell(0)


def _looks(count: int, cell_of: Indices, view_of: Indices, views: Views) -> tuple[Looks, bool]:
    """Return who looks into which cell, and whether anybody possibly sees more than surely."""
    differing = np.array(
        [one is not two for one, two in zip(views.sure, views.possible, strict=True)], dtype=bool
    )
    further = np.flatnonzero(differing)
    number = np.arange(len(cell_of)) - compressed(cell_of, count)[cell_of]
    sure = np.zeros((len(cell_of), COUNTS), dtype=np.int64)
    sure[:, SURE], sure[:, SURE_SUM] = 1, number
    both = ~differing[view_of]
    possible = np.zeros_like(sure)
    possible[:, POSSIBLE], possible[:, POSSIBLE_SUM] = 1, number
    sure[both] += possible[both]
    place = np.zeros(len(views.sure), dtype=np.int64)
    place[further] = len(views.sure) + np.arange(len(further))
    return Looks(
        joined([rings_of(views.sure), rings_of(views.possible[further])]),
        np.concatenate((cell_of, cell_of[~both])),
        np.concatenate((view_of, place[view_of[~both]])),
        np.concatenate((sure, possible[~both])),
        np.bincount(cell_of, minlength=count),
    ), bool(len(further))


def _seen(ground: Shapes, cell_of: Indices, views: Shapes, threads: int) -> Floats:
    """Return how many square metres of its cell's ground each view sees.

    No view reaches into a building, so the ground before they are taken out will do.
    """
    answer: Floats = shapely.area(views)
    shapely.prepare(ground)
    across = np.flatnonzero(~shapely.contains_properly(ground[cell_of], views))
    one = np.arange(len(across))
    gains = np.zeros((len(across), COUNTS), dtype=np.int64)
    gains[:, SURE] = 1
    looks = Looks(rings_of(ground), one, cell_of[across], gains, np.zeros_like(one))
    answer[across] = find_faces(views[across], None, looks, threads=threads).figures[:, 1]
    return answer
