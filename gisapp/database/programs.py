"""Where PostgreSQL's server programs are, and settings that suit this machine."""

from __future__ import annotations

import os
from pathlib import Path

from gisapp.errors import SetupNeeded
from layers.spec import Text

VERSIONS = Path("/usr/lib/postgresql")
EXTENSIONS = Path("/usr/share/postgresql")
OLDEST = 15
# Durability is given up only for throwaway clusters, such as the tests'.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs(version: str = "") -> Path:
    """Return the folder of the PostgreSQL server programs of ``version``, with PostGIS.

    Without ``version`` the newest. Raises SetupNeeded naming the packages.
    """
    found = {
        int(folder.parent.name): folder
        for folder in VERSIONS.glob("*/bin")
        if folder.parent.name.isdigit()
        and (folder / "initdb").exists()
        and (EXTENSIONS / folder.parent.name / "extension" / "postgis.control").exists()
    }
    wanted = int(version) if version.isdigit() else max(found, default=OLDEST)
    if wanted not in found or wanted < OLDEST:
        wanted = max(wanted, OLDEST)
        raise SetupNeeded(
            Text(
                "本机没有 PostgreSQL {version} 与 PostGIS。",
                "PostgreSQL {version} with PostGIS is not installed.",
            ).format(version=wanted),
            Text(
                "请安装：apt install postgresql-{version} postgresql-{version}-postgis-3",
                "Install: apt install postgresql-{version} postgresql-{version}-postgis-3",
            ).format(version=wanted),
        )
    return found[wanted]


def memory_settings() -> dict[str, str]:
    """Return memory settings that suit this machine: an eighth of it shared, at most 2 GB."""
    total_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared = max(128, min(2048, total_mb // 8))
    return {
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{total_mb // 2}MB",
        "work_mem": f"{max(4, min(64, total_mb // 256))}MB",
        "maintenance_work_mem": f"{max(64, min(512, total_mb // 16))}MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
    }
