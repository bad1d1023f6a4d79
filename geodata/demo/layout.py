"""Where the towns and villages of the demonstration district lie: an invented arrangement.

Names and codes are real, the geometry is not: neighbours are about right, borders are made up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geodata.demo.chance import Indices, Numbers, Shape, generator
from geodata.demo.names import Division, Place
from geodata.demo.river import CENTRE, river_line
from geodata.demo.sites import SITES, Site

PLAIN_KM2, HILL_KM2 = 0.58, 1.75  # of a village


@dataclass(frozen=True)
class Layout:
    """The chosen towns and villages, and one seed point per village, metres."""

    district: Place
    towns: tuple[Place, ...]
    sites: tuple[Site, ...]
    centres: Numbers  # of the towns
    villages: tuple[Place, ...]
    town_of: Indices  # village -> town
    seeds: Numbers
    outside: Numbers  # seeds of nowhere: the district ends half way to them
    size: float  # 1 for the whole district, less for a small one


def plan_layout(division: Division, scale: float, seed: int) -> Layout:
    """Choose towns and villages for ``scale`` and find a place for each.

    From scale 1 up all are taken; below, fewer towns with fewer villages each.
    """
    share = min(1.0, np.sqrt(scale))
    known = {town.code: town for town in division.towns}
    codes = list(SITES)[: max(4, int(np.ceil(share * len(SITES))))]
    towns = tuple(known[code] for code in codes)
    villages: list[Place] = []
    owners: list[int] = []
    for number, town in enumerate(towns):
        every = division.villages_of(town)
        taken = every[: max(min(4, len(every)), round(share * len(every)))]
        villages += taken
        owners += [number] * len(taken)
    sites = tuple(SITES[code] for code in codes)
    town_of = np.array(owners)
    size = float(np.sqrt(share))
    centres = CENTRE + size * 1000 * np.array([(site.east, site.north) for site in sites])
    seeds, outside = scatter(centres, sites, np.bincount(town_of), size, seed)
    seeds = np.vstack(
        [in_walking_order(seeds[town_of == town], centre) for town, centre in enumerate(centres)]
    )
    return Layout(
        division.district, towns, sites, centres, tuple(villages), town_of, seeds, outside, size
    )


def scatter(
    centres: Numbers, sites: tuple[Site, ...], counts: Indices, size: float, seed: int
) -> tuple[Numbers, Numbers]:
    """Return one seed per village (town by town) and the seeds outside the district."""
    chance = generator(seed, "layout")
    hilly = np.array([site.hilly for site in sites])
    areas = counts * (PLAIN_KM2 + hilly * (HILL_KM2 - PLAIN_KM2)) * 1e6
    circles = shapely.buffer(shapely.points(centres), 1.2 * np.sqrt(areas / np.pi))
    outline = shapely.union_all(circles).buffer(2500 * size).buffer(-2500 * size)
    step = 130 * size
    inside = lattice(outline, step, chance)
    owner = share_out(inside, centres, areas)
    seeds = np.vstack(
        [spread(inside[owner == town], count, chance) for town, count in enumerate(counts)]
    )
    seeds = beside_river(seeds, size)
    ring = outline.buffer(3500 * size).difference(outline.buffer(350 * size))
    return seeds, lattice(ring, 800 * size, chance)


def lattice(area: Shape, step: float, chance: np.random.Generator) -> Numbers:
    """Return jittered lattice points, ``step`` metres apart, inside ``area``."""
    west, south, east, north = area.bounds
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    points = np.column_stack([x.ravel(), y.ravel()])
    points += chance.uniform(-0.4, 0.4, points.shape) * step
    return points[shapely.contains_xy(area, points[:, 0], points[:, 1])]


def share_out(points: Numbers, centres: Numbers, areas: Numbers) -> Indices:
    """Assign each point to a town so that towns get points in proportion to ``areas``.

    A power diagram: squared distance less a weight per town, weights found step by step.
    """
    distance = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    target = areas / areas.sum()
    weights = np.zeros(len(centres))
    for _ in range(150):
        owner = (distance - weights).argmin(axis=1)
        found = np.bincount(owner, minlength=len(centres)) / len(points)
        weights += 0.6 * (target - found) * areas.sum()
    return np.asarray((distance - weights).argmin(axis=1))


def spread(points: Numbers, count: int, chance: np.random.Generator) -> Numbers:
    """Return ``count`` seeds spread evenly over ``points`` (Lloyd's method)."""
    seeds = points[chance.choice(len(points), count, replace=False)]
    for _ in range(14):
        nearest = cKDTree(seeds).query(points)[1]
        members = np.maximum(np.bincount(nearest, minlength=count), 1)
        sums = [np.bincount(nearest, points[:, axis], count) for axis in (0, 1)]
        seeds = np.column_stack(sums) / members[:, None]
    moved: Numbers = seeds + chance.normal(0, 0.06, seeds.shape) * np.sqrt(
        np.ptp(points, axis=0).prod() / count
    )
    return moved


def beside_river(seeds: Numbers, size: float) -> Numbers:
    """Return ``seeds`` with those in or near the river moved to its bank, 320 m off the middle."""
    line = river_line(size)
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(line, shapely.line_locate_point(line, shapely.points(seeds)))
    )
    away = seeds - foot
    distance = np.maximum(np.hypot(*away.T), 1.0)
    reach = np.maximum(distance, 320 * size)
    return np.asarray(foot + away * (reach / distance)[:, None])


def in_walking_order(seeds: Numbers, centre: Numbers) -> Numbers:
    """Order a town's seeds from the middle outwards by nearest neighbour.

    Codes of a town run that way too: communities come first and stand in the middle, and
    villages such as 枫洋一村 and 枫洋二村 become neighbours.
    """
    left = list(range(len(seeds)))
    here, order = centre, []
    while left:
        nearest = min(left, key=lambda item: float(((seeds[item] - here) ** 2).sum()))
        left.remove(nearest)
        order.append(nearest)
        here = seeds[nearest]
    return np.asarray(seeds[order])
