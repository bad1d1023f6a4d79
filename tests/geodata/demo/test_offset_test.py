"""Shifted degrees are found by what stands at what; nothing else is taken for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy
import pyogrio
import pytest
import shapely

from geodata.china_offset import wgs84_to_bd09, wgs84_to_gcj02
from geodata.crs import transformer
from geodata.offset_test import OffsetGuess, known_points, offset_suspicion
from tests.real_data import REAL_DATA

POINTS = ["cameras", "rented_housing", "three_in_one", "facilities", "incidents", "visits"]
SHAPES = ["roads", "buildings", "parcels", "grid_cells", "key_areas"]
APART = ["railways", "water", "areas", "hazard_sites"]  # where nothing known need be near
Frames = dict[str, gpd.GeoDataFrame]
Shift = Callable[[Any, Any], Any]


def unshifted(lon: Any, lat: Any) -> Any:
    return lon, lat


SHIFTS: dict[str, Shift] = {"none": unshifted, "gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


@pytest.fixture(scope="module")
def known(small: Frames) -> numpy.ndarray:
    shapes = [small[name].geometry.to_numpy() for name in ("roads", "buildings")]
    return known_points(numpy.concatenate(shapes))


@pytest.fixture(scope="module")
def district(small: Frames) -> shapely.Geometry:
    return small["areas"].geometry.iloc[0]


def some(frame: gpd.GeoDataFrame, count: int, noise: float = 0.0) -> numpy.ndarray:
    """Return vertices of a layer in disorder, with errors of some metres."""
    chance = numpy.random.default_rng(count)
    held = shapely.get_coordinates(frame.geometry.to_numpy())
    held = held[chance.permutation(len(held))[:count]]
    return held + chance.normal(0, 1, held.shape) * noise


def ask(
    points: numpy.ndarray, kind: str, known: numpy.ndarray, district: Any = None
) -> OffsetGuess:
    lon, lat = transformer("EPSG:4548", "EPSG:4326").transform(points[:, 0], points[:, 1])
    guess = offset_suspicion(*SHIFTS[kind](lon, lat), known, 4548, district)
    assert guess.evidence.zh and guess.evidence.en
    return guess


@pytest.mark.parametrize("noise", [0, 10])
@pytest.mark.parametrize("count", [30, 100, 1000])
@pytest.mark.parametrize("kind", SHIFTS)
def test_points_of_every_layer_are_recognised(
    kind: str, count: int, noise: float, small: Frames, known: numpy.ndarray, district: Any
) -> None:
    for name in POINTS:
        guess = ask(some(small[name], count, noise), kind, known, district)
        assert guess.kind == kind, (name, guess)
        assert guess.confidence > (0.85 if kind == "none" else 0.94)
        assert guess.distances[kind] == min(guess.distances.values())
        if kind == "gcj02":
            assert 500 < guess.metres < 580
            assert "GCJ-02" in guess.evidence.zh and "偏约" in guess.evidence.zh
            assert 45 < guess.bearing < 135
        elif kind == "bd09":
            assert 1100 < guess.metres < 1250
        else:
            assert guess.metres == 0


@pytest.mark.parametrize("kind", SHIFTS)
@pytest.mark.parametrize("count", [100, 1000])
def test_lines_and_areas_are_recognised(
    kind: str, count: int, small: Frames, known: numpy.ndarray, district: Any
) -> None:
    for name in SHAPES:
        assert ask(some(small[name], count, 3), kind, known, district).kind == kind, name


def test_own_layers_never_look_shifted(small: Frames, known: numpy.ndarray, district: Any) -> None:
    for name, frame in small.items():
        for count in (30, 100, 1000):
            guess = ask(some(frame, count), "none", known, district)
            assert guess.kind in (("none", "unknown") if name in APART else ("none",)), name


def test_strangers_never_look_shifted(small: Frames, known: numpy.ndarray) -> None:
    """Points that have nothing to do with roads and houses: anywhere, in heaps, in lines."""
    chance = numpy.random.default_rng(11)
    west, south, east, north = small["roads"].total_bounds
    for count in [30, 100, 400] * 8:
        anywhere = numpy.column_stack(
            [chance.uniform(west, east, count), chance.uniform(south, north, count)]
        )
        middle = known[chance.integers(0, len(known), 8)] + chance.normal(0, 400, (8, 2))
        heaps = middle[chance.integers(0, 8, count)] + chance.normal(0, 300, (count, 2))
        way = chance.uniform(0, 7)
        along = chance.uniform(-6000, 6000, (count, 1)) * [numpy.cos(way), numpy.sin(way)]
        for points in (anywhere, heaps, middle[0] + along):
            assert ask(points, "none", known).kind in ("none", "unknown")


def test_other_offsets_are_not_taken_for_shifted_degrees(
    small: Frames, known: numpy.ndarray
) -> None:
    """Another datum moves everything by 80 to 150 m: no remedy here, but nothing to trust."""
    cameras = some(small["cameras"], 300)
    for turn in numpy.arange(8) * numpy.pi / 4:
        for metres in (80, 100, 150):
            off = metres * numpy.array([numpy.cos(turn), numpy.sin(turn)])
            assert ask(cameras + off, "none", known).kind == "unknown"
            assert ask(cameras + off, "gcj02", known).kind == "unknown"


def test_sparse_references_and_few_points_cannot_tell(
    small: Frames, known: numpy.ndarray, district: Any
) -> None:
    cameras = some(small["cameras"], 200)
    one_place = cameras[0] + numpy.random.default_rng(1).normal(0, 100, (500, 2))
    for points, reference, why in (
        (cameras[:10], known, "太少"),
        (numpy.repeat(cameras[:5], 50, axis=0), known, "太少"),
        (one_place, known, "太集中"),
        (cameras, known[:0], "太少"),
        (cameras, known[:3], "太少"),
        (cameras + 100_000, known, "太少"),
        (cameras[:0], known, "太少"),
    ):
        guess = ask(points, "gcj02", reference)
        assert (guess.kind, guess.confidence, guess.metres) == ("unknown", 0, 0)
        assert why in guess.evidence.zh and "无法判断" in guess.evidence.zh


def test_positions_outside_china_are_not_shifted() -> None:
    lon, lat = numpy.random.default_rng(1).uniform((24.8, 60.1), (25.1, 60.3), (200, 2)).T
    guess = offset_suspicion(lon, lat, numpy.empty((0, 2)), 32635)
    assert guess.kind == "none" and "中国以外" in guess.evidence.zh


def test_the_border_alone_tells_where_a_border_is(small: Frames, district: Any) -> None:
    """An outline of the district that was copied from a service's map."""
    outline = shapely.get_coordinates(shapely.segmentize(district, 300))
    for kind in SHIFTS:
        assert ask(outline, kind, numpy.empty((0, 2)), district).kind == kind


def test_odd_numbers_are_left_out(small: Frames, known: numpy.ndarray) -> None:
    cameras = some(small["cameras"], 300)
    lon, lat = transformer("EPSG:4548", "EPSG:4326").transform(cameras[:, 0], cameras[:, 1])
    lon, lat = wgs84_to_gcj02(lon, lat)
    lon[:20], lat[20:30], lon[30:35], lat[35:40] = numpy.nan, numpy.inf, 0, 1e9
    assert offset_suspicion(lon, lat, known, 4548).kind == "gcj02"
    assert offset_suspicion(lon[:0], lat[:0], known, 4548).kind == "unknown"


def test_real_places_copied_from_a_phone_map_are_recognised() -> None:
    """Places of OpenStreetMap as known, the same places as a service's map has them as file."""
    kml = REAL_DATA / "messy" / "chaoan_places_gcj02_labelled_wgs84.kml"
    for path in [kml] * kml.exists():
        places = pyogrio.read_dataframe(REAL_DATA / "chaozhou_pois.gpkg", layer="chaozhou_bbox")
        reference = known_points(places.to_crs(4548).geometry.to_numpy())
        points = shapely.get_coordinates(pyogrio.read_dataframe(path).geometry.to_numpy())
        guess = offset_suspicion(points[:, 0], points[:, 1], reference, 4548)
        assert guess.kind == "gcj02"
        assert guess.distances["gcj02"] < 1
