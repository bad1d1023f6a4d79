"""Values of spreadsheet cells as the plain types that tables hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import pyarrow

from geodata.findings import unguard_formula
from geodata.intake.facts import ColumnType
from geodata.intake.writing import ARROW_TYPES

Cell = str | float | int | bool | date | datetime | time | timedelta


def cell_type(cell: Cell) -> ColumnType:
    """Return the type of one value."""
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, int | float):
        return "integer" if float(cell).is_integer() and abs(cell) < 2**53 else "number"
    if isinstance(cell, datetime):
        return "time" if (cell.hour, cell.minute, cell.second) != (0, 0, 0) else "date"
    return "date" if isinstance(cell, date) else "text"


def join_types(kinds: set[ColumnType]) -> ColumnType:
    """Return the one type that holds values of all these."""
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds == {"integer", "number"}:
        return "number"
    return "time" if kinds == {"date", "time"} else "text"


def as_text(cell: Cell) -> str:
    """Return a value as people see it: whole numbers without a point, moments as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**63 else repr(cell)
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).replace("\x00", "")


def text_or_none(cell: Cell) -> str | None:
    """Return a value as text without the guard of exports, a blank one as None."""
    return unguard_formula(as_text(cell)) or None


def number_or_none(cell: Cell) -> float | None:
    """Return a number, a blank one as None."""
    return float(cell) if isinstance(cell, int | float) else None


def whole_or_none(cell: Cell) -> int | None:
    """Return a whole number, a blank one as None."""
    return int(cell) if isinstance(cell, int | float) else None


def flag_or_none(cell: Cell) -> bool | None:
    """Return a truth value, a blank one as None."""
    return cell if isinstance(cell, bool) else None


CASTS: dict[ColumnType, Callable[[Cell], object]] = {
    "text": text_or_none,
    "integer": whole_or_none,
    "number": number_or_none,
    "boolean": flag_or_none,
    "date": text_or_none,
    "time": text_or_none,
}


def to_array(cells: Sequence[Cell], kind: ColumnType) -> pyarrow.Array:
    """Return one column of cells as an array of its type."""
    return pyarrow.array([CASTS[kind](cell) for cell in cells], ARROW_TYPES[kind])
