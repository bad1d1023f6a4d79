"""Sectors for tests, and the slow way to find what they see: the sector minus every shadow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.sectors import Sectors
from gisapp.coverage.viewsheds import CORNERS, visible

FINE = 1e-8  # m: a grid on which GEOS does not give up
FAR = 1e4  # metres: beyond every range of these tests


def sector(x: float, y: float, centre: float = 0, half: float = 180, radius: float = 50) -> Sectors:
    """Return one sector."""
    return Sectors(*(np.array([float(value)]) for value in (x, y, centre, half, radius)))


def view(looking: Sectors, buildings: Sequence[BaseGeometry | None]) -> BaseGeometry:
    """Return what one sector sees."""
    (found,) = visible(looking, make_footprints(buildings))
    assert found.is_valid
    return found


def plain(looking: Sectors) -> BaseGeometry:
    """Return the sector without buildings, its circle a polygon of the same corners."""
    x, y, centre, half, radius = (float(values[0]) for values in vars(looking).values())
    turns = [2 * math.pi * k / CORNERS for k in range(CORNERS)]
    circle = shapely.Polygon([(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns])
    if half >= 180:
        return circle
    fan = [
        (x + FAR * math.sin(math.radians(turn)), y + FAR * math.cos(math.radians(turn)))
        for turn in np.linspace(centre - half, centre + half, 25)
    ]
    return circle.intersection(shapely.Polygon([(x, y), *fan]))


def reference(looking: Sectors, buildings: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return the sector minus buildings and shadows of their walls, one difference each.

    For cameras outside all buildings.
    """
    with np.errstate(all="ignore"):  # flags that GEOS leaves behind
        return _reference(looking, buildings)


def _reference(looking: Sectors, buildings: Sequence[BaseGeometry]) -> BaseGeometry:
    x, y = float(looking.x[0]), float(looking.y[0])
    left = plain(looking)
    for ring in shapely.get_rings(shapely.get_parts(shapely.make_valid(list(buildings)))):
        places = shapely.get_coordinates(ring)
        for one, two in pairwise(places):
            left = areal(shapely.difference(left, shadow(x, y, one, two), grid_size=FINE))
    return shapely.difference(left, shapely.union_all(buildings, grid_size=FINE), grid_size=FINE)


def areal(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape without the lines and points in it."""
    parts = shapely.get_parts(shape)
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def shadow(x: float, y: float, one: np.ndarray, two: np.ndarray) -> BaseGeometry:
    """Return what is behind a wall."""
    camera = np.array([x, y])
    away = [end + (end - camera) * FAR / np.linalg.norm(end - camera) for end in (one, two)]
    return shapely.MultiPoint([one, two, *away]).convex_hull


def differ(one: BaseGeometry, two: BaseGeometry) -> float:
    """Return the area in which two shapes differ, in m²."""
    with np.errstate(all="ignore"):
        one, two = (shapely.set_precision(shape, FINE) for shape in (one, two))
        return float(shapely.symmetric_difference(one, two, grid_size=FINE).area)


def same(one: BaseGeometry, two: BaseGeometry) -> bool:
    """Say whether two views are one: views end a micrometre behind walls."""
    return differ(one, two) <= 2e-6 * (one.length + two.length)
