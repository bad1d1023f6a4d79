"""Cells into which very many cameras look, as when a list gives all of them one place.

Their views' edges cross one another so often that cutting them all would take minutes and all
memory. So halves of the views are merged instead, again and again, into what one and what two of
them see: with these two in place of the views the figures and gaps of the cell are the same. What
a camera sees alone is its share of what exactly one sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage import overlay
from gisapp.coverage.rings import NOTHING
from gisapp.coverage.viewsheds import Views

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[Any]
CROWD = 1000  # views into one cell from which on they are merged


@dataclass(frozen=True)
class Eased:
    """Pairs of cells and views in which two made-up views stand for those into a crowded cell.

    ``kept`` are the places of pairs that stayed, among the old and among the new ones. ``alone``
    are what each view of the old pairs sees alone, surely and possibly (m²), filled for crowds.
    """

    cell_of: Indices
    view_of: Indices
    views: Views
    kept: tuple[Indices, Indices]
    alone: tuple[Floats, Floats]


def find_crowds(cell_of: Indices, count: int) -> Indices:
    """Return the cells of ``count`` into which too many views look."""
    return np.flatnonzero(np.bincount(cell_of, minlength=count) > CROWD)


def ease(
    ground: Shapes, cell_of: Indices, view_of: Indices, views: Views, crowds: Indices
) -> Eased:
    """Put two views in the place of those into each crowded cell; pairs are ordered by cell."""
    staying = np.flatnonzero(~np.isin(cell_of, crowds))
    surely, possibly = list(views.sure), list(views.possible)
    alone = np.zeros(len(cell_of)), np.zeros(len(cell_of))
    for cell in crowds:
        here = np.flatnonzero(cell_of == cell)
        stacks = [
            _stacked(ground[cell], seen[view_of[here]]) for seen in (views.sure, views.possible)
        ]
        for told, kind, (once, twice, only) in zip(alone, (surely, possibly), stacks, strict=True):
            told[here] = only
            kind += [once, twice]
    cells = np.concatenate((cell_of[staying], np.repeat(crowds, 2)))
    made = len(views.sure) + np.arange(2 * len(crowds))
    order = np.argsort(cells, kind="stable")
    return Eased(
        cells[order],
        np.concatenate((view_of[staying], made))[order],
        Views(_objects(surely), _objects(possibly)),
        (staying, np.flatnonzero(order < len(staying))),
        alone,
    )


def _stacked(ground: BaseGeometry, views: Shapes) -> tuple[BaseGeometry, BaseGeometry, Floats]:
    """Return what of a cell's ground one and two of the views see, and what each sees alone."""
    with np.errstate(all="ignore"):  # flags that the geometry library leaves behind
        here = [overlay.intersection(view, ground) for view in views]
        once, twice = stack(here)
        only = overlay.difference(once, twice)
        return once, twice, np.array([overlay.intersection(view, only).area for view in here])


def stack(views: list[BaseGeometry]) -> tuple[BaseGeometry, BaseGeometry]:
    """Return what at least one and what at least two of the views see."""
    if len(views) == 1:
        return views[0], NOTHING
    middle = len(views) // 2
    (one, one_twice), (two, two_twice) = stack(views[:middle]), stack(views[middle:])
    both = overlay.intersection(one, two)
    return overlay.union([one, two]), overlay.union([one_twice, two_twice, both])


def _objects(shapes: list[BaseGeometry]) -> Shapes:
    answer: Shapes = np.empty(len(shapes), dtype=object)
    answer[:] = shapes
    return answer
