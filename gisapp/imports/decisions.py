"""What a person decides about an import: a remedy, a change of the plan, another table or layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geodata.plan import ImportPlan
from gisapp.errors import BadFile, BadParameter, Conflict
from gisapp.features.faults import bad_value
from gisapp.features.values import personal_fault
from gisapp.imports.changes import require_round
from gisapp.imports.records import Import
from layers.catalogue import LAYERS
from layers.spec import Text

PARTS = ("round", "plan", "remedy", "layer", "table", "options", "sender")
TEXT = Text("应为文字", "give a text")
NO_PLAN = Conflict(
    Text("还没有导入方案。", "There is no plan yet."),
    Text("等检查完成，或先选择图层。", "Wait for the check, or choose the layer first."),
)
NO_REMEDY = BadParameter(Text("没有这个处理办法。", "There is no such remedy."))


def decided(held: Import, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an import changes by a person's decision, as ``changes.decide`` takes it.

    Another table, layer or sender begins with a plan of its own. Raises BadParameter for what is
    no decision, Changed when it was made of a former round, Conflict without a plan to change.
    """
    unknown = sorted(set(body) - set(PARTS))
    if unknown:
        raise bad_value(unknown[0][:60], Text("没有这个成员", "there is no such member"))
    require_round(held, whole_round(body))
    changed: dict[str, Any] = {}
    if "layer" in body:
        changed.update(layer=chosen_layer(body["layer"]), plan=None)
    if "table" in body:
        changed.update(chosen=short_text("table", body["table"]), plan=None)
    if "sender" in body:
        changed.update(sender=sender_name(body["sender"]), plan=None)
    if "options" in body:
        changed.update(options=read_options(body["options"]))
    if "plan" in body or "remedy" in body:
        changed["plan"] = patched(held, body, changed)
    return changed


def patched(held: Import, body: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan with a remedy and a merge patch applied."""
    base = held.plan or held.found.get("plan")
    if "plan" in changed or base is None:
        raise NO_PLAN
    plan = ImportPlan.from_json(base)
    try:
        if "remedy" in body:
            plan = plan.patched(remedy_patch(held, body["remedy"]))
        if "plan" in body:
            plan = plan.patched(body["plan"])
    except BadFile as error:
        raise BadParameter(error.message, error.hint) from error
    if plan.layer != base["layer"]:
        raise bad_value("plan.layer", Text("请用 layer 另选图层", "choose another by layer"))
    return plan.to_json()


def remedy_patch(held: Import, asked: Any) -> Mapping[str, Any]:
    """Return the patch of a remedy that the last check proposed, named by its key."""
    key = asked.get("key") if isinstance(asked, Mapping) else asked
    check = asked.get("check") if isinstance(asked, Mapping) else None
    for one in held.found.get("discoveries", ()):
        for remedy in one["remedies"]:
            if remedy["key"] == key and check in (None, one["check"]):
                found: Mapping[str, Any] = remedy["plan"]
                return found
    raise NO_REMEDY


def whole_round(body: Mapping[str, Any]) -> int | None:
    """Return the round from which the decision is made, None when it does not say."""
    asked = body.get("round")
    if asked is not None and (not isinstance(asked, int) or isinstance(asked, bool)):
        raise bad_value("round", Text("应为整数", "give a whole number"))
    return asked


def chosen_layer(value: Any) -> str:
    """Return the name of a layer; empty to have it guessed."""
    if value != "" and (not isinstance(value, str) or value not in LAYERS):
        raise bad_value("layer", Text("没有这个图层", "there is no such layer"))
    return str(value)


def short_text(name: str, value: Any, longest: int = 200) -> str:
    """Return a text that the database can hold."""
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise bad_value(name, TEXT)
    return value


def sender_name(value: Any) -> str:
    """Return the name of a sender, which is an office and no person."""
    name = short_text("sender", value, 100)
    if fault := personal_fault(name):
        raise bad_value("sender", fault)
    return name


def read_options(value: Any) -> dict[str, Any]:
    """Return how the files are to be read."""
    if not isinstance(value, Mapping) or set(value) - {"encoding", "source_layer", "header_row"}:
        raise bad_value(
            "options",
            Text("encoding、source_layer、header_row", "encoding, source_layer, header_row"),
        )
    row = value.get("header_row")
    if row is not None and (
        not isinstance(row, int) or isinstance(row, bool) or not 0 <= row <= 1000
    ):
        raise bad_value("header_row", Text("应为 0 到 1000", "give 0 to 1000"))
    texts = {
        name: short_text(name, value[name])
        for name in ("encoding", "source_layer")
        if value.get(name) is not None
    }
    return {**texts, **({} if row is None else {"header_row": row})}
