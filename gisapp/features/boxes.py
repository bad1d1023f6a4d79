"""Bounding boxes: from the text of ``bbox`` to a condition that a spatial index answers.

A box in degrees is a box in Web Mercator too, exactly; so it is searched in ``geom_web``. A box
in the deployment's own metric CRS is searched in ``geom``. The edges of a box in any other CRS
are curves there: its outline is made dense and transformed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from psycopg2 import sql

from gisapp.features.conditions import Condition, bind
from gisapp.features.crs import WEB_MERCATOR, Crs
from gisapp.features.faults import DECIMAL, bad_value
from layers.spec import Text

EARTH_RADIUS = 6378137.0  # of the sphere of EPSG:3857
TOP = 85.0511287798066  # latitude of the edge of Web Mercator
FARTHEST = 1e8  # metres: no CRS of the earth has such coordinates
# The index keeps single precision: metres by which a stored box may look too large.
SLACK = 4.0
OUTLINE = 32  # points along each edge of a box that is bent by its transformation

# Most rows lie wholly inside the box, which the index's own operator shows at no cost; only
# those at its edge need the exact test (a quarter of the time with polygons).
TOUCHES_BOX = sql.SQL(
    "{column} && ST_MakeEnvelope({west}, {south}, {east}, {north}, {srid})"
    " AND CASE WHEN {column} @ ST_MakeEnvelope({in_w}, {in_s}, {in_e}, {in_n}, {srid}) THEN true"
    " ELSE ST_Intersects({column}, ST_MakeEnvelope({west}, {south}, {east}, {north}, {srid})) END"
)
TOUCHES_SHAPE = sql.SQL("ST_Intersects({column}, ST_GeomFromWKB({outline}, {srid}))")
EITHER = sql.SQL("(({}) OR ({}))")


@dataclass(frozen=True)
class Box:
    """A rectangle with x east and y north, whatever order the CRS writes its axes in.

    In a geographic CRS ``west`` is greater than ``east`` when it crosses the antimeridian.
    """

    west: float
    south: float
    east: float
    north: float


def parse_box(text: str, crs: Crs, name: str = "bbox") -> Box:
    """Return the box that four or six numbers in the axis order of ``crs`` say.

    Heights are read over: the data are flat. Raises BadParameter for anything that is not a
    box on the earth.
    """
    parts = text.split(",")
    if len(parts) not in (4, 6) or not all(DECIMAL.fullmatch(part) for part in parts):
        raise bad_value(
            name, Text("须为 4 或 6 个数，以逗号分隔", "give 4 or 6 numbers and commas")
        )
    numbers = [float(part) for part in parts]
    half = len(numbers) // 2
    (first, second), (third, fourth) = numbers[:2], numbers[half : half + 2]
    box = Box(first, second, third, fourth)
    if crs.north_first:
        box = Box(second, first, fourth, third)
    check_box(box, crs, name)
    return box


def check_box(box: Box, crs: Crs, name: str) -> None:
    """Raise BadParameter unless ``box`` lies on the earth with its corners in order."""
    most_x, most_y = (180.0, 90.0) if crs.geographic else (FARTHEST, FARTHEST)
    if max(abs(box.west), abs(box.east)) > most_x or max(abs(box.south), abs(box.north)) > most_y:
        raise bad_value(
            name,
            Text(
                "超出坐标系范围（请核对坐标顺序）", "beyond the CRS (check the order of its axes)"
            ),
        )
    if box.south > box.north or (box.west > box.east and not crs.geographic):
        raise bad_value(name, Text("下限大于上限", "a lower bound is above its upper bound"))


def box_condition(owner: str, box: Box, crs: Crs, metric_srid: int) -> Condition:
    """Return the condition that a row's geometry meets ``box``, which is in ``crs``."""
    if crs.geographic:
        return degrees_condition(owner, box)
    if crs.srid == metric_srid:
        return rectangle_condition(owner, "geom", box, crs.srid)
    if crs.srid == WEB_MERCATOR:
        return rectangle_condition(owner, "geom_web", box, WEB_MERCATOR)
    return outline_condition(owner, box, crs)


def degrees_condition(owner: str, box: Box) -> Condition:
    """Return the condition for a box in degrees, in two halves across the antimeridian."""
    if box.west <= box.east:
        return rectangle_condition(owner, "geom_web", to_mercator(box), WEB_MERCATOR)
    halves = [
        Box(box.west, box.south, 180.0, box.north),
        Box(-180.0, box.south, box.east, box.north),
    ]
    east, west = (
        rectangle_condition(f"{owner}_{side}", "geom_web", to_mercator(half), WEB_MERCATOR)
        for side, half in enumerate(halves)
    )
    return Condition(EITHER.format(east.text, west.text), {**east.parameters, **west.parameters})


def to_mercator(box: Box) -> Box:
    """Return a box in degrees as the same box in metres of EPSG:3857, cut at its edges."""
    south, north = (
        EARTH_RADIUS * math.asinh(math.tan(math.radians(min(max(latitude, -TOP), TOP))))
        for latitude in (box.south, box.north)
    )
    west, east = (EARTH_RADIUS * math.radians(longitude) for longitude in (box.west, box.east))
    return Box(west, south, east, north)


def rectangle_condition(owner: str, column: str, box: Box, srid: int) -> Condition:
    """Return the condition that ``column``, in ``srid``, meets an upright rectangle."""
    middle_x, middle_y = (box.west + box.east) / 2, (box.south + box.north) / 2
    return bind(
        TOUCHES_BOX,
        owner,
        column,
        srid=srid,
        west=box.west,
        south=box.south,
        east=box.east,
        north=box.north,
        in_w=min(box.west + SLACK, middle_x),
        in_s=min(box.south + SLACK, middle_y),
        in_e=max(box.east - SLACK, middle_x),
        in_n=max(box.north - SLACK, middle_y),
    )


def outline_condition(owner: str, box: Box, crs: Crs) -> Condition:
    """Return the condition for a box of another projection, by its outline in Web Mercator."""
    across = np.linspace(box.west, box.east, OUTLINE)
    upwards = np.linspace(box.south, box.north, OUTLINE)
    corner = np.ones(OUTLINE)
    x = np.concatenate([across, box.east * corner, across[::-1], box.west * corner])
    y = np.concatenate([box.south * corner, upwards, box.north * corner, upwards[::-1]])
    transformer = pyproj.Transformer.from_crs(crs.srid, WEB_MERCATOR, always_xy=True)
    ring_x, ring_y = transformer.transform(x, y)
    if not (np.isfinite(ring_x).all() and np.isfinite(ring_y).all()):
        raise bad_value(owner, Text("超出坐标系范围", "beyond the reach of its CRS"))
    outline = shapely.to_wkb(shapely.Polygon(np.column_stack([ring_x, ring_y])))
    return bind(TOUCHES_SHAPE, owner, "geom_web", outline=outline, srid=WEB_MERCATOR)
