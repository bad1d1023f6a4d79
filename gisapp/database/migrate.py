"""The schema's versions: bring a database up to date, or say that it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2 import errorcodes

from geodata.crs import require_true_metres
from gisapp.database.pool import driver_url, unreachable
from gisapp.errors import DatabaseUnusable
from gisapp.settings import ROOT
from layers.spec import Text

OLDEST_POSTGRES = 150000
OLDEST_POSTGIS = (3, 3)
LOCK = 445103001  # advisory lock: two starts at once migrate one after the other
# In this database, else what could be created in it.
POSTGIS_VERSION = (
    "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions"
    " WHERE name = 'postgis'"
)


def alembic_config() -> Config:
    """Return Alembic's configuration; the scripts lie in ``migrations/``."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def newest_revision() -> str | None:
    """Return the revision that the code expects."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def migrate(url: str, metric_srid: int | None = None) -> None:
    """Create or update the schema of the database at ``url``, under an advisory lock.

    ``metric_srid`` is the EPSG number of the deployment's metric CRS; it takes effect only
    while no layer has rows. Raises DatabaseUnusable with what to do, and BadCoordinates for a
    metric CRS whose metres are none: geographic or Web Mercator.
    """
    if metric_srid is not None:
        require_true_metres(metric_srid)
    engine = sqlalchemy.create_engine(driver_url(url), connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            require_postgis(connection)
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if metric_srid is not None:
                set_metric_crs(connection, metric_srid)
    except sqlalchemy.exc.OperationalError as error:
        raise unreachable(error) from error
    finally:
        engine.dispose()


def require_server(connection: sqlalchemy.Connection) -> None:
    """Make sure of a new enough PostgreSQL on whose machine a new enough PostGIS lies."""
    version = int(str(connection.exec_driver_sql("SHOW server_version_num").scalar()))
    if version < OLDEST_POSTGRES:
        raise DatabaseUnusable(
            Text(
                "数据库版本太旧：是 PostgreSQL {found}，需要 {oldest} 或更新。",
                "The database is too old: PostgreSQL {found}; {oldest} or newer is needed.",
            ).format(found=version // 10000, oldest=OLDEST_POSTGRES // 10000)
        )
    found = connection.exec_driver_sql(POSTGIS_VERSION).scalar()
    if found is None or tuple(map(int, str(found).split(".")[:2])) < OLDEST_POSTGIS:
        raise DatabaseUnusable(
            Text(
                "数据库服务器没有安装 PostGIS 3.3 或更新。",
                "PostGIS 3.3 or newer is not installed on the database server.",
            ),
            Text(
                "Debian：apt install postgresql-{version}-postgis-3",
                "On Debian: apt install postgresql-{version}-postgis-3",
            ).format(version=version // 10000),
        )


def require_postgis(connection: sqlalchemy.Connection) -> None:
    """Make sure of the server, and create the extension in this database if it is missing."""
    require_server(connection)
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    except sqlalchemy.exc.ProgrammingError as error:
        raise DatabaseUnusable(
            Text(
                "数据库里没有启用 PostGIS，当前账号也无权启用。",
                "PostGIS is not enabled in the database and this account may not enable it.",
            ),
            Text(
                "请数据库管理员在该库执行：CREATE EXTENSION postgis;",
                "Ask the database administrator to run CREATE EXTENSION postgis; in it.",
            ),
        ) from error


def set_metric_crs(connection: sqlalchemy.Connection, srid: int) -> None:
    """Set the metric CRS of an empty database; refuse when a layer has rows in another."""
    try:
        connection.exec_driver_sql("SELECT gisapp.use_metric_crs(%s)", (srid,))
    except sqlalchemy.exc.DBAPIError as error:
        if getattr(error.orig, "pgcode", None) != errorcodes.OBJECT_NOT_IN_PREREQUISITE_STATE:
            raise
        raise DatabaseUnusable(
            Text(
                "库中已有数据，不能改用 EPSG:{srid}。",
                "The database has rows; it cannot move to EPSG:{srid}.",
            ).format(srid=srid),
            Text(
                "换一个空库，或恢复原来的 GISAPP_METRIC_SRID。",
                "Use an empty database, or set GISAPP_METRIC_SRID back.",
            ),
        ) from error


def current_revision(url: str) -> str | None:
    """Return the schema revision of the database, or None when it was never migrated."""
    with looking_at(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_migrated(url: str) -> None:
    """Raise DatabaseUnusable unless the server will do and the schema is what this code expects."""
    with looking_at(url) as connection:
        require_server(connection)
        found = MigrationContext.configure(connection).get_current_revision()
    expected = newest_revision()
    if found == expected:
        return
    known = {
        script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()
    }
    if found is not None and found not in known:
        raise DatabaseUnusable(
            Text(
                "数据库结构版本是 {found}，比本程序新。",
                "The database's schema is at {found}, newer than this program.",
            ).format(found=found),
            Text("请更新程序。", "Update the program."),
        )
    raise DatabaseUnusable(
        Text(
            "数据库结构版本是 {found}，程序需要 {expected}。",
            "The database's schema is at {found}, the program needs {expected}.",
        ).format(found=found or "-", expected=expected),
        Text("先备份，再运行 gisapp migrate。", "Back it up, then run gisapp migrate.")
        if found
        else Text("运行 gisapp migrate。", "Run gisapp migrate."),
    )


@contextmanager
def looking_at(url: str) -> Iterator[sqlalchemy.Connection]:
    """Lend a connection of its own; raises DatabaseUnusable when there is none to be had."""
    engine = sqlalchemy.create_engine(driver_url(url), connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            yield connection
    except sqlalchemy.exc.OperationalError as error:
        raise unreachable(error) from error
    finally:
        engine.dispose()
