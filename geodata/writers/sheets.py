"""CSV and XLSX: values as people read them, or by field name and code; never a formula.

A point stands in two columns, any other shape in one as WKT, all last. Whatever begins like a
formula gets an apostrophe before it, which the import takes off again.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from geodata.dates import LOCAL
from geodata.errors import BadFile
from geodata.findings import guard_formula
from geodata.writers.spec import Chunk, Chunks, Export
from geodata.writers.values import as_text, finite, headings, position_names, positions, wkt_texts
from layers.spec import Field, Text

MOST_ROWS = 1_048_575  # of a sheet, besides the headings
LONGEST_CELL = 32_767  # characters
LARGEST_WHOLE = 10**15  # beyond it a spreadsheet rounds
FIRST_YEAR = 1901  # before it a spreadsheet's days are off by one
NOTE = Text("导出说明", "Export note")
TOO_MANY = BadFile(
    Text("XLSX 的一张表最多 1,048,576 行。", "A sheet of XLSX has at most 1,048,576 rows."),
    Text(
        "请加筛选条件，或改用 CSV、GeoPackage。", "Ask for fewer rows, or export CSV or GeoPackage."
    ),
)
TOO_LONG = Text(
    "{n} 个内容超过 32,767 个字符，单元格放不下，已留空。",
    "{n} values are longer than the 32,767 characters that a cell can hold: left empty.",
)
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_csv(export: Export, chunks: Chunks, path: Path) -> list[Text]:
    """Write CSV in UTF-8 with a byte order mark, as spreadsheets open it.

    The note stands in a last column of its own, in the first row: so nothing but rows is below
    the headings, and whatever reads the file again leaves that column out.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*map(guard_formula, headings(export)), note_heading(export)])
        told = guard_formula("\n".join(export.note_lines()))
        for chunk in chunks:
            for texts, shape in zip(
                text_lines(export, chunk), shape_cells(export, chunk), strict=True
            ):
                cells = ["" if cell is None else str(cell) for cell in shape]
                writer.writerow([*texts, *cells, told])
                told = ""
    return []


def note_heading(export: Export) -> str:
    """Return the heading of the note's column."""
    return "export_note" if export.headers == "names" else NOTE.say(export.headers)


def text_lines(export: Export, chunk: Chunk) -> Iterator[list[str]]:
    """Yield a chunk's rows as texts that no spreadsheet runs; numbers stay numbers."""
    for values in chunk.lines():
        yield [
            text if finite(value) else guard_formula(text)
            for text, value in (
                (as_text(field, value, export.headers), value)
                for field, value in zip(export.fields, values, strict=True)
            )
        ]


def shape_cells(export: Export, chunk: Chunk) -> Iterator[tuple[object, ...]]:
    """Yield what stands in the columns of each row's shape."""
    if not export.has_shapes:
        yield from (() for _ in range(len(chunk)))
    elif position_names(export):
        yield from positions(chunk.shapes, export.digits)
    else:
        yield from ((text,) for text in wkt_texts(chunk.shapes, export.digits))


class Sheet:
    """One sheet under way: rows go to the file one by one."""

    def __init__(self, book: Any, export: Export) -> None:
        self.export = export
        self.sheet = book.add_worksheet(sheet_name(export.label.say(export.language)))
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        bold = book.add_format({"bold": True})
        self.row = len(export.above)
        for row, cells in enumerate(export.above):
            for column, text in enumerate(cells):
                self.sheet.write_string(row, column, guard_formula(text[:LONGEST_CELL]))
        self.sheet.freeze_panes(self.row + 1, 0)
        for column, name in enumerate(headings(export)):
            self.sheet.set_column(column, column, min(40, max(10, 2 * len(name))))
            self.sheet.write_string(self.row, column, guard_formula(name), bold)
        self.too_long = 0

    def add(self, chunk: Chunk) -> None:
        """Write a chunk's rows. Raises BadFile when the sheet is full."""
        for values, shape in zip(chunk.lines(), shape_cells(self.export, chunk), strict=True):
            if self.row >= MOST_ROWS:
                raise TOO_MANY
            self.row += 1
            for column, (field, value) in enumerate(zip(self.export.fields, values, strict=True)):
                self.write(column, field, value)
            for column, cell in enumerate(shape, start=len(values)):
                self.write(column, None, cell)

    def write(self, column: int, field: Field | None, value: object) -> None:
        """Write one cell: numbers and days as such, everything else as text."""
        if value is None:
            return
        if isinstance(value, date) and value.year >= FIRST_YEAR:
            if isinstance(value, datetime):
                local = value.astimezone(LOCAL).replace(tzinfo=None)
                self.sheet.write_datetime(self.row, column, local, self.time)
            else:
                self.sheet.write_datetime(self.row, column, value, self.day)
            return
        if is_number(value):
            self.sheet.write_number(self.row, column, value)
            return
        text = str(value) if field is None else as_text(field, value, self.export.headers)
        text = guard_formula(text)
        if len(text) > LONGEST_CELL:
            self.too_long += 1
        elif text:
            self.sheet.write_string(self.row, column, text)


def is_number(value: object) -> bool:
    """Tell whether a cell can hold a value as a number without changing it."""
    if isinstance(value, bool) or not finite(value):
        return False
    return isinstance(value, float) or abs(int(str(value))) < LARGEST_WHOLE


def write_xlsx(export: Export, chunks: Chunks, path: Path) -> list[Text]:
    """Write a workbook: the rows, and the note on a sheet of its own.

    Raises BadFile for more rows than a sheet has.
    """
    with (
        TemporaryDirectory(dir=path.parent) as folder,
        xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": folder}) as book,
    ):
        sheet = Sheet(book, export)
        for chunk in chunks:
            sheet.add(chunk)
        told = [TOO_LONG.format(n=sheet.too_long)] if sheet.too_long else []
        notes = book.add_worksheet(sheet_name(NOTE.say(export.language)))
        lines = [*export.note_lines(), *(one.say(export.language) for one in told)]
        for row, text in enumerate(lines):
            notes.write_string(row, 0, guard_formula(text[:LONGEST_CELL]))
    return told


def sheet_name(text: str) -> str:
    """Return a text as a sheet may be called: at most 31 signs, none of its brackets and marks."""
    kept = "".join(" " if sign in "[]:*?/\\" else sign for sign in text)
    return kept.strip(" '")[:31] or "1"
