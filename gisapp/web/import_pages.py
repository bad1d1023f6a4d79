"""Pages of imports: the list with its form, and one import; both work without scripts."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from gisapp.imports.describe import describe_brief, describe_layers
from gisapp.imports.profiles import known_senders
from gisapp.imports.records import read_imports
from gisapp.imports.rights import importable
from gisapp.imports.uploads import MOST_FILES
from gisapp.web.api_imports import accepted_deed, forget, found_import, receive
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.pages import page_config

BLUEPRINT = Blueprint("import_pages", __name__)


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
    return render_template(
        "import.html",
        held=held,
        layers=describe_layers(importable(caller()), language()),
        config={**page_config(), "import": number},
    )


@BLUEPRINT.post("/imports/<int:number>/<deed>")
def do_deed(number: int, deed: str) -> Response:
    """Do what a plain button of the page asks for, and show what came of it."""
    if deed == "delete":
        forget(number)
        return redirect("/imports", 303)
    accepted_deed(number, deed)
    return redirect(f"/imports/{number}", 303)
