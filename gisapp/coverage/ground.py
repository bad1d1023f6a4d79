"""The ground that cameras should see in each cell: public space, roads, or all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage import overlay
from gisapp.coverage.footprints import Footprints
from gisapp.coverage.threads import each

Shapes = NDArray[Any] | Sequence[BaseGeometry]
Floats = NDArray[np.float64]
ROAD_HALF_WIDTH = 4.0  # m to either side of a road's line, where nothing better is known
QUARTERS = 4  # segments to a quarter of a road's round end


@dataclass(frozen=True)
class Targets:
    """One target for each cell, in square metres of the metric CRS.

    ``ground`` is the target before buildings are taken out. No view reaches into a building, so
    figures may be had from it that need not be drawn.
    """

    shapes: NDArray[Any]
    ground: NDArray[Any]

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.shapes)


def whole_cells(cells: Shapes) -> Targets:
    """Return all the ground of each cell."""
    return _without(np.asarray(cells, dtype=object), None, threads=1)


def public_space(
    cells: Shapes, footprints: Footprints, water: Shapes = (), *, threads: int = 2
) -> Targets:
    """Return cells without buildings and water."""
    dry = _cut(np.asarray(cells, dtype=object), _tree(water), threads)
    return _without(dry, footprints.tree, threads)


def road_space(
    cells: Shapes,
    roads: Shapes,
    footprints: Footprints,
    half_widths: float | Floats = ROAD_HALF_WIDTH,
    *,
    threads: int = 2,
) -> Targets:
    """Return the ground within ``half_widths`` (m) of roads, without buildings."""
    strips = shapely.buffer(np.asarray(roads, dtype=object), half_widths, quad_segs=QUARTERS)
    tree = _tree(strips)

    def ground(cell: BaseGeometry) -> BaseGeometry:
        near = tree.geometries[tree.query(cell, predicate="intersects")]
        return overlay.intersection(cell, overlay.union(near))

    return _without(
        _each(ground, np.asarray(cells, dtype=object), threads), footprints.tree, threads
    )


def _without(ground: NDArray[Any], tree: shapely.STRtree | None, threads: int) -> Targets:
    return Targets(ground if tree is None else _cut(ground, tree, threads), ground)


def _cut(ground: NDArray[Any], tree: shapely.STRtree, threads: int) -> NDArray[Any]:
    """Take what is in the tree out of each piece of ground."""

    def cut(piece: BaseGeometry) -> BaseGeometry:
        near = tree.query(piece, predicate="intersects")
        if not len(near):
            return piece
        return overlay.difference(piece, overlay.union_of_scattered(tree.geometries[near]))

    return _each(cut, ground, threads)


def _each(
    act: Callable[[BaseGeometry], BaseGeometry], pieces: NDArray[Any], threads: int
) -> NDArray[Any]:
    """Do the same to each piece, in threads: the geometry library releases Python's lock."""
    answer: NDArray[Any] = np.empty(len(pieces), dtype=object)

    def quietly(piece: BaseGeometry) -> BaseGeometry:
        with np.errstate(all="ignore"):  # flags that the geometry library leaves behind
            return act(piece)

    answer[:] = each(quietly, pieces, threads)
    return answer


def _tree(shapes: Shapes) -> shapely.STRtree:
    clean = np.asarray(shapes, dtype=object)
    clean = clean[~(shapely.is_missing(clean) | shapely.is_empty(clean))]
    broken = ~shapely.is_valid(clean)
    clean[broken] = shapely.make_valid(clean[broken], method="structure")
    return shapely.STRtree(clean)
