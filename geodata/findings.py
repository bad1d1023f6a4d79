"""What is wrong with a row: its number, the column, the value and the reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from layers.spec import Text

SHOWN = 60  # characters of a value that a message repeats
# A spreadsheet would run a text that begins with one of these as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one row. ``row`` counts the file's features from 1.

    ``kind`` is one word for the sort of fault, by which findings are counted.
    """

    row: int
    column: str
    value: str
    reason: Text
    kind: str = "value"

    def say(self, language: str) -> str:
        """Return one line for people."""
        place = Text(
            "第 {row} 行，{column} = {value}：{reason}", "row {row}, {column} = {value}: {reason}"
        )
        value, reason = shorten(self.value), self.reason.say(language)
        return place.say(language).format(
            row=self.row, column=self.column, value=value, reason=reason
        )


def shorten(value: object) -> str:
    """Return a value as text that is safe to print: short, without control characters."""
    text = "".join(letter if letter.isprintable() else "�" for letter in str(value))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def write_rejects(path: Path, findings: Iterable[Finding]) -> None:
    """Write findings as CSV (UTF-8 with a mark, so that office programs read Chinese)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", "value", "原因", "reason"])
        for item in findings:
            value = guard_formula(shorten(item.value))
            writer.writerow(
                [item.row, guard_formula(item.column), value, item.reason.zh, item.reason.en]
            )


def guard_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(FORMULA) else text


def unguard_formula(text: str) -> str:
    """Return a text of a spreadsheet without the guard that ``guard_formula`` put before it."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text
