"""Where the rows of a chunk lie, in the metric CRS, as the plan says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy
import pyproj
import shapely

from geodata.findings import Finding
from geodata.plan import ImportPlan
from geodata.positions import read_positions
from geodata.reshaping import could_be_areas, explode, to_areas, to_points
from geodata.shapes import Fit, Shapes, fit, parse_shapes
from geodata.source import Rows
from layers.spec import Layer, Text

SINGLES = ("Point", "LineString")  # layers whose rows have one part
SAMPLE = 200  # shapes of a chunk that tell of its coordinates
ZERO = Text("坐标是 (0, 0)：没有位置", "the coordinates are (0, 0): no place at all")


@dataclass
class Placed:
    """The shapes of a chunk's rows.

    ``shapes``: in the metric CRS, or as in the file where the CRS is not known yet; ``index``:
    which row of the chunk each comes from; ``part``: its number among the parts of that row, from
    0; ``raw``: some positions (k, 2) in the numbers of the file; ``reduced``: rows whose lines or
    areas were taken as points, or lines as areas; ``closed``: lines that could be areas;
    ``metric``: whether the CRS is known.
    """

    shapes: Shapes
    index: numpy.ndarray
    part: numpy.ndarray
    raw: numpy.ndarray
    reduced: numpy.ndarray
    closed: numpy.ndarray
    metric: bool


def place(chunk: Rows, plan: ImportPlan, layer: Layer, crs: pyproj.CRS | None, srid: int) -> Placed:
    """Read, reshape and reproject the shapes of a chunk."""
    values, missing, findings = read_shapes(chunk, plan)
    raw = sample(values)
    index = numpy.arange(len(values))
    if plan.parts == "explode" and layer.geometry in SINGLES:
        values, index = explode(values)
    changed = reshape(values, plan)
    kinds, closed = shapely.get_type_id(changed), could_be_areas(changed)
    shapes = Shapes(changed, missing[index], told(findings, index))
    refuse_zero(shapes)
    if crs is not None:
        how = Fit(plan.repair, plan.drop_z, plan.swap_axes, plan.offset, whole=False)
        fit(shapes, layer.geometry, crs, srid, how)
    begins = numpy.searchsorted(index, index, side="left")
    reduced = kinds != shapely.get_type_id(values)
    part = numpy.arange(len(index)) - begins
    return Placed(shapes, index, part, raw, reduced, closed, crs is not None)


def read_shapes(
    chunk: Rows, plan: ImportPlan
) -> tuple[numpy.ndarray, numpy.ndarray, list[Finding]]:
    """Return shapes, which rows have none, and what could not be read (rows from 1)."""
    source = plan.geometry
    lacking = any(name not in chunk.columns for name in source.columns)
    if source.kind == "shapes":
        return (
            parse_shapes(chunk.shapes),
            numpy.array([item is None for item in chunk.shapes], dtype=bool),
            [],
        )
    if source.kind == "none" or lacking:
        count = len(chunk.rows)
        return numpy.full(count, None, dtype=object), numpy.ones(count, dtype=bool), []
    found = read_positions(source, chunk.columns)
    return found.shapes, found.missing, found.findings


def reshape(values: numpy.ndarray, plan: ImportPlan) -> numpy.ndarray:
    """Return shapes taken as points or areas where the plan says so."""
    if plan.to_points:
        return to_points(values)
    return to_areas(values) if plan.to_areas else values.copy()


def told(findings: list[Finding], index: numpy.ndarray) -> list[Finding]:
    """Return findings of chunk rows as findings of the rows that came of them."""
    rows = dict(zip((index + 1).tolist(), range(1, len(index) + 1), strict=True))
    return [
        Finding(rows[item.row], item.column, item.value, item.reason, "position")
        for item in findings
    ]


def refuse_zero(shapes: Shapes) -> None:
    """Refuse points at the origin, which stand for no position."""
    zero = numpy.zeros(len(shapes.values), dtype=bool)
    found = shapely.get_type_id(shapes.values) == shapely.GeometryType.POINT
    points = numpy.flatnonzero(found & ~shapely.is_empty(shapes.values))
    places = numpy.c_[shapely.get_x(shapes.values[points]), shapely.get_y(shapes.values[points])]
    zero[points] = (places == 0).all(axis=1)
    shapes.refuse(zero, ZERO, "zero")


def sample(shapes: numpy.ndarray) -> numpy.ndarray:
    """Return the first vertex (k, 2) of evenly spread shapes, finite ones only."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    picked = there[:: max(1, len(there) // SAMPLE)]
    places, owners = shapely.get_coordinates(picked, return_index=True)
    first = numpy.searchsorted(owners, numpy.arange(len(picked)))
    found = places[first[first < len(places)]]
    finite: numpy.ndarray = found[numpy.isfinite(found).all(axis=1)]
    return finite
