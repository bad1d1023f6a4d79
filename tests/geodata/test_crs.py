"""Coordinate systems: x first, metres, and the right zone for a place."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geodata.crs import (
    area_of_use,
    find_crs,
    ground_scale,
    propose_metric_crs,
    reproject,
    require_fitting,
    require_metric,
)
from geodata.errors import BadCoordinates


@pytest.mark.parametrize(("srid", "easting"), [(4548, 500000), (4527, 39500000), (4490, 117)])
def test_x_is_east_whatever_the_authority_says(srid: int, easting: float) -> None:
    moved = reproject(numpy.array([Point(117, 23.5)]), "EPSG:4326", f"EPSG:{srid}")[0]
    assert moved.x == pytest.approx(easting, abs=1e-3)
    assert moved.y == pytest.approx(23.5 if srid == 4490 else 2599911.34, abs=0.01)
    back = reproject(numpy.array([moved]), f"EPSG:{srid}", "EPSG:4326")[0]
    assert back.distance(Point(117, 23.5)) < 1e-9


@pytest.mark.parametrize(
    ("lon", "lat", "srid"),
    [(116.68, 23.46, 4548), (121.5, 31.2, 4549), (24.9, 60.2, 32635), (-58.4, -34.6, 32721)],
)
def test_the_zone_of_a_place_is_proposed(lon: float, lat: float, srid: int) -> None:
    assert propose_metric_crs(lon, lat) == srid


@given(st.floats(-180, 180), st.floats(-79.9, 83.9))
def test_every_proposal_fits_and_has_honest_metres(lon: float, lat: float) -> None:
    srid = propose_metric_crs(lon, lat)
    require_fitting(srid, lon, lat)
    crs = find_crs(srid)
    assert area_of_use(crs).holds(numpy.array([lon]), numpy.array([lat]), 1e-6)[0]
    assert ground_scale(crs, lon, lat) == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize("srid", [4326, 4490, 2263, 999999])
def test_a_crs_that_has_no_metres_is_refused(srid: int) -> None:
    with pytest.raises(BadCoordinates):
        require_metric(srid)


@pytest.mark.parametrize(("srid", "lon", "lat"), [(4548, 24.9, 60.2), (3857, 24.9, 60.2)])
def test_a_crs_of_another_place_is_refused_naming_one_that_fits(
    srid: int, lon: float, lat: float
) -> None:
    with pytest.raises(BadCoordinates) as refused:
        require_fitting(srid, lon, lat)
    assert refused.value.hint is not None
    assert "EPSG:32635" in refused.value.hint.zh


@pytest.mark.parametrize(("lon", "lat"), [(23.4, 116.6), (float("nan"), 0), (0, 89), (200, 0)])
def test_a_place_off_the_map_has_no_proposal(lon: float, lat: float) -> None:
    with pytest.raises(BadCoordinates):
        propose_metric_crs(lon, lat)
