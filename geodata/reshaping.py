"""Shapes changed on request: split into parts, taken as points or areas, repaired."""

from __future__ import annotations

from typing import Any

import numpy
import shapely
from shapely import GeometryType as Kind

FEWEST_RING = 4  # positions of the smallest ring, the first being repeated
AREAS = (Kind.POLYGON, Kind.MULTIPOLYGON)
LINES = (Kind.LINESTRING, Kind.LINEARRING, Kind.MULTILINESTRING)
COLLECTIONS = (Kind.MULTIPOINT, Kind.MULTILINESTRING, Kind.MULTIPOLYGON)


def explode(shapes: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return shapes with those of several parts split, and the index each came from.

    Collections of mixed types and missing shapes stay as they are.
    """
    several = numpy.isin(shapely.get_type_id(shapes), COLLECTIONS)
    several &= shapely.get_num_geometries(shapes) > 1
    whole = numpy.flatnonzero(~several)
    parts, owners = shapely.get_parts(shapes[several], return_index=True)
    index = numpy.r_[whole, numpy.flatnonzero(several)[owners]]
    order = numpy.argsort(index, kind="stable")
    values = numpy.empty(len(index), dtype=object)
    values[: len(whole)], values[len(whole) :] = shapes[whole], parts
    return values[order], index[order]


def to_points(shapes: numpy.ndarray) -> numpy.ndarray:
    """Return lines and areas as a point on them; other shapes stay."""
    wide = numpy.isin(shapely.get_type_id(shapes), AREAS + LINES) & ~shapely.is_empty(shapes)
    found = shapes.copy()
    if wide.any():
        found[wide] = shapely.point_on_surface(shapes[wide])
    return found


def could_be_areas(shapes: numpy.ndarray) -> numpy.ndarray:
    """Tell which shapes (n,) are closed lines that can be taken as areas."""
    closed: numpy.ndarray = shapely.get_type_id(shapes) == Kind.LINESTRING
    return closed & shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) >= FEWEST_RING)


def to_areas(shapes: numpy.ndarray) -> numpy.ndarray:
    """Return closed lines, as drawings have them, as areas; other shapes stay."""
    closed = could_be_areas(shapes)
    found = shapes.copy()
    if closed.any():
        places, owners = shapely.get_coordinates(shapes[closed], return_index=True)
        found[closed] = shapely.polygons(shapely.linearrings(places, indices=owners))
    return found


def repair(shapes: numpy.ndarray, single: int, multi: int) -> numpy.ndarray:
    """Return valid shapes of one family, None where nothing of it is left.

    ``make_valid`` by structure: rings keep their part as shell or hole; spikes and collapsed
    parts go.
    """
    made = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    found = numpy.empty(len(made), dtype=object)
    for place, shape in enumerate(made):
        parts = [part for part in flat_parts(shape) if shapely.get_type_id(part) == single]
        parts = [part for part in parts if not shapely.is_empty(part)]
        if parts:
            found[place] = collect(parts, multi)
    return found


def collect(parts: list[Any], multi: int) -> Any:
    """Return one part as it is, several as a collection of type ``multi``."""
    if len(parts) == 1:
        return parts[0]
    return (
        shapely.multipolygons(parts)
        if multi == Kind.MULTIPOLYGON
        else shapely.line_merge(shapely.multilinestrings(parts))
    )


def flat_parts(shape: Any) -> list[Any]:
    """Return the single shapes inside a shape, however deep."""
    parts = list(shapely.get_parts(shape))
    if all(
        shapely.get_num_geometries(part) == 1 and part.geom_type[:5] != "Multi" for part in parts
    ):
        return parts
    return [inner for part in parts for inner in flat_parts(part)]
