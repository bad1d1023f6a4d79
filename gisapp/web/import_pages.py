"""Pages of imports: the list with its form, and one import; both work without scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from geodata.plan import merge
from gisapp.errors import BadCoordinates, BadParameter, Changed, Conflict, UserError
from gisapp.features.faults import bad_value
from gisapp.imports.describe import describe_brief, describe_layers
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
)
from gisapp.web.base_map import read_base_map
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.import_form import plan_patch, require_sensible
from gisapp.web.pages import page_config
from gisapp.web.problems import status_of
from layers.spec import Text

BLUEPRINT = Blueprint("import_pages", __name__)
BUSY = ("checking", "applying", "undoing")
SHOWN = ("checked", "refused")  # states in which staged rows are there to be looked at
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
    return render_import(found_import(number))


def render_import(held: dict[str, Any], fault: UserError | None = None) -> str:
    """Render an import, with the fault of what was just decided about it."""
    with services().database.read(caller_scope()) as reader:
        base = read_base_map(reader)
    previewed = bool(held["counts"]) and held["isCurrent"] and held["state"] in SHOWN
    targets = {field["name"]: field for field in held["fields"]}
    told = {
        **base.told,
        "import": held["id"],
        "busy": held["state"] in BUSY,
        "fields": {name: field["title"] for name, field in targets.items()},
    }
    return render_template(
        "import.html",
        held=held,
        busy=told["busy"],
        targets=targets,
        previewed=previewed,
        far=rows_far_away(held) if previewed else None,
        rejected=held["rejected"] if previewed and held["hasRejects"] else None,
        fault=fault and {"message": said(fault.message), "hint": said(fault.hint)},
        layers=describe_layers(importable(caller()), language()),
        parts=base.parts,
        config=told,
    )


def said(text: Text | None) -> str:
    """Return a text in the caller's language."""
    return text.say(language()) if text else ""


def rows_far_away(held: dict[str, Any]) -> dict[str, Any] | None:
    """Return what was found of rows outside the district that are not left out."""
    found = (one for one in held["discoveries"] if one["check"] == "district" and one["rows"])
    left = (held["plan"] or {}).get("leave_out", {}).get("outside")
    return None if left else next(found, None)


@BLUEPRINT.post("/imports/<int:number>/remedy")
def take_remedy(number: int) -> Response:
    """Take a remedy that the check proposes, and show the check that follows."""
    form = request.form
    named = {"check": form.get("check", ""), "key": form.get("key", "")}
    decide(number, {"round": asked_round(), "remedy": named})
    return redirect(f"/imports/{number}", 303)


@BLUEPRINT.post("/imports/<int:number>/plan")
def take_plan(number: int) -> Response:
    """Take what a form says of layer and table, or of the plan, and show the check that follows.

    What is wrong with it comes back on the page, with all that was entered.
    """
    form = request.form
    chosen = {
        name: form[name]
        for name in ("layer", "table")
        if name in form and form[name] != form.get(f"former-{name}", "")
    }
    patch = {} if "layer" in form else plan_patch(form)
    try:
        if patch:
            require_sensible(patch, form)
        decide(number, {"round": asked_round(), **chosen, **({"plan": patch} if patch else {})})
    except (BadParameter, BadCoordinates, Changed, Conflict) as fault:
        held = found_import(number)
        if held["plan"] and patch:
            held["plan"] = merge(held["plan"], patch, 0)
        return make_response(render_import(held, fault), status_of(fault))
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
