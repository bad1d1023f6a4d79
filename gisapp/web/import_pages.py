"""Pages of imports: the list with its form, and one import; both work without scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from gisapp.database.engine import Reader
from gisapp.errors import Conflict, NotFound
from gisapp.features.faults import bad_value
from gisapp.imports.describe import describe_brief, describe_layers
from gisapp.imports.preview import list_findings
from gisapp.imports.profiles import known_senders
from gisapp.imports.records import read_imports
from gisapp.imports.rights import importable
from gisapp.imports.uploads import MOST_FILES
from gisapp.web.api_imports import (
    accepted_deed,
    decide,
    forget,
    found_import,
    receive,
    shown_import,
)
from gisapp.web.base_map import read_base_map
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.pages import page_config
from layers.spec import Text

BLUEPRINT = Blueprint("import_pages", __name__)
BUSY = ("checking", "applying", "undoing")
SHOWN = ("checked", "refused")  # states in which staged rows are there to be looked at
FIRST_REJECTED = 10
LONGEST_ROUND = 9  # digits


@BLUEPRINT.get("/imports")
def list_imports() -> str:
    """Render the imports that the caller may see, and the form that begins one."""
    with services().database.read(caller_scope()) as reader:
        found = read_imports(reader, caller())
        senders = known_senders(reader) if importable(caller()) else []
    limits = {"files": MOST_FILES, "megabytes": services().settings.uploads.largest_mb}
    return render_template(
        "imports.html",
        imports=[describe_brief(held, caller(), language()) for held in found],
        layers=describe_layers(importable(caller()), language()),
        senders=senders,
        limits=limits,
        days=services().settings.uploads.days,
        config={**page_config(), "limits": limits},
    )


@BLUEPRINT.post("/imports")
def create_import() -> Response:
    """Begin an import from the plain form and show it."""
    return redirect(f"/imports/{receive()}", 303)


@BLUEPRINT.get("/imports/<int:number>")
def show_import(number: int) -> str:
    """Render one import. Raises NotFound for one that the caller may not see."""
    held = found_import(number)
    with services().database.read(caller_scope()) as reader:
        base = read_base_map(reader)
        previewed = bool(held["counts"]) and held["isCurrent"] and held["state"] in SHOWN
        rejected = first_rejected(reader, number) if previewed else []
    told = {
        **base.told,
        "import": number,
        "busy": held["state"] in BUSY,
        "fields": {field["name"]: field["title"] for field in held["fields"]},
    }
    return render_template(
        "import.html",
        held=held,
        previewed=previewed,
        rejected=rejected,
        layers=describe_layers(importable(caller()), language()),
        parts=base.parts,
        config=told,
    )


def first_rejected(reader: Reader, number: int) -> list[dict[str, Any]]:
    """Return the first reasons why rows do not fit, none once they are being checked anew."""
    try:
        held = shown_import(reader, number)
        return list_findings(reader, held, 0, FIRST_REJECTED, language())
    except (NotFound, Conflict):
        return []


@BLUEPRINT.post("/imports/<int:number>/remedy")
def take_remedy(number: int) -> Response:
    """Take a remedy that the check proposes, and show the check that follows."""
    form = request.form
    named = {"check": form.get("check", ""), "key": form.get("key", "")}
    decide(number, {"round": asked_round(), "remedy": named})
    return redirect(f"/imports/{number}", 303)


@BLUEPRINT.post("/imports/<int:number>/plan")
def take_plan(number: int) -> Response:
    """Take what the form of columns and values says, and show the check that follows."""
    form = request.form
    body: dict[str, object] = {"round": asked_round()}
    for name in ("layer", "table"):
        if form.get(name, "") != form.get(f"former-{name}", ""):
            body[name] = form[name]
    if len(body) == 1:
        columns, fields = form.getlist("column"), form.getlist("field")
        names, values = form.getlist("constant"), form.getlist("value")
        body["plan"] = {
            "mapping": dict(zip(columns, fields, strict=False)),
            "constants": {
                name: value.strip() or None for name, value in zip(names, values, strict=False)
            },
            "crs": form.get("crs", "").strip(),
            "skip_errors": "skip_errors" in form,
        }
    decide(number, body)
    return redirect(f"/imports/{number}", 303)


def asked_round() -> int | None:
    """Return the round that a form was made of. Raises BadParameter."""
    text = request.form.get("round", "")
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_ROUND:
        raise bad_value("round", Text("应为整数", "give a whole number"))
    return int(text)


@BLUEPRINT.post("/imports/<int:number>/<deed>")
def do_deed(number: int, deed: str) -> Response:
    """Do what a plain button of the page asks for, and show what came of it."""
    if deed == "delete":
        forget(number)
        return redirect("/imports", 303)
    accepted_deed(number, deed, asked_round() if deed == "apply" else None)
    return redirect(f"/imports/{number}", 303)
