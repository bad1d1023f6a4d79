"""The ground that cameras should see in each cell: public space, roads, or all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage import overlay
from gisapp.coverage.faces import find_faces, nobody
from gisapp.coverage.footprints import Footprints
from gisapp.coverage.threads import each

Shapes = NDArray[Any] | Sequence[BaseGeometry]
Floats = NDArray[np.float64]
ROAD_HALF_WIDTH = 4.0  # m to either side of a road's line, where nothing better is known
QUARTERS = 4  # segments to a quarter of a road's round end


@dataclass(frozen=True)
class Targets:
    """One target for each cell, in square metres of the metric CRS: its ground without walls."""

    ground: NDArray[Any]
    walls: Footprints | None = None

    @cached_property
    def shapes(self) -> NDArray[Any]:
        """What of the ground is outside of buildings."""
        if self.walls is None:
            return self.ground
        looks = nobody(len(self.ground))
        return find_faces(self.ground, self.walls, looks, ("target",)).regions["target"]

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.ground)


def whole_cells(cells: Shapes) -> Targets:
    """Return all the ground of each cell."""
    return Targets(np.asarray(cells, dtype=object))


def public_space(
    cells: Shapes, footprints: Footprints, water: Shapes = (), *, threads: int = 2
) -> Targets:
    """Return cells without buildings and water."""
    return Targets(_cut(np.asarray(cells, dtype=object), _tree(water), threads), footprints)


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

    return Targets(_each(ground, np.asarray(cells, dtype=object), threads), footprints)


def _cut(ground: NDArray[Any], tree: shapely.STRtree, threads: int) -> NDArray[Any]:
    """Take what is in the tree out of each piece of ground."""
    if not len(tree):
        return ground

    def cut(piece: BaseGeometry) -> BaseGeometry:
        near = tree.query(piece, predicate="intersects")
        if not len(near):
            return piece
        return overlay.difference(piece, overlay.union(tree.geometries[near]))

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
