"""How a text list is written: its delimiter, its quotes, and what stands above its header."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice

DELIMITERS = (",", "\t", ";", "|", "，")
LOOKED = 60  # lines
FEWEST = 0.3  # so many of them must not be titles
SEPARATOR = "sep="  # the line by which spreadsheets are told the delimiter

Row = tuple[int, list[str]]  # where the row begins in the file, from 1; its cells


@dataclass(frozen=True)
class Dialect:
    """The ``delimiter``; whether all cells stand in quotes; whether a line names the delimiter."""

    delimiter: str
    quoted: bool = False
    named: bool = False


def find_dialect(text: io.TextIOWrapper) -> Dialect:
    """Return how the first lines are written: a line that says so, else what cuts them alike."""
    lines = [line for line in islice(text, LOOKED) if line.strip()]
    first = lines[0].strip() if lines else ""
    if first.lower().startswith(SEPARATOR) and len(first) == len(SEPARATOR) + 1:
        return Dialect(first[-1], all_quoted(lines[1:], first[-1]), named=True)
    delimiter = find_delimiter(lines)
    return Dialect(delimiter, all_quoted(lines, delimiter))


def find_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that cuts most of the lines into the same number of cells.

    Lines before the first that it cuts may be titles.
    """
    best = (0.0, 0, ",")
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        cut = list(dropwhile(lambda width: width < 2, widths))
        usual = max(set(cut), key=cut.count) if len(cut) >= FEWEST * len(widths) > 0 else 0
        if usual > 1:
            best = max(best, (widths.count(usual) / len(widths), usual, delimiter))
    return best[2]


def all_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Tell whether every cell of the lines stands in quotes."""
    held = [line.strip().split(delimiter) for line in lines]
    return bool(held) and all(
        cell[:1] == '"' == cell[-1:] and len(cell) > 1 for cells in held for cell in cells
    )


def rows_above(first: Sequence[Row], header: int, dialect: Dialect) -> tuple[tuple[str, ...], ...]:
    """Return the rows above the header at index ``header``; a blank one is empty.

    The line that names the delimiter is the single cell "sep=".
    """
    rows: list[tuple[str, ...]] = []
    for line, cells in first[:header]:
        rows += [()] * (line - len(rows) - 1)
        rows.append(tuple(cells))
    rows += [()] * (first[header][0] - len(rows) - 1)
    if dialect.named and rows:
        rows[0] = (SEPARATOR,)
    return tuple(rows)
