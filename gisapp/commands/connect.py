"""How a command reaches the database: the operator's, or the private cluster started for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from gisapp.database.cluster import private_cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import require_migrated
from gisapp.settings import Settings, load_settings


@contextmanager
def database_address(settings: Settings) -> Iterator[str]:
    """Lend the database's address; a private cluster nobody else uses is stopped after."""
    if settings.database.url:
        yield settings.database.url
        return
    with private_cluster(settings.var).in_use() as url:
        yield url


@contextmanager
def open_database() -> Iterator[Database]:
    """Lend the migrated database that the environment's settings name."""
    settings = load_settings(os.environ)
    with database_address(settings) as url:
        require_migrated(url)
        database = Database(settings.database, url)
        try:
            yield database
        finally:
            database.close()
