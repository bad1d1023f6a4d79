"""Where cameras may hang, on ground drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, box

from gisapp.coverage.candidates import (
    CROSSING,
    FACADE,
    KERB,
    OFF_WALL,
    POLE,
    ROAD,
    CameraModel,
    Mounts,
    Surroundings,
    find_mounts,
    turns_of,
)

NOWHERE = np.zeros((0, 2))


def ground(
    roads: list[LineString] = (),
    buildings: list[object] = (),
    area: object = None,
    widths: list[float] | None = None,
    poles: object = NOWHERE,
    lodgings: object = NOWHERE,
) -> Surroundings:
    return Surroundings(
        area or box(-1000, -1000, 1000, 1000),
        np.array(roads, dtype=object),
        np.array(widths or [6.0] * len(roads)),
        np.array(buildings, dtype=object),
        np.asarray(poles, dtype=float).reshape(-1, 2),
        np.asarray(lodgings, dtype=float).reshape(-1, 2),
    )


def of_kind(found: Mounts, kind: int) -> list[tuple[float, float, float]]:
    those = found.take(found.kind == kind)
    rows = zip(those.x, those.y, those.heading, strict=True)
    return sorted(tuple(round(float(value), 2) for value in row) for row in rows)


def test_road_when_walked_has_poles_on_alternate_sides_heading_along() -> None:
    found = find_mounts(ground([LineString([(0, 0), (100, 0)])], widths=[8.0]), 25)
    side = 4 + KERB
    assert of_kind(found, ROAD) == [
        (12.5, -side, 90), (37.5, side, 90), (62.5, -side, 90), (87.5, side, 90)
    ]  # fmt: skip


def test_road_when_its_width_is_not_known_is_taken_as_six_metres() -> None:
    found = find_mounts(ground([LineString([(0, 0), (0, 30)])], widths=[float("nan")]), 50)
    assert of_kind(found, ROAD) == [(3.6, 15, 0)]


def test_crossing_when_three_roads_meet_has_a_pole_in_the_widest_corner() -> None:
    arms = [LineString([(0, 0), end]) for end in ((100, 0), (-100, 0), (0, 100))]
    found = find_mounts(ground(arms), 400)
    # East, west and north: the widest corner is the south, from which one looks north.
    assert of_kind(found, CROSSING) == [(0, -(4.5 + KERB), 0)]
    two = find_mounts(ground(arms[:2]), 400)
    assert of_kind(two, CROSSING) == []


def test_facades_when_a_house_stands_by_the_street_are_used_where_they_face_it() -> None:
    house = box(0, 10, 20, 20)
    found = find_mounts(ground([LineString([(0, 0), (20, 0)])], [house], widths=[2.0]), 50)
    south, north = (10, 10 - OFF_WALL, 180), (10, 20 + OFF_WALL, 0)
    east, west = (20 + OFF_WALL, 15, 90), (-OFF_WALL, 15, 270)
    assert of_kind(found, FACADE) == sorted([south, north, east, west])
    far = find_mounts(ground([LineString([(0, -20.2), (20, -20.2)])], [house], widths=[2.0]), 50)
    assert of_kind(far, FACADE) == [south]  # all others are more than 30 m away


def test_facades_when_houses_touch_are_not_between_them() -> None:
    row = [box(0, 10, 20, 20), box(20, 10, 40, 20), box(41, 10, 60, 20)]
    found = of_kind(find_mounts(ground([LineString([(0, 0), (60, 0)])], row), 50), FACADE)
    assert not [mount for mount in found if mount[2] in (90, 270) and 10 < mount[0] < 50]
    assert len([mount for mount in found if mount[2] == 180]) == 3


def test_facades_when_a_house_has_a_courtyard_are_outside_only() -> None:
    ring = shapely.difference(box(0, 10, 40, 50), box(10, 20, 30, 40))
    found = of_kind(find_mounts(ground([LineString([(0, 0), (40, 0)])], [ring]), 100), FACADE)
    assert all(not (5 < x < 35 and 15 < y < 45) for x, y, _ in found)
    assert found


def test_mounts_when_lodgings_are_in_a_house_leave_it_alone() -> None:
    houses = [box(0, 10, 20, 20), box(30, 10, 50, 20)]
    street = [LineString([(0, 0), (50, 0)])]
    free = of_kind(find_mounts(ground(street, houses), 50), FACADE)
    kept = of_kind(find_mounts(ground(street, houses, lodgings=[(10, 15)]), 50), FACADE)
    assert kept == [mount for mount in free if mount[0] > 25]
    assert len(kept) < len(free)


def test_mounts_when_a_lodging_stands_in_no_house_keep_five_metres_away() -> None:
    street = [LineString([(0, 0), (50, 0)])]
    assert len(find_mounts(ground(street), 50)) == 1
    assert len(find_mounts(ground(street, lodgings=[(25, -8.5)]), 50)) == 0
    assert len(find_mounts(ground(street, lodgings=[(25, -8.7)]), 50)) == 1


def test_poles_when_they_are_there_are_used_once_and_come_first() -> None:
    street = [LineString([(0, 0), (50, 0)])]
    found = find_mounts(ground(street, poles=[(25, -3.5), (25, -3.5), (900, 900)]), 50)
    assert of_kind(found, POLE) == [(25, -3.5, 0), (900, 900, 0)]
    assert of_kind(found, ROAD) == []  # the same place within three metres


def test_mounts_when_outside_the_area_or_inside_a_house_are_left_out() -> None:
    street = [LineString([(0, 0), (100, 0)])]
    found = find_mounts(ground(street, area=box(0, -10, 50, 10)), 25)
    assert [x for x, _, _ in of_kind(found, ROAD)] == [12.5, 37.5]
    covered = find_mounts(ground(street, [MultiPolygon([box(30, -9, 90, 9)])]), 25)
    assert [x for x, _, _ in of_kind(covered, ROAD)] == [12.5]


def test_mounts_when_there_is_nothing_are_none() -> None:
    assert len(find_mounts(ground(), 25)) == 0


@settings(max_examples=40, deadline=None)
@given(
    houses=st.lists(
        st.tuples(
            st.integers(-60, 60), st.integers(-60, 60), st.integers(3, 25), st.integers(3, 25)
        ),
        max_size=8,
    ),
    roads=st.lists(
        st.lists(
            st.tuples(st.integers(-80, 80), st.integers(-80, 80)),
            min_size=2,
            max_size=4,
            unique=True,
        ),
        max_size=5,
    ),
)
def test_mounts_when_found_are_in_the_open_inside_the_area_and_apart(
    houses: list[tuple[int, int, int, int]], roads: list[list[tuple[int, int]]]
) -> None:
    walls = [box(x, y, x + w, y + h) for x, y, w, h in houses]
    area = box(-70, -70, 70, 70)
    found = find_mounts(ground([LineString(road) for road in roads], walls, area), 15)
    points = found.points
    assert not shapely.intersects(shapely.union_all(walls), points).any()
    assert shapely.covers(area, points).all()
    squares = {(x, y) for x, y in np.floor(shapely.get_coordinates(points) / 3)}
    assert len(squares) == len(found)
    assert ((found.heading >= 0) & (found.heading < 360)).all()


def test_turns_when_a_camera_sees_all_round_are_one() -> None:
    assert turns_of(ROAD, CameraModel("全景", 360, 30)) == (0,)
    assert len(turns_of(ROAD, CameraModel("枪机", 90, 30))) == 8
    assert max(map(abs, turns_of(FACADE, CameraModel("枪机", 90, 30)))) < 90


@pytest.mark.parametrize("wrong", [(0, 30, 1), (361, 30, 1), (90, 0, 1), (90, -5, 1), (90, 30, -1)])
def test_model_when_it_cannot_be_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="field angle"):
        CameraModel("x", *wrong)
