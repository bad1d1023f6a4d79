"""Canals on the plain and brooks in the hills: they follow the borders between villages."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.demo.chance import Numbers, Shape, Shapes, generator
from geodata.demo.river import CENTRE
from geodata.demo.terrain import Terrain

# From where to where canals run, kilometres from the centre of the layout.
CANALS = (
    ("北干渠", (4.6, 2.6), (-5.0, -3.0)),
    ("东干渠", (4.6, -1.0), (0.6, -14.0)),
    ("西干渠", (-2.6, -1.4), (-3.4, -9.0)),
)
BROOKS = 14  # in the hills, at scale 1


def draw_channels(borders: Shapes, terrain: Terrain, seed: int) -> list[tuple[str, str, Shape]]:
    """Return name, kind and line of canals and brooks: ways along the village borders.

    Water between villages keeps off their streets; brooks seek low ground on their way down.
    """
    ends = np.stack([shapely.get_coordinates(shapely.get_point(borders, at)) for at in (0, -1)], 1)
    nodes, number = np.unique(np.round(ends.reshape(-1, 2), 2), axis=0, return_inverse=True)
    pairs = number.reshape(-1, 2)
    cost = shapely.length(borders) * (1 + terrain.height(ends.mean(axis=1)) / 60)
    cost *= 1 + 40 * (shapely.distance(terrain.river, borders) < 30)
    graph = coo_matrix((cost, pairs.T), (len(nodes),) * 2).tocsr()
    lookup = {tuple(sorted(pair)): line for pair, line in zip(pairs.tolist(), borders, strict=True)}
    chance = generator(seed, "channels")
    hills = np.flatnonzero(terrain.hills(nodes) > 0.75)
    sources = chance.choice(hills, min(len(hills), max(2, round(BROOKS * terrain.size**2))), False)
    banks = np.flatnonzero(shapely.distance(terrain.river, shapely.points(nodes)) < 700)
    wants = [
        (name, "canal", near(nodes, a), near(nodes, b)) for name, a, b in place_canals(terrain)
    ]
    wants += [
        ("", "stream", int(source), int(banks[cKDTree(nodes[banks]).query(nodes[source])[1]]))
        for source in sources
        if len(banks)
    ]
    found: list[tuple[str, str, Shape]] = []
    for name, kind, start, end in wants:
        before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)[1]
        steps = []
        while before[end] >= 0:
            steps.append(lookup[min(end, int(before[end])), max(end, int(before[end]))])
            end = int(before[end])
        if steps:
            found.append((name, kind, shapely.line_merge(shapely.union_all(steps))))
    return found


def place_canals(terrain: Terrain) -> list[tuple[str, Numbers, Numbers]]:
    """Return the canals' names and ends in metres."""
    return [
        (
            name,
            CENTRE + terrain.size * 1000 * np.array(a),
            CENTRE + terrain.size * 1000 * np.array(b),
        )
        for name, a, b in CANALS
    ]


def near(nodes: Numbers, point: Numbers) -> int:
    """Return the node nearest to ``point``."""
    return int(cKDTree(nodes).query(point)[1])
