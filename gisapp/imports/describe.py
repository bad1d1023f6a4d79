"""An import as programs and pages are told of it, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geodata.mapping import targets
from gisapp.access.caller import Caller
from gisapp.imports.records import STATES, Import, State
from layers.catalogue import LAYERS
from layers.spec import Field, Layer, Text

Part = dict[str, Any]
EDITABLE: tuple[State, ...] = ("failed", "refused", "stale", "checked", "checking")


def describe_brief(held: Import, caller: Caller, language: str) -> Part:
    """Return what a list tells of an import."""
    shown = held.shown_to(caller)
    layer = held.found.get("layer", held.layer) if shown else held.layer
    return {
        "id": held.id,
        "title": held.title,
        "state": held.state,
        "stateTitle": STATES[held.state].say(language),
        "layer": layer,
        "layerTitle": LAYERS[layer].label.say(language) if layer in LAYERS else "",
        "sender": held.sender,
        "askedBy": held.account_name,
        "madeAt": held.made_at.isoformat(timespec="seconds"),
        "expiresAt": held.expires_at.isoformat(timespec="seconds"),
        "counts": held.found.get("counts") if shown and held.is_current else None,
        "rows": held.found.get("rows") if shown else None,
        "job": held.job,
        "round": held.round,
    }


def describe_import(held: Import, caller: Caller, language: str) -> Part:
    """Return all that may be told of an import; what was found only to whoever sees as much."""
    own = held.owned_by(caller) and not caller.read_only
    found = held.found if held.shown_to(caller) else {}
    state, counts = held.state, found.get("counts")
    ready = state == "checked" and own and held.is_current and bool(found)
    skipping = bool(found and found["plan"].get("skip_errors"))
    return {
        **describe_brief(held, caller, language),
        "files": held.files,
        "options": dict(held.options),
        "source": dict(held.source),
        "error": held.error.say(language),
        "logId": held.log_id,
        "isCurrent": held.is_current,
        "isShown": held.shown_to(caller),
        "tables": [describe_table(table, language) for table in found.get("tables", ())],
        "table": found.get("table", held.chosen),
        "guessed": found.get("guessed", False),
        "plan": held.plan or found.get("plan"),
        "profile": found.get("profile"),
        "personal": found.get("personal", []),
        "fields": describe_fields(found, language),
        "columns": found.get("columns", []),
        "candidates": say_texts(found.get("candidates", []), language),
        "rejected": say_texts(found.get("rejected"), language),
        "discoveries": [say_texts(one, language) for one in found.get("discoveries", ())],
        **describe_words(found),
        "change": held.change,
        "undoneBy": held.undone_by,
        "canEdit": own and state in EDITABLE,
        "canApply": bool(ready and counts and (skipping or not counts["reject"])),
        "canUndo": own and state == "applied" and held.change is not None,
        "canDelete": (own or caller.oversees) and state not in ("applying", "undoing"),
        "hasRejects": bool(held.is_current and counts and counts["reject"]),
    }


def describe_words(found: Mapping[str, Any]) -> Part:
    """Return the values of choices that no code table has, with their field and column.

    ``moreWords`` counts the rows of values that are not listed.
    """
    words, more = [], 0
    for one in found.get("discoveries", ()):
        field = found["plan"]["mapping"].get(one["subject"], "")
        if one.get("words") and field:
            listed = [{"field": field, "column": one["subject"], **word} for word in one["words"]]
            words += listed
            more += one["rows"] - sum(word["rows"] for word in listed)
    return {"words": words, "moreWords": more}


def describe_table(facts: Mapping[str, Any], language: str) -> Part:
    """Return the facts of one table of the upload."""
    return {name: say_texts(value, language) for name, value in facts.items()}


def describe_fields(found: Mapping[str, Any], language: str) -> list[Part]:
    """Return the fields that the file's columns may fill."""
    layer = LAYERS.get(found.get("layer", ""))
    return [describe_field(one, language) for one in targets(layer).values()] if layer else []


def describe_field(field: Field, language: str) -> Part:
    """Return one field as a form needs it."""
    return {
        "name": field.name,
        "title": field.label.say(language),
        "type": field.type,
        "unit": field.unit_in(language),
        "required": field.required,
        "choices": [
            {"code": choice.code, "title": choice.label.say(language)} for choice in field.choices
        ],
    }


def describe_layers(layers: list[Layer], language: str) -> list[Part]:
    """Return the layers that an import may fill, for a form."""
    return [{"name": layer.name, "title": layer.label.say(language)} for layer in layers]


def say_texts(value: Any, language: str) -> Any:
    """Return a value of JSON with every text in both languages said in one."""
    if isinstance(value, Mapping):
        if set(value) == {"zh", "en"}:
            return Text(value["zh"], value["en"]).say(language)
        return {name: say_texts(part, language) for name, part in value.items()}
    if isinstance(value, list):
        return [say_texts(part, language) for part in value]
    return value
