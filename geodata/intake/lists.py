"""CSV, TSV and other texts with a table: encoding, delimiter and header found, read in chunks."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pyarrow

from geodata.encodings import EncodingGuess
from geodata.errors import BadFile
from geodata.findings import unguard_formula
from geodata.intake.dialects import SEPARATOR, Dialect, Row, find_dialect, rows_above
from geodata.intake.documents import MARKS
from geodata.intake.facts import Column, Facts, ReadOptions
from geodata.intake.headers import SEARCHED, find_header
from geodata.intake.kept import CHUNK
from geodata.intake.output import Output
from geodata.intake.sources import Source
from geodata.intake.texts import mend, settle_encoding
from geodata.intake.vector import renamed_note
from geodata.intake.writing import TableWriter, unique_names
from layers.spec import Text

LINE = 1_000_000  # bytes of a line that are looked at for the encoding
QUOTED = 5  # lines that a note names


@dataclass
class Odd:
    """Rows that do not fit the header: lines with more cells, and how many have fewer."""

    longer: list[int] = field(default_factory=list)
    longer_count: int = 0
    shorter: int = 0
    broken: int = 0

    def note(self, line: int, cells: Sequence[str], width: int) -> None:
        """Look at one row."""
        if len(cells) > width and any(cells[width:]):
            self.longer_count += 1
            if len(self.longer) < QUOTED:
                self.longer.append(line)
        self.shorter += len(cells) < width
        self.broken += any("\ufffd" in cell for cell in cells)

    def notes(self) -> list[Text]:
        """Return what a user should know of the rows."""
        notes = []
        if self.longer_count:
            told = "、".join(map(str, self.longer))
            notes.append(
                Text(
                    f"{self.longer_count} 行的单元格多于列名（如第 {told} 行），多出的没有读取；"
                    "请检查未加引号的分隔符。",
                    f"{self.longer_count} rows have more cells than names (such as line {told}); "
                    "the rest was not read. Look for delimiters without quotes.",
                )
            )
        if self.shorter:
            notes.append(
                Text(
                    f"{self.shorter} 行的单元格少于列名，缺少的按空值处理。",
                    f"{self.shorter} rows have fewer cells than names; the missing are empty.",
                )
            )
        if self.broken:
            notes.append(
                Text(
                    f"{self.broken} 行有不能解码的字，显示为 �。",
                    f"{self.broken} rows have characters that cannot be decoded, shown as �.",
                )
            )
        return notes


def read_list(source: Source, _folder: Path, output: Output) -> None:
    """Write the table of a text file; every column is text. Raises BadFile."""
    path = source.member.path
    csv.field_size_limit(output.limits.cell_bytes)
    guess, name = list_encoding(path, output.options)
    try:
        with path.open("rb") as stream:
            dialect = find_dialect(decoded(stream, name))
        with path.open("rb") as stream:
            rows = list_rows(decoded(stream, name), dialect.delimiter)
            if output.wants(source.title):
                write_list(source, rows, guess, dialect, output)
    except csv.Error as error:
        raise BadFile(
            Text(
                f"{source.member.name} 的表格结构读不出来（单元格过长或引号不成对）。",
                f"The table of {source.member.name} cannot be read (a cell is too long, or quotes "
                "do not match).",
            ),
            Text("请用 Excel 打开并另存为 xlsx。", "Open it with Excel and save it as xlsx."),
        ) from error


def list_encoding(path: Path, options: ReadOptions) -> tuple[EncodingGuess, str]:
    """Return the guess and the name to decode with; a mark at the beginning settles it."""
    with path.open("rb") as stream:
        head = stream.read(4)
        marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
        stream.seek(0)
        if marked == "utf-16":
            evidence = Text("文件以 UTF-16 标记开头。", "The file begins with the mark of UTF-16.")
            return EncodingGuess("utf-16", 1.0, evidence, "UTF-16"), "utf-16"
        declared = "UTF-8" if marked else ""
        lines = iter(lambda: stream.readline(LINE), b"")
        guess, _ = settle_encoding((line.strip() for line in lines), declared, options.encoding)
    if marked and guess.name == "utf-8":
        guess = replace(guess, confidence=1.0)
    return guess, guess.name


def decoded(stream: io.BufferedReader, name: str) -> io.TextIOWrapper:
    """Return the stream as text; what cannot be decoded becomes the replacement character."""
    outer = name.partition("+")[0]
    codec = "utf-8-sig" if outer == "utf-8" else codecs.lookup(outer).name
    return io.TextIOWrapper(stream, encoding=codec, errors="replace", newline="")


def list_rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    """Yield every row that is not blank."""
    reader = csv.reader((line.replace("\x00", "") for line in text), delimiter=delimiter)
    line = 1
    for cells in reader:
        if any(cells) and not (
            line == 1 and len(cells) <= 2 and cells[0].lower() in (SEPARATOR, SEPARATOR + delimiter)
        ):
            yield line, cells
        line = reader.line_num + 1


def write_list(
    source: Source, rows: Iterator[Row], guess: EncodingGuess, dialect: Dialect, output: Output
) -> None:
    """Find the header, then write the rows below it in chunks."""
    first = list(islice(rows, SEARCHED))
    header = header_index(first, output.options.header_row) if first else -1
    plain = [cell.strip() for cell in first[header][1]] if header >= 0 else []
    plain = [mend(cell, guess.name) for cell in plain] or [""] * max(
        (len(c) for _, c in first), default=0
    )
    output.require_columns(len(plain))
    while (
        len(plain) > 1
        and not plain[-1]
        and not any(any(c[len(plain) - 1 :]) for _, c in first[header + 1 :])
    ):
        plain.pop()
    names = unique_names(plain)
    columns = tuple(Column(name, "text") for name in names)
    writer = output.begin(columns, shapes=False, lines=True)
    odd = Odd()
    chunk: list[Row] = []
    for row in [*first[header + 1 :], *()]:
        chunk.append(row)
    while True:
        chunk += islice(rows, CHUNK - len(chunk))
        if not chunk:
            break
        write_rows(writer, chunk, len(names), guess.name, odd)
        chunk = []
    renamed = [
        f"{a or '（空）'} → {b}"
        for a, b in zip(plain, names, strict=True)
        if a != b and header >= 0
    ]
    facts = Facts(
        source=source.member.name,
        name=source.title,
        format="CSV",
        rows=writer.rows,
        columns=columns,
        has_shapes=False,
        geometry_types={},
        crs_evidence=Text("列表不写明坐标系。", "A list does not say its reference system."),
        encoding=guess,
        header_row=first[header][0] if header >= 0 else 0,
        notes=(*source.notes, *([renamed_note(renamed)] if renamed else []), *odd.notes()),
        delimiter=dialect.delimiter,
        quoted=dialect.quoted,
        above=rows_above(first, header, dialect) if header >= 0 else (),
    )
    output.end(writer, facts)


def header_index(first: Sequence[Row], wanted: int | None) -> int:
    """Return the index of the header among the first rows, as chosen or as found; -1: none."""
    if wanted is None:
        return find_header([cells for _, cells in first])
    if wanted == 0:
        return -1
    for index, (line, _) in enumerate(first):
        if line == wanted:
            return index
    raise BadFile(
        Text(f"第 {wanted} 行不能作为表头。", f"Row {wanted} cannot be the header."),
        Text("表头应在前 30 行内且不为空行。", "It must be among the first 30 rows and not blank."),
    )


def write_rows(
    writer: TableWriter, rows: Sequence[Row], width: int, encoding: str, odd: Odd
) -> None:
    """Write some rows; a blank cell is missing."""
    garbled = "+" in encoding
    for line, cells in rows:
        odd.note(line, cells, width)
    values = []
    for place in range(width):
        held = [cells[place] if place < len(cells) else "" for _, cells in rows]
        if garbled:
            held = [mend(cell, encoding) for cell in held]
        texts = [unguard_formula(cell) or None for cell in held]
        values.append(pyarrow.array(texts, pyarrow.string()))
    writer.write(values, lines=[line for line, _ in rows])
