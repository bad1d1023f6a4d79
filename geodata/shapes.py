"""Geometry of a file to geometry of a layer: right type, flat, valid, in the metric CRS."""

from __future__ import annotations

import numpy
import pyproj
import shapely
from shapely import GeometryType as Kind

from geodata.crs import (
    GEOGRAPHIC,
    MARGIN,
    area_of_use,
    find_crs,
    reproject,
    require_fitting,
)
from geodata.errors import BadFile
from geodata.findings import Finding
from layers.spec import Text

COLUMN = "geometry"
ELSEWHERE_SHARE = 0.5  # so many rows outside the area of use: the file as a whole is refused
# Single types that a layer of a type takes, and the collection of them.
SINGLE = {
    "Point": (Kind.POINT, Kind.MULTIPOINT),
    "LineString": (Kind.LINESTRING, Kind.MULTILINESTRING),
    "MultiLineString": (Kind.LINESTRING, Kind.MULTILINESTRING),
    "MultiPolygon": (Kind.POLYGON, Kind.MULTIPOLYGON),
}
MISSING = Text("没有几何", "has no geometry")
UNREADABLE = Text("几何读不出来", "the geometry cannot be read")
EMPTY = Text("几何是空的", "the geometry is empty")
NOT_FINITE = Text("坐标不是有限的、合理的数", "a coordinate is not a finite, sensible number")
LARGEST = 1e9  # metres or degrees: zone-prefixed eastings reach 4.6e7
OUTSIDE = Text(
    "坐标超出 EPSG:{srid} 的适用范围", "the place lies outside the area of use of EPSG:{srid}"
)
WRONG_TYPE = Text("几何类型是 {found}，应为 {wanted}", "is a {found}, not a {wanted}")
SEVERAL = Text("有 {parts} 个部分，应只有一个", "has {parts} parts, only one is allowed")
INVALID = Text("几何无效：{why}", "the geometry is invalid: {why}")
FLATTENED = Text("{rows} 行的高程（Z）已去掉。", "The heights (Z) of {rows} rows were dropped.")


class Shapes:
    """Shapes on their way: ``values`` (None where refused), findings and notes."""

    def __init__(self, wkb: numpy.ndarray) -> None:
        with numpy.errstate(invalid="ignore"):  # NaN is found below
            self.values = shapely.from_wkb(wkb, on_invalid="ignore")
        self.findings: list[Finding] = []
        self.notes: list[Text] = []
        gone = numpy.array([item is None for item in wkb], dtype=bool)
        self.refuse(gone, MISSING)
        self.refuse(shapely.is_missing(self.values) & ~gone, UNREADABLE)

    def refuse(self, rows: numpy.ndarray, reason: Text | list[Text]) -> None:
        """Note why the rows of a mask are refused, and take their shapes away."""
        for place, row in enumerate(numpy.flatnonzero(rows)):
            why = reason[place] if isinstance(reason, list) else reason
            self.findings.append(Finding(int(row) + 1, COLUMN, type_name(self.values[row]), why))
        self.values[rows] = None


def type_name(shape: shapely.Geometry | None) -> str:
    """Return a shape's type as people write it."""
    return str(shape.geom_type) if shape is not None else ""  # type: ignore[attr-defined]  # stubs


def fit_shapes(wkb: numpy.ndarray, wanted: str, source: pyproj.CRS, srid: int) -> Shapes:
    """Return a file's shapes as a layer of type ``wanted`` in metric CRS ``srid`` needs them.

    Raises BadCoordinates when most rows lie outside the metric CRS's area of use.
    """
    shapes = Shapes(wkb)
    shapes.refuse(shapely.is_empty(shapes.values), EMPTY)
    flatten(shapes)
    refuse_not_finite(shapes)
    fit_type(shapes, wanted)
    if not (~shapely.is_missing(shapes.values)).any():
        return shapes
    refuse_elsewhere(shapes, source, srid)
    if find_crs(srid) != source:
        shapes.values = reproject(shapes.values, source.to_wkt(), f"EPSG:{srid}")
        refuse_not_finite(shapes)
    refuse_invalid(shapes)
    return shapes


def flatten(shapes: Shapes) -> None:
    """Drop heights and measures, with a note."""
    deep = shapely.has_z(shapes.values) | shapely.has_m(shapes.values)
    if deep.any():
        shapes.values[deep] = shapely.force_2d(shapes.values[deep])
        shapes.notes.append(FLATTENED.format(rows=int(deep.sum())))


def refuse_not_finite(shapes: Shapes) -> None:
    """Refuse shapes with a coordinate that is NaN, infinite or absurdly large."""
    coordinates, rows = shapely.get_coordinates(shapes.values, return_index=True)
    bad = numpy.zeros(len(shapes.values), dtype=bool)
    bad[rows[~(numpy.abs(coordinates) <= LARGEST).all(axis=1)]] = True
    shapes.refuse(bad, NOT_FINITE)


def fit_type(shapes: Shapes, wanted: str) -> None:
    """Turn single shapes into collections or the other way round; refuse other types."""
    single, multi = SINGLE[wanted]
    kinds = shapely.get_type_id(shapes.values)  # -1: missing
    wrong = numpy.flatnonzero(~numpy.isin(kinds, (single, multi, -1)))
    mask = numpy.zeros(len(kinds), dtype=bool)
    mask[wrong] = True
    shapes.refuse(
        mask,
        [WRONG_TYPE.format(found=type_name(shapes.values[row]), wanted=wanted) for row in wrong],
    )
    if wanted.startswith("Multi"):
        rows = numpy.flatnonzero(kinds == single)
        collect = shapely.multipolygons if multi == Kind.MULTIPOLYGON else shapely.multilinestrings
        if len(rows):
            shapes.values[rows] = collect(shapes.values[rows], indices=numpy.arange(len(rows)))
    else:
        take_single(shapes, numpy.flatnonzero(kinds == multi), join=wanted == "LineString")


def take_single(shapes: Shapes, rows: numpy.ndarray, *, join: bool) -> None:
    """Turn collections of one part into that part; lines that meet end to end are joined."""
    if join:
        shapes.values[rows] = shapely.line_merge(shapes.values[rows])
    parts = shapely.get_num_geometries(shapes.values[rows])
    several = rows[parts != 1]
    mask = numpy.zeros(len(shapes.values), dtype=bool)
    mask[several] = True
    shapes.refuse(mask, [SEVERAL.format(parts=int(count)) for count in parts[parts != 1]])
    rows = rows[parts == 1]
    shapes.values[rows] = shapely.get_geometry(shapes.values[rows], 0)


def refuse_elsewhere(shapes: Shapes, source: pyproj.CRS, srid: int) -> None:
    """Refuse rows outside the metric CRS's area of use; if most are, refuse the file."""
    there = numpy.flatnonzero(~shapely.is_missing(shapes.values))
    if box_inside(shapes.values[there], source, srid):
        return
    west, south, east, north = shapely.bounds(shapes.values[there]).T
    middle = shapely.points((west + east) / 2, (south + north) / 2)
    place = shapely.get_coordinates(reproject(middle, source.to_wkt(), f"EPSG:{GEOGRAPHIC}"))
    outside = ~area_of_use(find_crs(srid)).holds(place[:, 0], place[:, 1], MARGIN)
    if outside.sum() > ELSEWHERE_SHARE * len(there):
        known = place[numpy.isfinite(place).all(axis=1)]
        if not len(known):
            raise BadFile(Text("坐标与坐标系不符。", "The coordinates do not fit the CRS."))
        require_fitting(srid, *numpy.median(known, axis=0).tolist())
    mask = numpy.zeros(len(shapes.values), dtype=bool)
    mask[there[outside]] = True
    shapes.refuse(mask, OUTSIDE.format(srid=srid))


def box_inside(shapes: numpy.ndarray, source: pyproj.CRS, srid: int) -> bool:
    """Tell whether all shapes lie inside the area of use, by their common box alone."""
    west, south, east, north = shapely.total_bounds(shapes)
    x, y = numpy.linspace(west, east, 17), numpy.linspace(south, north, 17)
    edge_x = numpy.concatenate([x, x, numpy.full(17, west), numpy.full(17, east)])
    edge_y = numpy.concatenate([numpy.full(17, south), numpy.full(17, north), y, y])
    points = numpy.asarray(shapely.points(edge_x, edge_y))
    edge = shapely.get_coordinates(reproject(points, source.to_wkt(), f"EPSG:{GEOGRAPHIC}"))
    return bool(area_of_use(find_crs(srid)).holds(edge[:, 0], edge[:, 1], MARGIN).all())


def refuse_invalid(shapes: Shapes) -> None:
    """Refuse what is not valid in the metric CRS, with GEOS's reason and place."""
    bad = ~shapely.is_valid(shapes.values) & ~shapely.is_missing(shapes.values)
    if bad.any():
        reasons = shapely.is_valid_reason(shapes.values[bad]).tolist()
        shapes.refuse(bad, [INVALID.format(why=reason) for reason in reasons])
