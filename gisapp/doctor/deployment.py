"""Checks of the settings against what the machine and the database can give."""

from __future__ import annotations

from collections.abc import Iterator

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.spec import Text

METRIC_SRID = Statement("SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'")
KNOWN_CRS = Statement(
    "SELECT proj4text LIKE '%%+units=m%%' FROM spatial_ref_sys WHERE srid = %(srid)s",
    example={"srid": 4548},
)
CONNECTIONS = Statement(
    "SELECT current_setting('max_connections')::integer"
    " - current_setting('superuser_reserved_connections')::integer"
)
POOLS = 2  # each process keeps one for reading and one for writing


@check(
    "数据库连接数够用",
    Text(
        "减小 GISAPP_WORKERS 或 GISAPP_DATABASE_POOL，或增大 max_connections。",
        "Lower GISAPP_WORKERS or GISAPP_DATABASE_POOL, or raise max_connections.",
    ),
)
def enough_connections(reader: Reader, settings: Settings) -> Iterator[Finding]:
    """The pools of all server processes fit into the database's connections."""
    needed = settings.server.workers * settings.database.pool * POOLS
    allowed = reader.value(CONNECTIONS)
    if needed > allowed:
        yield Finding(
            Text(
                "最多需要 {needed} 个连接，数据库只允许 {allowed} 个。",
                "Up to {needed} connections are needed, the database allows {allowed}.",
            ).format(needed=needed, allowed=allowed)
        )


@check(
    "米制坐标系",
    Text(
        "GISAPP_METRIC_SRID 须与库中一致，且以米为单位。",
        "GISAPP_METRIC_SRID must be the database's own, and in metres.",
    ),
)
def metric_crs(reader: Reader, settings: Settings) -> Iterator[Finding]:
    """The metric CRS is the one of the settings, and in metres."""
    found = reader.value(METRIC_SRID)
    if settings.database.metric_srid not in (None, found):
        yield Finding(
            Text(
                "库中是 EPSG:{found}，设置是 EPSG:{wanted}。",
                "The database is in EPSG:{found}, the setting says EPSG:{wanted}.",
            ).format(found=found, wanted=settings.database.metric_srid)
        )
    if not reader.value(KNOWN_CRS, {"srid": found}):
        yield Finding(
            Text("EPSG:{srid} 不以米为单位。", "EPSG:{srid} is not in metres.").format(srid=found)
        )
