"""Geometry of a file to geometry of a layer: right type, flat, valid, in the metric CRS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import pyproj
import shapely
from shapely import GeometryType as Kind

from geodata.china_offset import bd09_to_wgs84, gcj02_to_wgs84
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
from geodata.reshaping import repair
from layers.spec import Text

COLUMN = "geometry"
UNSHIFT = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
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
HEIGHTS = Text("带高程（Z）", "has heights (Z)")
FLATTENED = Text("{rows} 行的高程（Z）已去掉。", "The heights (Z) of {rows} rows were dropped.")


@dataclass(frozen=True)
class Fit:
    """What may be done so that shapes fit; see ``geodata.plan.ImportPlan`` for the words.

    ``whole``: all rows of the file are at hand, so that most of them lying outside the area of
    use is an error of the file.
    """

    repair: bool = False
    drop_z: bool = True
    swap: bool = False
    offset: str = ""
    whole: bool = True


AS_IS = Fit()


class Shapes:
    """Shapes on their way: ``values`` (None where refused), findings and notes.

    ``deep``, ``broken`` and ``mended`` mark rows that had heights, were not valid, and were
    repaired; ``changed`` is by how many square metres repairing changes each broken one.
    """

    def __init__(
        self, values: numpy.ndarray, missing: numpy.ndarray, findings: Sequence[Finding] = ()
    ) -> None:
        """Take shapes, which of them the file does not have at all, and why others are None."""
        self.values = values
        self.findings = list(findings)
        self.notes: list[Text] = []
        count = len(values)
        self.deep, self.broken, self.mended = (numpy.zeros(count, dtype=bool) for _ in range(3))
        self.changed = numpy.zeros(count)
        self.refuse(missing, MISSING, "no_shape")
        told = numpy.zeros(count, dtype=bool)
        told[[item.row - 1 for item in findings]] = True
        self.refuse(shapely.is_missing(values) & ~missing & ~told, UNREADABLE, "unreadable")

    def refuse(self, rows: numpy.ndarray, reason: Text | list[Text], kind: str) -> None:
        """Note why the rows of a mask are refused, and take their shapes away."""
        for place, row in enumerate(numpy.flatnonzero(rows)):
            why = reason[place] if isinstance(reason, list) else reason
            name = type_name(self.values[row])
            self.findings.append(Finding(int(row) + 1, COLUMN, name, why, kind))
        self.values[rows] = None


def parse_shapes(wkb: numpy.ndarray) -> numpy.ndarray:
    """Return WKB bytes as shapes, None where there are none or they cannot be read."""
    with numpy.errstate(invalid="ignore"):  # NaN is found later
        shapes: numpy.ndarray = shapely.from_wkb(wkb, on_invalid="ignore")
    return shapes


def type_name(shape: shapely.Geometry | None) -> str:
    """Return a shape's type as people write it."""
    return str(shape.geom_type) if shape is not None else ""  # type: ignore[attr-defined]  # stubs


def fit_shapes(wkb: numpy.ndarray, wanted: str, source: pyproj.CRS, srid: int) -> Shapes:
    """Return a file's shapes as a layer of type ``wanted`` in metric CRS ``srid`` needs them.

    Raises BadCoordinates when most rows lie outside the metric CRS's area of use.
    """
    missing = numpy.array([item is None for item in wkb], dtype=bool)
    shapes = Shapes(parse_shapes(wkb), missing)
    fit(shapes, wanted, source, srid)
    return shapes


def fit(shapes: Shapes, wanted: str, source: pyproj.CRS, srid: int, how: Fit = AS_IS) -> None:
    """Bring shapes into type ``wanted`` and metric CRS ``srid``, refusing those that do not fit.

    Raises BadCoordinates when ``how.whole`` and most rows lie outside the area of use.
    """
    shapes.refuse(shapely.is_empty(shapes.values), EMPTY, "no_shape")
    flatten(shapes, drop=how.drop_z)
    if how.swap:
        places = shapely.get_coordinates(shapes.values)
        shapes.values = shapely.set_coordinates(shapes.values.copy(), places[:, ::-1])
    refuse_not_finite(shapes)
    fit_type(shapes, wanted)
    if not (~shapely.is_missing(shapes.values)).any():
        return
    refuse_elsewhere(shapes, source, srid, whole=how.whole)
    move(shapes, source, srid, how.offset)
    refuse_not_finite(shapes)
    refuse_invalid(shapes, wanted, mend=how.repair)


def move(shapes: Shapes, source: pyproj.CRS, srid: int, offset: str) -> None:
    """Reproject shapes, after taking back the shift of a map service where there is one."""
    name = source.to_wkt()
    if offset:
        shapes.values = reproject(shapes.values, name, f"EPSG:{GEOGRAPHIC}")
        places = shapely.get_coordinates(shapes.values)
        lon, lat = UNSHIFT[offset](places[:, 0], places[:, 1])
        shapes.values = shapely.set_coordinates(
            shapes.values.copy(), numpy.column_stack([lon, lat])
        )
        name = f"EPSG:{GEOGRAPHIC}"
    if find_crs(srid) != find_crs(name):
        shapes.values = reproject(shapes.values, name, f"EPSG:{srid}")


def flatten(shapes: Shapes, *, drop: bool) -> None:
    """Drop heights and measures, with a note; or refuse the rows that have them."""
    shapes.deep = shapely.has_z(shapes.values) | shapely.has_m(shapes.values)
    if not shapes.deep.any():
        return
    if not drop:
        shapes.refuse(shapes.deep, HEIGHTS, "heights")
        return
    shapes.values[shapes.deep] = shapely.force_2d(shapes.values[shapes.deep])
    shapes.notes.append(FLATTENED.format(rows=int(shapes.deep.sum())))


def refuse_not_finite(shapes: Shapes) -> None:
    """Refuse shapes with a coordinate that is NaN, infinite or absurdly large."""
    coordinates, rows = shapely.get_coordinates(shapes.values, return_index=True)
    bad = numpy.zeros(len(shapes.values), dtype=bool)
    bad[rows[~(numpy.abs(coordinates) <= LARGEST).all(axis=1)]] = True
    shapes.refuse(bad, NOT_FINITE, "not_finite")


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
        "wrong_type",
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
    reasons = [SEVERAL.format(parts=int(count)) for count in parts[parts != 1]]
    shapes.refuse(mask, reasons, "several_parts")
    rows = rows[parts == 1]
    shapes.values[rows] = shapely.get_geometry(shapes.values[rows], 0)


def refuse_elsewhere(shapes: Shapes, source: pyproj.CRS, srid: int, *, whole: bool) -> None:
    """Refuse rows outside the metric CRS's area of use; if most of the ``whole`` are, the file."""
    there = numpy.flatnonzero(~shapely.is_missing(shapes.values))
    if box_inside(shapes.values[there], source, srid):
        return
    west, south, east, north = shapely.bounds(shapes.values[there]).T
    middle = shapely.points((west + east) / 2, (south + north) / 2)
    place = shapely.get_coordinates(reproject(middle, source.to_wkt(), f"EPSG:{GEOGRAPHIC}"))
    outside = ~area_of_use(find_crs(srid)).holds(place[:, 0], place[:, 1], MARGIN)
    if whole and outside.sum() > ELSEWHERE_SHARE * len(there):
        known = place[numpy.isfinite(place).all(axis=1)]
        if not len(known):
            raise BadFile(Text("坐标与坐标系不符。", "The coordinates do not fit the CRS."))
        require_fitting(srid, *numpy.median(known, axis=0).tolist())
    mask = numpy.zeros(len(shapes.values), dtype=bool)
    mask[there[outside]] = True
    shapes.refuse(mask, OUTSIDE.format(srid=srid), "elsewhere")


def box_inside(shapes: numpy.ndarray, source: pyproj.CRS, srid: int) -> bool:
    """Tell whether all shapes lie inside the area of use, by their common box alone."""
    west, south, east, north = shapely.total_bounds(shapes)
    x, y = numpy.linspace(west, east, 17), numpy.linspace(south, north, 17)
    edge_x = numpy.concatenate([x, x, numpy.full(17, west), numpy.full(17, east)])
    edge_y = numpy.concatenate([numpy.full(17, south), numpy.full(17, north), y, y])
    points = numpy.asarray(shapely.points(edge_x, edge_y))
    edge = shapely.get_coordinates(reproject(points, source.to_wkt(), f"EPSG:{GEOGRAPHIC}"))
    return bool(area_of_use(find_crs(srid)).holds(edge[:, 0], edge[:, 1], MARGIN).all())


def refuse_invalid(shapes: Shapes, wanted: str, *, mend: bool) -> None:
    """Repair what is not valid in the metric CRS, or refuse it with GEOS's reason and place."""
    bad = ~shapely.is_valid(shapes.values) & ~shapely.is_missing(shapes.values)
    if not bad.any():
        return
    shapes.broken = bad
    rows = numpy.flatnonzero(bad)
    reasons = shapely.is_valid_reason(shapes.values[bad]).tolist()
    mended = repair(shapes.values[bad], *SINGLE[wanted])
    shapes.changed[bad] = numpy.abs(shapely.area(mended) - shapely.area(shapes.values[bad]))
    if mend:
        good = ~shapely.is_missing(mended)
        shapes.values[rows[good]] = mended[good]
        shapes.mended[rows[good]] = True
        bad = bad & ~shapes.mended
        reasons = [why for why, fine in zip(reasons, good, strict=True) if not fine]
        fit_type(shapes, wanted)
    shapes.refuse(bad, [INVALID.format(why=reason) for reason in reasons], "invalid")
