"""Our own projection and measuring in JavaScript, against PROJ and GeographicLib."""

from __future__ import annotations

import pyproj
import pytest

from gisapp.maps.config import metric_crs
from tests.browser.node import JS, run_script

SYSTEMS = {  # SRID: longitudes and latitudes around its area
    4548: (115.0, 119.5, 18.0, 50.0),
    4527: (115.0, 119.5, 18.0, 50.0),
    4513: (73.5, 77.0, 30.0, 45.0),
    3067: (19.0, 32.0, 59.0, 70.0),
    3879: (23.0, 27.0, 59.0, 66.0),
    32650: (114.0, 120.0, 0.0, 50.0),
    27700: (-7.0, 2.0, 49.0, 61.0),
}


@pytest.mark.parametrize("srid", SYSTEMS)
def test_projection_agrees_with_proj_to_a_millimetre(srid: int) -> None:
    west, east, south, north = SYSTEMS[srid]
    points = [
        (west + (east - west) * i / 12, south + (north - south) * j / 12)
        for i in range(13)
        for j in range(13)
    ]
    found = run_script(
        f"""
        const {{ transverseMercator }} = await import("{(JS / "projection.js").as_uri()}");
        const project = transverseMercator(given.crs);
        console.log(JSON.stringify(given.points.map((point) => project(...point))));
        """,
        {"crs": metric_crs(srid), "points": points},
    )
    crs = pyproj.CRS.from_epsg(srid)
    convert = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    for (x, y), point in zip(found, points, strict=True):  # type: ignore[call-overload] - JSON
        expected = convert.transform(*point)
        assert (x, y) == pytest.approx(expected, abs=0.001)


def test_no_parameters_for_a_system_that_is_not_transverse_mercator() -> None:
    assert metric_crs(3857) is None
    assert metric_crs(2154) is None  # Lambert


def test_lengths_and_areas_agree_with_geographiclib() -> None:
    geod = pyproj.Geod(a=6378137, rf=298.257222101)
    rings = [
        [(116.5, 23.4), (116.5 + size, 23.4), (116.5 + size / 2, 23.4 + size)]
        for size in (0.0001, 0.01, 0.3)
    ]
    found = run_script(
        f"""
        const {{ area, length }} = await import("{(JS / "geodesy.js").as_uri()}");
        console.log(JSON.stringify(given.map((ring) => [length(ring), area(ring)])));
        """,
        rings,
    )
    for (length, area), ring in zip(found, rings, strict=True):  # type: ignore[call-overload] - JSON
        lons, lats = zip(*ring, strict=True)
        assert length == pytest.approx(geod.line_length(lons, lats), rel=1e-6)
        assert area == pytest.approx(abs(geod.polygon_area_perimeter(lons, lats)[0]), rel=1e-4)


@pytest.mark.parametrize("srid", SYSTEMS)
def test_inverse_when_applied_returns_to_the_same_place(srid: int) -> None:
    west, east, south, north = SYSTEMS[srid]
    points = [
        (west + (east - west) * i / 6, south + (north - south) * j / 6)
        for i in range(7)
        for j in range(7)
    ]
    found = run_script(
        f"""
        const {{ inverse, transverseMercator }} = await import("{(JS / "projection.js").as_uri()}");
        const project = transverseMercator(given.crs);
        const back = inverse(project, given.crs);
        console.log(JSON.stringify(given.points.map((point) => back(project(...point)))));
        """,
        {"crs": metric_crs(srid), "points": points},
    )
    for place, point in zip(found, points, strict=True):  # type: ignore[call-overload] - JSON
        assert place == pytest.approx(point, abs=1e-11)  # a micrometre
