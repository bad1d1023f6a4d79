"""Files that the writers made, read again by other programs: columns of values, and shapes."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pyogrio
import python_calamine
import shapely

from geodata.conversion import CONVERTERS
from geodata.findings import unguard_formula
from layers.spec import Field

UNREAD = ("", None)


@dataclass
class Back:
    """What a file holds: values by column, shapes, and the CRS it declares."""

    columns: dict[str, list[Any]]
    shapes: list[Any]
    crs: Any = None

    def __len__(self) -> int:
        return len(self.shapes)


def read_back(path: Path, form: str, encoding: str | None = None) -> Back:
    """Read a file of format ``form`` by a program that is not its writer."""
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return of_sheet(list(csv.reader(file)))
    if form == "xlsx":
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return of_sheet(book.get_sheet_by_index(0).to_python(skip_empty_area=False))
    if form == "parquet":
        return of_frame(geopandas.read_parquet(path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if form == "shp":
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.endswith(".shp")]
            frames = [
                pyogrio.read_dataframe(f"/vsizip/{path}/{name}", encoding=encoding)
                for name in names
            ]
            return of_frame(geopandas.GeoDataFrame(pandas.concat(frames, ignore_index=True)))
        return of_frame(pyogrio.read_dataframe(path))


def of_frame(frame: geopandas.GeoDataFrame) -> Back:
    """Return a data frame's content."""
    columns = {
        str(name): [None if pandas.isna(value) else value for value in frame[name].tolist()]
        for name in frame.columns
        if name != frame.geometry.name
    }
    return Back(columns, list(frame.geometry), frame.crs)


def of_sheet(lines: Sequence[Sequence[Any]]) -> Back:
    """Return a sheet's content; its last columns are the shape, then perhaps the note."""
    heads = [str(name) for name in lines[0]]
    rows = [list(line) for line in lines[1:]]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(heads)}
    for note in ("导出说明", "Export note", "export_note"):
        columns.pop(note, None)
    if "WKT" in columns:
        return Back(
            columns, [shapely.from_wkt(text) if text else None for text in columns.pop("WKT")]
        )
    *_, x, y = columns
    pairs = zip(columns.pop(x), columns.pop(y), strict=True)
    shapes = [
        None if east in UNREAD else shapely.Point(float(east), float(north))
        for east, north in pairs
    ]
    return Back(columns, shapes)


def understood(field: Field, value: Any) -> Any:
    """Return what the import makes of a value of a file."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = unguard_formula(value)
    return value if field.type == "text" else CONVERTERS[field.type](field, value)


def zipped_text(path: Path, name: str) -> str:
    """Return a text file of a zip."""
    with zipfile.ZipFile(path) as archive:
        return io.TextIOWrapper(archive.open(name), "utf-8-sig").read()


def nearest(one: Any, other: Any) -> float:
    """Return how far two shapes are apart, whatever order their parts stand in; 0 for two Nones."""
    if one is None or other is None or one.is_empty or other.is_empty:
        empty = [shape is None or shape.is_empty for shape in (one, other)]
        return 0.0 if all(empty) else float("inf")
    return float(shapely.hausdorff_distance(one, other))
