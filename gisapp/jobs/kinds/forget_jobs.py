"""Forget jobs that ended long ago, with what they left to be fetched, every week."""

from __future__ import annotations

from typing import Any

from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from layers.spec import Text

FORGET = """
DELETE FROM gisapp.jobs
WHERE state IN ('done', 'failed', 'cancelled') AND ended_at < now() - interval '12 months'
"""


def run(context: JobContext) -> dict[str, int]:
    """Forget them in one transaction. That they were asked for stands in the audit trail."""
    context.progress(0, 1)
    return {"dropped": context.once("forget", forget)}


def forget(connection: Any) -> int:
    """Drop the jobs that ended more than a year ago; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        dropped: int = cursor.rowcount
    return dropped


JOB = Job(
    name="forget_jobs",
    label=Text("清理旧任务", "Forget old jobs"),
    description=Text(
        "删除一年前已结束的任务及其结果文件；谁提交过什么仍在审计中。每周一次。",
        "Drop jobs that ended more than a year ago, with their files; who asked for what stays in "
        "the audit trail. Once a week.",
    ),
    run=run,
    schedule="15 19 * * 0",  # Mondays at 03:15 in China
    words={"dropped": Text("删除任务数", "Jobs dropped")},
)
