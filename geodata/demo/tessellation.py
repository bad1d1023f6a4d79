"""Villages that tile towns that tile the district, with crooked shared borders."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi

from geodata.demo.chance import Indices, Numbers, Shapes, Warp
from geodata.demo.layout import Layout

STEP = 60.0  # metres between the vertices of a border
MILLIMETRE = 0.001


def village_borders(layout: Layout, seed: int) -> tuple[Shapes, Shapes]:
    """Return one polygon per village and all border lines, each line shared by its two sides.

    The straight borders of a Voronoi diagram are bent by one smooth shift of the plane, so
    that neighbours keep the same vertices; a town in two pieces is drawn together first.
    """
    warp = Warp(seed, "borders", [(55 * layout.size, 1500 * layout.size), (9, 320)])
    seeds = layout.seeds
    for _ in range(30):
        diagram = Voronoi(np.vstack([seeds, layout.outside]))
        stray = strays(diagram, layout.town_of)
        if not len(stray):
            break
        seeds = seeds.copy()
        middle = np.array([seeds[layout.town_of == town].mean(axis=0) for town in layout.town_of])
        seeds[stray] += 0.25 * (middle[stray] - seeds[stray])
    lines = bent_lines(diagram, len(seeds), warp)
    faces = shapely.get_parts(shapely.polygonize(lines))
    points = shapely.points(seeds + warp.shift(seeds))
    at, village = shapely.STRtree(faces).query(points, predicate="within")
    cells = np.empty(len(seeds), object)
    cells[at] = faces[village]
    return cells, lines


def strays(diagram: Voronoi, town_of: Indices) -> Indices:
    """Return the villages that do not hang together with most of their town."""
    count = len(town_of)
    pairs = diagram.ridge_points[(diagram.ridge_points < count).all(axis=1)]
    pairs = pairs[town_of[pairs[:, 0]] == town_of[pairs[:, 1]]]
    graph = coo_matrix((np.ones(len(pairs)), pairs.T), (count, count))
    piece = connected_components(graph, directed=False)[1]
    sizes = np.bincount(piece)
    largest = np.zeros(town_of.max() + 1, int)
    np.maximum.at(largest, town_of, sizes[piece])
    return np.flatnonzero(sizes[piece] < largest[town_of])


def bent_lines(diagram: Voronoi, count: int, warp: Warp) -> Shapes:
    """Return the borders of the first ``count`` cells as lines with warped vertices."""
    lines = []
    for pair, ends in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if pair.min() < count and min(ends) >= 0:
            first, last = diagram.vertices[sorted(ends)]
            steps = max(2, int(np.hypot(*(last - first)) / STEP) + 1)
            lines.append(first + np.linspace(0, 1, steps)[:, None] * (last - first))
    points: Numbers = np.vstack(lines)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    bent = np.round(points + warp.shift(points), 3)
    return np.asarray(shapely.linestrings(bent, indices=owner))
