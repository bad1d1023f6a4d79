"""Axis order and names of the offered CRSs."""

from __future__ import annotations

import pyproj
import pytest

from gisapp.errors import BadParameter
from gisapp.features.crs import CRS84, crs_named, crs_of, offered_crs


@pytest.mark.parametrize(
    ("srid", "north_first", "geographic"),
    [
        (4326, True, True),
        (4490, True, True),
        (4548, True, False),  # northing (X), easting (Y)
        (4527, True, False),
        (3857, False, False),
        (25833, False, False),  # easting, northing
        (3879, True, False),  # northing, easting
    ],
)
def test_crs_when_named_by_number_has_the_registered_axes(srid, north_first, geographic) -> None:
    crs = crs_of(srid)
    assert (crs.north_first, crs.geographic) == (north_first, geographic)
    assert crs.uri == f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


@pytest.mark.parametrize("crs", offered_crs(3879)[1:], ids=lambda crs: str(crs.srid))
def test_axes_when_compared_with_a_transformer_of_the_authority_agree(crs) -> None:
    lon, lat = (24.9, 60.2) if crs.srid == 3879 else (117.0, 23.6)
    strict = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{crs.srid}").transform(lon, lat)
    x_first = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{crs.srid}", always_xy=True)
    x, y = x_first.transform(lon, lat)
    assert strict == ((y, x) if crs.north_first else (x, y))


def test_default_when_listed_comes_first_and_nothing_comes_twice() -> None:
    offered = offered_crs(4548)
    assert offered[0] == CRS84
    assert not CRS84.north_first
    assert [crs.srid for crs in offered] == [4326, 4326, 4490, 4548, 3857]
    assert [crs.srid for crs in offered_crs(3879)] == [4326, 4326, 4490, 4548, 3857, 3879]


@pytest.mark.parametrize(
    "name",
    [
        "http://www.opengis.net/def/crs/EPSG/0/4548",
        "https://www.opengis.net/def/crs/EPSG/0/4548",
        "urn:ogc:def:crs:EPSG::4548",
        "EPSG:4548",
        "[EPSG:4548]",
    ],
)
def test_crs_when_named_in_any_usual_way_is_found(name: str) -> None:
    assert crs_named(name, 4548).srid == 4548


@pytest.mark.parametrize(
    "name", ["", "4548", "EPSG:999999", "EPSG:25833", "EPSG:٤٥٤٨", "x" * 5000, "EPSG:4548\0"]
)
def test_crs_when_not_offered_is_refused(name: str) -> None:
    with pytest.raises(BadParameter) as refused:
        crs_named(name, 4548)
    assert "EPSG/0/4490" in refused.value.hint.en
