"""Imports over HTTP: send files, see what was found, decide, apply, take back."""

from __future__ import annotations

import io
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import flask
from flask import Blueprint, request
from werkzeug.wrappers import Response

from gisapp.access.audit import record
from gisapp.errors import Conflict
from gisapp.features.faults import bad_value, clean_text
from gisapp.features.values import personal_fault
from gisapp.imports import changes, preview
from gisapp.imports.applying import require_ready
from gisapp.imports.cleanup import drop_tables
from gisapp.imports.decisions import decided
from gisapp.imports.describe import EDITABLE, describe_brief, describe_import
from gisapp.imports.records import (
    LAST,
    MOST,
    PAGE,
    STATES,
    UNKNOWN,
    Import,
    State,
    read_import,
    read_imports,
)
from gisapp.imports.rights import require_importer
from gisapp.imports.undoing import require_undo
from gisapp.imports.uploads import keep_files, remove_files, require_good
from gisapp.jobs import queue
from gisapp.jobs.catalogue import job_named
from gisapp.jobs.read import describe_job, read_job
from gisapp.web.api_answers import GEOJSON, api_url, bytes_answer, json_answer, self_links
from gisapp.web.api_body import read_object
from gisapp.web.api_jobs import whole
from gisapp.web.api_request import named_layer, read_arguments, wants_html
from gisapp.web.auditing import entry_for, note
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.receiving import sent_files
from layers.catalogue import LAYERS
from layers.spec import Text

BLUEPRINT = Blueprint("api_imports", __name__)
ONE = "/api/imports/<int:number>"
PLACES = ("", "outside")  # which rows: all, or those outside the district
ACTIONS = ("", "insert", "update", "unchanged", "reject")
SENT = ("layer", "sender", "source", "attribution", "licence", "encoding", "source_layer")
LONGEST_SENDER = 100
# What may be begun with an import: the job, what it is then, and what it must be before.
DEEDS: dict[str, tuple[str, str, State]] = {
    "apply": ("apply_import", "applying", "checked"),
    "undo": ("undo_import", "undoing", "applied"),
}


@BLUEPRINT.get("/api/imports")
def list_imports() -> Response:
    """Answer the caller's imports, the newest first; who sees all areas sees everybody's."""
    arguments = read_arguments("before", "limit")
    if wants_html(arguments):
        return flask.redirect("/imports")
    before, limit = whole(arguments, "before", LAST, LAST), whole(arguments, "limit", PAGE, MOST)
    with services().database.read(caller_scope()) as reader:
        found = read_imports(reader, caller(), before, limit)
    listed = [describe_brief(held, caller(), language()) for held in found]
    return json_answer({"imports": listed, "links": self_links("/imports", parameters=arguments)})


@BLUEPRINT.post("/api/imports")
def create_import() -> Response:
    """Keep the files that are sent, and have them checked."""
    read_arguments()
    number = receive()
    answer = json_answer(found_import(number))
    answer.status_code = 201
    answer.headers["Location"] = api_url(f"/imports/{number}")
    return answer


@BLUEPRINT.get(ONE)
def show_import(number: int) -> Response:
    """Answer one import as it stands."""
    if wants_html(read_arguments()):
        return flask.redirect(f"/imports/{number}")
    return json_answer(found_import(number))


@BLUEPRINT.patch(ONE)
def change_import(number: int) -> Response:
    """Decide something anew, or nothing; then all is checked again."""
    read_arguments()
    decide(number, read_object("application/json", "application/merge-patch+json"))
    return accepted(number)


@BLUEPRINT.post(ONE + "/apply")
def apply_import(number: int) -> Response:
    """Have the checked rows written into their layer; ``round`` is the check that was looked at."""
    asked = read_arguments("round")
    accepted_deed(number, "apply", whole(asked, "round", 1, LAST) if asked else None)
    return accepted(number)


@BLUEPRINT.post(ONE + "/undo")
def undo_import(number: int) -> Response:
    """Have an applied import taken back as a whole."""
    read_arguments()
    accepted_deed(number, "undo")
    return accepted(number)


@BLUEPRINT.delete(ONE)
def delete_import(number: int) -> Response:
    """Forget an import, its files and its rows; what was applied stays in its layer."""
    read_arguments()
    forget(number)
    return Response(status=204)


@BLUEPRINT.get(ONE + "/rows")
def show_rows(number: int) -> Response:
    """Answer the first rows as they would be, with what each would do."""
    arguments = read_arguments("limit", "action", "where")
    limit = whole(arguments, "limit", preview.MOST_ROWS, preview.MOST_ROWS)
    action = arguments.get("action", "")
    if action not in ACTIONS:
        raise bad_value(
            "action",
            Text("可用 " + "、".join(ACTIONS[1:]), "give one of " + ", ".join(ACTIONS[1:])),
        )
    where = arguments.get("where", "")
    if where not in PLACES:
        raise bad_value("where", Text("可用 outside", "give outside"))
    with services().database.read(caller_scope()) as reader:
        held = shown_import(reader, number)
        body = preview.first_rows(reader, held, limit, action, outside=where == "outside")
    return bytes_answer(body, GEOJSON)


@BLUEPRINT.get(ONE + "/findings")
def show_findings(number: int) -> Response:
    """Answer what is wrong with rows, by row; ``after`` is the last row of the page before."""
    arguments = read_arguments("after", "limit")
    after = whole(arguments, "after", 0, LAST, least=0)
    limit = whole(arguments, "limit", 100, preview.MOST_FINDINGS)
    with services().database.read(caller_scope()) as reader:
        held = shown_import(reader, number)
        found = preview.list_findings(reader, held, after, limit, language())
    links = self_links(f"/imports/{number}/findings", parameters=arguments)
    return json_answer({"findings": found, "links": links})


@BLUEPRINT.get(ONE + "/rejects")
def give_rejects(number: int) -> Response:
    """Answer the rejected rows as a file like the one that was sent, with the reasons."""
    read_arguments()
    uploads = services().settings.uploads.folder
    with tempfile.TemporaryDirectory(prefix="gisapp-rejects-") as folder:
        with services().database.read(caller_scope()) as reader:
            held = shown_import(reader, number)
            path = preview.reject_file(reader, held, uploads, Path(folder))
        note("exported", f"import:{number}", rows=held.found["counts"]["reject"])
        body = io.BytesIO(path.read_bytes())
    answer = flask.send_file(body, "application/octet-stream", True, path.name, etag=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def receive() -> int:
    """Keep the files of the request as an import, and ask for its check; return its number."""
    require_importer(caller())
    sent, settings = sent_files(), services().settings.uploads
    require_good(sent)
    given = read_form()
    with services().database.write() as connection:
        facts = [one.facts() for one in sent]
        number = changes.create(connection, caller(), facts, settings.days, **given)
        try:
            job = enqueue(connection, number, "check_import")
            changes.asked(connection, number, job)
            names, size = [one.name for one in sent], sum(one.file.bytes for one in sent)
            about = f"import:{number}"
            record(connection, entry_for("file_uploaded", about, files=names, bytes=size))
            keep_files(settings.folder, number, sent)
            connection.commit()
        except BaseException:
            remove_files(settings.folder, number)
            raise
    return number


def read_form() -> dict[str, Any]:
    """Return what a form says besides its files. Raises BadParameter."""
    texts = {name: clean_text(name, request.form.get(name, "").strip(), 200) for name in SENT}
    if len(texts["sender"]) > LONGEST_SENDER:
        raise bad_value("sender", Text("最多 100 字", "at most 100 characters"))
    for name in ("sender", "source", "attribution", "licence"):
        if fault := personal_fault(texts[name]):
            raise bad_value(name, fault)
    if texts["layer"]:
        named_layer(texts["layer"])
    return {
        "layer": texts["layer"],
        "sender": texts["sender"],
        "source": {
            name: texts[key]
            for name, key in (
                ("name", "source"),
                ("attribution", "attribution"),
                ("licence", "licence"),
            )
            if texts[key]
        },
        "options": {name: texts[name] for name in ("encoding", "source_layer") if texts[name]},
    }


def forget(number: int) -> None:
    """Delete an import with all that lies on disk; what is under way for it is cancelled."""
    with services().database.write() as connection:
        held = changes.hold(connection, caller(), known(number), own=False)
        if caller().read_only:
            raise queue.READ_ONLY
        changes.require_state(
            held,
            "checking",
            "failed",
            "refused",
            "stale",
            "checked",
            "applied",
            "undone",
            said=STATES,
        )
        cancel(connection, held)
        changes.delete(connection, number)
        drop_tables(connection, number)
        record(connection, entry_for("upload_deleted", f"import:{number}", file=held.title))
    remove_files(services().settings.uploads.folder, number)


def decide(number: int, body: dict[str, Any]) -> None:
    """Begin another round of an import by a decision. Raises as ``decided`` does, and Conflict."""
    require_importer(caller())
    days = services().settings.uploads.days
    with services().database.write() as connection:
        held = changes.hold(connection, caller(), known(number))
        changes.require_state(held, *EDITABLE, said=STATES)
        changes.decide(connection, held, days, **decided(held, body))
        ask(connection, held, "check_import")


def accepted_deed(number: int, deed: str, asked: int | None = None) -> None:
    """Ask for the job that applies, undoes or checks an import, as far as its state allows.

    Raises NotFound for another deed, Conflict, Forbidden, and Changed when it was decided anew
    since the round ``asked`` (None: whichever it is).
    """
    if deed == "check":
        decide(number, {})
        return
    if deed not in DEEDS:
        raise UNKNOWN
    job, state, wanted = DEEDS[deed]
    if caller().read_only:
        raise queue.READ_ONLY
    with services().database.write() as connection:
        held = changes.hold(connection, caller(), known(number))
        changes.require_state(held, wanted, said=STATES)
        changes.require_round(held, asked)
        if deed == "apply":
            require_ready(caller(), held)
        else:
            require_undo(held, caller(), LAYERS[held.found["layer"]])
        changes.begin(connection, held, state)
        ask(connection, held, job)


def ask(connection: Any, held: Import, job: str) -> None:
    """Ask for a job of an import in place of the one before, which is cancelled."""
    cancel(connection, held)
    asked = enqueue(connection, held.id, job)
    changes.asked(connection, held.id, asked)
    entry = entry_for("job_started", f"job:{asked}", job=job, number=held.id)
    record(connection, entry)


def cancel(connection: Any, held: Import) -> None:
    """Cancel the job of an import if it is under way."""
    if held.job is not None and held.job_state in ("waiting", "running"):
        with suppress(Conflict):  # it has just ended
            queue.cancel(connection, held.job)


def enqueue(connection: Any, number: int, job: str) -> int:
    """Ask for a job about an import in the caller's name. Raises as ``queue.enqueue`` does."""
    return queue.enqueue(connection, job_named(job), caller(), {"import": str(number)})


def accepted(number: int) -> Response:
    """Answer an import for which a job was asked."""
    answer = json_answer(found_import(number))
    answer.status_code = 202
    answer.headers["Location"] = api_url(f"/imports/{number}")
    return answer


def found_import(number: int) -> dict[str, Any]:
    """Return one import that the caller may see, described with its job. Raises NotFound."""
    with services().database.read(caller_scope()) as reader:
        held = read_import(reader, caller(), known(number))
        job = None
        if held.job is not None and (held.account == caller().account or caller().oversees):
            job = describe_job(read_job(reader, caller(), held.job), language())
    told = describe_import(held, caller(), language())
    return {**told, "job": job, "links": self_links(f"/imports/{number}")}


def shown_import(reader: Any, number: int) -> Import:
    """Return an import whose rows the caller may see. Raises NotFound, Conflict."""
    held = read_import(reader, caller(), known(number))
    if not held.shown_to(caller()):
        raise Conflict(
            Text("你的区域权限已变，请重新检查。", "Your areas were changed: check again.")
        )
    return held


def known(number: int) -> int:
    """Return a number that the database can hold. Raises NotFound for any other."""
    if number >= LAST:
        raise UNKNOWN
    return number
