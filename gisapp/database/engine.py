"""Connections: a pool that only reads and a pool that writes.

psycopg2 under a SQLAlchemy engine: the engine is the pool, and what geopandas reads and writes
through. Readers run in autocommit, read-only, with a time limit, without JIT (measured: it
costs 10-20 % on tiles) and without parallel workers (starting one made a page of 1,000 parcels
nine times slower), and without schema ``gisapp`` on the search path, so that layer
tables are reached only through the scope gate.
"""

from __future__ import annotations

import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg2
import sqlalchemy
from psycopg2 import errors, extensions, sql

from gisapp.access.scope import Scope, with_visible
from gisapp.database.statements import Statement
from gisapp.errors import DatabaseUnusable
from gisapp.settings import DatabaseSettings
from layers.spec import Text

UNREACHABLE = Text("数据库连接不上。", "The database cannot be reached.")
UNREACHABLE_HINT = Text(
    "请检查 GISAPP_DATABASE_URL 与数据库服务是否在运行。",
    "Check GISAPP_DATABASE_URL and that the database server is running.",
)
# What the driver says, in part, and what we say instead.
REASONS = {
    "password authentication failed": Text(
        "数据库拒绝了用户名或密码。", "The database refused the user name or password."
    ),
    "no password supplied": Text("数据库要求密码。", "The database asks for a password."),
    "does not exist": Text("没有这个数据库或用户。", "There is no such database or user."),
    "too many clients": Text("数据库连接数已满。", "The database has no connection left."),
    "in recovery mode": Text(
        "数据库正在恢复，请稍后再试。", "The database is recovering; try again shortly."
    ),
    "starting up": Text(
        "数据库正在启动，请稍后再试。", "The database is starting; try again shortly."
    ),
}
BUSY = Text("数据库连接都在使用中，请稍后再试。", "All connections are in use; try again shortly.")
TOO_LONG = Text(
    "查询超过 {limit} 秒，已取消。", "The query took longer than {limit} s and was cancelled."
)
TOO_LONG_HINT = Text(
    "请缩小范围或加条件；时限由 GISAPP_STATEMENT_TIMEOUT_MS 设置。",
    "Ask for less; the limit is set by GISAPP_STATEMENT_TIMEOUT_MS.",
)


class Reader:
    """One pooled connection that can only read, bound to a caller's scope."""

    def __init__(self, connection: Any, scope: Scope) -> None:
        self.connection = connection  # psycopg2 connection behind SQLAlchemy's pool
        self.scope = scope

    def compose(self, statement: Statement) -> sql.Composed:
        """Return the SQL of ``statement`` behind the WITH clause of what the caller may see."""
        items = with_visible(statement.reads, self.scope)
        head = sql.SQL("WITH {} ").format(sql.SQL(", ").join(items)) if items else sql.SQL("")
        also = statement.also_with
        if also and not items:
            head, also = sql.SQL("WITH "), also.lstrip(" ,\n")
        return sql.Composed([head, sql.SQL(also), sql.SQL(" "), statement.body])

    def text_of(self, statement: Statement) -> str:
        """Return the SQL of ``statement`` as text, rendered once for each scope."""
        text = statement.rendered.get(self.scope.key)
        if text is None:
            text = self.compose(statement).as_string(self.connection)
            statement.rendered[self.scope.key] = text
        return text

    def rows(
        self, statement: Statement, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run ``statement`` and return all its rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(self.text_of(statement), parameters or {})
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
            cursor.execute(self.text_of(statement), parameters or {})
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found

    def value(self, statement: Statement, parameters: Mapping[str, object] | None = None) -> Any:
        """Run ``statement`` and return the first column of its first row, or None."""
        found = self.row(statement, parameters)
        return found[0] if found else None


class Database:
    """The pools of one process. Build one at the start and pass it down."""

    def __init__(self, settings: DatabaseSettings, url: str) -> None:
        self.settings = settings
        self.url = url
        reading = (
            f"-c statement_timeout={settings.statement_timeout_ms} -c jit=off "
            "-c max_parallel_workers_per_gather=0 "
            "-c default_transaction_read_only=on -c search_path=public -c client_encoding=UTF8"
        )
        self.reading = self._engine(reading, isolation_level="AUTOCOMMIT")
        self.writing = self._engine("-c search_path=gisapp,public -c jit=off")

    def _engine(self, options: str, **extra: Any) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(
            driver_url(self.url),
            pool_size=self.settings.pool,
            max_overflow=0,
            pool_timeout=10,
            pool_use_lifo=True,
            connect_args={"options": options, "connect_timeout": 5, "application_name": "gisapp"},
            **extra,
        )
        sqlalchemy.event.listen(engine, "checkout", refuse_ended)
        return engine

    @contextmanager
    def read(self, scope: Scope) -> Iterator[Reader]:
        """Lend a read-only connection bound to ``scope``; it goes back to the pool."""
        with self._lend(self.reading) as connection:
            yield Reader(connection.connection.dbapi_connection, scope)

    @contextmanager
    def write(self) -> Iterator[Any]:
        """Lend a psycopg2 connection in one transaction: committed at the end, or rolled back.

        Its search path begins with ``gisapp``. For importers, editors and migrations only.
        """
        with self._lend(self.writing) as connection, connection.begin():
            yield connection.connection.dbapi_connection

    @contextmanager
    def _lend(self, engine: sqlalchemy.Engine) -> Iterator[sqlalchemy.Connection]:
        try:
            connection = engine.connect()
        except sqlalchemy.exc.OperationalError as error:
            raise unreachable(error) from error
        except sqlalchemy.exc.TimeoutError as error:
            raise DatabaseUnusable(BUSY) from error
        try:
            yield connection
        except errors.QueryCanceled as error:
            seconds = f"{self.settings.statement_timeout_ms / 1000:g}"
            raise DatabaseUnusable(TOO_LONG.format(limit=seconds), TOO_LONG_HINT) from error
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            if getattr(connection.connection.dbapi_connection, "closed", True):
                # The server went away: drop every pooled connection, the next one is fresh.
                connection.invalidate()
                engine.dispose()
                raise unreachable(error) from error
            raise
        finally:
            connection.close()

    def close(self) -> None:
        """Close all connections."""
        self.reading.dispose()
        self.writing.dispose()


def refuse_ended(connection: Any, _record: Any, _proxy: Any) -> None:
    """Refuse a pooled connection that the server has ended; the pool then makes a fresh one.

    An idle connection has nothing to read, unless the server said good-bye (it was restarted)
    or sent a notice. Asking the socket costs microseconds where a ping costs a round trip.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT")
        connection.rollback()
    except psycopg2.Error as error:
        raise sqlalchemy.exc.DisconnectionError from error


def unreachable(error: BaseException) -> DatabaseUnusable:
    """Return the error to show when no connection could be had.

    The driver's own text is not repeated: of a mistyped address it may show the password.
    """
    said = str(error)
    for part, message in REASONS.items():
        if part in said:
            return DatabaseUnusable(message, UNREACHABLE_HINT)
    return DatabaseUnusable(UNREACHABLE, UNREACHABLE_HINT)


def driver_url(url: str) -> sqlalchemy.URL:
    """Return ``url`` for SQLAlchemy with the psycopg2 driver.

    Raises DatabaseUnusable when it is not a PostgreSQL address; its text is never repeated,
    because it may hold a password.
    """
    try:
        parsed = sqlalchemy.make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        parsed = None  # ValueError: what stands in the port's place is no number
    if parsed is None or not parsed.drivername.startswith("postgres"):
        raise DatabaseUnusable(
            Text(
                "GISAPP_DATABASE_URL 不是有效的 PostgreSQL 地址。",
                "GISAPP_DATABASE_URL is not a valid PostgreSQL address.",
            ),
            Text(
                "格式：postgresql://用户:密码@主机:端口/库名",
                "Use postgresql://user:password@host:port/name",
            ),
        )
    return parsed.set(drivername="postgresql+psycopg2")
