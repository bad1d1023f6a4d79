"""Blocks: the faces between streets and village borders; they tile every village exactly."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from geodata.demo.chance import Indices, Numbers, Shapes
from geodata.demo.network import MILLIMETRE, Network


@dataclass(frozen=True)
class Blocks:
    """Faces of one planar graph: neighbours share every vertex of their border."""

    shapes: Shapes
    village: Indices
    pairs: Indices  # (n, 2) blocks of one village that share an edge

    @property
    def middles(self) -> Numbers:
        """An inner point of each block."""
        return np.asarray(shapely.get_coordinates(shapely.point_on_surface(self.shapes)))


def cut_blocks(cells: Shapes, borders: Shapes, network: Network) -> Blocks:
    """Cut the villages ``cells`` along the streets, on a grid of one millimetre."""
    everything = np.concatenate([borders, network.shapes])
    lines = shapely.get_parts(shapely.union_all(everything, grid_size=MILLIMETRE))
    faces = shapely.get_parts(shapely.polygonize(lines))
    inside, village = shapely.STRtree(cells).query(shapely.point_on_surface(faces), "within")
    order = np.lexsort((inside, village))
    shapes, owner = shapely.orient_polygons(faces[inside][order]), village[order]
    pairs = touching(shapes)
    return Blocks(shapes, owner, pairs[owner[pairs[:, 0]] == owner[pairs[:, 1]]])


def touching(shapes: Shapes) -> Indices:
    """Return the pairs of polygons of a coverage that share an edge."""
    rings, owner = shapely.get_rings(shapes, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    keys = np.round(points / MILLIMETRE).astype(np.int64)
    here = np.flatnonzero(ring[:-1] == ring[1:])
    a, b = keys[here], keys[here + 1]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    edge = np.hstack([np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)])
    face = owner[ring[here]]
    order = np.lexsort(edge.T)
    edge, face = edge[order], face[order]
    same = np.flatnonzero((edge[:-1] == edge[1:]).all(axis=1))
    pairs = np.sort(np.column_stack([face[same], face[same + 1]]), axis=1)
    return np.asarray(np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0))


def merge(shapes: Shapes, group: Indices, count: int) -> Shapes:
    """Return the union of each group of coverage polygons; vertices stay as they are."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(count + 1))
    return np.array(
        [shapely.coverage_union_all(shapes[order[first:last]]) for first, last in pairwise(starts)],
        object,
    )
