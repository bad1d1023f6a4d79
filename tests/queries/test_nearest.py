"""The nearest features."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

from gisapp.access.scope import Scope
from gisapp.database.engine import Database
from tests.letter_grid import ORIGIN, draw
from tests.queries.loading import VILLAGE, ask, found, frame_of, load, near, place, replace, village

GRID = draw(
    """
    a . . d
    . . c .
    o b . .
    """
)
SPOTS = st.tuples(st.integers(0, 40), st.integers(0, 40))


def test_features_when_asked_from_a_point_come_nearest_first(database: Database) -> None:
    load(database, "cameras", *(place(GRID, letter) for letter in "abcd"))
    answer = ask(database, "nearest", layer="cameras", n=3, near=near(GRID, "o"))
    assert found(answer, "code") == ["b", "a", "c"]
    assert [round(metres, 3) for metres in found(answer, "distance_m")] == [100, 200, 223.607]


def test_features_when_asked_from_a_feature_leave_itself_out(database: Database) -> None:
    load(database, "cameras", *(place(GRID, letter) for letter in "abcd"))
    answer = ask(database, "nearest", layer="cameras", n=1, of_layer="cameras", of_code="c")
    # b and d are equally far: the smaller code comes first.
    assert found(answer, "code", "layer") == [("b", "cameras")]


def test_features_of_a_kind_when_asked_for_are_only_those(database: Database) -> None:
    load(database, "facilities", place(GRID, "b", kind="police"), place(GRID, "d"))
    asked = {"layer": "facilities", "near": near(GRID, "o")}
    assert found(ask(database, "nearest", kind="hydrant", **asked), "code") == ["d"]
    assert found(ask(database, "nearest", **asked), "code") == ["b", "d"]


def test_features_when_outside_the_callers_scope_are_unseen(database: Database) -> None:
    load(database, "areas", village(draw("V . . .\nV . . .\nV . . ."), "V"))
    load(database, "cameras", place(GRID, "a"), place(GRID, "b"))
    answer = ask(database, "nearest", Scope((VILLAGE,)), layer="cameras", near=near(GRID, "o"))
    assert found(answer, "code") == ["a"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spots=st.lists(SPOTS, min_size=1, max_size=30), origin=SPOTS, n=st.integers(1, 8))
def test_nearest_when_compared_with_brute_force_is_equal(
    database: Database, spots: list[tuple[int, int]], origin: tuple[int, int], n: int
) -> None:
    def at(spot: tuple[int, int]) -> Point:
        return Point(ORIGIN[0] + spot[0] * 10, ORIGIN[1] + spot[1] * 10)

    points = [at(spot) for spot in spots]
    replace(database, "cameras", frame_of(points))
    replace(database, "hazard_sites", frame_of([at(origin)]))
    answer = ask(database, "nearest", layer="cameras", n=n, of_layer="hazard_sites", of_code="0000")
    # Lattice points are often equally far, so that the tie rule (by code) is tried as well.
    expected = sorted((at(origin).distance(point), f"{i:04}") for i, point in enumerate(points))
    assert found(answer, "distance_m", "code") == expected[:n]
