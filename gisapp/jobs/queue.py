"""Asking for jobs, cancelling them, trying them again: each in the caller's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from gisapp.access.caller import SYSTEM, Caller
from gisapp.database.engine import Database
from gisapp.errors import Conflict, Forbidden, TooMany
from gisapp.jobs.context import listed
from gisapp.jobs.spec import Given, Job
from layers.spec import Text

Act = Callable[[Any, int], None]  # cancel or retry

ASK = """
INSERT INTO gisapp.jobs (name, parameters, account, account_name, areas, due_at)
VALUES (%(name)s, %(parameters)s, %(account)s, %(account_name)s, %(areas)s, %(due)s)
ON CONFLICT DO NOTHING RETURNING id
"""
# One worker at a time, and the jobs before their workers: else two would wait for each other.
MY_TURN = "SELECT pg_try_advisory_xact_lock(8170, 2)"
TAKE_UP = "SELECT gisapp.take_up_jobs(make_interval(secs => %(silence)s))"
FORGET_DEAD = """
DELETE FROM procrastinate.procrastinate_workers WHERE last_heartbeat < now() - interval '1 day'
"""
QUEUE = "SELECT gisapp.queue_job(%(job)s)"
# What waits is over at once; what runs is told, and a worker that has just fetched it finds out.
CANCEL = """
UPDATE gisapp.jobs SET cancel_asked = true,
    ended_at = CASE state WHEN 'waiting' THEN clock_timestamp() END,
    state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END
WHERE id = %(job)s AND state IN ('waiting', 'running')
RETURNING procrastinate.procrastinate_cancel_job_v1(queued, true, true)
"""
AGAIN = """
UPDATE gisapp.jobs SET cancel_asked = false, started_at = NULL, ended_at = NULL, attempts = 0,
    done = 0, total = 0, progress_zh = '', progress_en = '', result = NULL,
    error_zh = '', error_en = '', log_id = ''
WHERE id = %(job)s AND state IN ('failed', 'cancelled')
"""


OPEN = """
SELECT count(*) FROM gisapp.jobs WHERE account = %(account)s AND state IN ('waiting', 'running')
"""
MOST_OPEN = 10  # of one account


READ_ONLY = Forbidden(
    Text("这个令牌只能读取。", "This token is for reading only."),
)


def require_role(job: Job, caller: Caller) -> None:
    """Raise Forbidden unless the caller may start such a job."""
    partial = job.everywhere and caller.scope.prefixes is not None
    if caller.role not in job.roles or caller.read_only or partial:
        raise Forbidden(
            Text("你无权启动任务“{name}”。", "You may not start the job “{name}”.").format(
                name=job.name
            )
        )


def enqueue(connection: Any, job: Job, caller: Caller, given: Given) -> int:
    """Ask for a job; it exists when, and only if, the transaction commits. Return its number.

    Raises Forbidden and BadParameter.
    """
    require_role(job, caller)
    job.require_good(given)
    require_turn(connection, caller)
    number = insert(connection, job, caller, given)
    assert number is not None  # noqa: S101 - only a scheduled one can be there already
    return number


def require_turn(connection: Any, caller: Caller) -> None:
    """Raise TooMany while as many of the caller's jobs as may be are waiting or running."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"account": caller.account})
        (held,) = cursor.fetchone()
    if caller.account is not None and held >= MOST_OPEN:
        raise TooMany(
            Text("你已有 {n} 个任务未完成。", "{n} jobs of yours are not done yet.").format(n=held),
            Text("请等待完成，或取消其中一些。", "Wait for them, or cancel some."),
        )


def enqueue_due(connection: Any, job: Job, due: datetime) -> int | None:
    """Ask for a scheduled job in the server's name; None when this moment's is there already."""
    return insert(connection, job, SYSTEM, {}, due)


def insert(
    connection: Any, job: Job, caller: Caller, given: Given, due: datetime | None = None
) -> int | None:
    """Note a job and queue it."""
    values = {
        "name": job.name,
        "parameters": Json(dict(given)),
        "account": caller.account,
        "account_name": caller.name,
        "areas": listed(caller.scope),
        "due": due,
    }
    with connection.cursor() as cursor:
        cursor.execute(ASK, values)
        found = cursor.fetchone()
        if found is None:
            return None
        cursor.execute(QUEUE, {"job": found[0]})
    number: int = found[0]
    return number


def cancel(connection: Any, number: int) -> None:
    """Cancel a waiting job, or ask the worker that runs it to stop. Raises Conflict."""
    with connection.cursor() as cursor:
        cursor.execute(CANCEL, {"job": number})
        if cursor.fetchone() is None:
            raise Conflict(Text("任务已经结束。", "The job has ended already."))


def retry(connection: Any, number: int) -> None:
    """Queue a failed or cancelled job again; what it has done is not done again.

    Raises Conflict for a job that is under way or done.
    """
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, {"job": number})
        if not cursor.rowcount:
            raise Conflict(
                Text(
                    "只有失败或已取消的任务可以重试。",
                    "Only a failed or cancelled job can be tried again.",
                )
            )
        cursor.execute(QUEUE, {"job": number})


def take_up(database: Database, silence: float) -> int:
    """Queue again what workers have left that were not heard of for ``silence`` seconds.

    Returns how many jobs; 0 while another worker is at it.
    """
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(MY_TURN)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(TAKE_UP, {"silence": silence})
        taken: int = cursor.fetchone()[0]
        cursor.execute(FORGET_DEAD)
    return taken
