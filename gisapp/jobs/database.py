"""The worker's database: no time limit, and what one job's thread waits for can be cancelled."""

from __future__ import annotations

import dataclasses
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import psycopg2

from gisapp.access.scope import Scope
from gisapp.database.changes import Change
from gisapp.database.engine import Database, Reader
from gisapp.settings import DatabaseSettings

CONNECTIONS_PER_JOB = 3  # an effect, its progress, a read beside them


class JobDatabase(Database):
    """A database that knows which thread has which connection on loan."""

    def __init__(self, settings: DatabaseSettings, url: str, threads: int) -> None:
        """Open pools large enough for ``threads`` jobs at once, without a time limit for reads."""
        pool = max(settings.pool, CONNECTIONS_PER_JOB * threads + 1)
        unlimited = dataclasses.replace(settings, pool=pool, statement_timeout_ms=0)
        super().__init__(unlimited, url)
        self._lent: dict[int, list[Any]] = defaultdict(list)
        self._changing = threading.Lock()

    @contextmanager
    def read(self, scope: Scope, moment: datetime | None = None) -> Iterator[Reader]:
        """Lend as ``Database.read`` does, noting the thread."""
        with super().read(scope, moment) as reader, self._noted(reader.connection):
            yield reader

    @contextmanager
    def write(self, change: Change | None = None) -> Iterator[Any]:
        """Lend as ``Database.write`` does, noting the thread."""
        with super().write(change) as connection, self._noted(connection):
            yield connection

    @contextmanager
    def _noted(self, connection: Any) -> Iterator[None]:
        mine = self._lent[threading.get_ident()]
        with self._changing:
            mine.append(connection)
        try:
            yield
        finally:
            with self._changing:
                mine.remove(connection)

    def cancel(self, thread: int) -> None:
        """Cancel the statements that a thread waits for.

        Meanwhile none of its connections goes back to the pool, where another job could get it.
        """
        with self._changing, suppress(psycopg2.Error):
            for connection in self._lent[thread]:
                connection.cancel()
