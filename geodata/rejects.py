"""Rejected rows as a file like the one they came in, with the reason: to be mended and sent again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy
import shapely

from geodata.filling import REASON_COLUMNS
from geodata.findings import guard_formula
from geodata.intake.dialects import SEPARATOR
from geodata.intake.kept import Chunk as Held
from geodata.intake.kept import Intake
from geodata.privacy import header_kind, mask
from geodata.writers.catalogue import FORMATS, write_file
from geodata.writers.spec import NO_SHAPES, Chunk, Export
from layers.spec import Field, FieldType, Text

# What the column with the reason is called, as `REASON_COLUMNS` knows it.
REASON, SHORT_REASON = "原因/reason", "原因"
WKT = "WKT"
LISTS = (".csv", ".tsv", ".tab", ".txt")
# How a format that was read is written; any other, which can hold no reason, becomes a list.
WRITTEN = {
    "GeoPackage": "gpkg",
    "Shapefile": "shp",
    "GeoJSON": "geojson",
    "GeoJSONSeq": "geojson",
    "KML": "kml",
    "XLSX": "xlsx",
    "XLS": "xlsx",
    "ODS": "xlsx",
    "GeoParquet": "parquet",
    "Parquet": "parquet",
}
TYPES: Mapping[str, FieldType] = {"integer": "integer", "number": "number", "boolean": "boolean"}
CHINESE = ("gb18030", "gbk", "gb2312", "cp936")
# Encodings that hold every reason, beside UTF-8, as a list is written in them.
WIDE = {"utf-16": "utf-16"}
# Words before or after which a title names whoever made the list.
MAKERS = re.compile(r"(填表|填报|制表|经办|审核|录入|采集|上报)[人员者]")


def write_rejects(
    intake: Intake,
    reasons: Mapping[int, str],
    without: Sequence[str],
    masked: Sequence[str],
    folder: Path,
) -> Path:
    """Write the rows named in ``reasons`` (row from 1: why) to a new file; return its path.

    The file is of the intake's own format with its own columns, but for those ``without``; a
    drawing becomes a list with the shapes as text, since it can hold no reason. Numbers of persons
    inside the free text of columns ``masked`` are not given back. Raises BadFile for
    what the format cannot hold.
    """
    columns = [
        column
        for column in intake.columns
        if column.name not in without and column.name not in REASON_COLUMNS
    ]
    names, stem = [column.name for column in columns], Path(intake.source).stem or "rows"
    form = FORMATS.get(WRITTEN.get(intake.facts.format, ""))
    if form is None:
        suffix = Path(intake.source).suffix.lower()
        path = folder / f"{stem}.rejects{suffix if suffix in LISTS else '.csv'}"
        write_list(path, intake, reasons, names, masked)
        return path
    shape = form.name == "shp"
    export = Export(
        name=stem,
        label=Text(stem, stem),
        fields=(
            *(made_field(one.name, TYPES.get(one.type, "text")) for one in columns),
            made_field(SHORT_REASON if shape else REASON, "text"),
        ),
        geometry="" if intake.has_shapes else NO_SHAPES,
        crs="EPSG:4326" if form.degrees_only else intake.crs or "",
        headers="names",
        encoding=written_encoding(intake, "UTF-8") if shape else "UTF-8",
        above=tuple(tuple(given_back_title(row)) for row in intake.facts.above),
    )
    path = folder / f"{stem}.rejects{form.suffix}"
    write_file(form, export, chunks(intake, reasons, names, masked), path)
    return path


def made_field(name: str, kind: FieldType) -> Field:
    """Return a column of the file as a field."""
    return Field(name, kind, Text(name, name), max_length=10**6)


def written_encoding(intake: Intake, otherwise: str) -> str:
    """Return the encoding in which a file's texts are written back."""
    name = intake.facts.encoding.name.rpartition(">")[2].lower()
    return "GB18030" if name in CHINESE else otherwise


def rejected(intake: Intake, reasons: Mapping[int, str]) -> Iterator[tuple[Held, numpy.ndarray]]:
    """Yield chunks with the places in them of rejected rows."""
    numbers = numpy.fromiter(reasons, dtype="int64", count=len(reasons))
    for held in intake.batches():
        places = numpy.flatnonzero(numpy.isin(held.rows, numbers))
        if len(places):
            yield held, places


def chunks(
    intake: Intake, reasons: Mapping[int, str], names: Sequence[str], masked: Sequence[str]
) -> Iterator[Chunk]:
    """Yield the rejected rows as the writers take them."""
    for held, places in rejected(intake, reasons):
        columns = [given_back(held, name, places, masked) for name in names]
        why = [reasons[row] for row in held.rows[places].tolist()]
        shapes = held.shapes[places].tolist() if intake.has_shapes else ()
        yield Chunk((*columns, why), shapes, len(places))


def given_back(held: Held, name: str, places: numpy.ndarray, masked: Sequence[str]) -> list[object]:
    """Return some values of a column as plain objects, None where one is missing."""
    values = [None if value != value else value for value in held.columns[name][places].tolist()]
    if name not in masked:
        return values
    return [mask(value) if isinstance(value, str) else value for value in values]


def given_back_title(row: Sequence[str]) -> list[str]:
    """Return a row from above the header; nothing of one that seems to name a person."""
    if any(MAKERS.search(cell) or header_kind(cell) for cell in row):
        return []
    return [guard_formula(mask(cell)) for cell in row]


def write_list(
    path: Path,
    intake: Intake,
    reasons: Mapping[int, str],
    names: Sequence[str],
    masked: Sequence[str],
) -> None:
    """Write the rejected rows as the file has them: encoding, delimiter, quotes, rows on top.

    Shapes become well-known text. An encoding that lacks Chinese characters becomes UTF-8.
    """
    encoding = written_encoding(intake, WIDE.get(intake.encoding.name, "utf-8-sig"))
    shaped = [WKT] if intake.has_shapes else []
    delimiter = intake.facts.delimiter or ","
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(
            file,
            delimiter=delimiter,
            quoting=csv.QUOTE_ALL if intake.facts.quoted else csv.QUOTE_MINIMAL,
        )
        for row in intake.facts.above:
            if row == (SEPARATOR,):
                file.write(f"{SEPARATOR}{delimiter}\r\n")
            else:
                writer.writerow(given_back_title(row))
        writer.writerow([*map(guard_formula, names), *shaped, REASON])
        for held, places in rejected(intake, reasons):
            columns = [given_back(held, name, places, masked) for name in names]
            if shaped:
                columns.append(list(written_shapes(held.shapes[places])))
            columns.append([reasons[row] for row in held.rows[places].tolist()])
            for line in zip(*columns, strict=True):
                writer.writerow([written(value) for value in line])


def written_shapes(shapes: numpy.ndarray) -> Iterator[object]:
    """Yield shapes as well-known text with all their digits; None where there is none."""
    for wkb in shapes.tolist():
        yield None if wkb is None else shapely.to_wkt(shapely.from_wkb(wkb), rounding_precision=-1)


def written(value: object) -> str:
    """Return a value as a list holds it, nothing that a spreadsheet would run."""
    if value is None:
        return ""
    return guard_formula(value) if isinstance(value, str) else str(value)
