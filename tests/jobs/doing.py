"""Doing one job right here, as a worker's thread does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gisapp.access.caller import SYSTEM, Caller
from gisapp.database.engine import Database
from gisapp.jobs import queue
from gisapp.jobs.attempt import Attempt
from gisapp.jobs.catalogue import JOBS, job_named
from gisapp.jobs.database import JobDatabase
from gisapp.settings import Settings

STATE = "SELECT state, result, error_en FROM gisapp.jobs WHERE id = %s"
QUEUED = "SELECT queued FROM gisapp.jobs WHERE id = %s"


def run(database: Database, text: str, *values: object) -> list[tuple[Any, ...]]:
    """Run one statement in a transaction of its own."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall()) if cursor.description else []


def ask(database: Database, name: str, caller: Caller = SYSTEM, **given: str) -> int:
    """Ask for a job and return its number."""
    with database.write() as connection:
        return queue.enqueue(connection, job_named(name), caller, given)


def attempt(database: Database, settings: Settings, job: int) -> tuple[str, Any, str]:
    """Make one attempt at a job; return its state, result and error."""
    own = JobDatabase(replace(settings.database, pool=3), database.url, 1)
    (queued,) = run(database, QUEUED, job)[0]
    Attempt(JOBS, own, settings, job, queued).run()
    own.close()
    state, result, error = run(database, STATE, job)[0]
    return state, result, error


def do(
    database: Database, settings: Settings, name: str, caller: Caller = SYSTEM, **given: str
) -> tuple[str, Any, str]:
    """Ask for a job and make one attempt at it."""
    return attempt(database, settings, ask(database, name, caller, **given))
