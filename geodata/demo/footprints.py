"""Building footprints along the streets: proposed on both sides, kept where nothing collides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo.chance import Flags, Indices, Numbers, Shapes, Waves, generator
from geodata.demo.network import Network

CORNER = 9.0  # metres from a junction to the first building


@dataclass(frozen=True)
class Footprints:
    """Rectangles and L-shapes, and where each stands."""

    shapes: Shapes
    edge: Indices  # of the network
    along: Numbers  # metres from the beginning of the edge
    side: Indices  # 1 left, -1 right
    works: Flags  # a factory's size, not a house's
    turn: Numbers  # radians, the direction of the street

    def take(self, chosen: Indices | Flags) -> Footprints:
        """Return some of the footprints, in the order asked for."""
        return Footprints(
            self.shapes[chosen],
            self.edge[chosen],
            self.along[chosen],
            self.side[chosen],
            self.works[chosen],
            self.turn[chosen],
        )


def propose(network: Network, works: Flags, shrink: float, seed: int) -> Footprints:
    """Return footprints along both sides of every edge; they may still collide.

    ``works`` tells which edges lie among factories; ``shrink`` scales all sizes.
    """
    chance = generator(seed, "footprints")
    length = shapely.length(network.shapes)
    pitch = np.where(works, 52.0, 29.0) * shrink * chance.uniform(0.85, 1.2, len(length))
    slots = np.maximum(((length - 2 * CORNER) / pitch).astype(int), 0)
    edge = np.repeat(np.tile(np.arange(len(length)), 2), np.tile(slots, 2))
    side = np.repeat([1, -1], [slots.sum()] * 2)
    first = np.repeat(np.cumsum(np.tile(slots, 2)) - np.tile(slots, 2), np.tile(slots, 2))
    step = (length[edge] - 2 * CORNER) / slots[edge]
    start = CORNER + (np.arange(len(edge)) - first) * step
    front = step * chance.uniform(0.74, 0.95, len(edge))
    depth = np.where(
        works[edge], chance.uniform(26, 44, len(edge)), chance.uniform(13, 24, len(edge))
    )
    back = network.widths[edge] / 2 + chance.uniform(1.6, 4.2, len(edge))
    back += np.where(network.rank[edge] <= 2, 5.0, 0.0)  # main roads are kept wide
    shapes, turn = corners(
        network.shapes[edge], start, front, depth * shrink, side * back, side, chance
    )
    return Footprints(shapes, edge, start + front / 2, side, works[edge], turn)


def corners(
    lines: Shapes,
    start: Numbers,
    front: Numbers,
    depth: Numbers,
    back: Numbers,
    side: Indices,
    chance: np.random.Generator,
) -> tuple[Shapes, Numbers]:
    """Return polygons that face their line, one in seven an L, and the street's direction."""
    a = shapely.get_coordinates(shapely.line_interpolate_point(lines, start))
    b = shapely.get_coordinates(shapely.line_interpolate_point(lines, start + front))
    width = np.hypot(*(b - a).T)
    along = (b - a) / width[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    wing = np.where(chance.random(len(lines)) < 0.14, chance.uniform(0.4, 0.6, len(lines)), 1.0)
    waist = np.where(wing < 1, depth * chance.uniform(0.4, 0.6, len(lines)), depth)
    zero = np.zeros(len(lines))
    # In the street's own axes: along it, and away from it. A rectangle repeats a corner.
    x = np.stack([zero, width, width, width * wing, width * wing, zero], axis=1)
    y = np.stack([zero, zero, waist, waist, depth, depth], axis=1) * side[:, None] + back[:, None]
    ring = a[:, None, :] + x[..., None] * along[:, None, :] + y[..., None] * across[:, None, :]
    shapes = shapely.orient_polygons(shapely.polygons(np.round(ring, 3)))
    box = wing == 1
    shapes[box] = shapely.orient_polygons(shapely.polygons(np.round(ring[box][:, [0, 1, 2, 5]], 3)))
    return shapes, np.arctan2(along[:, 1], along[:, 0])


def clear_of(shapes: Shapes, obstacles: Shapes) -> Flags:
    """Return which shapes touch none of ``obstacles``."""
    hit = shapely.STRtree(obstacles).query(shapes, predicate="intersects")[0]
    free = np.ones(len(shapes), bool)
    free[hit] = False
    return free


def without_collisions(shapes: Shapes, priority: Numbers, gap: float) -> Flags:
    """Return a set of shapes at least ``gap`` metres apart; the lower ``priority`` wins.

    Round after round every shape that beats all its neighbours stays and these go.
    """
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=gap)
    other = left != right
    left, right = left[other], right[other]
    order = np.empty(len(shapes), int)
    order[np.lexsort((np.arange(len(shapes)), priority))] = np.arange(len(shapes))
    kept, open_ = np.zeros(len(shapes), bool), np.ones(len(shapes), bool)
    while open_.any():
        beaten = np.zeros(len(shapes), bool)
        beaten[left[order[right] < order[left]]] = True
        winners = open_ & ~beaten
        kept |= winners
        open_ &= ~winners
        open_[right[winners[left]]] = False
        live = open_[left] & open_[right]
        left, right = left[live], right[live]
    return kept


def works_edges(network: Network, weight: Numbers, seed: int) -> Flags:
    """Return the edges among factories: patches of the plain, more where ``weight`` is high."""
    middle = shapely.get_coordinates(
        shapely.line_interpolate_point(network.shapes, 0.5, normalized=True)
    )
    noise = Waves(seed, "works", 900)(middle)
    return np.asarray(noise + weight > 1.05)


def choose(village: Indices, score: Numbers, quota: Numbers, count: int) -> Indices:
    """Return ``count`` places, best scores first, villages filled in step with their quotas."""
    order = np.lexsort((score, village))
    ordered = village[order]
    first = np.unique(ordered, return_index=True)
    rank = np.arange(len(order)) - first[1][np.searchsorted(first[0], ordered)]
    turn = (rank + 0.5) / np.maximum(quota[ordered], 1e-9)
    return np.sort(order[np.lexsort((order, turn))[:count]])
