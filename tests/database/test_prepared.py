"""Statements that are planned once on each connection."""

from __future__ import annotations

import pytest

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database import prepared
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from tests.letter_grid import draw
from tests.queries.loading import load, place

SUM = Statement(
    "SELECT %(whole)s + %(part)s, %(words)s || '%%', %(names)s, %(whole)s",
    example={"whole": 1, "part": 0.5, "words": "x", "names": ["a"]},
    prepared="planned",
)
NEXT = Statement(
    "SELECT code FROM cameras WHERE code > %(code)s ORDER BY code LIMIT %(limit)s",
    reads=("cameras",),
    example={"code": "x", "limit": 2**40},
    prepared="parsed",
)
SEEN = Statement("SELECT count(*) FROM cameras", reads=("cameras",), prepared="planned")
HELD = Statement("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")
GRID = draw("a b")


def test_prepared_when_called_again_runs_with_other_values(database: Database) -> None:
    with database.read(EVERYTHING) as reader:
        one = {"whole": 2, "part": 1, "words": "a'b", "names": ["c", "d"]}
        assert reader.row(SUM, one) == (3.0, "a'b%", ["c", "d"], 2)
        two = {"whole": -1, "part": 0.25, "words": "%s", "names": []}
        assert reader.row(SUM, two) == (-0.75, "%s%", [], -1)
        (held,) = reader.rows(HELD)
    assert held[1:] == (2, 0)


def test_parsed_when_called_again_is_planned_for_its_values(database: Database) -> None:
    load(database, "cameras", place(GRID, "a"), place(GRID, "b"))
    with database.read(EVERYTHING) as reader:
        assert len(reader.rows(NEXT, {"code": "", "limit": 1})) == 1
        assert len(reader.rows(NEXT, {"code": "", "limit": 2**31})) == 2
        assert reader.value(SEEN) == 2  # the setting of the one before it is over
        plans = sorted(counts for _, *counts in reader.rows(HELD))
    assert plans == [[0, 2], [1, 0]]


def test_prepared_when_the_connection_is_new_is_prepared_again(database: Database) -> None:
    for _ in range(2):
        with database.read(EVERYTHING) as reader:
            assert reader.value(SEEN) == 0
        database.reading.close()


def test_prepared_when_scopes_differ_shows_each_its_own(database: Database) -> None:
    load(database, "cameras", place(GRID, "a"), place(GRID, "b"))
    nowhere = Scope(("999999",))
    for _ in range(2):
        with database.read(EVERYTHING) as reader:
            assert reader.value(SEEN) == 2
        with database.read(nowhere) as reader:
            assert reader.value(SEEN) == 0


def test_prepared_when_there_are_many_forgets_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST", 3)
    with database.read(EVERYTHING) as reader:
        for number in [*range(8), 0, 7]:
            statement = Statement(f"SELECT {number}", prepared="planned")
            assert reader.value(statement) == number
            assert len(reader.rows(HELD)) <= 3
