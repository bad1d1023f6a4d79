"""Every read statement is planned on full tables and reaches large ones by index.

First every ``Statement`` that a module holds, with its own example, as seen by a caller of
everything and of one town; then, through the pages themselves, those composed per layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pkgutil import walk_packages

import pytest

import gisapp
from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database, Reader
from gisapp.database.statements import Statement
from gisapp.settings import load_settings
from tests.filled import AS_OF, filled_database
from tests.plans import (
    WatchedDatabase,
    statements_in,
    unexpected_reads,
    whole_reads,
)

STARTS_SERVING = ("gisapp.wsgi",)  # what the server's workers import: it connects


def find_statements() -> Mapping[str, Statement]:
    """Return every statement by module and constant; one that several hold is named once."""
    found: dict[int, tuple[str, Statement]] = {}
    names = [module.name for module in walk_packages(gisapp.__path__, "gisapp.")]
    owners_first = sorted(
        set(names) - set(STARTS_SERVING), key=lambda name: (".queries." not in name, name)
    )
    for module in owners_first:
        for name, value in sorted(vars(import_module(module)).items()):
            if name.isupper():
                for path, statement in statements_in(value, f"{module}.{name}"):
                    found.setdefault(id(statement), (path.removeprefix("gisapp."), statement))
    return dict(sorted(found.values(), key=lambda item: item[0]))


STATEMENTS = find_statements()


@pytest.fixture(scope="module")
def filled(cluster, tmp_path_factory) -> Iterator[WatchedDatabase]:
    var = tmp_path_factory.mktemp("filled")
    opened = filled_database(cluster, load_settings({"GISAPP_VAR": str(var)}), WatchedDatabase)
    yield opened
    opened.close()


@pytest.fixture
def reader(filled: WatchedDatabase) -> Iterator[Reader]:
    with Database.read(filled, EVERYTHING) as reader:
        yield reader


@pytest.mark.parametrize("moment", [None, AS_OF], ids=["now", "then"])
@pytest.mark.parametrize("scope", [EVERYTHING, Scope(("445103104",))], ids=["all", "town"])
@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_when_tables_are_large_uses_indexes(
    filled: WatchedDatabase, name: str, scope: Scope, moment: datetime | None
) -> None:
    statement = STATEMENTS[name]
    with Database.read(filled, scope, moment) as reader:
        if statement.present and moment is not None:
            with pytest.raises(ValueError, match="nothing of the past"):
                reader.text_of(statement)
        else:
            assert unexpected_reads(reader, statement, statement.example) == set()


def test_statements_when_searched_for_are_found() -> None:
    assert len(STATEMENTS) > 5


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("SELECT count(*) FROM cameras", {"cameras"}),
        ("SELECT * FROM cameras WHERE note LIKE %(word)s", {"cameras"}),
        ("SELECT * FROM cameras ORDER BY note LIMIT 5", {"cameras"}),
        ("SELECT * FROM cameras ORDER BY code LIMIT 5", set()),
        ("SELECT EXISTS (SELECT FROM cameras)", set()),
        ("SELECT EXISTS (SELECT FROM cameras WHERE note LIKE %(word)s)", {"cameras"}),
        ("SELECT code, count(*) FROM cameras GROUP BY code ORDER BY code", {"cameras"}),
        ("SELECT * FROM cameras WHERE code = %(word)s", set()),
    ],
)
def test_plan_when_it_reads_a_table_whole_is_noticed(
    reader: Reader, text: str, whole: set[str]
) -> None:
    statement = Statement(text, reads=("cameras",), example={"word": "x"})
    assert unexpected_reads(reader, statement, statement.example) == whole


def test_plan_when_the_statement_says_whole_is_accepted(reader: Reader) -> None:
    statement = Statement("SELECT count(*) FROM cameras", ("cameras",), whole=("cameras",))
    assert unexpected_reads(reader, statement, {}) == set()


def test_whole_reads_when_a_sort_hides_the_limit_are_found() -> None:
    scan = {"Node Type": "Index Scan", "Relation Name": "roads"}
    sort = {"Node Type": "Sort", "Plans": [scan]}
    assert list(whole_reads({"Node Type": "Limit", "Plans": [sort]})) == ["roads"]
    assert list(whole_reads({"Node Type": "Limit", "Plans": [scan]})) == []
