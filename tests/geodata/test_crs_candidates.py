"""The CRS of numbers is found by where they land, whatever the file says, with evidence."""

from __future__ import annotations

import numpy
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.crs import Bounds, find_crs, transformer
from geodata.crs_candidates import CrsGuess, candidates
from geodata.zones import all_zones, bare_zones, numbered_zone, old_datum
from tests.real_data import REAL_DATA

CHAOAN = Bounds(116.4, 23.4, 116.85, 24.0)
PLACES = {
    "chaoan": CHAOAN,
    "beijing": Bounds(116.2, 39.7, 116.6, 40.1),
    "shanghai": Bounds(121.3, 31.0, 121.8, 31.4),
    "urumqi": Bounds(87.4, 43.7, 87.8, 44.0),
    "kunming": Bounds(102.6, 24.8, 102.9, 25.2),
    "harbin": Bounds(126.5, 45.6, 126.8, 45.9),
}
OF_RECORD = {"chaoan": 4548, "beijing": 4548, "shanghai": 4549, "urumqi": 4538,
             "kunming": 4543, "harbin": 4551}  # fmt: skip


def points(box: Bounds, srid: int, count: int = 300) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return random places of a box as a file in a CRS holds them."""
    chance = numpy.random.default_rng(1)
    lon = chance.uniform(box.west, box.east, count)
    lat = chance.uniform(box.south, box.north, count)
    x, y = transformer("EPSG:4326", f"EPSG:{srid}").transform(lon, lat)
    return numpy.asarray(x), numpy.asarray(y)


def best(guesses: list[CrsGuess]) -> tuple[str, bool]:
    assert guesses
    assert all(0 < guess.confidence <= 1 for guess in guesses)
    assert all(guess.evidence.zh and guess.evidence.en for guess in guesses)
    return guesses[0].crs, guesses[0].swap_axes


def test_every_zone_is_the_one_that_proj_knows() -> None:
    zones = all_zones()
    assert sorted(zone.srid for zone in zones) == list(range(4491, 4555))
    for zone in zones:
        crs = pyproj.CRS.from_epsg(zone.srid)
        assert crs.name.startswith("CGCS2000"), zone
        given_by = {item.name: item.value for item in crs.coordinate_operation.params}
        assert given_by["Longitude of natural origin"] == zone.meridian
        assert given_by["False easting"] == zone.number * 1e6 + 500_000
        assert ("3-degree" in crs.name) == (zone.width == 3)


def test_zones_are_read_off_eastings_and_longitudes() -> None:
    found = numbered_zone(39_434_731.3)
    assert found is not None and (found.srid, found.width, found.meridian) == (4527, 3, 117)
    found = numbered_zone(20_434_731.3)
    assert found is not None and (found.srid, found.width, found.meridian) == (4498, 6, 117)
    assert numbered_zone(434_731.3) is None and numbered_zone(46_500_000) is None
    assert 4548 in [zone.srid for zone in bare_zones(116.4, 116.8)]
    # 6-degree zone 20 has the numbers of 3-degree zone 39
    assert 4509 not in [zone.srid for zone in bare_zones(116.4, 116.8)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", [3, 6])
@pytest.mark.parametrize("swap", [False, True])
def test_numbered_zones_are_found(place: str, width: int, swap: bool) -> None:
    """With and without areas to compare with: the number says the zone."""
    box = PLACES[place]
    zone = min(
        (zone for zone in all_zones() if zone.number and zone.width == width),
        key=lambda zone: abs(zone.meridian - box.west),
    )
    x, y = points(box, zone.srid)
    held = (y, x) if swap else (x, y)
    for bounds in (box, None):
        assert best(candidates(*held, None, bounds, 4548)) == (f"EPSG:{zone.srid}", swap)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("swap", [False, True])
def test_zones_without_number_are_found_by_the_areas(place: str, swap: bool) -> None:
    box = PLACES[place]
    for zone in bare_zones(box.west, box.east):
        x, y = points(box, zone.srid)
        held = (y, x) if swap else (x, y)
        guesses = candidates(*held, "", box, 4548)
        assert best(guesses) == (f"EPSG:{zone.srid}", swap)
        assert guesses[0].inside > 0.99
        assert guesses[0].caution is not None and "北京54" in guesses[0].caution.zh


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("srid", "swap"), [(4326, False), (4326, True), (3857, False), (3857, True)]
)
def test_degrees_and_web_mercator_are_found(place: str, srid: int, swap: bool) -> None:
    box = PLACES[place]
    x, y = points(box, srid)
    held = (y, x) if swap else (x, y)
    for bounds in (box, None):
        assert best(candidates(*held, None, bounds, OF_RECORD[place])) == (f"EPSG:{srid}", swap)


@pytest.mark.parametrize(
    ("box", "srid"),
    [(Bounds(113.9, 22.2, 114.3, 22.5), 2326), (Bounds(121.4, 24.9, 121.7, 25.2), 3826)],
)
def test_local_grids_are_found_where_the_numbers_say_so(box: Bounds, srid: int) -> None:
    for bounds in (box, None):
        assert best(candidates(*points(box, srid), None, bounds, 4548)) == (f"EPSG:{srid}", False)


def test_utm_comes_after_gauss_krueger_with_a_caution() -> None:
    guesses = candidates(*points(CHAOAN, 32650), None, CHAOAN, 4548)
    utm = next(guess for guess in guesses if guess.crs == "EPSG:32650")
    assert utm.caution is not None and "UTM" in utm.caution.en
    declared = candidates(*points(CHAOAN, 32650), "EPSG:32650", CHAOAN, 4548)
    assert best(declared) == ("EPSG:32650", False)


def test_elsewhere_utm_of_record_is_found() -> None:
    helsinki = Bounds(24.8, 60.1, 25.1, 60.3)
    assert best(candidates(*points(helsinki, 32635), None, helsinki, 32635))[0] == "EPSG:32635"
    assert best(candidates(*points(helsinki, 4326), None, helsinki, 32635))[0] == "EPSG:4326"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("swap", [False, True])
def test_what_is_declared_and_fits_is_believed(place: str, swap: bool) -> None:
    box = PLACES[place]
    for zone in bare_zones(box.west, box.east):
        x, y = points(box, zone.srid)
        held = (y, x) if swap else (x, y)
        guesses = candidates(*held, find_crs(zone.srid).to_wkt("WKT1_ESRI"), box, 4548)
        assert best(guesses) == (f"EPSG:{zone.srid}", swap)
        assert guesses[0].declared is not swap
        assert "一致" in guesses[0].evidence.zh
        assert guesses[0].caution is None


def test_a_declared_zone_without_the_number_that_eastings_have_is_contradicted() -> None:
    """4548 and 4527 differ by exactly 39,000,000 m."""
    x, y = points(CHAOAN, 4527)
    guesses = candidates(x, y, "EPSG:4548", CHAOAN, 4548)
    assert best(guesses) == ("EPSG:4527", False)
    assert "39 开头" in guesses[0].evidence.zh
    assert "39,000,000" in guesses[0].evidence.zh and "39,000,000" in guesses[0].evidence.en
    x, y = points(CHAOAN, 4548)
    guesses = candidates(x, y, "EPSG:4527", CHAOAN, 4548)
    assert best(guesses) == ("EPSG:4548", False)
    assert "39,000,000" in guesses[0].evidence.zh


@pytest.mark.parametrize(
    ("held", "declared"),
    [(4548, "EPSG:4326"), (4527, "EPSG:4490"), (4326, "EPSG:4548"), (4326, "EPSG:3857"),
     (3857, "EPSG:4326"), (4548, "EPSG:4547"), (4498, "EPSG:4527"), (4326, "EPSG:2326")],
)  # fmt: skip
def test_what_is_declared_and_does_not_fit_is_contradicted(held: int, declared: str) -> None:
    guesses = candidates(*points(CHAOAN, held), declared, CHAOAN, 4548)
    assert best(guesses) == (f"EPSG:{held}", False)
    assert not guesses[0].declared
    assert "文件声明的是" in guesses[0].evidence.zh
    assert all(guess.crs != declared or guess.confidence < 0.5 for guess in guesses)


@pytest.mark.parametrize(
    ("declared", "zh"),
    [("EPSG:2423", "北京54"), ("EPSG:4214", "北京54"), ("EPSG:2383", "西安80"), ("EPSG:4610", "西安80"),
     ("EPSG:2415", "北京54"), ("EPSG:2363", "西安80"), ("EPSG:21460", "北京54"), ("EPSG:2334", "西安80")],
)  # fmt: skip
def test_older_datums_are_recognised_however_they_are_written(declared: str, zh: str) -> None:
    crs = pyproj.CRS(declared)
    assert crs.name.startswith(("Beijing 1954", "Xian 1980"))
    for text in (declared, crs.to_wkt(), crs.to_wkt("WKT1_ESRI"), crs.to_wkt("WKT1_GDAL")):
        found = old_datum(text)
        assert found is not None and found.zh == zh
    assert old_datum("EPSG:4548") is None and old_datum("EPSG:4326") is None
    assert old_datum("nonsense") is None


@pytest.mark.parametrize(("declared", "zh"), [("EPSG:2436", "北京54"), ("EPSG:2384", "西安80")])
def test_declared_older_datums_are_never_sure(declared: str, zh: str) -> None:
    assert pyproj.CRS(declared).name.endswith("CM 117E")
    guesses = candidates(*points(CHAOAN, 4548), declared, CHAOAN, 4548)
    assert best(guesses) == (declared, False)
    assert guesses[0].confidence <= 0.6
    for guess in guesses:
        assert guess.caution is not None
        assert zh in guess.caution.zh and "没有公开的精确转换参数" in guess.caution.zh


def test_zones_without_number_and_without_areas_are_a_guess() -> None:
    guesses = candidates(*points(CHAOAN, 4548), None, None, 4548)
    assert best(guesses) == ("EPSG:4548", False)
    assert guesses[0].confidence < 0.5
    assert guesses[0].caution is not None and "推测" in guesses[0].caution.zh


@pytest.mark.parametrize(
    ("x", "y"),
    [([], []), ([numpy.nan], [numpy.nan]), ([0.0], [0.0]), ([1e300], [1e300]), ([-1.8e308], [0]),
     ([-248.7], [625.6]), ([1e12], [5.0]), ([numpy.inf], [23.0]), ([300.0], [200.0])],
)  # fmt: skip
def test_numbers_that_are_nowhere_have_no_candidate(x: list[float], y: list[float]) -> None:
    for declared in (None, "EPSG:4326", "EPSG:4548", "nonsense", "EPSG:4979"):
        assert candidates(numpy.array(x), numpy.array(y), declared, CHAOAN, 4548) == []


def test_a_few_stray_points_do_not_matter() -> None:
    x, y = points(CHAOAN, 4527, 100)
    x[:20], y[:20] = 0.0, 0.0
    x[20:30], y[20:30] = numpy.nan, 5.0
    x[30:40] = 39_900_000
    guesses = candidates(x, y, None, CHAOAN, 4548)
    assert best(guesses) == ("EPSG:4527", False)
    assert 0.8 < guesses[0].inside < 0.9


@given(
    st.lists(st.tuples(st.floats(), st.floats()), max_size=5),
    st.sampled_from([None, "", "EPSG:4548", "EPSG:4326", "EPSG:3857", "EPSG:2326", "x"]),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_numbers_are_answered(
    held: list[tuple[float, float]], declared: str | None, local: bool
) -> None:
    x, y = numpy.array(held, dtype=float).reshape(-1, 2).T
    for guess in candidates(x, y, declared, CHAOAN if local else None, 4548):
        assert 0 < guess.confidence <= 1
        assert numpy.isfinite(guess.place).all()


def test_real_file_without_declaration_is_found() -> None:
    shapes = REAL_DATA / "messy" / "places_zone39_gbk.shp"
    for path in [shapes] * shapes.exists():
        raw = path.read_bytes()[100:]
        record = numpy.frombuffer(raw, dtype=numpy.uint8).reshape(-1, 28)
        xy = record[:, 12:28].copy().view("<f8")
        for bounds in (Bounds(116.3, 23.4, 117.2, 24.3), None):
            assert best(candidates(xy[:, 0], xy[:, 1], None, bounds, 4548))[0] == "EPSG:4527"


@pytest.mark.parametrize(("srid", "local"), [(4526, True), (4526, False), (4547, True)])
def test_neighbouring_zone_when_the_numbers_lead_to_our_areas_is_proposed(
    srid: int, local: bool
) -> None:
    """A district at 116.7° E lies in the zone of 117°; the file is in that of 114°."""
    lon, lat = numpy.full(20, 116.68) + numpy.arange(20) / 1000, numpy.full(20, 23.45)
    x, y = transformer("EPSG:4326", f"EPSG:{srid}").transform(lon, lat)
    bounds = Bounds(116.3, 23.3, 117.0, 23.9) if local else None
    found = candidates(x, y, None, bounds, 4548)
    assert (found[0].crs, found[0].swap_axes) == (f"EPSG:{srid}", False)
    assert found[0].place == pytest.approx((116.69, 23.45), abs=0.01)
    if local:
        assert found[0].confidence > 0.7
