"""One attempt at one job, in a thread of a worker: claim it, do it, note how it ended."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import psycopg2

from gisapp.access.scope import EVERYTHING
from gisapp.errors import DatabaseUnusable, UserError
from gisapp.jobs.askers import find_caller
from gisapp.jobs.catalogue import job_named
from gisapp.jobs.context import Claim, JobContext, Reason, Signal
from gisapp.jobs.database import JobDatabase
from gisapp.jobs.queue import require_role
from gisapp.jobs.spec import Job
from gisapp.settings import Settings
from layers.spec import Text

LOG = logging.getLogger("gisapp.jobs")
CLAIM = """
UPDATE gisapp.jobs SET state = 'running', attempts = attempts + 1, started_at = clock_timestamp()
WHERE id = %(job)s AND queued = %(queued)s AND state IN ('waiting', 'running')
RETURNING id, name, parameters, account, account_name, areas, queued, attempts, cancel_asked
"""
# Nothing happens once the job is in another attempt's hands.
END = """
UPDATE gisapp.jobs SET state = %(state)s, result = %(result)s, attempts = attempts - %(free)s,
    ended_at = CASE %(state)s WHEN 'waiting' THEN NULL ELSE clock_timestamp() END,
    error_zh = %(zh)s, error_en = %(en)s, log_id = %(log_id)s
WHERE id = %(job)s AND queued = %(queued)s AND attempts = %(attempt)s AND state = 'running'
"""
MOST_ATTEMPTS = 10  # a job that takes its worker down every time is let go after so many
NOTHING = Text("", "")
GIVEN_UP = Text(
    "任务中断了 {n} 次，不再自动重试。",
    "The job was interrupted {n} times and is not tried again by itself.",
)
UNKNOWN = Text(
    "出现意外错误，已记入日志，编号 {log_id}。",
    "Something unexpected went wrong. It is in the log as {log_id}.",
)


class TakeUpAgain(Exception):
    """The attempt came to nothing through no fault of the job's: it goes back into the queue."""


@dataclass(frozen=True)
class Ending:
    """How an attempt ended; ``waiting`` gives the job back."""

    state: Literal["done", "failed", "cancelled", "waiting"]
    result: str | None = None  # JSON
    error: Text = NOTHING
    log_id: str = ""


class Attempt:
    """One attempt. ``run`` is called in a thread; ``stop`` from any other."""

    def __init__(
        self,
        jobs: Mapping[str, Job],
        database: JobDatabase,
        settings: Settings,
        job: int,
        queued: int,
    ) -> None:
        """Prepare an attempt at job number ``job``, fetched as number ``queued`` of the queue."""
        self.jobs = jobs
        self.database = database
        self.settings = settings
        self.key = {"job": job, "queued": queued}
        self.signal = Signal()
        self._thread: int | None = None  # while there is something to cancel
        self._changing = threading.Lock()

    def stop(self, reason: Reason) -> None:
        """Let the job end at its next step, and cancel the statement that it waits for."""
        self.signal.reason = self.signal.reason or reason
        with self._changing:
            if self._thread is not None:
                self.database.cancel(self._thread)

    def run(self) -> None:
        """Do the job. Raises TakeUpAgain when it is to be done by another attempt."""
        claim = self.claim()
        if claim is None:
            return  # ended meanwhile, or queued anew
        with self._changing:
            self._thread = threading.get_ident()
        try:
            ending = self.perform(claim)
        finally:
            with self._changing:
                self._thread = None
        if ending is not None:
            self.note(claim, ending)
            if ending.state == "waiting":
                raise TakeUpAgain

    def claim(self) -> Claim | None:
        """Take the job into this attempt's hands."""
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(CLAIM, self.key)
            found = cursor.fetchone()
        return Claim(*found) if found else None

    def perform(self, claim: Claim) -> Ending | None:
        """Do the job and return how it ended; None when it is in another attempt's hands."""
        if claim.cancel_asked:
            return Ending("cancelled")
        if claim.attempt > MOST_ATTEMPTS:
            return Ending("failed", error=GIVEN_UP.format(n=MOST_ATTEMPTS))
        try:
            job = self.jobs.get(claim.name) or job_named(claim.name)
            with self.database.read(EVERYTHING) as reader:
                caller = find_caller(reader.connection, claim)
            require_role(job, caller)
            context = JobContext(claim, caller, self.database, self.settings, self.signal)
            return Ending("done", json.dumps(job.run(context), ensure_ascii=False))
        except Exception as error:
            return self.judge(claim, error)

    def judge(self, claim: Claim, error: Exception) -> Ending | None:
        """Return what an exception means. What was asked of the job counts before it."""
        if self.signal.reason == "lost":
            return None
        if self.signal.reason:
            return Ending("cancelled" if self.signal.reason == "cancelled" else "waiting")
        if isinstance(
            error, DatabaseUnusable | psycopg2.OperationalError | psycopg2.InterfaceError
        ):
            return Ending("waiting")  # the database went away, or refused a lock to break a knot
        if isinstance(error, UserError):
            return Ending("failed", error=whole_message(error))
        log_id = secrets.token_hex(6)
        LOG.error("job %s (%s) failed as %s", claim.job, claim.name, log_id, exc_info=error)
        return Ending("failed", error=UNKNOWN.format(log_id=log_id), log_id=log_id)

    def note(self, claim: Claim, ending: Ending) -> None:
        """Write down how the attempt ended, unless another one has the job by now."""
        values = {
            **claim.key,
            "state": ending.state,
            "free": int(self.signal.reason == "interrupted"),  # such an attempt does not count
            "result": ending.result,
            "zh": ending.error.zh,
            "en": ending.error.en,
            "log_id": ending.log_id,
        }
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(END, values)


def whole_message(error: UserError) -> Text:
    """Return what went wrong and what to do, in both languages."""
    hint = error.hint or NOTHING
    return Text(f"{error.message.zh}{hint.zh}", f"{error.message.en} {hint.en}".strip())
