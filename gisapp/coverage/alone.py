"""What is lost if one camera fails: the area that each view has to itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage import overlay

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
MOST_PAIRS = 2000  # beyond, views are so crowded that pairs are no way to look at them


def shares_of(ground: BaseGeometry, views: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return how many square metres of the ground each view sees, and how many it alone.

    Equal views, however many, have nothing to themselves. Empty views see nothing.
    """
    _, first, which, times = np.unique(
        shapely.to_wkb(views), return_index=True, return_inverse=True, return_counts=True
    )
    ones, twos = _overlapping(views[first])
    clipped = views[first].copy()
    shapely.prepare(ground)
    across = ~shapely.contains_properly(ground, clipped)
    clipped[across] = overlay.intersections(clipped[across], np.full(across.sum(), ground))
    if len(ones) <= MOST_PAIRS:
        only = _by_pairs(clipped, ones, twos)
    else:
        only = _by_halves(ground, views[first])
    return shapely.area(clipped)[which], np.where(times > 1, 0.0, only)[which]


def _overlapping(views: NDArray[Any]) -> tuple[Indices, Indices]:
    """Return pairs of views whose boxes overlap."""
    ones, twos = shapely.STRtree(views).query(views)
    return ones[ones < twos], twos[ones < twos]


def _by_pairs(views: NDArray[Any], ones: Indices, twos: Indices) -> Floats:
    """Take from each view what pairs of views share."""
    shared = overlay.intersections(views[ones], views[twos])
    shared = shared[shapely.area(shared) > 0]
    only: Floats = shapely.area(views)
    if len(shared):
        twice = overlay.union(shared)
        only = only - shapely.area(overlay.intersections(views, np.full(len(views), twice)))
    return np.maximum(only, 0.0)


def _by_halves(ground: BaseGeometry, views: NDArray[Any]) -> Floats:
    """Take from each half of the views what the other half sees, until one view is left."""
    if len(views) < 2:
        return np.array([overlay.intersection(ground, view).area for view in views])
    if ground.is_empty:
        return np.zeros(len(views))
    box = shapely.bounds(views)
    order = np.argsort(box.sum(axis=1))
    near, far = order[: len(order) // 2], order[len(order) // 2 :]
    only = np.zeros(len(views))
    for half, other in ((near, far), (far, near)):
        rest = overlay.difference(ground, overlay.union(views[other]))
        only[half] = _by_halves(rest, views[half])
    return only
