"""The check of an import: read, propose or keep a plan, examine, stage, count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2.extras import Json

from geodata.discoveries import Discovery, Scene
from geodata.errors import UserError
from geodata.filling import REASON_COLUMNS
from geodata.intake.kept import Intake
from geodata.mapping import map_columns, tidy
from geodata.plan import ImportPlan
from geodata.position_columns import SAMPLE, find_position_columns
from geodata.proposal import propose_plan
from gisapp.access.caller import Caller
from gisapp.access.scope import Scope
from gisapp.database.engine import Reader
from gisapp.errors import BadFile, Conflict
from gisapp.imports.changes import SUPERSEDED, hold
from gisapp.imports.profiles import Profile, find_profile
from gisapp.imports.records import Import, key_of
from gisapp.imports.rights import importable, require_import
from gisapp.imports.scene import read_scene
from gisapp.imports.staging import Progress, stage
from gisapp.imports.tables import Tell, choose, read_options, read_tables, table_key
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

# What was found takes the place of what a former round found, whose tables go.
NOTE = """
UPDATE gisapp.imports SET state = 'checked', checked = round, outcome = %(outcome)s,
    areas = %(areas)s, hidden = %(hidden)s, stale = false,
    areas_revision = (SELECT revision FROM gisapp.layer_revisions WHERE layer = 'areas')
WHERE id = %(import)s
"""
FORMER = """
SELECT format('DROP TABLE gisapp_imports.%%I', relname) FROM pg_class
WHERE relnamespace = 'gisapp_imports'::regnamespace AND relkind = 'r'
    AND relname ~ ('_' || %(import)s || '_[0-9]+$') AND relname !~ ('_' || %(key)s || '$')
"""
BEFORE, BACK = "SAVEPOINT staging", "ROLLBACK TO staging"
NO_LAYER = BadFile(
    Text("看不出文件属于哪个图层。", "It is not clear which layer the file is for."),
    Text("请选择图层。", "Choose the layer."),
)


@dataclass(frozen=True)
class Proposal:
    """One table of an upload and what is to become of it."""

    tables: Sequence[Intake]
    intake: Intake
    plan: ImportPlan
    guessed: bool  # the layer
    profile: Profile | None
    scene: Scene

    @property
    def layer(self) -> Layer:
        """Return the layer that is filled."""
        return LAYERS[self.plan.layer]

    def facts(self) -> dict[str, Any]:
        """Return the proposal as it is noted with the import."""
        used = self.profile
        return {
            "tables": [told_table(table) for table in self.tables],
            "table": table_key(self.intake),
            "layer": self.plan.layer,
            "guessed": self.guessed,
            "plan": self.plan.to_json(),
            "profile": used and {"sender": used.sender, "usedAt": used.used_at.isoformat()},
            "rows": self.intake.rows,
        }


def propose(
    reader: Reader, caller: Caller, held: Import, folder: Path, tell: Tell | None = None
) -> Proposal:
    """Return what is proposed for an import: what was decided, what a profile says, or a guess.

    Reads the files when that was not done yet, and tells how many rows were read. The proposal's scene asks for codes through
    ``reader``, which must last as long. Raises BadFile, Forbidden.
    """
    tables = read_tables(folder, held.id, read_options(held.options, held.plan), tell)
    intake = choose(tables, held.chosen)
    names = [column.name for column in intake.columns]
    if held.plan is not None:
        plan = ImportPlan.from_json(held.plan)
        layer = known_layer(plan.layer)
        require_import(caller, layer)
        return Proposal(tables, intake, plan, False, None, read_scene(reader, layer))
    profile = find_profile(reader, caller, held.sender, names, held.layer)
    name = held.layer or (profile.layer if profile else guess_layer(caller, intake))
    layer = known_layer(name)
    require_import(caller, layer)
    scene = read_scene(reader, layer)
    plan = propose_plan(intake, layer, scene, profile.plan if profile else None)
    return Proposal(tables, intake, plan, not held.layer and profile is None, profile, scene)


def told_table(table: Intake) -> dict[str, Any]:
    """Return the facts of a table, without what stands above its header: that may name persons."""
    facts = table.facts.to_json()
    del facts["above"]
    return {"key": table_key(table), **facts}


def known_layer(name: str) -> Layer:
    """Return a layer by its name. Raises BadFile."""
    if name not in LAYERS:
        raise NO_LAYER
    return LAYERS[name]


def guess_layer(caller: Caller, intake: Intake) -> str:
    """Return the name of the layer that a table is most likely for.

    Raises BadFile when none fits, and when several fit as well: a name alone fits most layers.
    """
    shapes = shape_types(intake)
    liking = {layer.name: likeness(layer, intake, shapes) for layer in importable(caller)}
    most = max(liking.values(), default=0)
    best = [name for name, liked in liking.items() if liked == most]
    if most <= 0 or len(best) > 1:
        raise NO_LAYER
    return best[0]


def shape_types(intake: Intake) -> str:
    """Return the names of a table's geometry types; "" when they are not known.

    A list with columns of coordinates holds points.
    """
    if intake.has_shapes:
        return " ".join(intake.geometry_types)
    places = find_position_columns(intake.head(SAMPLE).columns)
    return "Point" if places and places[0].source.kind in ("xy", "pair") else ""


def likeness(layer: Layer, intake: Intake, shapes: str) -> float:
    """Return how well a table's columns, shapes and name fit a layer; 0 and less: not at all."""
    columns = [column.name for column in intake.columns if column.name not in REASON_COLUMNS]
    found = map_columns(layer, columns, {})
    lacking = [
        field
        for field in layer.fields
        if field.required and field.name not in found and not any(c.unknown for c in field.choices)
    ]
    titles = tidy(f"{intake.source} {intake.name}")
    words = (layer.name, layer.label.zh, layer.label.en, *layer.aliases)
    called = any(tidy(word) in titles for word in words)
    strange = bool(shapes) and layer.geometry.removeprefix("Multi") not in shapes
    fields = len(found) - ("code" in found) / 2
    return (fields - len(lacking) / 2 + 4 * called) * (0.25 if strange else 1)


def personal_columns(discoveries: Sequence[Discovery]) -> list[str]:
    """Return the columns that must not be shown, staged or given back."""
    return sorted({one.subject for one in discoveries if one.check == "personal"})


def without(plan: ImportPlan, columns: Sequence[str]) -> ImportPlan:
    """Return a plan that leaves columns out."""
    mapping = {name: "" for name in columns if plan.mapping.get(name)}
    return plan.patched({"mapping": mapping}) if mapping else plan


def not_prepared(error: UserError) -> Discovery:
    """Return what is told when the rows cannot be prepared as the plan says."""
    return Discovery("prepare", "refusal", error.message, hint=error.hint or Text("", ""))


def stage_round(
    connection: Any,
    caller: Caller,
    held: Import,
    proposal: Proposal,
    discoveries: Sequence[Discovery],
    progress: Progress,
) -> dict[str, Any]:
    """Stage the rows of an import's round and note what was found, in the caller's transaction.

    What keeps the rows from being prepared is told as a refusal. Raises Conflict
    when another round was begun meanwhile, NotFound when the import was deleted.
    """
    refused = any(one.severity == "refusal" for one in discoveries)
    key = key_of(held.id, held.round)
    plan = without(proposal.plan, personal_columns(discoveries))
    found, staged, counts = list(discoveries), None, None
    with connection.cursor() as cursor:
        cursor.execute(BEFORE)
        try:
            staged, counts = stage(
                connection, proposal.intake, plan, proposal.scene, caller.scope, key, progress
            )
        except UserError as error:
            cursor.execute(BACK)
            if not refused:
                found.append(not_prepared(error))
    outcome = {
        **proposal.facts(),
        "discoveries": [one.to_json() for one in found],
        "personal": personal_columns(discoveries),
        "refused": refused or counts is None,
        "names": list(staged.names) if staged else [],
        "counts": vars(counts) if counts else None,
    }
    if hold(connection, caller, held.id).round != held.round:
        raise Conflict(SUPERSEDED)
    note(connection, held.id, key, outcome, caller.scope)
    return {"import": held.id, "refused": outcome["refused"], **(vars(counts) if counts else {})}


def note(connection: Any, number: int, key: str, outcome: Mapping[str, Any], scope: Scope) -> None:
    """Note what a check found, and drop the tables of former rounds."""
    values = {
        "import": number,
        "outcome": Json(outcome),
        "areas": None if scope.prefixes is None else list(scope.prefixes),
        "hidden": list(scope.hidden),
        "key": key,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)
        cursor.execute(FORMER, {"import": str(number), "key": key})
        for (drop,) in cursor.fetchall():
            cursor.execute(drop)
