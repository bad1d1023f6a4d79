"""Buildings as walls: flattened edges with an index of where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

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
    parts = shapely.orient_polygons(parts, exterior_cw=False)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    places, of_ring = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(of_ring, minlength=len(rings)) - 1  # the last corner is the first again
    starts = np.cumsum(sizes) - sizes
    keep = np.ones(len(places), dtype=bool)
    keep[np.cumsum(sizes + 1) - 1] = False
    following = np.arange(1, sizes.sum() + 1)
    following[starts + sizes - 1] = starts
    first = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum(np.bincount(of_part, weights=sizes, minlength=len(parts)), out=first[1:])
    return Footprints(
        np.ascontiguousarray(places[keep, 0]),
        np.ascontiguousarray(places[keep, 1]),
        following,
        first,
        source,
        shapely.bounds(parts).reshape(-1, 4),
        shapely.STRtree(parts),
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
    clean = shapely.remove_repeated_points(clean)
    parts, of_shape = clean, np.arange(len(clean))
    while len(parts) and (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        of_shape = of_shape[inner]
    areal = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 0)
    return parts[areal], index[of_shape[areal]].astype(np.int64)
