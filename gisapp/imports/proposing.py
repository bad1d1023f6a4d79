"""What is proposed for an import: which table, into which layer, by which plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.discoveries import Scene
from geodata.filling import REASON_COLUMNS
from geodata.intake.kept import Intake
from geodata.mapping import map_columns, tidy
from geodata.plan import ImportPlan
from geodata.position_columns import SAMPLE, find_position_columns
from geodata.proposal import propose_plan
from gisapp.access.caller import Caller
from gisapp.database.engine import Reader
from gisapp.errors import BadFile
from gisapp.imports.profiles import Profile, find_profile
from gisapp.imports.records import Import
from gisapp.imports.rights import importable, require_import
from gisapp.imports.scene import read_scene
from gisapp.imports.tables import Tell, choose, read_options, read_tables, table_key
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

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

    Reads the files when that was not done yet, and tells how many rows were read. The proposal's
    scene asks for codes through ``reader``, which must last as long. Raises BadFile, Forbidden.
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
