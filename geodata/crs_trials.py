"""What is tried to explain the numbers of a file: points, and CRSs that they might be in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy

from geodata.crs import GEOGRAPHIC, UTM_NORTH, UTM_SOUTH, Bounds, area_of_use, find_crs
from geodata.errors import BadCoordinates
from geodata.zones import PREFIX, Zone, bare_zones, numbered_zone, zone_of

CHINA = Bounds(73.4, 3.4, 135.1, 53.6)
SAMPLE = 2000  # points that are tried
HONG_KONG, TAIWAN, WEB_MERCATOR = 2326, (3826, 3825), 3857


@dataclass(frozen=True)
class Trial:
    """One CRS that is tried: as EPSG number or text, the axes exchanged or not, and its kind."""

    crs: str
    swap_axes: bool
    kind: str
    zone: Zone | None = None


@dataclass(frozen=True)
class Sample:
    """Numbers to be explained, what the file declares ("" if nothing) and where they belong."""

    x: numpy.ndarray
    y: numpy.ndarray
    declared: str
    region: Bounds
    local: bool
    srid: int


def make_sample(
    x: numpy.ndarray, y: numpy.ndarray, declared: str | None, bounds: Bounds | None, srid: int
) -> Sample:
    """Return finite points other than (0, 0), thinned evenly, and where they belong."""
    good = numpy.isfinite(x) & numpy.isfinite(y) & ((x != 0) | (y != 0))
    rows = numpy.flatnonzero(good)
    rows = rows[numpy.linspace(0, len(rows) - 1, min(len(rows), SAMPLE)).astype(int)]
    name = plain_name(declared) if declared else ""
    return Sample(x[rows], y[rows], name, bounds or CHINA, bounds is not None, srid)


def plain_name(declared: str) -> str:
    """Return a declared CRS as "EPSG:n" where it is one, else as it is; "" if unreadable."""
    try:
        number = find_crs(declared).to_epsg(min_confidence=70)
    except BadCoordinates:
        return ""
    return f"EPSG:{number}" if number else declared


def trials(sample: Sample) -> Iterator[Trial]:
    """Yield what is tried, by the size of the numbers: in both orders of the axes."""
    if sample.declared:
        for swap in (False, True):
            yield Trial(sample.declared, swap, "declared", declared_zone(sample.declared))
    for swap in (False, True):
        east, north = (sample.y, sample.x) if swap else (sample.x, sample.y)
        middle, up = float(numpy.median(east)), float(numpy.median(north))
        if abs(middle) <= 180 and abs(up) <= 90:
            yield Trial(f"EPSG:{GEOGRAPHIC}", swap, "degrees")
        elif abs(middle) > 360 or abs(up) > 360:
            yield from plane_trials(sample, swap, middle)


def plane_trials(sample: Sample, swap: bool, easting: float) -> Iterator[Trial]:
    """Yield what metres may be, given their median easting."""
    zone = numbered_zone(easting)
    if zone:
        yield Trial(f"EPSG:{zone.srid}", swap, "numbered", zone)
    yield Trial(f"EPSG:{sample.srid}", swap, "record", zone_of(sample.srid))
    if 0 <= easting < PREFIX:
        west, east = span(sample)
        for zone in bare_zones(west, east, neighbours=int(sample.local)):
            yield Trial(f"EPSG:{zone.srid}", swap, "bare", zone)
        base = UTM_NORTH if sample.region.north > 0 else UTM_SOUTH
        for number in range(int((west + 180) // 6) + 1, int((east + 180) // 6) + 2):
            yield Trial(f"EPSG:{base + min(number, 60)}", swap, "utm")
        for code in (HONG_KONG, *TAIWAN):
            yield Trial(f"EPSG:{code}", swap, "local")
    yield Trial(f"EPSG:{WEB_MERCATOR}", swap, "mercator")


def span(sample: Sample) -> tuple[float, float]:
    """Return the longitudes whose zones are tried: the areas', or those near the CRS of record."""
    if sample.local:
        return sample.region.west, sample.region.east
    zone = zone_of(sample.srid)
    record = area_of_use(find_crs(sample.srid))
    middle = zone.meridian if zone else (record.west + record.east) / 2
    return middle - 3.0, middle + 3.0


def declared_zone(declared: str) -> Zone | None:
    """Return the zone that a declared CRS is, if it is one of CGCS2000."""
    number = find_crs(declared).to_epsg()
    return zone_of(number) if number else None
