"""Unions and differences of areas that always have an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GEOSException
from shapely.geometry.base import BaseGeometry

Shapes = NDArray[Any] | Sequence[BaseGeometry]
GRID = 1e-4  # m: the precision to which shapes are rounded where GEOS gives up without
POLYGON, MULTIPOLYGON = 3, 6  # shapely's numbers of types


def difference(one: BaseGeometry, two: BaseGeometry) -> BaseGeometry:
    """Return what of the first area the second leaves, without lines and points."""
    return _areal(_surely(shapely.difference, one, two))


def intersection(one: BaseGeometry, two: BaseGeometry) -> BaseGeometry:
    """Return what two areas share, without lines and points."""
    return _areal(_surely(shapely.intersection, one, two))


def union(shapes: Shapes) -> BaseGeometry:
    """Return the union of areas."""
    shapes = np.asarray(shapes, dtype=object)
    try:
        answer = shapely.union_all(shapes)
    except GEOSException:
        answer = shapely.union_all(_rounded(shapes), grid_size=GRID)
    return _areal(answer)


def _surely(
    operation: Callable[..., BaseGeometry], one: BaseGeometry, two: BaseGeometry
) -> BaseGeometry:
    try:
        return operation(one, two)
    except GEOSException:
        return operation(_rounded(one), _rounded(two), grid_size=GRID)


def _rounded(shapes: Any) -> Any:
    return shapely.set_precision(shapely.make_valid(shapes, method="structure"), GRID)


def _areal(shape: BaseGeometry) -> BaseGeometry:
    if shapely.get_type_id(shape) in (POLYGON, MULTIPOLYGON):
        return shape
    parts = shapely.get_parts(shape)
    return collected(parts[shapely.get_type_id(parts) == POLYGON])


def collected(polygons: NDArray[Any]) -> BaseGeometry:
    """Return polygons as one MultiPolygon."""
    made = shapely.multipolygons(polygons)
    return cast(BaseGeometry, made)
