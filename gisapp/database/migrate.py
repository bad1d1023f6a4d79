"""The schema's versions: bring a database up to date, or say that it is not."""

from __future__ import annotations

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2 import errorcodes

from gisapp.database.engine import UNREACHABLE, UNREACHABLE_HINT, driver_url
from gisapp.errors import DatabaseUnusable
from gisapp.settings import ROOT
from layers.spec import Text

OLDEST_POSTGRES = 150000
OLDEST_POSTGIS = (3, 3)
LOCK = 445103001  # advisory lock: two starts at once migrate one after the other
POSTGIS_AVAILABLE = "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"


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
    while no layer has rows. Raises DatabaseUnusable with what to do.
    """
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
        raise DatabaseUnusable(UNREACHABLE, UNREACHABLE_HINT) from error
    finally:
        engine.dispose()


def require_postgis(connection: sqlalchemy.Connection) -> None:
    """Make sure of a new enough PostgreSQL with PostGIS; create the extension if missing."""
    version = int(str(connection.exec_driver_sql("SHOW server_version_num").scalar()))
    if version < OLDEST_POSTGRES:
        raise DatabaseUnusable(
            Text(
                "数据库版本太旧：需要 PostgreSQL 15 或更新。",
                "The database is too old: PostgreSQL 15 or newer is needed.",
            )
        )
    available = connection.exec_driver_sql(POSTGIS_AVAILABLE).scalar()
    if available is None or tuple(map(int, str(available).split(".")[:2])) < OLDEST_POSTGIS:
        raise DatabaseUnusable(
            Text(
                "数据库服务器没有安装 PostGIS 3.3 或更新。",
                "PostGIS 3.3 or newer is not installed on the database server.",
            ),
            Text(
                "Debian：apt install postgresql-15-postgis-3",
                "On Debian: apt install postgresql-15-postgis-3",
            ),
        )
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
        if (
            getattr(error.orig, "pgcode", None)
            != errorcodes.OBJECT_NOT_IN_PREREQUISITE_STATE
        ):
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
    engine = sqlalchemy.create_engine(driver_url(url), connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except sqlalchemy.exc.OperationalError as error:
        raise DatabaseUnusable(UNREACHABLE, UNREACHABLE_HINT) from error
    finally:
        engine.dispose()


def require_migrated(url: str) -> None:
    """Raise DatabaseUnusable unless the schema is exactly what this code expects."""
    found, expected = current_revision(url), newest_revision()
    if found != expected:
        raise DatabaseUnusable(
            Text(
                "数据库结构版本是 {found}，程序需要 {expected}。",
                "The database's schema is at {found}, the program needs {expected}.",
            ).format(found=found or "-", expected=expected),
            Text("运行 gisapp migrate。", "Run gisapp migrate."),
        )
