"""Shapes that are right in form but odd: slivers, and shapes far from where they belong."""

from __future__ import annotations

import numpy
import shapely

SMALLEST = 1.0  # square metres below which an area is a leftover of drawing
THINNEST = 0.2  # metres: mean width, 2 A / P, below which an area is a gap between borders


def slivers(shapes: numpy.ndarray) -> numpy.ndarray:
    """Tell which areas (n,), in metres, are smaller than 1 m² or on average thinner than 0.2 m.

    2 A / P is the width of a long rectangle of area A and perimeter P.
    """
    area, around = shapely.area(shapes), shapely.length(shapes)
    thin: numpy.ndarray = (area < SMALLEST) | (2 * area < THINNEST * around)
    return thin


def far_from(district: shapely.Geometry, shapes: numpy.ndarray) -> numpy.ndarray:
    """Tell which shapes (n,) do not touch the district. Both in the metric CRS."""
    shapely.prepare(district)
    west, south, east, north = shapely.bounds(shapes).T
    middle = shapely.contains_xy(district, (west + east) / 2, (south + north) / 2)
    far: numpy.ndarray = ~middle
    rest = numpy.flatnonzero(far)
    far[rest] = ~shapely.intersects(district, shapes[rest])
    return far


def bearings(district: shapely.Geometry, shapes: numpy.ndarray) -> numpy.ndarray:
    """Return in what direction (n,) shapes lie from the district's middle: degrees from north."""
    middle = shapely.centroid(district)
    places = shapely.centroid(shapes)
    east = shapely.get_x(places) - shapely.get_x(middle)
    north = shapely.get_y(places) - shapely.get_y(middle)
    found: numpy.ndarray = numpy.degrees(numpy.arctan2(east, north)) % 360
    return found


def distances(district: shapely.Geometry, shapes: numpy.ndarray) -> numpy.ndarray:
    """Return how many metres (n,) shapes lie outside the district."""
    found: numpy.ndarray = shapely.distance(shapes, district)
    return found
