"""Overlapping parcel claims."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.affinity import rotate
from shapely.geometry import shape

from gisapp.database.engine import Database
from tests.letter_grid import ORIGIN, draw
from tests.queries.loading import (
    VILLAGE,
    ask,
    found,
    frame_of,
    load,
    place,
    replace,
    shape_frame,
    village,
)

GRID = draw(
    """
    A   A   .   C
    A   AB  B   CD
    .   B   B   .
    """
)
RECTANGLES = st.tuples(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(5, 60),
    st.integers(5, 60),
    st.integers(0, 89),
)


def test_claims_when_they_overlap_are_listed_with_metres_and_shares(database: Database) -> None:
    load(database, "parcels", *(place(GRID, letter) for letter in "ABCD"))
    answer = ask(database, "parcel_overlaps")
    assert found(answer, "first_code", "second_code", "area_m2") == [
        ("A", "B", pytest.approx(10_000)),
        ("C", "D", pytest.approx(10_000)),
    ]
    assert found(answer, "first_share", "second_share") == [
        (pytest.approx(25), pytest.approx(25)),
        (pytest.approx(50), pytest.approx(100)),
    ]
    assert answer.summary_rows() == [{"count": 2, "area_m2": pytest.approx(20_000)}]
    outline = shape(answer.rows()[0]["geometry"])
    assert (outline.geom_type, len(outline.geoms)) == ("MultiPolygon", 1)


def test_claims_when_they_only_touch_are_no_overlap(database: Database) -> None:
    grid = draw("A A B B\nA A B B\nC . . .")
    load(database, "parcels", *(place(grid, letter) for letter in "ABC"))
    assert ask(database, "parcel_overlaps", tolerance=0).matched == 0


def test_overlap_when_within_the_tolerance_is_left_out(database: Database) -> None:
    x, y = ORIGIN
    load(database, "parcels", shape_frame("a", box(x, y, x + 10, y + 10)))
    load(database, "parcels", shape_frame("b", box(x + 9.99, y, x + 20, y + 10)))  # 0.1 m²
    assert ask(database, "parcel_overlaps", tolerance=0.11).matched == 0
    assert ask(database, "parcel_overlaps", tolerance=0.09).matched == 1


def test_overlap_across_a_border_is_listed_once_on_either_side(database: Database) -> None:
    grid = draw("VA VAWB WB\nVA VAWB WB")
    other = VILLAGE[:-1] + "2"
    ground = draw("V V W\nV V W")
    load(database, "areas", village(ground, "V"), village(ground, "W", other))
    load(database, "parcels", place(grid, "A"))
    east = place(draw(". A A A\n. A A A"), "A", "B")
    load(database, "parcels", east)
    for area in (VILLAGE, other):
        answer = ask(database, "parcel_overlaps", area=area)
        assert found(answer, "first_code", "second_code") == [("A", "B")]
    assert ask(database, "parcel_overlaps").matched == 1


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(claims=st.lists(RECTANGLES, min_size=2, max_size=7))
def test_overlaps_when_compared_with_shapely_are_equal(
    database: Database, claims: list[tuple[int, int, int, int, int]]
) -> None:
    x, y = ORIGIN
    shapes = [
        rotate(box(x + west, y + south, x + west + wide, y + south + high), turn)
        for west, south, wide, high, turn in claims
    ]
    replace(database, "parcels", frame_of(shapes))
    answer = ask(database, "parcel_overlaps", tolerance=0.1)
    expected = {
        (f"{i:04}", f"{j:04}"): shapes[i].intersection(shapes[j]).area
        for i, j in itertools.combinations(range(len(shapes)), 2)
    }
    got = {
        (one, two): area for one, two, area in found(answer, "first_code", "second_code", "area_m2")
    }
    clear = {pair: area for pair, area in expected.items() if area > 0.1001}
    assert set(clear) <= set(got)
    assert all(area == pytest.approx(expected[pair], rel=1e-6) for pair, area in got.items())
    assert all(area > 0.1 for area in got.values())
    sizes = [share for row in found(answer, "first_share", "second_share") for share in row]
    assert all(0 < share <= 100.000001 for share in sizes)
