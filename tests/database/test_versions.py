"""The schema's versions, and servers that will not do."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest

from gisapp.access.scope import EVERYTHING
from gisapp.database import migrate as module
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import current_revision, migrate, newest_revision, require_migrated
from gisapp.database.statements import Statement
from gisapp.errors import DatabaseUnusable
from gisapp.settings import Settings
from layers.catalogue import LAYERS

SRIDS = Statement(
    "SELECT DISTINCT srid FROM geometry_columns"
    " WHERE f_table_schema = 'gisapp' AND f_geometry_column = 'geom'"
)
INSERT_ROAD = """
INSERT INTO gisapp.roads (code, geom, class)
VALUES ('r1', ST_GeomFromText('LINESTRING(385000 6670000, 385100 6670000)', 3067), 'primary')
RETURNING ST_X(ST_Transform(ST_StartPoint(geom_web), 4326))
"""


def test_migrate_when_run_twice_is_at_the_newest(empty_url: str) -> None:
    assert current_revision(empty_url) is None
    with pytest.raises(DatabaseUnusable, match="is at -, the program needs") as caught:
        require_migrated(empty_url)
    assert caught.value.hint
    assert "gisapp migrate" in caught.value.hint.en
    migrate(empty_url)
    migrate(empty_url)
    assert current_revision(empty_url) == newest_revision()
    require_migrated(empty_url)


def test_schema_when_newer_than_the_program_says_update(database_url: str) -> None:
    run(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnusable, match="at 9999, newer than this program"):
        require_migrated(database_url)


def test_migrate_when_another_crs_is_asked_moves_the_empty_layers(
    empty_url: str, settings: Settings
) -> None:
    migrate(empty_url, 3067)
    database = Database(settings.database, empty_url)
    with database.read(EVERYTHING) as reader:
        assert reader.rows(SRIDS) == [(3067,)]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(INSERT_ROAD)
        assert cursor.fetchone()[0] == pytest.approx(24.93, abs=0.01)
    database.close()
    migrate(empty_url, 3067)
    migrate(empty_url)
    with pytest.raises(DatabaseUnusable, match="has rows; it cannot move to EPSG:4548"):
        migrate(empty_url, 4548)


def test_server_when_too_old_is_refused(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_POSTGRES", 990000)
    for act in (migrate, require_migrated):
        with pytest.raises(DatabaseUnusable, match=r"too old: PostgreSQL \d+; 99 or newer"):
            act(empty_url)
    assert tables(empty_url) == []


def test_postgis_when_too_old_is_refused(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_POSTGIS", (99, 0))
    for act in (migrate, require_migrated):
        with pytest.raises(DatabaseUnusable, match="is not installed on the database server"):
            act(empty_url)


def test_postgis_when_not_on_the_server_names_the_package(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = module.POSTGIS_VERSION.replace("'postgis'", "'postgis_elsewhere'")
    monkeypatch.setattr(module, "POSTGIS_VERSION", nowhere)
    for act in (migrate, require_migrated):
        with pytest.raises(DatabaseUnusable) as caught:
            act(empty_url)
        assert caught.value.hint
        assert "-postgis-3" in caught.value.hint.en


def test_postgis_when_the_account_may_not_enable_it_says_what_to_ask(
    cluster: Cluster, plain_account: str
) -> None:
    with pytest.raises(DatabaseUnusable, match="this account may not enable it") as caught:
        migrate(plain_account)
    assert caught.value.hint
    assert "CREATE EXTENSION postgis" in caught.value.hint.zh


def test_migrate_when_an_administrator_enabled_postgis_needs_no_rights(
    cluster: Cluster, plain_account: str
) -> None:
    name = database_of(plain_account)
    run(cluster.url(name), "CREATE EXTENSION postgis")
    migrate(plain_account)
    require_migrated(plain_account)
    assert len(tables(plain_account)) >= len(LAYERS)


@pytest.fixture
def plain_account(cluster: Cluster, empty_url: str) -> Iterator[str]:
    """The address of an empty database for an account that owns it and nothing else."""
    name = database_of(empty_url)
    account = f"plain_{name}"
    run(empty_url, f"CREATE ROLE {account} LOGIN PASSWORD 'plain'")
    run(empty_url, f"ALTER DATABASE {name} OWNER TO {account}")
    yield f"postgresql://{account}:plain@/{name}?host={cluster.socket}"
    run(empty_url, f"REASSIGN OWNED BY {account} TO gisapp; DROP OWNED BY {account}")
    run(empty_url, f"DROP ROLE {account}")


def database_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def run(url: str, text: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(text)
    connection.close()


def tables(url: str) -> list[str]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'gisapp'")
        found = [name for (name,) in cursor.fetchall()]
    connection.close()
    return found
