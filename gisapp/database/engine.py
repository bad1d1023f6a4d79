"""Connections: a pool that only reads and a pool that writes.

psycopg2 in pools of our own (``pool.py``). Readers run in autocommit, read-only, with a time
limit, without JIT (measured: it costs 10-20 % on tiles) and without parallel workers (starting
one made a page of 1,000 parcels nine times slower), with one plan of what is prepared for
whatever values (but where a statement says otherwise), and without schema ``gisapp`` on the
search path, so that layer tables are reached only through the scope gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import psycopg2
from psycopg2 import errors, extensions, sql

from gisapp.access.scope import Scope, with_visible
from gisapp.database.changes import Change
from gisapp.database.pool import Pool, connection_parts, unreachable
from gisapp.database.prepared import Connection, prepare
from gisapp.database.room import FULL
from gisapp.database.statements import Statement
from gisapp.errors import DatabaseUnusable
from gisapp.settings import DatabaseSettings
from layers.spec import Text

BEGIN_CHANGE = """
SELECT gisapp.begin_change(%(account)s, %(name)s, %(kind)s, %(reason)s, %(undoes)s)
"""
# Whatever is read between these is of one moment. A cursor is planned for all of its rows.
BEGIN_SNAPSHOT = """
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL cursor_tuple_fraction = 1
"""
END_SNAPSHOT = "ROLLBACK"
# Two statements in one trip are one transaction, whose end takes the setting back.
PLAN_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan; "
DECLARE = "DECLARE streamed NO SCROLL CURSOR FOR "
FETCH = "FETCH FORWARD %s FROM streamed"
CLOSE = "CLOSE streamed"
TOO_LONG = Text(
    "查询超过 {limit} 秒，已取消。", "The query took longer than {limit} s and was cancelled."
)
TOO_LONG_HINT = Text(
    "请缩小范围或加条件；时限由 GISAPP_STATEMENT_TIMEOUT_MS 设置。",
    "Ask for less; the limit is set by GISAPP_STATEMENT_TIMEOUT_MS.",
)


class Reader:
    """One pooled connection that can only read, bound to a caller's scope and to a moment.

    ``moment`` is an instant with its zone at which layers are seen as they were; None is now.
    """

    def __init__(self, connection: Any, scope: Scope, moment: datetime | None = None) -> None:
        self.connection = connection  # of psycopg2, lent by the pool
        self.scope = scope
        self.moment = moment

    def seeing(self, scope: Scope) -> Reader:
        """Return this reader bound to another scope, on the same connection."""
        return Reader(self.connection, scope, self.moment)

    def compose(self, statement: Statement) -> sql.Composed:
        """Return the SQL of ``statement`` behind the WITH clause of what the caller may see."""
        items = with_visible(statement.reads, self.scope, was=self.moment is not None)
        head = sql.SQL("WITH {} ").format(sql.SQL(", ").join(items)) if items else sql.SQL("")
        also = statement.also_with
        if also and not items:
            head, also = sql.SQL("WITH "), also.lstrip(" ,\n")
        return sql.Composed([head, sql.SQL(also), sql.SQL(" "), statement.body])

    def text_of(self, statement: Statement) -> str:
        """Return the SQL of ``statement`` as text, rendered once for each scope, now and as of.

        Raises ValueError when it knows of the present only and the reader's moment is another.
        """
        if statement.present and self.moment is not None:
            raise ValueError("this statement knows nothing of the past")
        key = (self.scope.key, self.moment is not None)
        text = statement.rendered.get(key)
        if text is None:
            text = self.compose(statement).as_string(self.connection)
            statement.rendered[key] = text
        return text

    def bound(self, parameters: Mapping[str, object] | None) -> Mapping[str, object]:
        """Return the parameters of a statement with the reader's moment."""
        if self.moment is None:
            return parameters or {}
        return {**(parameters or {}), "as_of": self.moment}

    def call_of(self, statement: Statement, cursor: Any) -> str:
        """Return what runs ``statement``: its SQL, or the call of what is prepared."""
        text = self.text_of(statement)
        if statement.prepared:
            call = prepare(cursor, text, self.bound(statement.example))
            return PLAN_ANEW + call if statement.prepared == "parsed" else call
        return text

    def rows(
        self, statement: Statement, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run ``statement`` and return all its rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(self.call_of(statement, cursor), self.bound(parameters))
            return list(cursor.fetchall())

    def row(
        self,
        statement: Statement,
        parameters: Mapping[str, object] | None = None,
        *,
        raw: bool = False,
    ) -> tuple[Any, ...] | None:
        """Run ``statement`` and return its first row, or None.

        ``raw`` gives texts as the UTF-8 bytes that the database sent: a document of half a
        megabyte is passed through, not decoded and encoded again.
        """
        with self.connection.cursor() as cursor:
            if raw:
                extensions.register_type(extensions.BYTES, cursor)
            cursor.execute(self.call_of(statement, cursor), self.bound(parameters))
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found

    def value(self, statement: Statement, parameters: Mapping[str, object] | None = None) -> Any:
        """Run ``statement`` and return the first column of its first row, or None."""
        found = self.row(statement, parameters)
        return found[0] if found else None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let everything that is read inside be of one moment, and rows be streamed."""
        with self.connection.cursor() as cursor:
            cursor.execute(BEGIN_SNAPSHOT)
            try:
                yield
            finally:
                if not self.connection.closed:
                    cursor.execute(END_SNAPSHOT)

    def stream(
        self, statement: Statement, parameters: Mapping[str, object] | None = None, size: int = 2000
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of ``statement`` in lists of ``size``, inside a ``snapshot``.

        The server keeps the rest: memory stays flat, and the time limit counts for each list.
        """
        with self.connection.cursor() as cursor:
            cursor.execute(DECLARE + self.text_of(statement), self.bound(parameters))
            cursor.execute(FETCH, (size,))
            while rows := cursor.fetchall():
                yield rows
                cursor.execute(FETCH, (size,))
            cursor.execute(CLOSE)


class Database:
    """The pools of one process. Build one at the start and pass it down."""

    def __init__(self, settings: DatabaseSettings, url: str) -> None:
        self.settings = settings
        self.url = url
        reading = (
            f"-c statement_timeout={settings.statement_timeout_ms} -c jit=off "
            "-c max_parallel_workers_per_gather=0 "
            "-c plan_cache_mode=force_generic_plan "
            "-c default_transaction_read_only=on -c search_path=public -c client_encoding=UTF8"
        )
        self.reading = self._pool(reading, autocommit=True)
        self.writing = self._pool("-c search_path=gisapp,public -c jit=off")

    def _pool(self, options: str, autocommit: bool = False) -> Pool:
        return Pool(partial(self._connect, options, autocommit), self.settings.pool)

    def _connect(self, options: str, autocommit: bool) -> Any:
        parts = connection_parts(self.url)
        own = {"options": options, "connect_timeout": 5, "application_name": "gisapp"}
        connection = psycopg2.connect(connection_factory=Connection, **{**parts, **own})
        connection.autocommit = autocommit
        return connection

    def connect_to_listen(self) -> Any:
        """Return a connection outside the pools, in autocommit, for LISTEN; to be closed.

        Raises the driver's errors when there is none to be had.
        """
        return self._connect("-c search_path=public", autocommit=True)

    @contextmanager
    def read(self, scope: Scope, moment: datetime | None = None) -> Iterator[Reader]:
        """Lend a read-only connection bound to ``scope``; it goes back to the pool.

        With ``moment``, an instant with its zone, layers are seen as they were then.
        """
        with self._lend(self.reading) as connection:
            yield Reader(connection, scope, moment)

    @contextmanager
    def write(self, change: Change | None = None) -> Iterator[Any]:
        """Lend a psycopg2 connection in one transaction: committed at the end, or rolled back.

        Its search path begins with ``gisapp``. For importers, editors and migrations only.
        ``change`` says who changes rows and why; without it the history names the database's
        account. The change's number is what ``gisapp.current_change()`` returns.
        """
        with self._lend(self.writing) as connection, connection:
            if change is not None:
                with connection.cursor() as cursor:
                    cursor.execute(BEGIN_CHANGE, vars(change))
            yield connection

    @contextmanager
    def _lend(self, pool: Pool) -> Iterator[Any]:
        connection = pool.take()
        try:
            yield connection
        except errors.QueryCanceled as error:
            seconds = f"{self.settings.statement_timeout_ms / 1000:g}"
            raise DatabaseUnusable(TOO_LONG.format(limit=seconds), TOO_LONG_HINT) from error
        except errors.DiskFull as error:
            raise FULL from error
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            if connection.closed:
                pool.close()  # the server went away, and with it every connection
                raise unreachable(error) from error
            raise
        finally:
            pool.give_back(connection)

    def close(self) -> None:
        """Close all connections."""
        self.reading.close()
        self.writing.close()
