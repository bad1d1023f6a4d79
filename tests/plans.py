"""Query plans: what a statement would read, and a database that looks at every plan it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from gisapp.access.scope import Scope
from gisapp.database.engine import PLAN_ANEW, Database, Reader
from gisapp.database.statements import Statement

MANY = 10_000  # rows of a table that no statement may read from end to end
BIG_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace IN ('gisapp'::regnamespace, 'gisapp_history'::regnamespace)
    AND relkind = 'r' AND reltuples >= %(many)s
"""
SCANS = ("Seq Scan", "Index Scan", "Index Only Scan")
READS_ALL = ("Sort", "Aggregate", "Hash", "WindowAgg")


def whole_reads(plan: Mapping[str, Any], limited: bool = False) -> Iterator[str]:
    """Yield the tables that a plan reads from end to end.

    That is a scan without an index condition that no LIMIT above it will stop: a sort or an
    aggregate in between reads everything all the same, and so does a sequential scan that
    filters. (A bare subquery, as EXISTS has it, stops at its first row.)
    """
    kind = plan["Node Type"]
    limited = limited or plan.get("Parent Relationship") == "InitPlan"
    filters = kind == "Seq Scan" and "Filter" in plan
    if kind in SCANS and "Index Cond" not in plan and (filters or not limited):
        yield plan["Relation Name"]
    stops = kind == "Limit" or (limited and kind not in READS_ALL)
    for child in plan.get("Plans", ()):
        yield from whole_reads(child, stops)


def big_tables(reader: Reader) -> set[str]:
    """Return the tables of the product that have many rows, layers or not."""
    return {row[0] for row in reader.rows(Statement(BIG_TABLES), {"many": MANY})}


def plan_of(
    reader: Reader, statement: Statement, parameters: Mapping[str, object]
) -> dict[str, Any]:
    """Return the plan that the database would run: of what is planned once, the one for any values."""
    with reader.connection.cursor() as cursor:
        call = reader.call_of(statement, cursor)
        head = PLAN_ANEW if call.startswith(PLAN_ANEW) else ""
        explained = f"{head}EXPLAIN (FORMAT JSON) {call.removeprefix(PLAN_ANEW)}"
        cursor.execute(explained, reader.bound(parameters))
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    return plan


def unexpected_reads(
    reader: Reader, statement: Statement, parameters: Mapping[str, object]
) -> set[str]:
    """Return the big tables that a statement would read whole without saying so."""
    read = set(whole_reads(plan_of(reader, statement, parameters)))
    return (read & big_tables(reader)) - set(statement.whole)


class WatchedReader(Reader):
    """A reader that looks at the plan of each statement before running it."""

    found: list[str]
    seen: list[str]

    def rows(
        self, statement: Statement, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Explain, then run."""
        self._look(statement, parameters)
        return super().rows(statement, parameters)

    def row(
        self,
        statement: Statement,
        parameters: Mapping[str, object] | None = None,
        *,
        raw: bool = False,
    ) -> tuple[Any, ...] | None:
        """Explain, then run; ``value`` comes here as well."""
        self._look(statement, parameters)
        return super().row(statement, parameters, raw=raw)

    def _look(self, statement: Statement, parameters: Mapping[str, object] | None) -> None:
        plain = Reader(self.connection, self.scope, self.moment)
        reads = unexpected_reads(plain, statement, parameters or {})
        text = " ".join(statement.body.as_string(self.connection).split())
        self.seen.append(text)
        self.found += [f"reads {name} whole: {text[:300]}" for name in sorted(reads)]


class WatchedDatabase(Database):
    """A database whose readers note every plan in ``found``; ``seen`` counts the statements."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.found: list[str] = []
        self.seen: list[str] = []

    @contextmanager
    def read(self, scope: Scope, moment: datetime | None = None) -> Iterator[WatchedReader]:
        """Lend a watched reader."""
        with super().read(scope, moment) as reader:
            watched = WatchedReader(reader.connection, reader.scope, moment)
            watched.found, watched.seen = self.found, self.seen
            yield watched


def statements_in(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, Statement]]:
    """Yield path and value of the statements that a module's value is or holds."""
    if isinstance(value, Statement):
        yield path, value
        return
    parts: Iterable[tuple[object, object]] = ()
    if isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, tuple | list):
        parts = enumerate(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    if depth < 4:
        for name, part in parts:
            yield from statements_in(part, f"{path}.{name}", depth + 1)
