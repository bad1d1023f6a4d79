"""One transaction of one editor: who, why, how long it waits, and what the database refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2 import errors, sql

from gisapp.access.audit import Action, Entry
from gisapp.access.caller import Caller
from gisapp.database.changes import Change, ChangeKind
from gisapp.database.engine import Database
from gisapp.errors import Conflict, DatabaseUnusable, Forbidden, Invalid
from layers.spec import Layer, Text

LIMITS = "SET LOCAL lock_timeout = %(wait)s; SET LOCAL statement_timeout = %(limit)s"
# Writers of one layer follow one another anyway (gisapp.raise_revision): in line from the start,
# in the order in which an import takes them, they cannot deadlock and need not look twice.
LOCK_LAYER = sql.SQL("""
LOCK TABLE gisapp.{table} IN ROW EXCLUSIVE MODE;
SELECT FROM gisapp.layer_revisions WHERE layer = {name} FOR UPDATE
""")
BUSY = Text(
    "另一项修改占用该图层时间较长；这次没有改动任何数据，请稍后再试。",
    "Another change of this layer takes long. Nothing was changed; try again shortly.",
)
TAKEN = Text("这个编号已被使用。", "This code is taken.")
NO_PLACE = Text("位置在本账号的区域之外。", "The place lies outside the areas of this account.")
# Whoever draws areas decides what everybody sees, also of the neighbours.
BOUNDARIES = Text(
    "行政区域只能由看全部区域的管理员修改。",
    "Administrative areas are changed by administrators of all areas only.",
)
REFUSED = Text("数据库拒绝了这个值。", "The database refused a value.")
UNFIT_VALUE = Text("数据库不接受这个值", "the database does not accept this value")


@dataclass(frozen=True)
class Editor:
    """Who edits, from which address and why."""

    caller: Caller
    reason: str = ""
    address: str = ""

    def change(self, kind: ChangeKind, undoes: int | None = None) -> Change:
        """Return what the history says of the change."""
        return Change(kind, self.caller.account, self.caller.name, self.reason, undoes)

    def entry(self, action: Action, about: str, **details: object) -> Entry:
        """Return what the audit trail says of the act on ``about``."""
        who = self.caller.account, self.caller.name, self.address
        return Entry(action, about, "done", *who, details)

    def require_inside(self, *area_codes: str | None) -> None:
        """Raise Forbidden unless rows with these area codes lie inside the editor's areas."""
        if not all(map(self.caller.scope.holds, area_codes)):
            raise Forbidden(NO_PLACE)


@contextmanager
def editing(
    database: Database, editor: Editor, kind: ChangeKind, layer: Layer, undoes: int | None = None
) -> Iterator[Any]:
    """Lend a cursor in a transaction that alone writes ``layer``, as a change of ``editor``.

    What the database refuses is said as errors that a user can mend, and nothing is changed:
    Conflict for a code that is taken, Invalid for a value, DatabaseUnusable after too long a wait,
    Forbidden for the areas themselves unless the editor sees them all.
    """
    if layer.name == "areas" and editor.caller.scope.prefixes is not None:
        raise Forbidden(BOUNDARIES)
    limits = {
        "wait": database.settings.lock_timeout_ms,
        "limit": database.settings.statement_timeout_ms,
    }
    try:
        with (
            database.write(editor.change(kind, undoes)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(LIMITS, limits)
            lock_layer(cursor, layer)
            yield cursor
    except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
        raise DatabaseUnusable(BUSY) from error
    except errors.UniqueViolation as error:
        raise Conflict(TAKEN) from error
    except (psycopg2.IntegrityError, psycopg2.DataError, psycopg2.InternalError) as error:
        told = [{"field": refused_field(layer, error), "message": UNFIT_VALUE}]
        raise Invalid(REFUSED, None, errors=told) from error


def lock_layer(cursor: Any, layer: Layer) -> None:
    """Wait until nobody else writes ``layer``, and keep others waiting until the end."""
    table, name = sql.Identifier(layer.name), sql.Literal(layer.name)
    cursor.execute(LOCK_LAYER.format(table=table, name=name))


def refused_field(layer: Layer, error: psycopg2.Error) -> str:
    """Return the field whose value the database refused, as far as it says so.

    PostGIS fails without naming a column: then it is the geometry.
    """
    rule = error.diag.constraint_name or ""
    column = error.diag.column_name or rule.removeprefix(f"{layer.name}_").removesuffix("_check")
    if column == "geom" or isinstance(error, psycopg2.InternalError):
        return "geometry"
    return column if column == "code" or layer.field_named(column) else ""
