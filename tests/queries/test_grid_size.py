"""Cells too small or too large by households."""

from __future__ import annotations

import pytest

from gisapp.database.engine import Database
from tests.letter_grid import draw
from tests.queries.loading import ask, found, load, place

GRID = draw("A Bb B")


@pytest.mark.parametrize(
    ("setting", "households", "finding"),
    [
        ("urban", 299, "too_small"),
        ("urban", 300, "fits"),
        ("urban", 500, "fits"),
        ("urban", 501, "too_large"),
        ("rural", 199, "too_small"),
        ("rural", 300, "fits"),
        ("rural", 401, "too_large"),
        ("urban", None, "unknown"),
    ],
)
def test_cell_when_households_vary_is_judged(
    database: Database, setting: str, households: int | None, finding: str
) -> None:
    load(database, "grid_cells", place(GRID, "A", setting=setting, households=households))
    assert found(ask(database, "grid_size"), "code", "finding") == [("A", finding)]


def test_cell_when_special_is_exempt(database: Database) -> None:
    load(database, "grid_cells", place(GRID, "A", kind="special", households=3))
    assert found(ask(database, "grid_size"), "finding") == ["exempt"]


def test_cell_when_buildings_are_counted_shows_them_beside(database: Database) -> None:
    load(database, "grid_cells", place(GRID, "B", households=310))
    load(database, "buildings", place(draw(". A ."), "A", "one", households=12))
    load(database, "buildings", place(draw(". . A"), "A", "two"))
    answer = ask(database, "grid_size")
    assert found(answer, "households", "counted", "uncounted", "finding") == [(310, 12, 1, "fits")]
    assert answer.summary_rows() == [{"finding": "fits", "cells": 1, "households": 310}]
