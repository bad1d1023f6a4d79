"""Checks of what the server is made of, and of the schema's version."""

from __future__ import annotations

from collections.abc import Iterator

from gisapp.database.engine import Reader
from gisapp.database.migrate import OLDEST_POSTGIS, OLDEST_POSTGRES, newest_revision
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.spec import Text

SERVER = Statement("SELECT current_setting('server_version_num')::integer")
POSTGIS = Statement("SELECT postgis_lib_version(), postgis_proj_version()")
EXTENSION = Statement(
    "SELECT installed_version, default_version FROM pg_available_extensions WHERE name = 'postgis'"
)
# The central meridian of CGCS2000 3-degree zone CM 117E lies at x = 500,000 m.
MERIDIAN = Statement("SELECT ST_X(ST_Transform(ST_Point(500000, 2600000, 4548), 4490))")
REVISION = Statement("SELECT version_num FROM alembic_version")


@check(
    "PostgreSQL 版本", Text("请升级到 PostgreSQL 15 或更新。", "Upgrade to PostgreSQL 15 or newer.")
)
def postgresql_version(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """PostgreSQL is new enough."""
    number = int(reader.value(SERVER))
    named = f"PostgreSQL {number // 10000}.{number % 10000}"
    yield Finding(Text(named, named), "fact" if number >= OLDEST_POSTGRES else "problem")


@check(
    "PostGIS 版本",
    Text(
        "请安装 PostGIS 3.3 或更新，然后执行 ALTER EXTENSION postgis UPDATE。",
        "Install PostGIS 3.3 or newer, then run ALTER EXTENSION postgis UPDATE.",
    ),
)
def postgis_version(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """PostGIS is new enough and what the server has installed."""
    library, proj = reader.row(POSTGIS) or ("0", "")
    enough = tuple(map(int, library.split(".")[:2])) >= OLDEST_POSTGIS
    named = f"PostGIS {library}, PROJ {str(proj).split()[0]}"
    yield Finding(Text(named, named), "fact" if enough else "problem")
    installed, newest = reader.row(EXTENSION) or ("", "")
    if installed != newest:
        yield Finding(
            Text(
                "库中启用的是 {installed}，服务器上是 {newest}。",
                "The database has {installed}, the server offers {newest}.",
            ).format(installed=installed, newest=newest),
            "warning",
        )


@check(
    "坐标转换",
    Text(
        "PROJ 的 proj.db 缺失或损坏：重新安装 proj-data 与 PostGIS。",
        "PROJ's proj.db is missing or broken: reinstall proj-data and PostGIS.",
    ),
)
def transformation(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """PROJ transforms coordinates as it should."""
    longitude = reader.value(MERIDIAN)
    if longitude is None or abs(longitude - 117) > 1e-9:
        yield Finding(
            Text(
                "EPSG:4548 的中央经线算得 {found}°，应为 117°。",
                "The central meridian of EPSG:4548 comes out at {found}°, not at 117°.",
            ).format(found=longitude)
        )


@check(
    "数据库结构版本",
    Text("先备份，再运行 gisapp migrate。", "Back the database up, then run gisapp migrate."),
)
def migrations(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """The schema is at the version that the program expects."""
    found, expected = reader.value(REVISION), newest_revision()
    if found == expected:
        yield Finding(Text("版本 {at}", "Revision {at}").format(at=found), "fact")
        return
    yield Finding(
        Text(
            "结构是 {found}，程序需要 {expected}。", "It is at {found}, not at {expected}."
        ).format(found=found or "-", expected=expected)
    )
