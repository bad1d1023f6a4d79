"""The form of an import's plan: what it says as a patch of the plan, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from geodata.crs import find_crs
from gisapp.errors import BadParameter
from layers.spec import Text

Form = MultiDict[str, str]
OTHER = "other"  # the CRS is the one written beside
PLACES = {  # by kind: what must be chosen
    "xy": Text("请选择横坐标（经度）和纵坐标（纬度）两列。", "Choose the columns of x and of y."),
    "pair": Text("请选择写有坐标的列。", "Choose the column that holds the coordinates."),
    "wkt": Text("请选择写有 WKT 的列。", "Choose the column that holds well-known text."),
}
SAME = Text("横坐标和纵坐标不能是同一列。", "x and y cannot be the same column.")
NO_OTHER = Text("请填写坐标系的 EPSG 编号。", "Write the EPSG number of the CRS.")
EXAMPLE = Text("例如 4527。", "For example 4527.")


def plan_patch(form: Form) -> dict[str, Any]:
    """Return what the form says as a merge patch of the plan; nothing is refused here."""
    patch: dict[str, Any] = {
        "mapping": pairs(form, "column", "field"),
        "constants": {
            name: value.strip() or None for name, value in pairs(form, "constant", "value").items()
        },
        "replacements": replacements(form),
        "swap_axes": "swap_axes" in form,
        "offset": form.get("offset", ""),
        "skip_errors": "skip_errors" in form,
        "crs": chosen_crs(form),
    }
    if "kind" in form:
        patch["geometry"] = place = chosen_place(form)
        used = {place["x"], place["y"]} - {""}
        patch["mapping"].update(dict.fromkeys(used, ""))  # they hold the place and nothing else
    return patch


def pairs(form: Form, first: str, second: str) -> dict[str, str]:
    """Return the values of two lists of fields that stand side by side."""
    return dict(zip(form.getlist(first), form.getlist(second), strict=False))


def replacements(form: Form) -> dict[str, dict[str, str | None]]:
    """Return field -> word of the file -> choice; None for one that is not ticked."""
    taken = set(form.getlist("take"))
    found: dict[str, dict[str, str | None]] = {}
    rows = zip(
        form.getlist("word-field"), form.getlist("word"), form.getlist("choice"), strict=False
    )
    for place, (field, word, choice) in enumerate(rows):
        found.setdefault(field, {})[word] = choice if str(place) in taken else None
    return found


def chosen_crs(form: Form) -> str:
    """Return the CRS that was chosen or written; a number alone is of EPSG."""
    chosen = form.get("crs", OTHER)
    text = (form.get("crs_other", "") if chosen == OTHER else chosen).strip()
    return f"EPSG:{text}" if text.isascii() and text.isdigit() else text


def chosen_place(form: Form) -> dict[str, str]:
    """Return where the form says that places come from."""
    kind = form["kind"]
    two = kind == "xy"
    one = form.get("one", "") if kind in ("pair", "wkt") else ""
    return {
        "kind": kind,
        "x": form.get("x", "") if two else one,
        "y": form.get("y", "") if two else "",
        "notation": form.get("notation", "decimal") if kind in ("xy", "pair") else "decimal",
    }


def require_sensible(patch: dict[str, Any], form: Form) -> None:
    """Raise BadParameter or BadCoordinates for what nobody can mean."""
    place = patch.get("geometry", {"kind": "", "x": "", "y": ""})
    needed = ("x", "y") if place["kind"] == "xy" else ("x",)
    if place["kind"] in PLACES and not all(place[name] for name in needed):
        raise BadParameter(PLACES[place["kind"]])
    if place["kind"] == "xy" and place["x"] == place["y"]:
        raise BadParameter(SAME)
    if form.get("crs") == OTHER and not patch["crs"]:
        raise BadParameter(NO_OTHER, EXAMPLE)
    if patch["crs"]:
        find_crs(patch["crs"])
