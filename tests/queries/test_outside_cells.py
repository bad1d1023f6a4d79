"""Premises outside every cell."""

from __future__ import annotations

from gisapp.database.engine import Database
from tests.letter_grid import draw
from tests.queries.loading import ask, found, load, place, village

GRID = draw(
    """
    AV  AVa .   .
    AV  AV  Vb  .
    .   .   .   c
    """
)


def test_premises_when_no_cell_covers_them_are_found(database: Database) -> None:
    load(database, "areas", village(GRID, "V"))
    load(database, "grid_cells", place(GRID, "A"))
    load(database, "rented_housing", place(GRID, "a"), place(GRID, "b", grade="red"))
    load(database, "hazard_sites", place(GRID, "c"))
    answer = ask(database, "outside_cells")
    # b's middle is 50 m east of the cell; c is 150 m east and 50 m south of its corner.
    assert found(answer, "layer", "code", "nearest_cell") == [
        ("hazard_sites", "c", "A"),
        ("rented_housing", "b", "A"),
    ]
    far, close = found(answer, "distance_m")
    assert (round(close, 6), round(far, 3)) == (50.0, 158.114)
    assert answer.summary_rows() == [
        {"layer": "hazard_sites", "grade": "ungraded", "count": 1},
        {"layer": "rented_housing", "grade": "red", "count": 1},
    ]


def test_premises_when_their_cell_has_ended_are_outside(database: Database) -> None:
    load(database, "grid_cells", place(GRID, "A", valid_to="2020-01-01"))
    load(database, "rented_housing", place(GRID, "a"))
    answer = ask(database, "outside_cells")
    assert found(answer, "code", "nearest_cell", "distance_m") == [("a", None, None)]


def test_premises_when_on_the_border_are_inside(database: Database) -> None:
    load(database, "grid_cells", place(GRID, "A"))
    corner = place(GRID, "a")
    corner.geometry = corner.geometry.translate(50, 50)
    load(database, "rented_housing", corner)
    assert ask(database, "outside_cells").matched == 0


def test_premises_when_an_area_or_kind_is_asked_for_are_only_those(database: Database) -> None:
    load(database, "areas", village(GRID, "V"))
    load(database, "rented_housing", place(GRID, "b"), place(GRID, "c"))
    load(database, "three_in_one", place(GRID, "b", "b3"))
    assert found(ask(database, "outside_cells", area="445103100201"), "code") == ["b", "b3"]
    assert found(ask(database, "outside_cells", premises="three_in_one"), "code") == ["b3"]
