"""Areas as flat arrays of rings, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[Any]
NOTHING = shapely.MultiPolygon()


@dataclass(frozen=True)
class Rings:
    """Rings of shapes: shells counter-clockwise, holes clockwise, the last corner not the first.

    Shape ``s`` has the rings ``ring_first[s]`` to ``ring_first[s + 1]``, ring ``r`` the corners
    from ``corner_first[r]`` to ``corner_first[r + 1]``; metres.
    """

    corners: Floats
    corner_first: Indices
    ring_first: Indices

    def __len__(self) -> int:
        """Return how many shapes there are."""
        return len(self.ring_first) - 1


def rings_of(shapes: Shapes) -> Rings:
    """Return the rings of areas, without repeated corners; what is not areal is left out."""
    polygons, of_shape = polygons_of(shapes)
    rings, of_polygon = polygons, np.arange(len(polygons))
    if shapely.get_num_interior_rings(polygons).any():
        rings, of_polygon = shapely.get_rings(polygons, return_index=True)
        there = shapely.length(rings) > 0
        rings, of_polygon = rings[there], of_polygon[there]
    corners, of_ring = shapely.get_coordinates(rings, return_index=True)
    keep = np.diff(of_ring, append=len(rings)) == 0  # the last corner is the first again
    keep[:-1] &= (corners[1:] != corners[:-1]).any(axis=1)
    corners, of_ring = corners[keep], of_ring[keep]
    first = compressed(of_ring, len(rings))
    hole = np.diff(of_polygon, prepend=-1) == 0
    return Rings(
        _turned(corners, of_ring, first, hole), first, compressed(of_shape[of_polygon], len(shapes))
    )


def polygons_of(shapes: Shapes) -> tuple[Shapes, Indices]:
    """Return the polygons of which shapes are made, and which shape each comes from."""
    of_shape = np.arange(len(shapes))
    while (shapely.get_type_id(shapes) > shapely.GeometryType.POLYGON).any():
        shapes, inner = shapely.get_parts(shapes, return_index=True)
        of_shape = of_shape[inner]
    areal = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (
        shapely.area(shapes) > 0
    )
    return shapes[areal], of_shape[areal]


def _turned(corners: Floats, of_ring: Indices, first: Indices, hole: NDArray[np.bool_]) -> Floats:
    """Turn rings about so that shells run counter-clockwise and holes clockwise."""
    if not len(corners):
        return corners
    x, y = (corners - corners[first[of_ring]]).T
    place = np.arange(len(corners))
    after = place + 1
    after[first[1:] - 1] = first[:-1]
    areas = np.add.reduceat(x * y[after] - x[after] * y, first[:-1])
    wrong = ((areas < 0) != hole)[of_ring]
    return corners[np.where(wrong, (first[:-1] + first[1:] - 1)[of_ring] - place, place)]


def joined(bags: list[Rings]) -> Rings:
    """Return the rings of several bags of shapes as one."""
    corners = np.cumsum([0, *(len(bag.corners) for bag in bags)])
    rings = np.cumsum([0, *(len(bag.corner_first) - 1 for bag in bags)])
    start = np.zeros(1, dtype=np.int64)
    return Rings(
        np.concatenate([bag.corners for bag in bags]),
        np.concatenate(
            [start, *(b.corner_first[1:] + n for b, n in zip(bags, corners, strict=False))]
        ),
        np.concatenate([start, *(b.ring_first[1:] + n for b, n in zip(bags, rings, strict=False))]),
    )


def compressed(owners: Indices, count: int) -> Indices:
    """Return where the rows of each owner begin, and the end; ``owners`` are in order."""
    first = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=count), out=first[1:])
    return first


def areas_of(
    corners: Floats, sizes: Indices, shells: Indices, owners: Indices, count: int
) -> Shapes:
    """Return one area for each of ``count`` owners from rings.

    ``sizes`` are the rings' numbers of corners. Those with the same number in ``shells`` make one
    polygon of an owner; of these the shell runs counter-clockwise.
    """
    answer: Shapes = np.full(count, NOTHING, dtype=object)
    if not len(sizes):
        return answer
    rings: Shapes = np.asarray(
        shapely.linearrings(corners, indices=np.repeat(np.arange(len(sizes)), sizes))
    )
    order = np.lexsort((~shapely.is_ccw(rings), shells))
    fresh = np.diff(shells[order], prepend=-1) != 0
    polygons: Any = shapely.polygons(rings[order], indices=np.cumsum(fresh) - 1)
    whose, index = np.unique(owners[order[fresh]], return_inverse=True)
    answer[whose] = shapely.multipolygons(polygons, indices=index)
    return answer
