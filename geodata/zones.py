"""The Gauss-Krüger zones of CGCS2000, and the older datums that share them.

Zone n of 3 degrees has its meridian at 3n (25 to 45), zone n of 6 degrees at 6n - 3 (13 to 23).
Eastings count from 500,000 m at the meridian; with the zone's number in front (39,500,000) the
zone can be read off, without it not. The numbers of EPSG are checked against PROJ by a test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from geodata.crs import find_crs
from geodata.errors import BadCoordinates
from layers.spec import Text

FALSE_EASTING = 500_000.0
PREFIX = 1_000_000.0  # metres that one unit of the zone's number adds
WIDTHS = {3: (25, 45, 4513, 4534), 6: (13, 23, 4491, 4502)}  # first, last, with and without number
OLD_DATUMS = (
    (re.compile(r"beijing.{0,3}(?:19)?54|北京.{0,3}54", re.I), Text("北京54", "Beijing 1954")),
    (re.compile(r"xi'?an.{0,3}(?:19)?80|西安.{0,3}80", re.I), Text("西安80", "Xi'an 1980")),
)


@dataclass(frozen=True)
class Zone:
    """One zone as EPSG has it: ``number`` is the prefix of its eastings, 0 without one."""

    srid: int
    meridian: int
    width: int
    number: int


@lru_cache(maxsize=1)
def all_zones() -> tuple[Zone, ...]:
    """Return all zones of CGCS2000, those with a number in front first."""
    found = []
    for width, (first, last, numbered, bare) in WIDTHS.items():
        for number in range(first, last + 1):
            meridian = 3 * number if width == 3 else 6 * number - 3
            found.append(Zone(numbered + number - first, meridian, width, number))
            found.append(Zone(bare + number - first, meridian, width, 0))
    return tuple(sorted(found, key=lambda zone: (not zone.number, zone.width, zone.meridian)))


def numbered_zone(easting: float) -> Zone | None:
    """Return the zone whose number an easting begins with, if it begins with one."""
    number = int(easting // PREFIX)
    return next((zone for zone in all_zones() if zone.number and zone.number == number), None)


def bare_zones(west: float, east: float, neighbours: int = 0) -> list[Zone]:
    """Return the zones without a number that reach into a span of longitudes, 3 degrees first.

    So many ``neighbours`` of 3 degrees on each side come along: a survey near a border may be in
    the next zone. A zone of 6 degrees with the meridian of one of 3 degrees has the same numbers: it is left out.
    """
    bare = [zone for zone in all_zones() if not zone.number]
    near = [z for z in bare if west - z.width / 2 - 0.5 < z.meridian < east + z.width / 2 + 0.5]
    taken = {zone.meridian for zone in near if zone.width == 3}
    found = [zone for zone in near if zone.width == 3 or zone.meridian not in taken]
    taken |= {zone.meridian for zone in found}
    reach = 2.0 + 3 * neighbours
    return found + [
        zone
        for zone in bare
        if zone.width == 3
        and west - reach < zone.meridian < east + reach
        and zone.meridian not in taken
    ]


def zone_of(srid: int) -> Zone | None:
    """Return the zone with an EPSG number, if it is one."""
    return next((zone for zone in all_zones() if zone.srid == srid), None)


@lru_cache(maxsize=64)
def old_datum(declared: str) -> Text | None:
    """Return the name of the older datum that a declared CRS stands on, if it is one of those.

    No exact public transformation leads from them to CGCS2000: the parameters are classified and
    differ from place to place; what PROJ has is for single oil fields.
    """
    try:
        crs = find_crs(declared)
    except BadCoordinates:
        words = declared
    else:
        words = f"{crs.name} {crs.datum.name if crs.datum else ''} {crs.to_wkt()}"
        if crs.geodetic_crs is not None:
            words = f"{words} {crs.geodetic_crs.name}"
    plain = words.replace("_", " ")
    return next((name for pattern, name in OLD_DATUMS if pattern.search(plain)), None)
