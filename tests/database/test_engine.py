"""Connections: what they may do, and what happens when the server goes away."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from psycopg2 import errors

from gisapp.access.scope import EVERYTHING
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.database.pool import driver_url
from gisapp.database.statements import Statement
from gisapp.errors import DatabaseUnusable
from gisapp.settings import Settings

ONE = Statement("SELECT 1")
BACKEND = Statement("SELECT pg_backend_pid()")
SLEEP = Statement("SELECT pg_sleep(%(seconds)s)")
CAMERAS = Statement("SELECT count(*) FROM cameras", reads=("cameras",))
UNDECLARED = Statement("SELECT count(*) FROM cameras")
WRITE = Statement("DELETE FROM gisapp.sources")
SETTINGS = Statement(
    "SELECT current_setting('jit'), current_setting('statement_timeout'),"
    " current_setting('search_path')"
)


@pytest.fixture
def operator(cluster: Cluster) -> Iterator[psycopg2.extensions.connection]:
    """Somebody at the database server itself."""
    connection = psycopg2.connect(cluster.url("postgres"))
    connection.autocommit = True
    yield connection
    connection.close()


def end(operator: psycopg2.extensions.connection, backend: int) -> None:
    with operator.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", (backend,))


def test_reader_when_it_reads_has_its_limits(database: Database) -> None:
    with database.read(EVERYTHING) as reader:
        assert reader.row(SETTINGS) == ("off", "15s", "public")
        assert reader.value(CAMERAS) == 0
        with pytest.raises(errors.ReadOnlySqlTransaction):
            reader.rows(WRITE)
        with pytest.raises(errors.UndefinedTable):
            reader.rows(UNDECLARED)
        assert reader.value(ONE) == 1


def test_writer_when_something_fails_changes_nothing(database: Database) -> None:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO sources (name) VALUES ('kept')")
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        connection.cursor().execute("INSERT INTO sources (name) VALUES ('lost')")
        raise ZeroDivisionError
    with database.read(EVERYTHING) as reader:
        assert reader.rows(Statement("SELECT name FROM gisapp.sources")) == [("kept",)]


def test_pool_when_used_again_lends_the_same_connection(database: Database) -> None:
    found = set()
    for _ in range(5):
        with database.read(EVERYTHING) as reader:
            found.add(reader.value(BACKEND))
    assert len(found) == 1


def test_pool_when_idle_connections_were_ended_makes_new_ones(
    database: Database, operator: psycopg2.extensions.connection
) -> None:
    """A restart of the database costs no reader an error, once it is up again."""
    for lend in (lambda: database.read(EVERYTHING), database.write):
        with lend():
            pass
    with database.read(EVERYTHING) as one, database.read(EVERYTHING) as two:
        ended = [one.value(BACKEND), two.value(BACKEND)]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ended.append(cursor.fetchone()[0])
    for backend in ended:
        end(operator, backend)
    with database.read(EVERYTHING) as one, database.read(EVERYTHING) as two:
        assert one.value(BACKEND) not in ended
        assert two.value(BACKEND) not in ended
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO sources (name) VALUES ('after')")


def test_pool_when_asked_by_many_threads_keeps_within_its_size(
    database_url: str, settings: Settings
) -> None:
    small = Database(dataclasses.replace(settings.database, pool=2), database_url)

    def ask(_: int) -> object:
        with small.read(EVERYTHING) as reader:
            return reader.value(BACKEND)

    with ThreadPoolExecutor(8) as threads:
        backends = set(threads.map(ask, range(200)))
    assert 1 <= len(backends) <= 2
    assert len(small.reading.idle) == len(backends)
    small.close()
    assert small.reading.idle == []


def test_pool_when_a_connection_comes_back_unfinished_closes_it(database: Database) -> None:
    with database.read(EVERYTHING) as reader:
        used = reader.value(BACKEND)
        reader.connection.cursor().execute("BEGIN")
    with database.read(EVERYTHING) as reader:
        assert reader.value(BACKEND) != used


def test_pool_when_connecting_fails_lends_its_place_again(
    database_url: str, settings: Settings
) -> None:
    small = dataclasses.replace(settings.database, pool=1)
    database = Database(small, database_url.replace("gisapp:", "nobody:"))
    for _ in range(3):
        with pytest.raises(DatabaseUnusable, match="refused"), database.read(EVERYTHING):
            pass


def test_reader_when_its_connection_is_ended_meanwhile_says_so_and_recovers(
    database: Database, operator: psycopg2.extensions.connection
) -> None:
    with pytest.raises(DatabaseUnusable), database.read(EVERYTHING) as reader:
        end(operator, reader.value(BACKEND))
        reader.value(ONE)
    with database.read(EVERYTHING) as reader:
        assert reader.value(ONE) == 1


def test_pool_when_a_notice_waits_keeps_the_connection(
    database: Database, operator: psycopg2.extensions.connection
) -> None:
    """Something to read on an idle connection is not always its end."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("LISTEN news")
        cursor.execute("SELECT pg_backend_pid(), current_database()")
        backend, name = cursor.fetchone()
    other = Database(database.settings, database.url)
    with other.write() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0] == name
        cursor.execute("NOTIFY news")
    other.close()
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] == backend


def test_reader_when_a_query_takes_too_long_is_told(database_url: str, settings: Settings) -> None:
    impatient = dataclasses.replace(settings.database, statement_timeout_ms=200)
    database = Database(impatient, database_url)
    with (
        pytest.raises(DatabaseUnusable, match=r"longer than 0\.2 s"),
        database.read(EVERYTHING) as reader,
    ):
        reader.value(SLEEP, {"seconds": 30})
    with database.read(EVERYTHING) as reader:
        assert reader.value(ONE) == 1
    database.close()


def test_pool_when_all_are_lent_says_busy(
    database_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Database(dataclasses.replace(settings.database, pool=1), database_url)
    monkeypatch.setattr(small.reading, "patience", 0.1)
    with (
        small.read(EVERYTHING),
        pytest.raises(DatabaseUnusable, match="All connections are in use"),
        small.read(EVERYTHING),
    ):
        pass
    small.close()


ADDRESSES = [
    "geheim",
    "host=localhost password=geheim dbname=map",
    "mysql://map:geheim@localhost/map",
    "postgresql://map:geheim@localhost:geheim/map",
    "postgresql://map:geheim@geheim@localhost:x/map",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_address_when_it_makes_no_sense_is_not_repeated(address: str) -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        driver_url(address)
    assert "geheim" not in str(caught.value) + repr(caught.value.message) + repr(caught.value.hint)
    assert "not a valid PostgreSQL address" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("host=", "port=1&host="), "cannot be reached"),
        (lambda url: url.replace("gisapp:", "gisapp:wrong"), "refused the user name or password"),
        (lambda url: url.replace("gisapp:", "nobody:"), "refused the user name or password"),
        (lambda url: url.replace("/test_", "/no_such_"), "no such database"),
    ],
)
def test_database_when_out_of_reach_says_why(
    change, words: str, database_url: str, settings: Settings
) -> None:
    database = Database(settings.database, change(database_url))
    for lend in (lambda: database.read(EVERYTHING), database.write):
        with pytest.raises(DatabaseUnusable, match=words), lend():
            pass
