"""Shapes of KML elements."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import numpy
import shapely
from shapely import (
    Geometry,
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)

JOINED: dict[type[Geometry], Any] = {
    Point: MultiPoint,
    LineString: MultiLineString,
    Polygon: MultiPolygon,
}


def read_shape(element: Element) -> Geometry | None:
    """Return the shape of a KML geometry element, None for anything else or one without a sense.

    Heights that are all zero are dropped: KML writes them whether there are any or not.
    """
    tag = tag_of(element)
    try:
        if tag == "Point":
            return Point(corners(element)[0])
        if tag in ("LineString", "LinearRing"):
            return LineString(corners(element))
        if tag == "Track":
            return LineString(track(element))
        if tag == "Polygon":
            return polygon(element)
    except (ValueError, IndexError, shapely.errors.GEOSException):
        return None
    return collection(element) if tag in ("MultiGeometry", "MultiTrack") else None


def polygon(element: Element) -> Geometry:
    """Return a polygon with its holes."""
    rings: dict[str, list[numpy.ndarray]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
    for side in element:
        if tag_of(side) in rings:
            rings[tag_of(side)] += [corners(ring) for ring in side if tag_of(ring) == "LinearRing"]
    return Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])


def collection(element: Element) -> Geometry | None:
    """Return the parts of a collection as one shape of their common type."""
    parts = [shape for shape in map(read_shape, element) if shape is not None]
    kinds = {type(part) for part in parts}
    if not parts:
        return None
    if len(kinds) == 1 and (kind := kinds.pop()) in JOINED:
        joined: Geometry = JOINED[kind](parts)
        return joined
    return GeometryCollection(parts)


def corners(element: Element) -> numpy.ndarray:
    """Return the coordinates of an element, shape (n, 2 or 3). Raises ValueError."""
    text = next((part.text for part in element if tag_of(part) == "coordinates"), None) or ""
    rows = [word.split(",") for word in text.replace(", ", ",").split()]
    return flat([[float(number) for number in row[:3] if number] for row in rows])


def track(element: Element) -> numpy.ndarray:
    """Return the coordinates of a track."""
    texts = [part.text or "" for part in element if tag_of(part) == "coord"]
    return flat([[float(number) for number in text.split()[:3]] for text in texts])


def flat(rows: list[list[float]]) -> numpy.ndarray:
    """Return positions as an array, without heights where none is given or all are zero."""
    if any(len(row) < 2 for row in rows):
        raise ValueError("a position needs two numbers")
    high = any(len(row) > 2 and row[2] for row in rows)
    width = 3 if high else 2
    return numpy.array([[*row, 0.0][:width] for row in rows], dtype=float).reshape(-1, width)


def tag_of(element: Element) -> str:
    """Return a tag without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
