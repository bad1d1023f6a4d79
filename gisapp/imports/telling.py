"""What the page of an import shows besides findings: columns with samples, CRSs, rejected rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg2 import sql

from geodata.checks.crs import same, say
from geodata.discoveries import Scene
from geodata.filling import REASON_COLUMNS
from geodata.findings import shorten
from geodata.intake.kept import Intake
from geodata.mapping import how_named, targets
from geodata.plan import ImportPlan
from geodata.privacy import holds_number, is_person_name
from geodata.proposal import candidates_of
from gisapp.features.staged import Staged
from layers.catalogue import LAYERS

Part = dict[str, Any]
LOOKED = 2_000  # rows in which samples are looked for
SAMPLES, LONGEST = 3, 40  # of a column; characters of one
MOST_CRS = 5
MOST_REJECTED, FIRST_COLUMNS = 20, 3
HIDDEN = "···"
# Rows that have no place at all come first: the others show on the map.
REJECTED = sql.SQL("""
SELECT file_row, why, placed, count(*) FILTER (WHERE NOT placed) OVER ()
FROM (
    SELECT file_row, json_agg(json_build_array(field, value, zh, en) ORDER BY field) AS why,
        file_row IN (SELECT file_row FROM {places} UNION ALL SELECT file_row FROM {rows}) AS placed
    FROM {findings} GROUP BY file_row
) AS every ORDER BY placed, file_row LIMIT %s
""")


def tell_columns(
    intake: Intake, plan: ImportPlan, personal: Sequence[str], former: Mapping[str, Any], by: str
) -> list[Part]:
    """Return each column: name, samples of its values, and why it fills its field.

    ``personal`` columns show no sample, nor does any value that seems to be of a person.
    ``former`` is what the check before has found: what was not changed since keeps its reason.
    ``by``: who said the rest, "content", "profile" or "chosen".
    """
    head = intake.head(LOOKED)
    fields = targets(LAYERS[plan.layer])
    kept = reasons_kept(plan, former)
    told = []
    for column in intake.columns:
        name, field = column.name, fields.get(plan.mapping.get(column.name, ""))
        hidden = name in personal or name in plan.geometry.columns or name in REASON_COLUMNS
        why = ""
        if field and not hidden:
            why = how_named(field, name) or kept.get(name, by)
        named = field is not None and field.name == "name"
        shown = [] if name in personal else samples(head.columns[name].tolist(), names=named)
        told.append({"name": name, "samples": shown, "why": why})
    return told


def reasons_kept(plan: ImportPlan, former: Mapping[str, Any]) -> dict[str, str]:
    """Return the reasons of the columns whose field is still that of the check before."""
    before = former.get("plan") or {}
    if before.get("layer") != plan.layer:
        return {}
    mapping = before.get("mapping", {})
    return {
        one["name"]: one["why"]
        for one in former.get("columns", ())
        if one["why"] and mapping.get(one["name"]) == plan.mapping.get(one["name"])
    }


def samples(values: Sequence[object], *, names: bool) -> list[str]:
    """Return some different values; ``names``: the column fills the names of places."""
    found: dict[str, None] = {}
    for value in values:
        if value is None or value != value:
            continue
        text = shown(value, names=names)
        if text and text != HIDDEN:
            found.setdefault(text)
        if len(found) == SAMPLES:
            break
    return list(found)


def shown(value: object, *, names: bool) -> str:
    """Return a value as people may see it: short, and hidden when it seems to be of a person."""
    text = str(value).strip()
    if holds_number(text) or (not names and is_person_name(text)):
        return HIDDEN
    return shorten(text)[:LONGEST]


def tell_candidates(intake: Intake, plan: ImportPlan, scene: Scene) -> list[Part]:
    """Return the CRSs to choose from, the likeliest first, each once, and the plan's own."""
    found: list[Part] = []
    for guess in candidates_of(intake, plan, scene):
        if len(found) < MOST_CRS and not any(same(guess.crs, one["crs"]) for one in found):
            found.append(
                {
                    "crs": guess.crs,
                    "name": say(guess.crs),
                    "swap": guess.swap_axes,
                    "evidence": {"zh": guess.evidence.zh, "en": guess.evidence.en},
                }
            )
    if plan.crs and not any(same(plan.crs, one["crs"]) for one in found):
        found.append({"crs": plan.crs, "name": say(plan.crs), "swap": plan.swap_axes})
    return found


def tell_rejected(cursor: Any, staged: Staged, intake: Intake, personal: Sequence[str]) -> Part:
    """Return the first rejected rows with the reasons and their first columns.

    ``placeless`` counts those that lie nowhere, which no map can show.
    """
    cursor.execute(staged.compose(REJECTED), (MOST_REJECTED,))
    found = cursor.fetchall()
    hidden = {*personal, *REASON_COLUMNS}
    columns = [one.name for one in intake.columns if one.name not in hidden][:FIRST_COLUMNS]
    cells = intake.pick([row[0] for row in found])
    return {
        "columns": columns,
        "placeless": found[0][3] if found else 0,
        "rows": [
            {
                "row": row,
                "placed": placed,
                "reasons": [told_reason(*one) for one in why],
                "cells": [cell(cells[row].get(name)) for name in columns],
            }
            for row, why, placed, _ in found
        ],
    }


def told_reason(field: str, value: str, zh: str, en: str) -> Part:
    """Return one reason as JSON has it; "geometry" is the row's place."""
    column = {"zh": "位置", "en": "place"} if field == "geometry" else field
    return {"column": column, "value": value, "reason": {"zh": zh, "en": en}}


def cell(value: object) -> str:
    """Return a cell of a rejected row as people may see it."""
    return "" if value is None else shown(value, names=False)
