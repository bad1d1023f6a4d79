"""A first plan for a table: where its places are, in which CRS, and which column is which field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import shapely

from geodata.content import map_by_content
from geodata.crs import GEOGRAPHIC, Bounds, reproject
from geodata.crs_candidates import CrsGuess, candidates
from geodata.discoveries import Scene
from geodata.errors import BadFile
from geodata.filling import REASON_COLUMNS
from geodata.intake.kept import Intake
from geodata.mapping import map_columns, targets
from geodata.placing import read_shapes, sample
from geodata.plan import GeometrySource, ImportPlan
from geodata.position_columns import find_position_columns
from geodata.privacy_watch import Watch
from geodata.source import Rows
from layers.spec import Layer

HEAD = 5_000  # rows that are looked at
SURE = 0.7  # how far the best CRS of a file that names none must be believed to be proposed,
CLEAR = 0.1  # and by how much more than the next


def propose_plan(
    intake: Intake,
    layer: Layer,
    scene: Scene | None = None,
    remembered: Mapping[str, Any] | None = None,
) -> ImportPlan:
    """Return the plan that people then see and change.

    ``scene`` tells where the district is, by which a CRS is recognised. ``remembered``: a patch
    kept for the sender; of it counts what fits this file.
    """
    head = intake.head(HEAD)
    source, offset = propose_geometry(intake, head)
    plan = ImportPlan(layer.name, geometry=source, offset=offset)
    declared = intake.crs if source.kind == "shapes" else None
    guesses = guess_crs(sample(read_shapes(head, plan)[0]), declared, scene)
    crs, swap = choose_crs(declared, guesses)
    mapping = propose_mapping(head, layer, source)
    whole = {column.name: mapping.get(column.name, "") for column in intake.columns}
    plan = plan.patched({"crs": crs, "swap_axes": swap, "mapping": whole})
    return recall(plan, layer, intake, remembered or {})


def propose_geometry(intake: Intake, head: Rows) -> tuple[GeometrySource, str]:
    """Return where the places are, and the shift that the columns' names say they have."""
    if intake.has_shapes:
        return GeometrySource("shapes"), ""
    found = find_position_columns(head.columns)
    return (found[0].source, found[0].offset) if found else (GeometrySource("none"), "")


def candidates_of(intake: Intake, plan: ImportPlan, scene: Scene | None) -> list[CrsGuess]:
    """Return what CRSs explain the first places of a table, where the plan says that they are."""
    declared = intake.crs if plan.geometry.kind == "shapes" else None
    return guess_crs(sample(read_shapes(intake.head(HEAD), plan)[0]), declared, scene)


def guess_crs(
    places: numpy.ndarray, declared: str | None, scene: Scene | None, srid: int = 4548
) -> list[CrsGuess]:
    """Return what CRSs explain positions (n, 2) as the file has them."""
    if not len(places):
        return []
    bounds = district_bounds(scene) if scene else None
    srid = scene.srid if scene else srid
    return candidates(places[:, 0], places[:, 1], declared, bounds, srid)


def district_bounds(scene: Scene) -> Bounds | None:
    """Return the district's box in degrees, None without a district."""
    if scene.district is None or shapely.is_empty(scene.district):
        return None
    shape = numpy.array([scene.district], dtype=object)
    moved = reproject(shape, f"EPSG:{scene.srid}", f"EPSG:{GEOGRAPHIC}")
    return Bounds(*shapely.total_bounds(moved).tolist())


def choose_crs(declared: str | None, guesses: list[CrsGuess]) -> tuple[str, bool]:
    """Return the CRS to begin with and whether axes change places.

    What a file declares is taken until somebody decides otherwise. Of a silent file the best
    guess, where it is sure and clearly the best.
    """
    if declared:
        return declared, False
    if not guesses or guesses[0].confidence < SURE:
        return "", False
    if len(guesses) > 1 and guesses[0].confidence - guesses[1].confidence < CLEAR:
        return ("", False) if guesses[1].swap_axes == guesses[0].swap_axes else pick(guesses)
    return pick(guesses)


def pick(guesses: list[CrsGuess]) -> tuple[str, bool]:
    """Return the best guess."""
    return guesses[0].crs, guesses[0].swap_axes


def propose_mapping(head: Rows, layer: Layer, source: GeometrySource) -> dict[str, str]:
    """Return column -> field by name, label, alias and content; nothing personal."""
    free = {
        name: values
        for name, values in head.columns.items()
        if name not in source.columns and name not in REASON_COLUMNS
    }
    by_name = {column: field for field, column in map_columns(layer, free, {}).items()}
    fields = targets(layer)
    impersonal = {}
    for name, values in free.items():
        watch = Watch(name, fields.get(by_name.get(name, "")))
        watch.see(values)
        if watch.verdict() is None:
            impersonal[name] = values
    found = {column: field for column, field in by_name.items() if column in impersonal}
    rest = {name: values for name, values in impersonal.items() if name not in found}
    open_fields = [field for name, field in fields.items() if name not in found.values()]
    return found | map_by_content(layer, rest, open_fields)


def recall(
    plan: ImportPlan, layer: Layer, intake: Intake, remembered: Mapping[str, Any]
) -> ImportPlan:
    """Return the plan with what is remembered of the sender, as far as it fits this file."""
    names = {column.name for column in intake.columns}
    patch = {key: value for key, value in remembered.items() if key not in ("layer", "encoding")}
    mapping = patch.get("mapping")
    if isinstance(mapping, Mapping):
        fitting = {
            column: field
            for column, field in mapping.items()
            if column in names and (field == "" or field in targets(layer))
        }
        taken = set(fitting.values()) - {""}
        cleared = {column: "" for column, field in plan.mapping.items() if field in taken}
        patch["mapping"] = cleared | fitting
    geometry = patch.get("geometry")
    if isinstance(geometry, Mapping):
        columns = {geometry.get("x"), geometry.get("y")} - {"", None}
        if columns - names or (geometry.get("kind") == "shapes") != intake.has_shapes:
            del patch["geometry"]
    if intake.crs:
        patch.pop("crs", None)
        patch.pop("swap_axes", None)
    try:
        return plan.patched(patch)
    except BadFile:
        return plan
