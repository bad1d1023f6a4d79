"""A file on this machine opened as one table, and the plan by which it is read at a command."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geodata.discoveries import Scene
from geodata.filling import REASON_COLUMNS
from geodata.intake.convert import convert
from geodata.intake.facts import ReadOptions
from geodata.intake.kept import Intake
from geodata.mapping import map_columns
from geodata.placing import read_shapes, sample
from geodata.plan import ImportPlan
from geodata.proposal import HEAD, guess_crs, propose_geometry
from gisapp.errors import BadCoordinates, BadFile
from layers.spec import Layer, Text

# What belongs to a Shapefile.
COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
MOST_GUESSES = 3
SEVERAL = Text("{file} 有多个图层。", "{file} has several layers.")
NO_LAYER = Text("{file} 里没有图层 {wanted}。", "{file} has no layer {wanted}.")
CHOOSE = Text("用 --source-layer 选一个：{names}", "Choose one with --source-layer: {names}")
EMPTY = Text("{file} 里没有任何要素。", "{file} has no features.")
SILENT = Text("{file} 没有写明坐标系。", "{file} does not say its coordinate reference system.")
SAY_CRS = Text(
    "用 --crs 指定，例如 --crs EPSG:4527。{guesses}",
    "Say it with --crs, for example --crs EPSG:4527. {guesses}",
)


@contextmanager
def opened(path: Path, source_layer: str | None, encoding: str) -> Iterator[Intake]:
    """Lend one table of a file, parsed into a temporary folder. Raises BadFile."""
    options = ReadOptions(encoding=encoding or None, source_layer=source_layer)
    with tempfile.TemporaryDirectory(prefix="gisapp-import-") as folder:
        yield choose_table(
            path, convert(with_companions(path), Path(folder), options=options), source_layer
        )


def with_companions(path: Path) -> list[Path]:
    """Return a file and, of a Shapefile, the files beside it that belong to it."""
    if path.suffix.lower() != ".shp":
        return [path]
    beside = [
        item
        for item in sorted(path.absolute().parent.glob("*"))
        if item.stem == path.stem and item.suffix.lower() in COMPANIONS
    ]
    return [path, *beside]


def choose_table(path: Path, tables: list[Intake], wanted: str | None) -> Intake:
    """Return the table that is wanted, or the only one; BadFile lists them otherwise."""
    found = [table for table in tables if wanted in (None, table.name)]
    if len(found) == 1:
        if not found[0].rows:
            raise BadFile(EMPTY.format(file=path.name))
        return found[0]
    text = SEVERAL if wanted is None else NO_LAYER
    names = ", ".join(table.name for table in tables)
    raise BadFile(text.format(file=path.name, wanted=wanted), CHOOSE.format(names=names))


def plan_for(
    intake: Intake,
    layer: Layer,
    chosen: Mapping[str, str],
    constants: Mapping[str, str],
    patch: Mapping[str, Any],
    srid: int,
) -> ImportPlan:
    """Return the plan of a command: columns by name, label and alias, and what was said besides.

    Where neither the file nor the command says the CRS, BadCoordinates names those that fit.
    """
    head = intake.head(HEAD)
    source, _ = propose_geometry(intake, head)
    columns = [column.name for column in intake.columns if column.name not in REASON_COLUMNS]
    free = [name for name in columns if name not in source.columns or name in chosen]
    mapping = {column: name for name, column in map_columns(layer, free, chosen).items()}
    declared = intake.crs if source.kind == "shapes" else None
    plan = ImportPlan(
        layer.name, crs=declared or "", geometry=source, mapping=mapping, constants=dict(constants)
    ).patched(patch)
    if not plan.crs and source.kind != "none":
        guesses = guess_crs(sample(read_shapes(head, plan)[0]), None, Scene(srid))[:MOST_GUESSES]
        told = [(guess.crs, guess.evidence) for guess in guesses]
        zh = "；".join(f"{crs}：{why.zh}" for crs, why in told)
        en = "; ".join(f"{crs}: {why.en}" for crs, why in told)
        hint = Text(SAY_CRS.zh.format(guesses=zh), SAY_CRS.en.format(guesses=en))
        raise BadCoordinates(SILENT.format(file=intake.source), hint)
    return plan
