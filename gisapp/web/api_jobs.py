"""Jobs over HTTP: what is under way and what came of it; start, cancel, try again."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint
from werkzeug.wrappers import Response

from gisapp.access.audit import Action, record
from gisapp.errors import BadParameter, NotFound
from gisapp.features.faults import bad_value
from gisapp.jobs import queue
from gisapp.jobs.catalogue import JOBS, job_named
from gisapp.jobs.read import (
    LAST,
    MOST,
    PAGE,
    UNKNOWN,
    Document,
    describe_job,
    describe_kind,
    read_document,
    read_job,
    read_jobs,
)
from gisapp.queries.parameters import INTEGER
from gisapp.web.api_answers import (
    api_url,
    bytes_answer,
    file_answer,
    json_answer,
    self_links,
)
from gisapp.web.api_body import read_object
from gisapp.web.api_request import read_arguments, wants_html
from gisapp.web.auditing import entry_for
from gisapp.web.context import caller, caller_scope, require_export, services
from gisapp.web.i18n import language
from layers.spec import Text

BLUEPRINT = Blueprint("api_jobs", __name__)
Given = dict[str, str]


@BLUEPRINT.get("/api/jobs")
def list_jobs() -> Response:
    """Answer the caller's jobs, the newest first; an administrator's are everybody's."""
    arguments = read_arguments("before", "limit")
    if wants_html(arguments):
        return flask.redirect("/jobs")
    before = whole(arguments, "before", LAST, LAST)
    limit = whole(arguments, "limit", PAGE, MOST)
    with services().database.read(caller_scope()) as reader:
        found = read_jobs(reader, caller(), before, limit)
    listed = [describe_job(record, language()) for record in found]
    return json_answer({"jobs": listed, "links": self_links("/jobs", parameters=arguments)})


@BLUEPRINT.get("/api/jobs/kinds")
def list_kinds() -> Response:
    """Answer the kinds of jobs that the caller may start, with their parameters."""
    arguments = read_arguments()
    if wants_html(arguments):
        return flask.redirect("/jobs")
    kinds = [describe_kind(job, language()) for job in JOBS.values() if caller().role in job.roles]
    return json_answer({"kinds": kinds, "links": self_links("/jobs/kinds")})


@BLUEPRINT.get("/api/jobs/<int:number>")
def show_job(number: int) -> Response:
    """Answer one job."""
    if wants_html(read_arguments()):
        return flask.redirect(f"/jobs/{number}")
    return json_answer(found_job(number))


@BLUEPRINT.get("/api/jobs/<int:number>/result")
def give_result(number: int) -> Response:
    """Answer the document that a job has left."""
    read_arguments()
    require_export()
    with services().database.read(caller_scope()) as reader:
        document = read_document(reader, caller(), known_number(number))
    if document.stored is not None:
        return stored_file(document)
    headers = {"Content-Disposition": f'attachment; filename="{document.file_name}"'}
    return bytes_answer(document.body.encode(), document.media_type, headers)


def stored_file(document: Document) -> Response:
    """Answer a file of the folder of exports. Raises NotFound when it is gone."""
    path = services().settings.exports_folder / str(document.stored)
    if not path.is_file():
        raise NotFound(
            Text("文件已不在服务器上。", "The file is no longer on the server."),
            Text("请重新提交任务。", "Start the job again."),
        )
    return file_answer(path.open("rb"), document.media_type, document.file_name)


@BLUEPRINT.post("/api/jobs")
def start_job() -> Response:
    """Start a job; the answer says where it is found."""
    read_arguments()
    number = start(*read_body(read_object("application/json")))
    answer = json_answer(found_job(number))
    answer.status_code = 202
    answer.headers["Location"] = api_url(f"/jobs/{number}")
    return answer


@BLUEPRINT.post("/api/jobs/<int:number>/cancel")
def cancel_job(number: int) -> Response:
    """Cancel a waiting or running job."""
    return changed_job(number, queue.cancel, "job_cancelled")


@BLUEPRINT.post("/api/jobs/<int:number>/retry")
def retry_job(number: int) -> Response:
    """Queue a failed or cancelled job again."""
    return changed_job(number, queue.retry, "job_retried")


def start(name: str, given: Given) -> int:
    """Ask for a job in the caller's name; return its number. Raises as ``enqueue`` does."""
    with services().database.write() as connection:
        number = queue.enqueue(connection, job_named(name), caller(), given)
        record(connection, entry_for("job_started", f"job:{number}", job=name))
    return number


def changed_job(number: int, act: queue.Act, action: Action) -> Response:
    """Do something to a job that the caller sees, and answer it as it is then."""
    read_arguments()
    name = found_job(number)["name"]
    if caller().read_only:
        raise queue.READ_ONLY
    with services().database.write() as connection:
        act(connection, number)
        record(connection, entry_for(action, f"job:{number}", job=name))
    return json_answer(found_job(number))


def found_job(number: int) -> dict[str, Any]:
    """Return one job that the caller may see, described. Raises NotFound."""
    with services().database.read(caller_scope()) as reader:
        return describe_job(read_job(reader, caller(), known_number(number)), language())


def known_number(number: int) -> int:
    """Return a number that the database can hold. Raises NotFound for any other."""
    if number > LAST:
        raise UNKNOWN
    return number


def whole(arguments: dict[str, str], name: str, default: int, most: int, least: int = 1) -> int:
    """Return a whole number from ``least`` to ``most``. Raises BadParameter."""
    text = arguments.get(name, str(default))
    if not INTEGER.fullmatch(text) or not least <= int(text) <= most:
        why = Text(f"应为 {least} 到 {most} 的整数", f"give a number from {least} to {most}")
        raise bad_value(name, why)
    return int(text)


def read_body(body: Any) -> tuple[str, Given]:
    """Return the name and the parameters, as texts, that a JSON body has. Raises BadParameter."""
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        raise BadParameter(
            Text(
                '请求体应为 JSON：{"name": …, "parameters": {…}}。',
                'The body is JSON: {"name": …, "parameters": {…}}.',
            )
        )
    given = body.get("parameters", {})
    fits = isinstance(given, dict) and all(
        isinstance(value, str | int | float) for value in given.values()
    )
    if not fits or set(body) - {"name", "parameters"}:
        raise BadParameter(
            Text(
                "parameters 的值应为文字、数或真假。",
                "The parameters are texts, numbers or truth values.",
            )
        )
    return body["name"], {name: as_text(value) for name, value in given.items()}


def as_text(value: str | float | bool) -> str:
    """Return a parameter as a form would send it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
