"""Jobs as they are shown: who asked for what, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gisapp.access.caller import Caller
from gisapp.access.scope import Scope, includes
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import Forbidden, NotFound
from gisapp.jobs.catalogue import JOBS
from gisapp.jobs.spec import Job
from gisapp.queries.catalogue import QUERIES
from gisapp.queries.describe import describe_parameter
from layers.catalogue import LAYERS
from layers.spec import Text

PAGE = 50
MOST = 200
# An administrator of all areas sees all jobs, everyone else their own.
COLUMNS = """
SELECT id, name, parameters, account, account_name, asked_at, started_at, ended_at, state,
    attempts, cancel_asked, done, total, progress_zh, progress_en, result, error_zh, error_en,
    log_id, (SELECT file_name FROM gisapp.job_documents
        WHERE job = jobs.id AND (expires_at IS NULL OR expires_at > now())), areas
FROM gisapp.jobs
WHERE (%(all)s OR account = %(account)s)
"""
LIST = Statement(
    COLUMNS + "AND id < %(before)s ORDER BY id DESC LIMIT %(limit)s",
    example={"all": False, "account": 1, "before": 100, "limit": 20},
)
ONE = Statement(COLUMNS + "AND id = %(job)s", example={"all": False, "account": 1, "job": 1})
DOCUMENT = Statement(
    """
SELECT areas, hidden, file_name, media_type, coalesce(body, ''), stored
FROM gisapp.job_documents WHERE job = %(job)s AND (expires_at IS NULL OR expires_at > now())
""",
    example={"job": 1},
)
LAST = 10**15  # a number no job ever has
STATES = {
    "waiting": Text("等待", "Waiting"),
    "running": Text("进行中", "Running"),
    "done": Text("完成", "Done"),
    "failed": Text("失败", "Failed"),
    "cancelled": Text("已取消", "Cancelled"),
}
UNKNOWN = NotFound(Text("没有这个任务。", "There is no such job."))


@dataclass(frozen=True)
class JobRecord:
    """One job as it stands."""

    id: int
    name: str
    parameters: Mapping[str, str]
    account: int | None
    account_name: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    state: str
    attempts: int
    cancel_asked: bool
    done: int
    total: int
    progress_zh: str
    progress_en: str
    result: Any
    error_zh: str
    error_en: str
    log_id: str
    file_name: str | None
    areas: list[str] | None  # those of the asker when asking; None: all

    @property
    def can_cancel(self) -> bool:
        """Tell whether there is something to cancel."""
        return self.state in ("waiting", "running") and not self.cancel_asked

    @property
    def can_retry(self) -> bool:
        """Tell whether it may be tried again."""
        return self.state in ("failed", "cancelled")


@dataclass(frozen=True)
class Document:
    """What a job has left: a text, or the name of a file in the folder of exports."""

    file_name: str
    media_type: str
    body: str
    stored: str | None = None


def read_jobs(
    reader: Reader, caller: Caller, before: int = LAST, limit: int = PAGE
) -> list[JobRecord]:
    """Return the jobs that the caller may see, the newest first, numbered below ``before``."""
    values = {**seen_by(caller), "before": before, "limit": limit}
    return [shown_to(caller, JobRecord(*row)) for row in reader.rows(LIST, values)]


def read_job(reader: Reader, caller: Caller, number: int) -> JobRecord:
    """Return one job. Raises NotFound, also for another account's."""
    row = reader.row(ONE, {**seen_by(caller), "job": number})
    if row is None:
        raise UNKNOWN
    return shown_to(caller, JobRecord(*row))


def shown_to(caller: Caller, record: JobRecord) -> JobRecord:
    """Return a job without its result for whoever no longer sees all areas that it worked in."""
    areas = None if record.areas is None else tuple(record.areas)
    if includes(caller.scope, Scope(areas, caller.scope.hidden)):
        return record
    return replace(record, result=None)


def read_document(reader: Reader, caller: Caller, number: int) -> Document:
    """Return what a job has left to be fetched.

    Raises NotFound, and Forbidden for a caller who no longer sees all areas that it shows.
    """
    read_job(reader, caller, number)
    found = reader.row(DOCUMENT, {"job": number})
    if found is None:
        raise NotFound(
            Text(
                "这个任务没有文件，或文件已过期。", "This job has left no file, or it has expired."
            ),
            Text("可以重新提交任务。", "Start the job again."),
        )
    areas, hidden, *rest = found
    shown = Scope(None if areas is None else tuple(areas), tuple(hidden))
    if not includes(caller.scope, shown):
        raise Forbidden(
            Text(
                "结果含有你现在无权查看的内容。",
                "The result shows what you may no longer see.",
            ),
            Text("请重新提交任务。", "Start the job again."),
        )
    return Document(*rest)


def seen_by(caller: Caller) -> dict[str, object]:
    """Return the SQL parameters that say whose jobs are seen."""
    return {"all": caller.oversees, "account": caller.account}


def describe_job(record: JobRecord, language: str) -> dict[str, Any]:
    """Return a job for programs and pages, in one language."""
    kind = JOBS.get(record.name)
    progress = Text(record.progress_zh, record.progress_en).say(language)
    return {
        "id": record.id,
        "name": record.name,
        "title": kind.label.say(language) if kind else record.name,
        "parameters": record.parameters,
        "state": record.state,
        "stateTitle": STATES[record.state].say(language),
        "progress": {"done": record.done, "total": record.total, "text": progress},
        "askedBy": record.account_name,
        "askedAt": stamp(record.asked_at),
        "startedAt": stamp(record.started_at),
        "endedAt": stamp(record.ended_at),
        "attempts": record.attempts,
        "cancelAsked": record.cancel_asked,
        "canCancel": record.can_cancel,
        "canRetry": record.can_retry,
        "result": record.result,
        "facts": facts(record.result, kind.words if kind else {}, language),
        "error": Text(record.error_zh, record.error_en).say(language),
        "logId": record.log_id,
        "file": record.file_name,
    }


def stamp(moment: datetime | None) -> str | None:
    """Return a moment in ISO 8601, UTC."""
    return moment.isoformat(timespec="seconds") if moment else None


def facts(result: Any, words: Mapping[str, Text], language: str) -> list[dict[str, str]]:
    """Return a result's parts as people read them: title and value."""
    if not isinstance(result, Mapping):
        return []
    named = {name: layer.label for name, layer in LAYERS.items()}
    named |= {name: query.label for name, query in QUERIES.items()} | dict(words)

    def say(value: object) -> str:
        text = named.get(str(value))
        return text.say(language) if text else str(value)

    return [{"title": say(name), "value": say(value)} for name, value in result.items()]


def describe_kind(job: Job, language: str) -> dict[str, Any]:
    """Return what a form or program needs to start a job; ``open`` ones take more parameters."""
    return {
        "name": job.name,
        "title": job.label.say(language),
        "description": job.description.say(language),
        "parameters": [describe_parameter(item, language) for item in job.parameters],
        "open": job.check is not None,
        "schedule": job.schedule,
    }
