"""Buildings as walls: flattened edges with an index of where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisapp.coverage.rings import Rings, polygons_of, rings_of

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Footprints:
    """Edges of buildings, the inside on the left, and a tree over their parts.

    Edge ``i`` runs from ``(x[i], y[i])`` to the start of edge ``following[i]``. Part ``p`` (a
    polygon with its courtyards) has the edges ``first[p]`` to ``first[p + 1]`` and belongs to the
    footprint ``source[p]`` of those given. Metres, in the CRS of the shapes.
    """

    x: Floats
    y: Floats
    following: Indices
    first: Indices
    source: Indices
    boxes: Floats  # of each part: west, south, east, north
    tree: shapely.STRtree  # over the parts
    rings: Rings  # of the parts

    def __len__(self) -> int:
        """Return how many parts there are."""
        return len(self.source)

    def near(self, boxes: Floats) -> tuple[Indices, Indices]:
        """Return which parts' boxes meet each of ``boxes`` (n rows west, south, east, north).

        The answer is compressed: those of box ``i`` are ``parts[first[i]:first[i + 1]]``.
        """
        rows, parts = self.tree.query(shapely.box(*boxes.T))
        order = np.argsort(rows, kind="stable")
        first = np.zeros(len(boxes) + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=len(boxes)), out=first[1:])
        return first, parts[order].astype(np.int64)


def make_footprints(shapes: Sequence[BaseGeometry | None] | NDArray[Any]) -> Footprints:
    """Return the walls of building footprints, which may overlap, touch or be invalid.

    Invalid ones are made valid; what is missing, no area or not finite is left out. Height is
    ignored: every building hides what is behind it.
    """
    parts, source = _polygons(np.asarray(shapes, dtype=object))
    rings = rings_of(parts)
    following = np.arange(1, len(rings.corners) + 1)
    following[rings.corner_first[1:] - 1] = rings.corner_first[:-1]
    return Footprints(
        np.ascontiguousarray(rings.corners[:, 0]),
        np.ascontiguousarray(rings.corners[:, 1]),
        following,
        rings.corner_first[rings.ring_first],
        source,
        shapely.bounds(parts).reshape(-1, 4),
        shapely.STRtree(parts),
        rings,
    )


def _polygons(shapes: NDArray[Any]) -> tuple[NDArray[Any], Indices]:
    """Return the valid polygons with an area, and which shape each comes from."""
    corners, of_corner = shapely.get_coordinates(shapes, return_index=True)
    finite = shapely.get_num_coordinates(shapes) > 0
    finite[of_corner[~np.isfinite(corners).all(axis=1)]] = False
    index = np.flatnonzero(finite)
    clean = shapes[index]
    deep = shapely.has_z(clean)
    clean[deep] = shapely.force_2d(clean[deep])
    broken = ~shapely.is_valid(clean)
    if broken.any():
        clean[broken] = shapely.make_valid(clean[broken], method="structure")
    parts, of_shape = polygons_of(clean)
    return parts, index[of_shape].astype(np.int64)
