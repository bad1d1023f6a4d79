"""How much of each cell's target cameras surely and possibly see, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage import overlay
from gisapp.coverage.alone import shares_of
from gisapp.coverage.threads import each as each_of
from gisapp.coverage.viewsheds import Views

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[Any]
Shares = tuple[Floats, Floats, Floats, Floats]
NOTHING = shapely.MultiPolygon()


@dataclass(frozen=True)
class OneCell:
    """What cameras see of one target; areas in m², one entry of each array for a camera.

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


@dataclass(frozen=True)
class CellCover:
    """`OneCell` for many cells; those with ``pair`` have an entry for each pair asked about.

    Areas of cells that do not overlap add up.
    """

    target_m2: Floats
    sure_m2: Floats
    possible_m2: Floats
    twice_m2: Floats
    certain_gap: Shapes
    unsure_gap: Shapes
    pair_sure_m2: Floats
    pair_possible_m2: Floats
    pair_sure_lost_m2: Floats
    pair_possible_lost_m2: Floats


def cover_cells(
    targets: Shapes,
    cell_of: Indices,
    view_of: Indices,
    sure: Shapes,
    possible: Shapes,
    *,
    grounds: Shapes | None = None,
    alone: bool = True,
    threads: int = 2,
) -> CellCover:
    """Return the cover of each target by pairs of cells and views, as `looking_into` finds them.

    Where ``possible`` holds the same object as ``sure``, it is looked at once. ``grounds`` are
    the targets before buildings are taken out: simpler, and as good for what each camera sees,
    since no view reaches into a building. Without ``alone``, ``twice`` and pairs are NaN.
    """
    order = np.argsort(cell_of, kind="stable")
    first = np.searchsorted(cell_of[order], np.arange(len(targets) + 1))

    def one(cell: int) -> OneCell:
        which = view_of[order[first[cell] : first[cell + 1]]]
        return cover_one_cell(
            targets[cell],
            targets[cell] if grounds is None else grounds[cell],
            Views(sure[which], possible[which]),
            alone=alone,
        )

    found = each_of(one, range(len(targets)), threads)

    def each(name: str) -> Floats:
        return np.array([getattr(cell, name) for cell in found], dtype=np.float64)

    def pairs(name: str) -> Floats:
        answer = np.zeros(len(order))
        answer[order] = np.concatenate([np.zeros(0), *(getattr(cell, name) for cell in found)])
        return answer

    return CellCover(
        each("target_m2"),
        each("sure_m2"),
        each("possible_m2"),
        each("twice_m2"),
        _objects([cell.certain_gap for cell in found]),
        _objects([cell.unsure_gap for cell in found]),
        pairs("sure_seen_m2"),
        pairs("possible_seen_m2"),
        pairs("sure_lost_m2"),
        pairs("possible_lost_m2"),
    )


def looking_into(grounds: Shapes, views: Views) -> tuple[Indices, Indices]:
    """Return pairs of cells and views that may see into them, ordered by both."""
    cells, cameras = shapely.STRtree(views.possible).query(grounds, predicate="intersects")
    order = np.lexsort((cameras, cells))
    return cells[order].astype(np.int64), cameras[order].astype(np.int64)


def cover_one_cell(
    target: BaseGeometry, ground: BaseGeometry, views: Views, *, alone: bool = True
) -> OneCell:
    """Return what ``views`` of the cameras that look into one cell leave of its target.

    ``ground`` and ``alone`` as `cover_cells` has them.
    """
    return Looking(views).cover(target, ground, alone=alone)


class Looking:
    """The views into one cell: what they see together is found once for all its targets."""

    def __init__(self, views: Views) -> None:
        """Note the views of the cameras that look into the cell."""
        self.views = views
        self.further = np.array(
            [one is not two for one, two in zip(views.sure, views.possible, strict=True)],
            dtype=bool,
        )
        self._shares: list[tuple[BaseGeometry, Shares]] = []

    def cover(self, target: BaseGeometry, ground: BaseGeometry, *, alone: bool = True) -> OneCell:
        """Return what is seen of one target; ``ground`` and ``alone`` as `cover_cells` has them."""
        with np.errstate(all="ignore"):  # flags that the geometry library leaves behind
            area = float(target.area)
            left = _left(target, self._surely)
            certain: BaseGeometry = left
            unsure: BaseGeometry = NOTHING
            if self.further.any():
                certain = _left(left, self._further)
                unsure = overlay.difference(left, certain)
            sure = min(max(area - float(left.area), 0.0), area)
            nothing = np.full(len(self.further), np.nan)
            seen, lost, possibly, possibly_lost = self._found(ground) if alone else (nothing,) * 4
            return OneCell(
                area,
                sure,
                min(max(area - float(certain.area), sure), area),
                max(sure - float(lost.sum()), 0.0) if alone else np.nan,
                certain,
                unsure,
                seen,
                possibly,
                lost,
                possibly_lost,
            )

    @cached_property
    def _surely(self) -> BaseGeometry | None:
        return _together(self.views.sure)

    @cached_property
    def _further(self) -> BaseGeometry | None:
        return _together(self.views.possible[self.further])

    def _found(self, ground: BaseGeometry) -> Shares:
        """Return what each camera sees of the ground and has alone, surely and possibly."""
        for known, shares in self._shares:
            if known is ground:
                return shares
        surely = shares_of(ground, self.views.sure)
        possibly = shares_of(ground, self.views.possible) if self.further.any() else surely
        found = (surely[0], surely[1], possibly[0], possibly[1])
        self._shares.append((ground, found))
        return found


def _together(views: Shapes) -> BaseGeometry | None:
    views = views[~shapely.is_empty(views)]
    return overlay.union(views) if len(views) else None


def _left(target: BaseGeometry, seen: BaseGeometry | None) -> BaseGeometry:
    return target if seen is None else overlay.difference(target, seen)


def _objects(shapes: list[BaseGeometry]) -> Shapes:
    answer: Shapes = np.empty(len(shapes), dtype=object)
    answer[:] = shapes
    return answer
