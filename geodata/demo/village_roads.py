"""The middles of the villages, and the roads that join each to its neighbours."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.demo.arterials import (
    BRIDGE_COST,
    Lines,
    curve,
    neighbours,
    road_costs,
    road_name,
    tree_edges,
)
from geodata.demo.chance import Flags, Numbers, Shape, Shapes, Warp, generator
from geodata.demo.layout import Layout
from geodata.demo.terrain import Terrain

OUTLANDISH = BRIDGE_COST + 20  # what a road costs that leaves the district


def village_centres(
    layout: Layout, cells: Shapes, terrain: Terrain, lines: Lines
) -> tuple[Numbers, Flags]:
    """Return each village's middle, and whether it lies on a main road.

    A middle lies low in its cell, off the river; one near a main road moves onto it.
    """
    inner = shapely.buffer(cells, -90)
    inner = np.where(shapely.is_empty(inner), shapely.buffer(cells, -20), inner)
    inner = shapely.difference(inner, terrain.river.buffer(80))
    offsets = 120 * np.array([(i, j) for i in range(-2, 3) for j in range(-2, 3)], float)
    tries = shapely.get_coordinates(shapely.centroid(cells))[:, None, :] + offsets
    fits = shapely.contains_xy(np.repeat(inner, 25), tries.reshape(-1, 2)).reshape(-1, 25)
    penalty = terrain.height(tries.reshape(-1, 2)).reshape(-1, 25) + np.hypot(*offsets.T) / 20
    best = np.where(fits, penalty, np.inf).argmin(axis=1)
    centres = tries[np.arange(len(tries)), best]
    lost = ~fits.any(axis=1)
    centres[lost] = shapely.get_coordinates(shapely.point_on_surface(inner[lost]))
    roads = shapely.union_all(lines.shapes)
    foot = shapely.get_coordinates(shapely.shortest_line(roads, shapely.points(centres)))[::2]
    near = np.hypot(*(foot - centres).T) < 330 * layout.size
    near &= shapely.contains_xy(inner, foot[:, 0], foot[:, 1])
    return np.where(near[:, None], foot, centres), near


def join_villages(
    layout: Layout,
    centres: Numbers,
    on_road: Flags,
    district: Shape,
    terrain: Terrain,
    lines: Lines,
    seed: int,
) -> None:
    """Add the tertiary roads and tracks between neighbouring villages to ``lines``."""
    chance = generator(seed, "village roads")
    pairs = neighbours(centres)
    costs = road_costs(centres, pairs, district, terrain)
    abroad = costs > OUTLANDISH
    needed = tree_edges(pairs, costs, len(centres))
    both = on_road[pairs].all(axis=1)
    bridge = shapely.intersects(shapely.linestrings(centres[pairs]), terrain.river.buffer(20))
    hills = terrain.hills(centres[pairs].mean(axis=1))
    extra = chance.random(len(pairs)) < 0.75 - 0.6 * hills
    kept = (needed | (extra & ~bridge & ~abroad)) & ~(
        both & ~bridge & (chance.random(len(pairs)) < 0.8)
    )
    warp = Warp(seed, "tertiary", [(45 * layout.size, 900), (12, 260)])
    wild = Warp(seed, "hill roads", [(110 * layout.size, 1100), (28, 300)])
    inner = district.buffer(-10)
    shapely.prepare(inner)
    for a, b in pairs[kept]:
        steep = terrain.hills(centres[[a, b]]).min() > 0.5
        track = steep and chance.random() < 0.3
        name = road_name(layout.villages[a].name, layout.villages[b].name, "路")
        shape = curve(centres[a], centres[b], wild if steep else warp, inner, 25 if steep else 40)
        lines.add(shape, "track" if track else "tertiary", "" if track else name)
