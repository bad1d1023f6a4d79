"""Rows ready to be stored, chunk by chunk in constant memory, or a whole small table at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas
import numpy
import pandas
import shapely

from geodata.discoveries import Scene
from geodata.filling import PERSONAL, personal_file, require_impersonal
from geodata.findings import Finding
from geodata.mapping import targets
from geodata.plan import ImportPlan
from geodata.privacy import IDS, PHONES, Personal
from geodata.processing import Part, Processor
from geodata.shapes import FLATTENED
from geodata.source import Source
from layers.spec import Layer, Text


@dataclass
class PreparedChunk:
    """Rows for ``store_frame`` and what is wrong with the others.

    ``frame``: the good rows, the same columns in every chunk, geometry in the metric CRS;
    ``rows``: the file's row number (int64) of each. ``findings`` stand in the way of an import
    unless errors are skipped; ``left_out`` are of rows left out on purpose. ``misplaced``: row
    numbers and shapes (metric) of rows that are not good, where they have a shape.
    """

    frame: geopandas.GeoDataFrame
    rows: numpy.ndarray
    findings: list[Finding]
    left_out: list[Finding]
    misplaced: tuple[numpy.ndarray, numpy.ndarray]


def prepare(
    source: Source, plan: ImportPlan, layer: Layer, scene: Scene
) -> Iterator[PreparedChunk]:
    """Yield the rows of a table as the plan makes them, in the file's order.

    Raises BadFile or BadCoordinates where the plan cannot be carried out, at the latest when a
    column that fills a field turns out to hold persons.
    """
    processor = Processor(source, plan, layer, scene, watch_all=False)
    if processor.faults:
        raise processor.faults[0]
    require_impersonal(processor.filling)
    for part in processor.parts():
        require_impersonal(processor.filling)
        yield to_chunk(part)


def to_chunk(part: Part) -> PreparedChunk:
    """Return what is to be stored of a processed chunk, and what is not."""
    good, shapes = part.good, part.shapes
    columns = {
        name: pandas.Series(values[good], dtype=object) for name, values in part.values.items()
    }
    frame = geopandas.GeoDataFrame(columns, geometry=shapes[good])
    bad = ~good & ~shapely.is_missing(shapes)
    misplaced = (part.rows[bad], shapes[bad])
    return PreparedChunk(frame, part.rows[good], part.findings, part.left_out, misplaced)


@dataclass
class Prepared:
    """Rows of a whole file ready for ``load_frame`` and what was found on the way.

    ``frame`` holds the good rows only; ``mapping`` is field -> column.
    """

    rows: int
    mapping: dict[str, str]
    ignored: list[str]
    findings: list[Finding] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    frame: geopandas.GeoDataFrame = field(default_factory=geopandas.GeoDataFrame)


def prepare_whole(source: Source, plan: ImportPlan, layer: Layer, srid: int) -> Prepared:
    """Return all rows of a table at once, with its geometry in metric CRS ``srid``.

    Raises BadFile or BadCoordinates for what concerns the whole file; so it does when most of a
    chunk lies outside the metric CRS's area of use, and for any identity or telephone number.
    """
    processor = Processor(source, plan, layer, Scene(srid))
    require_impersonal(processor.filling)
    if processor.faults:
        raise processor.faults[0]
    names = [column.name for column in source.columns]
    mapping = processor.filling.column_of
    ignored = sorted(set(names) - set(mapping.values()) - set(plan.geometry.columns))
    prepared = Prepared(0, mapping, ignored)
    frames, flat, defaults = [], 0, Counter[str]()
    for part in processor.parts(whole=True):
        require_impersonal(processor.filling)
        require_no_numbers(part.findings)
        chunk = to_chunk(part)
        frames.append(chunk.frame)
        prepared.rows += len(part.chunk.rows)
        prepared.findings += chunk.findings
        flat += int(part.placed.shapes.deep.sum())
        defaults.update(part.filled.defaults)
    if frames:
        prepared.frame = pandas.concat(frames, ignore_index=True)
    verdicts = [watch.verdict() for watch in processor.filling.watches.values()]
    prepared.notes += [FLATTENED.format(rows=flat)] if flat else []
    prepared.notes += default_notes(layer, defaults)
    prepared.notes += [left_out(found) for found in verdicts if found]
    return prepared


def require_no_numbers(findings: list[Finding]) -> None:
    """Raise BadFile when single rows hold identity or telephone numbers."""
    columns = {item.column for item in findings if item.reason is PERSONAL}
    if columns:
        kind = Text(f"{IDS.zh}或{PHONES.zh}", f"{IDS.en} or {PHONES.en}")
        raise personal_file([Personal(column, kind, header=False) for column in sorted(columns)])


def default_notes(layer: Layer, defaults: Counter[str]) -> list[Text]:
    """Return the notes about rows without a value that became "not known"."""
    labels = {name: item.label for name, item in targets(layer).items()}
    return [
        Text(
            f"{labels[name].zh}：{rows} 行没有值，记为“不详”。",
            f"{labels[name].en}: {rows} rows without a value are unknown.",
        )
        for name, rows in defaults.items()
        if rows
    ]


def left_out(found: Personal) -> Text:
    """Return the note about a column that fills nothing and looks personal."""
    return Text(
        f"列 {found.column} 像是{found.kind.zh}，没有读入：本系统只记地点，不记个人。",
        f"Column {found.column} looks like {found.kind.en} and was not read: "
        "places are kept, never persons.",
    )
