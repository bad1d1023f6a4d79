"""How much of each cell's target cameras surely and possibly see, and what is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage import overlay
from gisapp.coverage.alone import seen_alone
from gisapp.coverage.targets import Targets
from gisapp.coverage.viewsheds import Views

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
MINIMUM_GAP = 25.0  # m²: smaller gaps count in the figures and are not drawn


@dataclass(frozen=True)
class OneCell:
    """What cameras see of one target; areas in m².

    ``possible`` is never less than ``sure``. ``unsure`` is what is not surely seen, ``unseen``
    what no camera can see, each in parts of at least the minimum size, largest first. ``only``
    has, for each camera asked about, the area that it alone surely sees: what is lost when it
    fails. ``twice`` is what at least two see.
    """

    target: float
    sure: float
    possible: float
    twice: float
    unsure: BaseGeometry
    unseen: BaseGeometry
    only: Floats


@dataclass(frozen=True)
class CellCover:
    """`OneCell` for many cells as arrays, and which camera may see which cell.

    Pair ``k`` says that camera ``cameras[k]`` looks into cell ``cells[k]``, where it alone surely
    sees ``only[k]`` m². All areas of cells that do not overlap add up.
    """

    target: Floats
    sure: Floats
    possible: Floats
    twice: Floats
    unsure: NDArray[Any]
    unseen: NDArray[Any]
    cells: Indices
    cameras: Indices
    only: Floats


def cover_cells(
    targets: Targets,
    views: Views,
    *,
    minimum_gap: float = MINIMUM_GAP,
    alone: bool = True,
    threads: int = 2,
) -> CellCover:
    """Return the cover of each target. Without ``alone``, ``twice`` and ``only`` are NaN."""
    cells, cameras = looking_into(targets, views)
    first = np.searchsorted(cells, np.arange(len(targets) + 1))

    def one(cell: int) -> OneCell:
        which = cameras[first[cell] : first[cell + 1]]
        return cover_one_cell(
            targets.shapes[cell],
            targets.ground[cell],
            Views(views.sure[which], views.possible[which]),
            minimum_gap=minimum_gap,
            alone=alone,
        )

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(one, range(len(targets))))
    return CellCover(
        np.array([cell.target for cell in found]),
        np.array([cell.sure for cell in found]),
        np.array([cell.possible for cell in found]),
        np.array([cell.twice for cell in found]),
        _objects([cell.unsure for cell in found]),
        _objects([cell.unseen for cell in found]),
        cells,
        cameras,
        np.concatenate([cell.only for cell in found]) if found else np.zeros(0),
    )


def looking_into(targets: Targets, views: Views) -> tuple[Indices, Indices]:
    """Return pairs of cells and cameras that may see into them, ordered by both."""
    cells, cameras = shapely.STRtree(views.possible).query(targets.ground, predicate="intersects")
    order = np.lexsort((cameras, cells))
    return cells[order].astype(np.int64), cameras[order].astype(np.int64)


def cover_one_cell(
    target: BaseGeometry,
    ground: BaseGeometry,
    views: Views,
    *,
    minimum_gap: float = MINIMUM_GAP,
    alone: bool = True,
) -> OneCell:
    """Return what ``views`` of the cameras that look into one cell leave of its target.

    ``ground`` is the target before buildings are taken out, see `Targets`.
    """
    with np.errstate(all="ignore"):  # flags that the geometry library leaves behind
        seeing = ~shapely.is_empty(views.sure)
        further = np.array(
            [one is not two for one, two in zip(views.sure, views.possible, strict=True)],
            dtype=bool,
        )
        unsure, left = _left(target, views.sure[seeing])
        unseen, unseeable = (
            _left(unsure, views.possible[further]) if further.any() else (unsure, left)
        )
        area = float(target.area)
        only = np.full(len(views.sure), np.nan)
        if alone:
            only[:] = 0
            only[seeing] = seen_alone(ground, views.sure[seeing])
        sure = max(area - left, 0.0)
        drawn = _large(unsure, minimum_gap)
        return OneCell(
            area,
            sure,
            max(area - unseeable, sure),
            max(sure - float(only.sum()), 0.0),
            drawn,
            drawn if unseen is unsure else _large(unseen, minimum_gap),
            only,
        )


def _left(target: BaseGeometry, views: NDArray[Any]) -> tuple[BaseGeometry, float]:
    if len(views):
        target = overlay.difference(target, overlay.union(views))
    return target, float(target.area)


def _large(shape: BaseGeometry, minimum: float) -> BaseGeometry:
    """Return the parts of at least a minimum size (m²), the largest first."""
    parts = shapely.get_parts(shape)
    sizes = shapely.area(parts)
    kept = np.argsort(-sizes, kind="stable")
    kept = kept[sizes[kept] >= max(minimum, np.finfo(float).tiny)]
    return overlay.collected(parts[kept])


def _objects(shapes: list[BaseGeometry]) -> NDArray[Any]:
    answer: NDArray[Any] = np.empty(len(shapes), dtype=object)
    answer[:] = shapes
    return answer
