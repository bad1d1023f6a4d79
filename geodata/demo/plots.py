"""Plots: polygons divided by cuts across their long side, and claims that reach too far."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.demo.chance import Indices, Numbers, Shapes
from geodata.demo.network import MILLIMETRE

ROUNDS = 16
GAP = 0.02  # metres


def divide(
    shapes: Shapes,
    largest: Numbers,
    houses: Shapes,
    chance: np.random.Generator,
    *,
    built_only: bool = False,
) -> tuple[Shapes, Indices]:
    """Cut polygons until each is at most ``largest`` m²; return the plots and their origins.

    Cuts keep off ``houses`` where they can. ``built_only`` leaves whole what holds no house:
    a field keeps its size, the yards along its road are cut off.
    """
    tree = shapely.STRtree(houses)
    middles = shapely.STRtree(shapely.point_on_surface(houses))
    origin = np.arange(len(shapes))
    plots: list[Shapes] = []
    origins: list[Indices] = []
    for _ in range(ROUNDS):
        big = shapely.area(shapes) > largest[origin]
        if built_only:
            held = middles.query(shapes, predicate="contains")[0]
            big &= np.bincount(held, minlength=len(shapes)) > 0
        plots.append(shapes[~big])
        origins.append(origin[~big])
        shapes, origin = shapes[big], origin[big]
        if not len(shapes):
            break
        shapes, cut = halve(shapes, tree, chance)
        origin = origin[cut]
    return np.concatenate([*plots, shapes]), np.concatenate([*origins, origin])


def halve(
    shapes: Shapes, obstacles: shapely.STRtree, chance: np.random.Generator
) -> tuple[Shapes, Indices]:
    """Return both halves of each polygon, cut across its long side, and their origins."""
    corner, along, across = long_sides(shapes)
    shares = np.linspace(0.36, 0.64, 5) + chance.uniform(-0.03, 0.03, (len(shapes), 5))
    foot = corner[:, None, :] + shares[..., None] * along[:, None, :]
    ends = np.stack([foot, foot + across[:, None, :]], axis=2).reshape(-1, 2, 2)
    lines = np.asarray(shapely.linestrings(ends))
    hit = obstacles.query(lines, predicate="intersects")[0]
    hits = np.bincount(hit, minlength=len(lines)).reshape(-1, 5)
    best = (hits + np.abs(shares - 0.5)).argmin(axis=1)
    middle = foot[np.arange(len(shapes)), best]
    halves = []
    for end in (corner - 0.1 * along, corner + 1.1 * along):
        ring = [
            middle - 0.1 * across,
            middle + 1.1 * across,
            end + 1.1 * across,
            end - 0.1 * across,
        ]
        halves.append(shapely.intersection(shapes, shapely.polygons(np.stack(ring, axis=1))))
    parts, half = shapely.get_parts(np.concatenate(halves), return_index=True)
    real = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 1)
    return parts[real], half[real] % len(shapes)


def long_sides(shapes: Shapes) -> tuple[Numbers, Numbers, Numbers]:
    """Return a corner of each oriented envelope and the vectors along its long and short side."""
    ring = shapely.get_exterior_ring(shapely.oriented_envelope(shapes))
    a, b, _, d, _ = shapely.get_coordinates(ring).reshape(-1, 5, 2).transpose(1, 0, 2)
    long = (np.hypot(*(b - a).T) >= np.hypot(*(d - a).T))[:, None]
    return a, np.where(long, b - a, d - a), np.where(long, d - a, b - a)


def snap_together(plots: Shapes, group: Indices) -> tuple[Shapes, Indices]:
    """Return the plots on a grid of one millimetre, neighbours sharing every vertex.

    Cuts end on a neighbour's border without a vertex there; drawing all borders as one graph
    puts it in. Plots of different groups never touch, so each group is drawn by itself, which
    keeps the time in step with the count. Also returns which plot each was.
    """
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    faces: list[Shapes] = []
    for own in np.split(order, starts[1:]):
        lines = shapely.union_all(shapely.boundary(plots[own]), grid_size=MILLIMETRE)
        faces.append(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))
    every = np.concatenate(faces)
    face, origin = shapely.STRtree(plots).query(shapely.point_on_surface(every), "within")
    order = np.argsort(origin, kind="stable")
    return every[face][order], origin[order]


def overreach(
    plots: Shapes, share: float, chance: np.random.Generator
) -> tuple[Shapes, Indices, Indices]:
    """Let a share of the plots claim a strip of a neighbour.

    Returns all plots, and the numbers of those that claim too much and of their neighbours.
    """
    left, right = shapely.STRtree(plots).query(plots, predicate="touches")
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    takers = np.sort(chance.permutation(np.unique(left))[: round(share * len(plots))])
    first = np.searchsorted(left, takers)
    taker, loser = left[first], right[first]
    depth = np.sqrt(shapely.area(plots[loser])) * chance.uniform(0.04, 0.3, len(taker))
    near = shapely.buffer(plots[taker], np.clip(depth, 1, 60), join_style="mitre")
    strip = shapely.intersection(near, shapely.buffer(plots[loser], -GAP, join_style="mitre"))
    both = shapely.union(plots[taker], strip)
    # Close the gap that keeps the strip off third plots.
    grown = shapely.buffer(shapely.buffer(both, GAP, join_style="mitre"), -GAP, join_style="mitre")
    fine = (shapely.get_type_id(grown) == 3) & (shapely.area(strip) > 2)
    claims = plots.copy()
    claims[taker[fine]] = grown[fine]
    return claims, taker[fine], loser[fine]
