"""Camera coverage gaps by cell: a sure and a possible figure."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box, union_all
from shapely.geometry.base import BaseGeometry

from gisapp.database.engine import Database
from tests.letter_grid import ORIGIN
from tests.queries.loading import VILLAGE, ask, found, frame_of, load, replace, shape_frame

X, Y = ORIGIN
CELL = box(X, Y, X + 400, Y + 400)
ARC = 0.002  # what chords of five degrees may cost or add, as a share of a sector


def camera(database: Database, **columns: object) -> None:
    load(database, "cameras", shape_frame("c", Point(X + 200, Y + 200), **columns))


def gaps(database: Database, **given: object) -> tuple[float, float]:
    """Return square metres surely and possibly covered in the only cell."""
    load(database, "grid_cells", shape_frame("cell", CELL))
    ((sure, possible),) = found(ask(database, "coverage_gaps", **given), "sure_m2", "possible_m2")
    return sure, possible


def wedge(degrees: float, metres: float) -> object:
    return pytest.approx(math.pi * metres**2 * degrees / 360, rel=ARC)


def test_cell_without_cameras_is_all_gap(database: Database) -> None:
    load(database, "grid_cells", shape_frame("cell", CELL))
    answer = ask(database, "coverage_gaps")
    columns = ("cameras", "sure_share", "possible_share", "sure_gap_m2", "gap_parts")
    assert found(answer, *columns) == [(0, 0, 0, 160_000, 1)]


def test_camera_when_everything_is_known_covers_one_sector(database: Database) -> None:
    camera(database, azimuth=350, horizontal_fov=60, max_view_distance=100)
    assert gaps(database) == (wedge(60, 100), wedge(60, 100))


def test_camera_when_it_looks_east_covers_the_east(database: Database) -> None:
    camera(database, azimuth=90, horizontal_fov=80, max_view_distance=150)
    load(database, "grid_cells", shape_frame("east", box(X + 300, Y + 190, X + 340, Y + 210)))
    load(database, "grid_cells", shape_frame("west", box(X + 60, Y + 190, X + 100, Y + 210)))
    answer = ask(database, "coverage_gaps")
    assert dict(found(answer, "code", "sure_share")) == {"east": pytest.approx(100), "west": 0}


@pytest.mark.parametrize(
    ("code", "towards"),
    list(enumerate(["E", "W", "S", "N", "SE", "NE", "SW", "NW"], start=1)),
)
def test_camera_when_only_the_compass_is_known_is_sure_of_less(
    database: Database, code: int, towards: str
) -> None:
    camera(database, direction_type=str(code), horizontal_fov=90, max_view_distance=100)
    east, north = ("E" in towards) - ("W" in towards), ("N" in towards) - ("S" in towards)
    far = 50 / math.hypot(east, north)
    spot = Point(X + 200 + far * east, Y + 200 + far * north).buffer(5)
    load(database, "grid_cells", shape_frame("ahead", spot))
    assert found(ask(database, "coverage_gaps"), "sure_share") == [pytest.approx(100)]
    replace(database, "grid_cells", shape_frame("cell", CELL))
    ((sure, possible),) = found(ask(database, "coverage_gaps"), "sure_m2", "possible_m2")
    assert (sure, possible) == (wedge(45, 100), wedge(135, 100))


@pytest.mark.parametrize(
    ("columns", "sure", "possible"),
    [
        ({"horizontal_fov": 60, "max_view_distance": 80}, 0, (360, 80)),  # no direction
        ({"azimuth": 0, "horizontal_fov": 60}, 0, (60, 30)),  # no range
        ({"azimuth": 0, "max_view_distance": 80}, 0, (90, 80)),  # no field angle
        ({}, 0, (360, 30)),
        ({"horizontal_fov": 360, "max_view_distance": 80}, (360, 80), (360, 80)),  # panoramic
        ({"azimuth": 0, "horizontal_fov": 0, "max_view_distance": 0}, 0, (90, 30)),
    ],
)
def test_camera_when_something_is_unknown_keeps_both_figures_apart(
    database: Database, columns: dict[str, object], sure: object, possible: tuple[float, float]
) -> None:
    camera(database, **columns)
    expected = wedge(*sure) if isinstance(sure, tuple) else pytest.approx(0, abs=1e-6)
    assert gaps(database, range=30, fov=90) == (expected, wedge(*possible))


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ({"status": "offline"}, (False, False)),
        ({"status": "planned"}, (False, False)),
        ({"room_type": "2"}, (False, False)),
        ({"status": "unknown"}, (False, True)),
        ({"room_type": "1"}, (True, True)),
    ],
)
def test_camera_when_it_may_not_be_working_counts_accordingly(
    database: Database, columns: dict[str, object], counts: tuple[bool, bool]
) -> None:
    camera(database, azimuth=0, horizontal_fov=90, max_view_distance=100, **columns)
    sure, possible = gaps(database)
    assert (sure > 1, possible > 1) == counts


def test_gap_when_drawn_is_the_one_asked_for(database: Database) -> None:
    camera(database, horizontal_fov=360)  # surely nothing, possibly 30 m around
    load(database, "grid_cells", shape_frame("cell", CELL))
    rings = [
        len(ask(database, "coverage_gaps", gap=gap).rows()[0]["geometry"]["coordinates"][0])
        for gap in ("sure", "possible")
    ]
    assert rings == [2, 1]  # a hole where it may see; the whole cell where it surely does not


def test_totals_when_summed_are_those_of_the_cells(database: Database) -> None:
    load(database, "areas", shape_frame(VILLAGE, CELL))
    west, east = box(X, Y, X + 200, Y + 400), box(X + 200, Y, X + 400, Y + 400)
    load(database, "grid_cells", shape_frame("w", west), shape_frame("e", east))
    camera(database, azimuth=0, horizontal_fov=90, max_view_distance=100)
    total, town = ask(database, "coverage_gaps").summary_rows()
    assert (total["town"], town["town"]) == ("total", VILLAGE[:9] + "000")
    assert (total["cells"], total["cell_m2"]) == (2, 160_000)
    assert total["sure_m2"] == town["sure_m2"] == wedge(90, 100)


SPOT = st.integers(0, 40).map(lambda number: number * 10.0)
CAMERAS = st.fixed_dictionaries(
    {
        "x": SPOT,
        "y": SPOT,
        "status": st.sampled_from(["online", "online", "online", "unknown", "offline"]),
        "azimuth": st.one_of(st.none(), st.integers(0, 360)),
        "horizontal_fov": st.one_of(st.none(), st.integers(10, 360)),
        "max_view_distance": st.one_of(st.none(), st.integers(10, 150)),
        "direction_type": st.one_of(st.none(), st.sampled_from("12345678")),
    }
)
COMPASS = dict(zip("12345678", (90, 270, 180, 0, 135, 45, 225, 315), strict=True))


def sector(x: float, y: float, towards: float, width: float, metres: float) -> BaseGeometry:
    """Return a sector independently of the SQL: a fine fan of half-degree steps."""
    if width >= 360:
        return Point(x, y).buffer(metres, quad_segs=180)
    steps = max(2, math.ceil(width * 2))
    turns = [math.radians(towards - width / 2 + width * i / steps) for i in range(steps + 1)]
    arc = [(x + metres * math.sin(turn), y + metres * math.cos(turn)) for turn in turns]
    return Polygon([(x, y), *arc])


def views(item: dict, default_range: float, default_fov: float) -> tuple[BaseGeometry, ...]:
    """Return what a camera surely and possibly sees, from the rules as written."""
    x, y = X + item["x"], Y + item["y"]
    if item["status"] == "offline":
        return Polygon(), Polygon()
    compass = COMPASS.get(item["direction_type"] or "")
    towards = item["azimuth"] if item["azimuth"] is not None else compass
    doubt = 0 if item["azimuth"] is not None else 22.5 if compass is not None else 180
    fov, metres = item["horizontal_fov"], item["max_view_distance"]
    wide = min(360, (fov or default_fov) + 2 * doubt)
    possible = sector(x, y, towards or 0, wide, metres or default_range)
    narrow = 360 if fov == 360 else (fov or 0) - 2 * doubt
    if item["status"] != "online" or metres is None or narrow <= 0:
        return Polygon(), possible
    return sector(x, y, towards or 0, narrow, metres), possible


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cameras=st.lists(CAMERAS, min_size=1, max_size=6))
def test_gaps_when_compared_with_shapely_agree(database: Database, cameras: list[dict]) -> None:
    cells = [box(X + west, Y, X + west + 200, Y + 400) for west in (0, 200)]
    replace(database, "grid_cells", frame_of(cells))
    columns = {name: [item[name] for item in cameras] for name in cameras[0] if name not in "xy"}
    spots = [Point(X + item["x"], Y + item["y"]) for item in cameras]
    replace(database, "cameras", frame_of(spots, **columns))
    answer = ask(database, "coverage_gaps", range=50, fov=70)
    seen = [views(item, 50, 70) for item in cameras]
    sure, possible = (union_all([pair[side] for pair in seen]) for side in (0, 1))
    names = ("code", "cell_m2", "sure_m2", "possible_m2", "sure_gap_m2", "possible_gap_m2")
    for code, size, sure_m2, possible_m2, sure_gap, possible_gap in found(answer, *names):
        cell = cells[int(code)]
        slack = ARC * sum(pair[1].area for pair in seen) + 1
        assert sure_m2 == pytest.approx(cell.intersection(sure).area, abs=slack)
        assert possible_m2 == pytest.approx(cell.intersection(possible).area, abs=slack)
        # The pair is a pair: chords inside for sure, outside for possible.
        assert sure_m2 <= cell.intersection(sure).area + slack / 10
        assert 0 <= sure_m2 <= possible_m2 + 1e-6
        assert possible_m2 <= size + 1e-6
        assert sure_m2 + possible_gap == pytest.approx(size)
        assert possible_m2 + sure_gap == pytest.approx(size)
