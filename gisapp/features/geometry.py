"""GeoJSON geometry as it was sent: read with care, and fitted to its layer as a file's is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import shapely

from geodata.conversion import BadValue
from geodata.crs import find_crs
from geodata.errors import UserError
from geodata.findings import shorten
from geodata.shapes import (
    INVALID,
    LARGEST,
    MISSING,
    NOT_FINITE,
    OUTSIDE,
    WRONG_TYPE,
    box_inside,
    fit_shapes,
)
from gisapp.features.crs import Crs
from layers.spec import Layer, Text

# How deep the positions of each type lie. Collections of several types fit no layer.
DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
MOST_POSITIONS = 100_000
NO_OBJECT = Text("应为 GeoJSON 几何对象", "must be a GeoJSON geometry object")
NO_LIST = Text("坐标的层次与类型不符", "the coordinates are not nested as its type asks")
NO_POSITION = Text("坐标应为 2 至 4 个数", "a position must be 2 to 4 numbers")
TOO_MANY = Text("顶点超过 {most} 个", "has more than {most} vertices")
# Shapes that differ by less than is written out are the same: half a digit, in metres, and some.
SAME = {True: 0.001, False: 0.0001}


@dataclass(frozen=True)
class Shape:
    """A shape in the metric CRS, and how far it may lie from one that was written out."""

    metric: Any  # of shapely
    tolerance: float

    def is_the_one(self, held: Any) -> bool:
        """Tell whether the stored shape ``held`` is this one, as it was written out."""
        return bool(shapely.equals_exact(self.metric, held, tolerance=self.tolerance))


def read_geometry(layer: Layer, geometry: object, crs: Crs, srid: int) -> Shape:
    """Return GeoJSON in ``crs`` as the layer needs it in metric CRS ``srid``. Raises BadValue.

    Single shapes become collections where the layer has such; heights and measures are dropped.
    """
    if geometry is None:
        raise BadValue(MISSING)
    if not isinstance(geometry, dict):
        raise BadValue(NO_OBJECT)
    kind = geometry.get("type")
    if not isinstance(kind, str) or kind not in DEPTHS:
        raise BadValue(WRONG_TYPE.format(found=shorten(kind), wanted=layer.geometry))
    positions = read_positions(geometry.get("coordinates"), DEPTHS[kind], crs.north_first)
    shape = build_shape(kind, positions)
    return Shape(fit(layer, shape, crs, srid), SAME[crs.geographic])


def read_positions(value: object, depth: int, north_first: bool) -> Any:
    """Return nested positions as x, y pairs. Raises BadValue for any other shape of list."""
    left = [MOST_POSITIONS]

    def read(item: object, level: int) -> Any:
        if not isinstance(item, list):
            raise BadValue(NO_LIST)
        if level:
            return [read(part, level - 1) for part in item]
        left[0] -= 1
        if left[0] < 0:
            raise BadValue(TOO_MANY.format(most=MOST_POSITIONS))
        return read_position(item, north_first)

    if depth == 0 and value == []:
        return []
    return read(value, depth)


def read_position(item: list[object], north_first: bool) -> list[float]:
    """Return a position as x and y. Raises BadValue."""
    if not 2 <= len(item) <= 4 or not all(map(is_number, item)):
        raise BadValue(NO_POSITION)
    first, second = (bounded(part) for part in item[:2])
    return [second, first] if north_first else [first, second]


def is_number(item: object) -> bool:
    """Tell whether a part of a position is a number and not a truth value."""
    return isinstance(item, int | float) and not isinstance(item, bool)


def bounded(number: Any) -> float:
    """Return a coordinate as a floating-point number. Raises BadValue when it is absurd."""
    if not abs(number) <= LARGEST:
        raise BadValue(NOT_FINITE)
    return float(number)


def build_shape(kind: str, positions: Any) -> Any:
    """Return the shape with these positions. Raises BadValue for what is none, as an open ring."""
    text = json.dumps({"type": kind, "coordinates": positions})
    try:
        return shapely.from_geojson(text)
    except (shapely.errors.GEOSException, ValueError) as error:
        why = str(error).rpartition("Exception: ")[2]
        raise BadValue(INVALID.format(why=shorten(why))) from error


def fit(layer: Layer, shape: Any, crs: Crs, srid: int) -> Any:
    """Return a shape in ``crs`` as one of the layer's type in metric CRS ``srid``."""
    one = numpy.array([shape], dtype=object)
    source = find_crs(crs.srid)
    if not shape.is_empty and not box_inside(one, source, srid):
        raise BadValue(OUTSIDE.format(srid=srid))
    try:
        fitted = fit_shapes(shapely.to_wkb(one), layer.geometry, source, srid)
    except UserError:  # a file with all its rows elsewhere
        raise BadValue(OUTSIDE.format(srid=srid)) from None
    for finding in fitted.findings:
        raise BadValue(finding.reason)
    return fitted.values[0]


def patched(geometry: object, layer: Layer) -> Iterator[object]:
    """Yield the geometry that a merge patch (RFC 7396) makes, nothing when it changes none."""
    if not isinstance(geometry, dict):
        yield geometry
        return
    merged = {"type": layer.geometry, **geometry}
    if "coordinates" in merged or merged["type"] != layer.geometry:
        yield merged
