"""The coordinate reference systems that features are offered in, and their axis order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import pyproj

from gisapp.errors import BadParameter
from layers.spec import Text

CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_URI = "http://www.opengis.net/def/crs/EPSG/0/"
ALWAYS_OFFERED = (4326, 4490, 4548, 3857)
WEB_MERCATOR = 3857
EPSG_NAMES = re.compile(
    r"(?:https?://www\.opengis\.net/def/crs/EPSG/0/|urn:ogc:def:crs:EPSG::|\[?EPSG:)([0-9]{1,6})\]?"
)
# Digits after the point: about a millimetre in degrees, a tenth of one in metres.
DEGREE_DIGITS, METRE_DIGITS = 8, 4
# Enough that coordinates of record come back bit by bit, and what nobody moved stays what it was.
EXACT_DIGITS = 12


@dataclass(frozen=True)
class Crs:
    """One CRS: its URI, its SRID in the database, and how the authority orders its axes.

    ``north_first``: coordinates are written latitude or northing first. The database itself
    always keeps x east, y north.
    """

    uri: str
    srid: int
    north_first: bool
    geographic: bool
    exact: bool = False  # the CRS of record, of which nothing is rounded

    @property
    def digits(self) -> int:
        """Digits after the point that lose nothing anybody can survey, or nothing at all."""
        if self.exact:
            return EXACT_DIGITS
        return DEGREE_DIGITS if self.geographic else METRE_DIGITS


CRS84 = Crs(CRS84_URI, 4326, north_first=False, geographic=True)


@lru_cache(maxsize=64)
def crs_of(srid: int) -> Crs:
    """Return the CRS with an EPSG number, with the axis order of the EPSG registry."""
    found = pyproj.CRS.from_epsg(srid)
    north_first = found.axis_info[0].direction.lower() == "north"
    return Crs(f"{EPSG_URI}{srid}", srid, north_first, found.is_geographic)


def offered_crs(metric_srid: int) -> tuple[Crs, ...]:
    """Return every CRS that features are offered in, the default first."""
    srids = dict.fromkeys((*ALWAYS_OFFERED, metric_srid))
    return (CRS84, *(replace(crs_of(srid), exact=srid == metric_srid) for srid in srids))


def crs_named(name: str, metric_srid: int) -> Crs:
    """Return the offered CRS that a URI (or ``EPSG:4548``) names.

    Raises BadParameter, with the list of what is offered as the hint.
    """
    offered = offered_crs(metric_srid)
    matched = EPSG_NAMES.fullmatch(name)
    uri = f"{EPSG_URI}{int(matched[1])}" if matched else name
    for crs in offered:
        if crs.uri == uri:
            return crs
    uris = ", ".join(crs.uri for crs in offered)
    raise BadParameter(
        Text("不提供此坐标系。", "This CRS is not offered."),
        Text("可用：{uris}", "Offered: {uris}").format(uris=uris),
    )
