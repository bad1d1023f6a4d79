"""What is in this cell."""

from __future__ import annotations

import pytest
from shapely import box

from gisapp.access.scope import Scope
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from tests.letter_grid import draw
from tests.queries.loading import VILLAGE, ask, found, load, place, shape_frame, village

GRID = draw(
    """
    VA  VA  VB  VBy .
    VAx VAr VBs VB  z
    """
)


def count_of(answer, layer: str, grade: str | None = None) -> int:
    return sum(
        row["count"]
        for row in answer.summary_rows()
        if row["layer"] == layer and grade in (None, row["grade"])
    )


def fill(database: Database) -> None:
    load(database, "areas", village(GRID, "V"))
    load(database, "grid_cells", place(GRID, "A"), place(GRID, "B"))
    load(
        database,
        "rented_housing",
        place(GRID, "x", grade="red"),
        place(GRID, "r", grade="ungraded"),
        place(GRID, "y"),
        place(GRID, "z"),
    )


def test_cell_when_asked_lists_and_counts_by_grade(database: Database) -> None:
    fill(database)
    answer = ask(database, "contents", code="A", layer="rented_housing")
    assert found(answer, "code", "grade") == [
        ("r", "rented_housing.ungraded"),
        ("x", "rented_housing.red"),
    ]
    assert count_of(answer, "rented_housing") == 2
    assert count_of(answer, "rented_housing", "rented_housing.ungraded") == 1
    # The list goes by code; the summary names the worst grade first and the unknown last.
    assert [row["grade"] for row in answer.summary_rows()] == [
        "rented_housing.red",
        "rented_housing.ungraded",
    ]
    unknown = next(
        choice
        for column in answer.query.columns
        if column.name == "grade"
        for choice in column.choices
        if choice.code == "rented_housing.ungraded"
    )
    assert unknown.unknown


def test_village_when_asked_counts_both_cells(database: Database) -> None:
    fill(database)
    answer = ask(database, "contents", code=VILLAGE)
    assert count_of(answer, "rented_housing") == 3
    assert count_of(answer, "grid_cells") == 2
    assert count_of(answer, "areas") == 1


def test_place_on_the_border_of_two_cells_is_counted_once(database: Database) -> None:
    fill(database)
    border = place(GRID, "r", "border")
    border.geometry = border.geometry.translate(50, 0)
    load(database, "three_in_one", border)
    counts = [count_of(ask(database, "contents", code=code), "three_in_one") for code in "AB"]
    assert counts == [1, 0]


def test_road_across_cells_has_its_length_in_each(database: Database) -> None:
    fill(database)
    load(database, "roads", place(GRID, "xrs"))  # from 50 m to 250 m; the border is at 200 m
    here, there = (ask(database, "contents", code=code, layer="roads") for code in "AB")
    assert found(here, "counted", "length_m") == [(True, 150)]
    assert found(there, "counted", "length_m") == [(False, 50)]
    bare = ask(database, "contents", code="B", layer="roads", reaching="false")
    assert bare.matched == 0
    assert there.summary_rows()[0]["reaching"] == 1


def test_parcel_that_only_touches_is_left_out(database: Database) -> None:
    fill(database)
    west, south, _, north = GRID.area("B").bounds
    load(database, "parcels", shape_frame("in", box(west, south, west + 40, north)))
    assert ask(database, "contents", code="A", layer="parcels").matched == 0
    answer = ask(database, "contents", code="B", layer="parcels")
    assert found(answer, "code", "area_m2") == [("in", 8000)]


def test_cell_when_outside_the_callers_scope_is_unknown(database: Database) -> None:
    fill(database)
    scope = Scope((VILLAGE[:-1] + "2",))
    with pytest.raises(BadParameter):
        ask(database, "contents", scope, code="A")
    # The village is context and so is known; what stands in it is not theirs to see.
    assert ask(database, "contents", scope, code=VILLAGE, layer="rented_housing").matched == 0
