"""The job worker: a process that takes jobs from the queue and does them, a few at a time.

Threads do the work; the event loop keeps the heartbeat, listens, and stops what is cancelled.
Whoever has not been heard of for six heartbeats is taken for dead, and its jobs are taken up.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, LiteralString

import procrastinate
import psycopg
from procrastinate.job_context import AbortReason
from procrastinate.jobs import DeleteJobCondition

from gisapp.coverage.ahead import Ahead
from gisapp.database.pool import connection_parts
from gisapp.errors import DatabaseUnusable
from gisapp.jobs.attempt import Attempt
from gisapp.jobs.context import Reason
from gisapp.jobs.database import JobDatabase
from gisapp.jobs.queue import enqueue_due, take_up
from gisapp.jobs.spec import Job
from gisapp.jobs.upkeep import LOOK_SECONDS, Upkeep
from gisapp.settings import Settings
from layers.spec import Text

QUEUE, RUN = "gisapp", "gisapp:run"  # as gisapp.queue_job writes them
REFRESH = "refresh_coverage"  # the job that upkeep asks for
SILENCE = 6  # heartbeats
# The queue would forget dead workers when one begins, locking them before their jobs; `take_up`
# locks jobs first. The deadlock ended the worker that had just begun.
NEVER = 100 * 365 * 86400.0  # seconds
INSIST_SECONDS = 0.5  # a job that is to stop is told so again and again
INSIST_AGAIN = (0.2, 1.0, 3.0)  # seconds
STOP_SECONDS = 5  # what runs at the end has so long to finish by itself
MISSED_SECONDS = 40 * 24 * 3600  # a schedule that came due while nothing ran is made up for
AGAIN = procrastinate.RetryStrategy(wait=1)
LOST = DatabaseUnusable(
    Text("任务进程与数据库失去联系。", "The job worker has lost the database."),
    Text("它会被重新启动。", "It is started again."),
)


class Connector(procrastinate.PsycopgConnector):
    """The queue's connections. What is noted at a job's end is insisted on.

    Else a job whose end was lost with a connection would stay with this worker, which lives.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run a statement; begin again when its connection breaks."""
        for wait in INSIST_AGAIN:
            try:
                await super().execute_query_async(query, **arguments)
                return
            except procrastinate.exceptions.ConnectorException:
                await asyncio.sleep(wait)
        await super().execute_query_async(query, **arguments)


class Worker:
    """One worker process over a migrated database."""

    def __init__(self, settings: Settings, url: str, jobs: Mapping[str, Job]) -> None:
        """Prepare a worker that knows ``jobs``."""
        self.settings = settings
        self.jobs = jobs
        self.silence = SILENCE * settings.jobs.heartbeat
        self.at_once = max(1, settings.jobs.threads)
        self.database = JobDatabase(settings.database, url, self.at_once)
        self.threads = ThreadPoolExecutor(self.at_once, "job")
        self.app = procrastinate.App(
            connector=Connector(
                kwargs={
                    **connection_parts(url),
                    "options": "-c search_path=procrastinate",
                    "application_name": "gisapp worker",
                    "connect_timeout": 5,
                },
                min_size=1,
                max_size=3,
            ),
            periodic_defaults={"max_delay": MISSED_SECONDS},
        )
        self.app.task(name=RUN, queue=QUEUE, retry=AGAIN, pass_context=True)(self.run_job)
        for job in jobs.values():
            if job.schedule:
                ask = self.app.task(name=f"gisapp:ask:{job.name}", queue=QUEUE, retry=AGAIN)
                self.app.periodic(cron=job.schedule)(ask(self.asker(job)))

    async def run_job(self, context: procrastinate.JobContext, job: int) -> None:
        """Do one job in a thread; the task is cancelled when the job is to stop."""
        queued = context.job.id
        assert queued is not None  # noqa: S101 - it was fetched
        attempt = Attempt(self.jobs, self.database, self.settings, job, queued)
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        done = loop.run_in_executor(self.threads, attempt.run)
        while not done.done():
            patience = INSIST_SECONDS if attempt.signal.reason else None
            try:
                await asyncio.wait({done}, timeout=patience)
            except asyncio.CancelledError:
                stopping = context.abort_reason() is AbortReason.SHUTDOWN
                asked: Reason = "interrupted" if stopping else "cancelled"
                attempt.signal.reason = attempt.signal.reason or asked
                task.uncancel()
            if attempt.signal.reason and not done.done():
                await loop.run_in_executor(None, attempt.stop, attempt.signal.reason)
        await done

    def asker(self, job: Job) -> Callable[[int], Awaitable[None]]:
        """Return the task that asks for a scheduled job; ``timestamp`` is when it came due."""

        def ask(timestamp: int) -> None:
            with self.database.write() as connection:
                enqueue_due(connection, job, datetime.fromtimestamp(timestamp, UTC))

        async def ask_in_thread(timestamp: int) -> None:
            await asyncio.to_thread(ask, timestamp)

        return ask_in_thread

    async def look_out(self) -> None:
        """Take up what dead workers have left, again and again."""
        while True:
            with suppress(DatabaseUnusable):  # the heartbeat notices too
                await asyncio.to_thread(take_up, self.database, self.silence)
            await asyncio.sleep(self.settings.jobs.heartbeat)

    async def keep_up(self) -> None:
        """Keep coverage up to date, again and again, if this worker knows how.

        Not before it is compiled: what compiles holds Python's lock, and the heartbeat would wait.
        """
        ahead, job = Ahead(), self.jobs.get(REFRESH)
        upkeep = job and Upkeep(self.database, self.settings.coverage, job)
        while True:
            if upkeep:
                with suppress(DatabaseUnusable):  # the heartbeat notices too
                    await asyncio.to_thread(keep_up_once, upkeep, ahead)
            await asyncio.sleep(LOOK_SECONDS)

    async def serve(self) -> None:
        """Work until SIGTERM or SIGINT. Raises DatabaseUnusable when the database is lost."""
        told = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        heartbeat = self.settings.jobs.heartbeat
        async with self.app.open_async():
            working = asyncio.create_task(
                self.app.run_worker_async(
                    concurrency=self.at_once,
                    install_signal_handlers=False,
                    update_heartbeat_interval=heartbeat,
                    stalled_worker_timeout=NEVER,
                    fetch_job_polling_interval=heartbeat,
                    abort_job_polling_interval=heartbeat,
                    shutdown_graceful_timeout=STOP_SECONDS,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                )
            )
            looking = asyncio.create_task(self.look_out())
            keeping = asyncio.create_task(self.keep_up())
            waiting = asyncio.create_task(told.wait())
            own = (working, looking, keeping)
            await asyncio.wait({*own, waiting}, return_when=asyncio.FIRST_COMPLETED)
            for task in reversed(own):
                task.cancel()
            ended = await asyncio.gather(*own, return_exceptions=True)
        if not told.is_set():
            raise next((end for end in ended if isinstance(end, Exception)), LOST)


def keep_up_once(upkeep: Upkeep, ahead: Ahead) -> None:
    """Look once whether coverage is to be computed, if that is compiled."""
    if ahead.ready():
        upkeep.look()


def work(settings: Settings, url: str, jobs: Mapping[str, Job]) -> None:
    """Run a worker until it is told to stop. Raises DatabaseUnusable when it loses the database."""
    # What they have to say about a lost database, we say in one line.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    worker = Worker(settings, url, jobs)
    try:
        asyncio.run(worker.serve())
    except (procrastinate.exceptions.ConnectorException, psycopg.Error) as error:
        raise LOST from error
    finally:
        worker.database.close()
