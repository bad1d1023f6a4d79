"""Premises without protection nearby."""

from __future__ import annotations

import pytest

from gisapp.database.engine import Database
from tests.letter_grid import draw
from tests.queries.loading import ask, found, load, place

GRID = draw("a h . b . . u c . . . . d")


def fill(database: Database) -> None:
    load(database, "rented_housing", *(place(GRID, letter) for letter in "abcd"))


def test_premises_when_hydrants_work_or_not_are_told_apart(database: Database) -> None:
    fill(database)
    load(database, "facilities", place(GRID, "h"), place(GRID, "u", status="unknown"))
    load(database, "facilities", place(GRID, "d", status="faulty"))
    answer = ask(database, "without_protection", protection="hydrant", distance=150)
    # a is 100 m from the working one; b 200 m; c 100 m from one of unknown status; at d a
    # faulty one stands at the door.
    assert found(answer, "code", "finding", "nearest", "distance_m") == [
        ("b", "none", "h", 200),
        ("d", "none", "h", 1100),
        ("c", "unknown", "h", 600),
    ]
    assert answer.summary_rows() == [
        {"finding": "none", "layer": "rented_housing", "count": 2},
        {"finding": "unknown", "layer": "rented_housing", "count": 1},
    ]


@pytest.mark.parametrize(
    ("status", "finding"),
    [("online", None), ("offline", "none"), ("planned", "none"), ("unknown", "unknown")],
)
def test_premises_when_a_camera_stands_there_depend_on_its_status(
    database: Database, status: str, finding: str | None
) -> None:
    load(database, "rented_housing", place(GRID, "a"))
    load(database, "cameras", place(GRID, "h", status=status))
    answer = ask(database, "without_protection", protection="camera", distance=100)
    assert found(answer, "finding") == ([finding] if finding else [])


def test_premises_when_another_kind_of_facility_is_near_still_lack_this_one(
    database: Database,
) -> None:
    load(database, "rented_housing", place(GRID, "a"))
    load(database, "facilities", place(GRID, "h", kind="micro_fire_station"))
    asked = {"distance": 150, "premises": "rented_housing"}
    hydrant = ask(database, "without_protection", protection="hydrant", **asked)
    station = ask(database, "without_protection", protection="micro_fire_station", **asked)
    assert found(hydrant, "code", "nearest") == [("a", None)]
    assert station.matched == 0
