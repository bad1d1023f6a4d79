"""Plots: polygons divided by cuts across their long side, and claims that reach too far."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.demo.chance import Indices, Numbers, Shapes

ROUNDS = 16


def divide(
    shapes: Shapes, largest: Numbers, obstacles: Shapes, chance: np.random.Generator
) -> tuple[Shapes, Indices]:
    """Cut polygons until each is at most ``largest`` m²; return the plots and their origins.

    Cuts keep off ``obstacles`` (buildings) where they can.
    """
    tree = shapely.STRtree(obstacles)
    origin = np.arange(len(shapes))
    plots: list[Shapes] = []
    origins: list[Indices] = []
    for _ in range(ROUNDS):
        big = shapely.area(shapes) > largest[origin]
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
    lines = shapely.linestrings(np.stack([foot, foot + across[:, None, :]], axis=2))
    hit = obstacles.query(lines.ravel(), predicate="intersects")[0]
    hits = np.bincount(hit, minlength=lines.size).reshape(-1, 5)
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


def overreach(
    plots: Shapes, share: float, chance: np.random.Generator
) -> tuple[Shapes, Indices, Indices]:
    """Let a share of the plots claim a strip of a neighbour.

    Returns all plots, and the numbers of those that claim too much and of their neighbours.
    """
    left, right = shapely.STRtree(plots).query(plots, predicate="dwithin", distance=0.5)
    other = left != right
    left, right = left[other], right[other]
    takers = np.sort(chance.permutation(np.unique(left))[: round(share * len(plots))])
    first = np.searchsorted(left, takers)
    taker, loser = left[first], right[first]
    depth = np.clip(
        np.sqrt(shapely.area(plots[loser])) * chance.uniform(0.04, 0.3, len(taker)), 1, 60
    )
    strip = shapely.intersection(
        shapely.buffer(plots[taker], depth, join_style="mitre"), plots[loser]
    )
    # The strip overlaps the claimant's own plot by a little, so that the union is one piece.
    grown = shapely.union(plots[taker], shapely.buffer(strip, 0.01, join_style="mitre"))
    claims = plots.copy()
    fine = (shapely.get_type_id(grown) == 3) & (shapely.area(strip) > 2)
    claims[taker[fine]] = grown[fine]
    return claims, taker[fine], loser[fine]
