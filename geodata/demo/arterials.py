"""Main roads: curves from town to town, and the roads that join every village to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree, shortest_path
from scipy.spatial import Delaunay

from geodata.demo.chance import Flags, Indices, Numbers, Shape, Warp
from geodata.demo.layout import Layout
from geodata.demo.terrain import Terrain

BRIDGE_COST = 6.0  # a road over the river is built as if it were this many kilometres longer


@dataclass
class Lines:
    """Roads as drawn, before they are cut where they meet."""

    shapes: list[shapely.LineString] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    villages: list[int] = field(default_factory=list)

    def add(self, shape: shapely.LineString, road_class: str, name: str, village: int = -1) -> None:
        """Add one road; ``village`` is -1 for a road of no single village."""
        self.shapes.append(shape)
        self.classes.append(road_class)
        self.names.append(name)
        self.villages.append(village)


def neighbours(points: Numbers) -> Indices:
    """Return the pairs (n, 2) of Gabriel neighbours: no third point in the circle between them."""
    corners = Delaunay(points).simplices
    pairs = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    middle = points[pairs].mean(axis=1)
    radius = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T) / 2
    gap = np.hypot(*(middle[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    gap[np.arange(len(pairs))[:, None], pairs] = np.inf
    return np.asarray(pairs[gap.min(axis=1) >= radius])


def road_costs(points: Numbers, pairs: Indices, district: Shape, terrain: Terrain) -> Numbers:
    """Return what a straight road between each pair would cost, in kilometres of easy road.

    Hills cost more, the river a bridge, and ground outside the district is nearly out of bounds.
    """
    ends = points[pairs]
    way = ends[:, 1] - ends[:, 0]
    hills = np.mean([terrain.hills(ends[:, 0] + t * way) for t in (0.25, 0.5, 0.75)], axis=0)
    straight = shapely.linestrings(ends)
    bridge = shapely.intersects(straight, terrain.river)
    abroad = shapely.length(shapely.difference(straight, district.buffer(-40)))
    length = np.hypot(*way.T) / 1000
    return np.asarray(length * (1 + 1.5 * hills) + BRIDGE_COST * bridge + abroad)


def tree_edges(pairs: Indices, costs: Numbers, count: int) -> Flags:
    """Return which pairs belong to the cheapest tree that joins all ``count`` points."""
    graph = coo_matrix((costs, pairs.T), (count, count)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    chosen = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    return np.array([(a, b) in chosen for a, b in pairs.tolist()])


def curve(
    first: Numbers, last: Numbers, warp: Warp, district: Shape, step: float = 45.0
) -> shapely.LineString:
    """Return a line between two points, bent by ``warp`` but true at its ends.

    Bent less where it would leave the district.
    """
    count = max(3, int(np.hypot(*(last - first)) / step) + 1)
    t = np.linspace(0, 1, count)[:, None]
    points = first + t * (last - first)
    shift = np.sqrt(np.sin(np.pi * t).clip(0)) * warp.shift(points)
    for strength in (1.0, 0.4):
        line = shapely.LineString(points + strength * shift)
        if shapely.contains_properly(district, line):
            return line
    return shapely.LineString(points)


def draw_arterials(
    layout: Layout,
    points: Numbers,
    district: Shape,
    terrain: Terrain,
    lines: Lines,
    seed: int,
) -> None:
    """Add trunk, primary and secondary roads between the towns' centres ``points`` to ``lines``."""
    pairs = neighbours(points)
    straight = shapely.linestrings(points[pairs])
    abroad = shapely.length(shapely.difference(straight, district.buffer(-200)))
    costs = road_costs(points, pairs, district, terrain)
    needed = tree_edges(pairs, costs, len(points))
    bridge = shapely.intersects(straight, terrain.river)
    kept = needed | ~(bridge | (abroad > 0))
    trunk = trunk_edges(points, pairs[kept], costs[kept])
    warp = Warp(seed, "arterials", [(130 * layout.size, 3200 * layout.size), (25, 700)])
    hilly = np.array([site.hilly for site in layout.sites])
    inner = district.buffer(-10)
    for (a, b), main in zip(pairs[kept], trunk, strict=True):
        small = max(hilly[a], hilly[b]) > 0.6
        road_class = "trunk" if main else "secondary" if small else "primary"
        name = road_name(layout.towns[a].name, layout.towns[b].name, "大道" if main else "路")
        lines.add(curve(points[a], points[b], warp, inner), road_class, name)


def trunk_edges(points: Numbers, pairs: Indices, costs: Numbers) -> Flags:
    """Return which pairs lie on the way from south to north or from west to east."""
    count = len(points)
    graph = coo_matrix((costs, pairs.T), (count, count)).tocsr()
    before = shortest_path(graph, method="D", directed=False, return_predecessors=True)[1]
    chosen: set[tuple[int, int]] = set()
    for axis in (0, 1):
        start, here = int(points[:, axis].argmin()), int(points[:, axis].argmax())
        while here != start:
            chosen.add((min(here, before[start, here]), max(here, before[start, here])))
            here = int(before[start, here])
    return np.array([(a, b) in chosen for a, b in pairs.tolist()])


def road_name(first: str, last: str, ending: str) -> str:
    """Return a road's name from the first letters of the two places it joins."""
    a, b = first[0], last[0]
    return f"{first[:2]}{last[:1]}{ending}" if a == b else f"{a}{b}{ending}"
