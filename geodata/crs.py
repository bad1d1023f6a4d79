"""Coordinate reference systems: always x east and y north, metres for the record.

EPSG 4490, 4548 and 4527 declare north-first axes; every transformation made here is
``always_xy``, so arrays hold x (east, longitude) first whatever the authority says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geodata.errors import BadCoordinates
from layers.spec import Text

GEOGRAPHIC = 4326
MARGIN = 1.0  # degrees beyond its area of use within which a metric CRS is still good
CGCS2000 = 4490
FIRST_CGCS2000_ZONE = 4534  # CGCS2000 / 3-degree Gauss-Kruger CM 75E; 20 more follow eastwards
FIRST_CENTRAL_MERIDIAN = 75
LAST_CENTRAL_MERIDIAN = 135
WORST_SCALE = 0.01  # a metre of the CRS may differ from one on the ground by so much
UTM_NORTH, UTM_SOUTH = 32600, 32700


@dataclass(frozen=True)
class Bounds:
    """A box in degrees: west, south, east, north."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: numpy.ndarray, lat: numpy.ndarray, margin: float = 0.0) -> numpy.ndarray:
        """Tell for each position whether it lies in the box widened by ``margin`` degrees."""
        inside: numpy.ndarray = (
            (lon >= self.west - margin)
            & (lon <= self.east + margin)
            & (lat >= self.south - margin)
            & (lat <= self.north + margin)
        )
        return inside


@lru_cache(maxsize=64)
def find_crs(name: str | int) -> pyproj.CRS:
    """Return the CRS with an EPSG number or any text PROJ knows; BadCoordinates if none."""
    try:
        return pyproj.CRS.from_user_input(name)
    except CRSError as error:
        raise BadCoordinates(
            Text("不认识的坐标系：{name}", "Unknown coordinate reference system: {name}").format(
                name=str(name)[:80]
            ),
            Text("请给出 EPSG 编号，例如 4548。", "Give an EPSG number, such as 4548."),
        ) from error


def require_metric(srid: int) -> pyproj.CRS:
    """Return the projected CRS in metres with EPSG number ``srid``, or raise BadCoordinates."""
    crs = find_crs(srid)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        raise BadCoordinates(
            Text(
                "EPSG:{srid}（{name}）不是以米为单位的投影坐标系。",
                "EPSG:{srid} ({name}) is not a projected CRS in metres.",
            ).format(srid=srid, name=crs.name),
            Text("例如 4548、4527、32635。", "Use for example 4548, 4527 or 32635."),
        )
    return crs


def require_true_metres(srid: int) -> None:
    """Raise BadCoordinates unless ``srid`` is metric and not (Web) Mercator.

    Mercator's metres grow towards the poles: by 9 % at 23.5° N, double at 60°.
    """
    crs = require_metric(srid)
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if method.startswith("Mercator") or "Pseudo Mercator" in method:
        raise BadCoordinates(
            Text(
                "EPSG:{srid}（{name}）的米不是地面上的米，不能用来量距离和面积。",
                "The metres of EPSG:{srid} ({name}) are not metres on the ground: "
                "no distance or area can be measured in them.",
            ).format(srid=srid, name=crs.name),
            Text("例如 4548、4527、32635。", "Use for example 4548, 4527 or 32635."),
        )


def area_of_use(crs: pyproj.CRS) -> Bounds:
    """Return where ``crs`` may be used; the whole earth when it does not say."""
    found = crs.area_of_use
    return Bounds(*found.bounds) if found else Bounds(-180, -90, 180, 90)


def propose_metric_crs(lon: float, lat: float) -> int:
    """Return the EPSG number of a metric CRS that fits a place given in degrees.

    In China the 3-degree Gauss-Krüger zone of CGCS2000, elsewhere the UTM zone.
    Raises BadCoordinates for a position that is not on the earth or too near a pole.
    """
    if not (-180 <= lon <= 180 and -80 <= lat <= 84):
        raise BadCoordinates(
            Text(
                "位置 {lon:.4f}, {lat:.4f} 没有合适的米制坐标系。",
                "No metric CRS fits the position {lon:.4f}, {lat:.4f}.",
            ).format(lon=lon, lat=lat),
            Text("请检查经纬度是否颠倒。", "Check that longitude and latitude are not exchanged."),
        )
    meridian = 3 * round(lon / 3)
    if FIRST_CENTRAL_MERIDIAN <= meridian <= LAST_CENTRAL_MERIDIAN:
        srid = FIRST_CGCS2000_ZONE + (meridian - FIRST_CENTRAL_MERIDIAN) // 3
        if area_of_use(find_crs(srid)).holds(numpy.array([lon]), numpy.array([lat]))[0]:
            return srid
    zone = min(int((lon + 180) // 6) + 1, 60)
    return (UTM_NORTH if lat >= 0 else UTM_SOUTH) + zone


def require_fitting(srid: int, lon: float, lat: float) -> None:
    """Raise BadCoordinates unless metric CRS ``srid`` may be used at a place; name one that may."""
    crs = require_metric(srid)
    inside = area_of_use(crs).holds(numpy.array([lon]), numpy.array([lat]), MARGIN)[0]
    if inside and abs(ground_scale(crs, lon, lat) - 1) <= WORST_SCALE:
        return
    raise BadCoordinates(
        Text(
            "数据位于经度 {lon:.3f}、纬度 {lat:.3f}，米制坐标系 EPSG:{srid}（{name}）在那里不适用。",
            "The data lies at longitude {lon:.3f}, latitude {lat:.3f}, where the metric CRS "
            "EPSG:{srid} ({name}) is of no use: outside its area, or its metres are not metres.",
        ).format(lon=lon, lat=lat, srid=srid, name=crs.name),
        Text(
            "适合该位置的是 EPSG:{fit}：在空库上设 GISAPP_METRIC_SRID={fit} 再运行 gisapp migrate，"
            "或 gisapp context --metric-crs auto。若位置不对，请检查坐标系和 x、y 是否颠倒。",
            "EPSG:{fit} fits there: set GISAPP_METRIC_SRID={fit} on an empty database and run "
            "gisapp migrate, or gisapp context --metric-crs auto. If the place is wrong, check "
            "the file's CRS and whether x and y are exchanged.",
        ).format(fit=propose_metric_crs(lon, lat)),
    )


def ground_scale(crs: pyproj.CRS, lon: float, lat: float) -> float:
    """Return how long a metre on the ground, to the north, is in ``crs`` at a place."""
    return float(pyproj.Proj(crs).get_factors(lon, lat).meridional_scale)


@lru_cache(maxsize=256)
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return the x-first transformation between two CRSs given as text."""
    return pyproj.Transformer.from_crs(find_crs(source), find_crs(target), always_xy=True)


def reproject(shapes: numpy.ndarray, source: str, target: str) -> numpy.ndarray:
    """Return shapes moved from one CRS to another; impossible coordinates become infinite."""
    if find_crs(source) == find_crs(target):
        return shapes
    coordinates = shapely.get_coordinates(shapes)
    x, y = transformer(source, target).transform(coordinates[:, 0], coordinates[:, 1])
    moved: numpy.ndarray = shapely.set_coordinates(shapes.copy(), numpy.column_stack([x, y]))
    return moved
