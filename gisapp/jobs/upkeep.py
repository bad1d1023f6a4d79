"""What a worker keeps up to date by itself: camera coverage after edits.

A few cells are computed at once, so that a map shows an edit within a second; for many it asks for
the job, which shows its progress and can be cancelled.
"""

from __future__ import annotations

import logging
import time

from gisapp.access.caller import SYSTEM
from gisapp.coverage.refresh import find_backlog, refresh
from gisapp.database.engine import Database
from gisapp.errors import DatabaseUnusable
from gisapp.jobs import queue
from gisapp.jobs.spec import Job
from gisapp.settings import CoverageSettings

LOG = logging.getLogger("gisapp.jobs")
LOOK_SECONDS = 0.5  # between two looks at whether anything was edited
FEW_EDITS, FEW_CELLS = 400, 400
PAUSE_SECONDS = 300.0  # after something went wrong, or somebody cancelled the job
# While the job waits or runs, or has just failed, it is not asked for again.
HELD = """
SELECT EXISTS (
    SELECT FROM gisapp.jobs WHERE name = %(name)s AND (state IN ('waiting', 'running')
        OR state IN ('failed', 'cancelled') AND ended_at > now() - make_interval(secs => %(pause)s))
)
"""


class Upkeep:
    """Keeps coverage up to date; ``look`` is called again and again, by one thread at a time."""

    def __init__(self, database: Database, settings: CoverageSettings, job: Job) -> None:
        """Bind it to the database, and to the job that it asks for."""
        self.database = database
        self.settings = settings
        self.job = job
        self.resting_until = 0.0

    def look(self) -> bool:
        """Do what there is to do, or ask for it; tell whether there was anything."""
        if time.monotonic() < self.resting_until:
            return False
        backlog = find_backlog(self.database, self.settings)
        if not backlog or self.is_held():
            return False
        if backlog.everything or backlog.edits > FEW_EDITS or backlog.cells > FEW_CELLS:
            with self.database.write() as connection:
                queue.enqueue(connection, self.job, SYSTEM, {})
            return True
        try:
            refresh(self.database, self.settings)
        except DatabaseUnusable:
            raise
        except Exception:
            LOG.exception("coverage could not be computed")
            self.resting_until = time.monotonic() + PAUSE_SECONDS
        return True

    def is_held(self) -> bool:
        """Tell whether the job is under way, or was given up a short while ago."""
        values = {"name": self.job.name, "pause": PAUSE_SECONDS}
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(HELD, values)
            held: bool = cursor.fetchone()[0]
        return held
