"""Spreadsheets: every visible sheet is a table. Saved values only; nothing is ever evaluated."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from geodata.errors import BadFile
from geodata.intake.archive import Room
from geodata.intake.cells import Cell, as_text, cell_type, join_types, to_array
from geodata.intake.dialects import Dialect, Row, rows_above
from geodata.intake.facts import Column, ColumnType, Facts
from geodata.intake.headers import SEARCHED
from geodata.intake.kept import CHUNK
from geodata.intake.lists import header_index
from geodata.intake.output import Output
from geodata.intake.sniff import DAMAGE, NAMES
from geodata.intake.sources import Source
from geodata.intake.streams import damaged
from geodata.intake.vector import renamed_note
from geodata.intake.writing import unique_names
from layers.spec import Text

FILLED = Text("合并的单元格已按同一个值填入各格。", "Merged cells were filled with their value.")
HIDDEN = Text("隐藏的工作表没有读取：{names}", "Hidden sheets were not read: {names}")
BLOCK = 1 << 20
FORMULAS = (b"<f>", b"<f ", b"table:formula")
MACROS = Text(
    "文件含有宏，没有运行，也不会读取。", "The file holds macros; they were neither run nor read."
)
CACHED = Text(
    "表中有公式：只读取上次保存的计算结果，不重新计算。",
    "There are formulas: the values saved last are read, nothing is calculated.",
)


def read_workbook(source: Source, folder: Path, output: Output) -> None:
    """Write every visible sheet. Raises BadFile for a damaged or locked file."""
    path, notes = source.member.path, list(source.notes)
    suffix = source.kind
    if source.kind != "xls":
        inside = look_inside(path, output)
        notes += inside.notes
        suffix = "xlsb" if inside.binary else suffix
    folder.mkdir()
    link = folder / f"data.{suffix}"  # the library goes by the suffix
    link.symlink_to(path)
    try:
        with CalamineWorkbook.from_path(str(link)) as book:
            sheets = [
                about for about in book.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet
            ]
            hidden = [about.name for about in sheets if about.visible != SheetVisibleEnum.Visible]
            notes += [HIDDEN.format(names="、".join(hidden))] if hidden else []
            for about in sheets:
                if about.name not in hidden and output.wants(about.name):
                    read_sheet(source, book.get_sheet_by_name(about.name), output, notes)
    except python_calamine.PasswordError as error:
        raise BadFile(
            Text("工作簿有密码。", "The workbook is protected by a password."),
            Text("请去掉密码后另存。", "Save it without a password."),
        ) from error
    except (python_calamine.CalamineError, ValueError) as error:
        raise damaged(source.member.name, NAMES[source.kind]) from error


@dataclass(frozen=True)
class Inside:
    """What an archive of a workbook holds."""

    binary: bool
    notes: list[Text]


def look_inside(path: Path, output: Output) -> Inside:
    """Return notes about macros and formulas. Raises BadFile for what unpacks to too much."""
    room = Room(output.limits, path.stat().st_size)
    formulas = False
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            for info in infos:
                with archive.open(info) as stream:
                    while block := stream.read(BLOCK):
                        room.take(len(block))
                        formulas = formulas or any(mark in block for mark in FORMULAS)
            macros = any(info.filename.endswith("vbaProject.bin") for info in infos)
    except DAMAGE as error:
        raise damaged(path.name, "XLSX") from error
    binary = any(info.filename == "xl/workbook.bin" for info in infos)
    return Inside(binary, ([MACROS] if macros else []) + ([CACHED] if formulas else []))


def read_sheet(source: Source, sheet: CalamineSheet, output: Output, notes: list[Text]) -> None:
    """Write one sheet: find its header, then the type of each column, then the rows."""
    if sheet.start is None:
        output.empty.append(sheet.name)
        return
    output.require_columns(sheet.width)
    merged = merged_cells(sheet)
    begin, plain, above = sheet_header(sheet, merged, output.options.header_row)

    def rows() -> Iterator[tuple[int, Sequence[Cell]]]:
        return (row for row in sheet_rows(sheet, merged) if row[0] > begin)

    kept = used_columns(plain, rows())
    names = unique_names([plain[place] for place in kept])
    columns = tuple(map(Column, names, column_types(rows(), kept)))
    writer = output.begin(columns, shapes=False, lines=True)
    waiting = rows()
    while chunk := list(islice(waiting, CHUNK)):
        values = [
            to_array([cells[place] for _, cells in chunk], column.type)
            for place, column in zip(kept, columns, strict=True)
        ]
        writer.write(values, lines=[line for line, _ in chunk])
    told = list(notes)
    pairs = zip((plain[place] for place in kept), names, strict=True)
    renamed = [f"{old or '（空）'} → {new}" for old, new in pairs if old != new]
    if renamed and begin:
        told.append(renamed_note(renamed))
    if any(line > begin for line, _ in merged):
        told.append(FILLED)
    facts = Facts(
        source=source.member.name,
        name=sheet.name,
        format=NAMES[source.kind],
        rows=writer.rows,
        columns=columns,
        has_shapes=False,
        geometry_types={},
        crs_evidence=Text("表格不写明坐标系。", "A sheet does not say its reference system."),
        header_row=begin,
        above=above,
        notes=tuple(told),
    )
    output.end(writer, facts)


def sheet_header(
    sheet: CalamineSheet, merged: dict[tuple[int, int], tuple[int, int]], wanted: int | None
) -> tuple[int, list[str], tuple[tuple[str, ...], ...]]:
    """Return the row of the header (0: none), the names that it gives, and the rows above it."""
    first = list(islice(sheet_rows(sheet, merged), SEARCHED))
    texts = [(line, [as_text(cell) for cell in cells]) for line, cells in first]
    top = header_index(texts, wanted)
    index = below_groups(first, top, sheet, wanted)
    if index < 0:
        return 0, [""] * sheet.width, ()
    above = titles(sheet, first[top][0])
    return first[index][0], [name.strip() for name in texts[index][1]], above


def titles(sheet: CalamineSheet, header: int) -> tuple[tuple[str, ...], ...]:
    """Return the rows above the row ``header``, what is merged only in its first cell."""
    plain = takewhile(lambda row: row[0] < header, sheet_rows(sheet, {}))
    rows: list[Row] = [(line, trimmed(cells)) for line, cells in plain]
    return rows_above([*rows, (header, [])], len(rows), Dialect(""))


def trimmed(cells: Sequence[Cell]) -> list[str]:
    """Return cells as texts, without the blank ones at the end."""
    texts = [as_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def merged_cells(sheet: CalamineSheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Return for the merged cells (row from 1, column from 0) the corner that holds their value."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    last, width = sheet.total_height, sheet.total_width
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in range(top, min(bottom, last) + 1):
            for column in range(left, min(right, width) + 1):
                if (row, column) != (top, left) and len(found) < 1_000_000:
                    found[row + 1, column] = (top + 1, left)
    return found


def sheet_rows(
    sheet: CalamineSheet, merged: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield rows that are not blank with their number in the sheet, merged cells filled."""
    offset = sheet.start[1] if sheet.start else 0
    corners = set(merged.values())
    values: dict[tuple[int, int], Cell] = {}
    covered = {row for row, _ in merged}
    wanted = {row for row, _ in corners}
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if line in wanted:
            values |= {
                (line, c + offset): cell
                for c, cell in enumerate(cells)
                if (line, c + offset) in corners
            }
        if line in covered:
            cells = [
                values.get(merged.get((line, c + offset), (0, 0)), cell)
                for c, cell in enumerate(cells)
            ]
        if any(cell != "" for cell in cells):
            yield line, cells


def below_groups(
    first: Sequence[tuple[int, list[Cell]]], header: int, sheet: CalamineSheet, wanted: int | None
) -> int:
    """Return the last row of a header of several rows: one with group heads above the names."""
    if wanted is not None or header < 0 or header + 1 >= len(first):
        return header
    line = first[header][0] - 1
    ranges = [r for r in sheet.merged_cell_ranges or () if r[0][0] == line]
    wide = any(right > left for (_, left), (_, right) in ranges)
    tall = [bottom for (_, _), (bottom, _) in ranges if bottom > line]
    if not (wide and tall):
        return header
    fitting = [i for i, (number, _) in enumerate(first) if number - 1 <= max(tall)]
    return fitting[-1]


def used_columns(plain: Sequence[str], rows: Iterator[tuple[int, Sequence[Cell]]]) -> list[int]:
    """Return the places of columns that have a name or any value."""
    nameless = {place for place, name in enumerate(plain) if not name}
    for _, cells in rows:
        if not nameless:
            break
        nameless -= {place for place in nameless if cells[place] != ""}
    return [place for place in range(len(plain)) if place not in nameless]


def column_types(
    rows: Iterator[tuple[int, Sequence[Cell]]], kept: Sequence[int]
) -> list[ColumnType]:
    """Return each column's type: that of all its values where they agree, else text."""
    found: list[set[ColumnType]] = [set() for _ in kept]
    for _, cells in rows:
        for place, kinds in zip(kept, found, strict=True):
            cell = cells[place]
            if cell != "":
                kinds.add(cell_type(cell))
    return [join_types(kinds) for kinds in found]
