"""The table of cells and the list of gaps as files: the very figures of the pages, all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import shapely

from geodata.writers.catalogue import Progress, write_file
from geodata.writers.shifting import shifted
from geodata.writers.spec import Chunk, Chunks, Export, Written
from gisapp.coverage.file_columns import CELL_FIELDS, CODE, GAP_FIELDS, KINDS, SCORE
from gisapp.coverage.freshness import TARGETS, area_range, read_target
from gisapp.coverage.ranking import (
    CELL_FILES_BY,
    GAP_FILES,
    ORDERS,
    UNSURE,
    Asked,
    as_cell,
    as_gap,
    parameters,
)
from gisapp.coverage.weights import CONFIGURED, LABELS, Weights, said_points
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.exporting import SIZE, TITLES, note_of
from gisapp.features.faults import bad_value, clean_text
from gisapp.features.targets import OPTIONS, Options
from layers.spec import Field, Text

Name = Literal["cells", "gaps"]
LONGEST_CODE = 64
DIGITS = 3  # of square metres, per cent and points; no page shows as many
COUNT = """
SELECT count(*), count(*) FILTER (WHERE state <> 'fresh') FROM ({body}) AS asked
"""


def counted(statement: Statement) -> Statement:
    """Return the statement that counts the rows of another, and those out of date."""
    text = COUNT.replace("{body}", str(statement.text))
    return replace(statement, text=text, rendered={})


COUNT_CELLS, COUNT_GAPS = counted(CELL_FILES_BY["code"]), counted(GAP_FILES)


@dataclass(frozen=True)
class Table:
    """One table: its columns, the type of its shapes, and its rows as the pages have them."""

    name: Name
    label: Text
    fields: tuple[Field, ...]
    geometry: str
    title: str
    row: Callable[[tuple[Any, ...], Weights], dict[str, Any]]
    names: tuple[str, ...]  # the parameters besides ``target`` and ``area``


TABLES: Mapping[str, Table] = {
    "cells": Table(
        "cells",
        Text("监控覆盖：网格", "Camera coverage: cells"),
        CELL_FIELDS,
        "MultiPolygon",
        "name",
        lambda row, weights: as_cell(row),
        ("sort",),
    ),
    "gaps": Table(
        "gaps",
        Text("监控覆盖：盲区", "Camera coverage: gaps"),
        GAP_FIELDS,
        "Polygon",
        "cell_name",
        as_gap,
        ("kind", "cell"),
    ),
}


def allowed_names(table: Table) -> tuple[str, ...]:
    """Return every parameter of an export of a table."""
    return (*OPTIONS, "target", "area", *table.names)


def read_asked(table: Table, given: Mapping[str, str]) -> Asked:
    """Return what the parameters ask for: all rows, with their shapes. Raises BadParameter."""
    order, kind = given.get("sort", "score"), given.get("kind", "all")
    for name, value, known in (("sort", order, ORDERS), ("kind", kind, ("all", *KINDS))):
        if value not in known:
            listed = ", ".join(known)
            raise bad_value(name, Text(f"可用：{listed}", f"give one of {listed}"))
    cell = given.get("cell", "")
    if cell:
        clean_text("cell", cell, LONGEST_CODE)
    target = read_target(given.get("target", "public"))
    area = area_range(given.get("area", ""))
    return Asked(target, area, None, order=order, kind=kind, cell=cell)


def statement_of(table: Table, asked: Asked) -> Statement:
    """Return the statement of a table's rows."""
    return CELL_FILES_BY[asked.order] if table.name == "cells" else GAP_FILES


def say_filters(table: Table, given: Mapping[str, str]) -> list[tuple[Text, Text]]:
    """Return the parameters as people read them."""
    asked = read_asked(table, given)
    told = [(Text("应看的地面", "To be seen"), TARGETS[asked.target])]
    if given.get("area"):
        told.append((Text("区域", "Area"), Text(given["area"], given["area"])))
    if asked.cell:
        told.append((CODE.label, Text(asked.cell, asked.cell)))
    if asked.kind != "all":
        told.append((Text("种类", "Kind"), KINDS[asked.kind]))
    return told


def count_rows(reader: Reader, table: Table, asked: Asked, weights: Weights) -> tuple[int, int]:
    """Return how many rows there are, and how many of them are out of date."""
    given = {**parameters(asked, weights, reader.scope), "srid": 4326}
    statement = COUNT_CELLS if table.name == "cells" else COUNT_GAPS
    rows, stale = reader.row(statement, given) or (0, 0)
    return int(rows), int(stale)


def rules_of(stale: int, weights: Weights) -> Iterator[tuple[Text, Text]]:
    """Yield what must be known beside the rows."""
    if stale:
        yield (
            TITLES["warning"],
            Text(
                "{n} 行待重算或无法计算，数字不是最新或没有数字",
                "{n} rows are out of date or not computed",
            ).format(n=stale),
        )
    points = [(label, said_points(getattr(weights, name))) for name, label in LABELS.items()]
    zh = "；".join(f"{label.zh} {value}" for label, value in points)
    en = "; ".join(f"{label.en} {value}" for label, value in points)
    told = Text(
        f"数量 × 分值，不确定的乘以 {UNSURE:g}；分值：{zh}（{CONFIGURED.zh}）",
        f"Amounts × points, unsure ones × {UNSURE:g}; points: {en} ({CONFIGURED.en})",
    )
    yield SCORE.label, told


def export_table(
    reader: Reader,
    table: Table,
    given: Mapping[str, str],
    weights: Weights,
    options: Options,
    language: str,
    path: Path,
    progress: Progress | None = None,
) -> Written:
    """Write a table as of one moment to ``path``; a sheet has a place inside instead of outlines.

    Raises BadParameter, BadFile (what the format cannot hold, disk full), what ``progress`` raises.
    """
    asked = read_asked(table, given)
    with reader.snapshot():
        rows, stale = count_rows(reader, table, asked, weights)
        told = note_of(reader, table.label, say_filters(table, given), rows, options)
        export = Export(
            name=f"coverage_{table.name}",
            label=table.label,
            fields=table.fields,
            geometry="Point" if options.form.headers else table.geometry,
            crs=options.target.crs,
            offset=options.target.offset,
            title=table.title,
            note=(*told, *rules_of(stale, weights)),
            language=language,
            headers=options.headers,
            encoding=options.encoding,
        )
        chunks = chunks_of(reader, table, asked, weights, options)
        return write_file(
            options.form, export, shifted(chunks, options.target.offset), path, progress
        )


def chunks_of(
    reader: Reader, table: Table, asked: Asked, weights: Weights, options: Options
) -> Chunks:
    """Yield the rows of a table."""
    given = {**parameters(asked, weights, reader.scope), "srid": options.target.srid}
    for rows in reader.stream(statement_of(table, asked), given, SIZE):
        found = [table.row(row, weights) for row in rows]
        columns = tuple([plain(row[field.name], field) for row in found] for field in table.fields)
        shapes = [bytes(row["geometry"]) for row in found]
        if options.form.headers:
            inside = shapely.point_on_surface(shapely.from_wkb(shapes))
            shapes = shapely.to_wkb(inside).tolist()
        yield Chunk(columns, shapes)


def plain(value: Any, field: Field) -> Any:
    """Return a value as a writer takes it."""
    if field.type == "datetime" and value is not None:
        return datetime.fromisoformat(value)
    return round(value, DIGITS) if isinstance(value, float) else value
