"""What is found out about a file as a whole: finding, evidence, hint and remedies.

What is wrong with single rows is a ``geodata.findings.Finding``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy
import shapely

from layers.spec import Text

Severity = Literal["refusal", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("refusal", "warning", "info")  # the worst first
EMPTY = Text("", "")
MOST_EXAMPLES = 5


def no_codes(_codes: Sequence[str]) -> set[str]:
    """Tell that none of the codes exists."""
    return set()


@dataclass(frozen=True)
class Remedy:
    """One thing that can be done about a discovery: a merge patch of the plan.

    ``key`` is unique within the discoveries of one examination.
    """

    key: str
    label: Text
    plan: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the remedy as JSON can have it."""
        return {"key": self.key, "label": text_json(self.label), "plan": self.plan}


@dataclass(frozen=True)
class Example:
    """A row that shows what is meant: its number from 1 and a shortened, harmless value."""

    row: int
    value: str

    def to_json(self) -> dict[str, Any]:
        """Return the example as JSON can have it."""
        return {"row": self.row, "value": self.value}


@dataclass(frozen=True)
class Word:
    """A value of the file that a code table lacks: in how many rows, and what it could stand for.

    ``nearest`` is the code of the choice most like it, ``taken`` that by which it is replaced
    already; "" without one.
    """

    value: str
    rows: int
    nearest: str = ""
    taken: str = ""


@dataclass(frozen=True)
class Discovery:
    """What one check found: a ``refusal`` stops the import, unless remedied.

    ``subject`` is the column or field it is about ("" for the file as a whole); ``rows`` is the
    exact number of rows concerned; ``words`` are the values of a choice, the commonest first.
    """

    check: str
    severity: Severity
    finding: Text
    evidence: Text = EMPTY
    hint: Text = EMPTY
    remedies: tuple[Remedy, ...] = ()
    rows: int = 0
    examples: tuple[Example, ...] = ()
    subject: str = ""
    words: tuple[Word, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the discovery as JSON can have it."""
        return {
            "check": self.check,
            "severity": self.severity,
            "subject": self.subject,
            "finding": text_json(self.finding),
            "evidence": text_json(self.evidence),
            "hint": text_json(self.hint),
            "remedies": [item.to_json() for item in self.remedies],
            "rows": self.rows,
            "examples": [item.to_json() for item in self.examples],
            "words": [dataclasses.asdict(item) for item in self.words],
        }


@dataclass(frozen=True)
class Scene:
    """What the database tells the checks, which themselves know no database.

    ``srid``: the metric CRS of record; ``district``: its polygon in that CRS; ``reference``:
    vertices (n, 2) of roads, buildings and the like in that CRS, against which an offset is
    tested; ``codes``: which of some codes the layer holds; ``area_codes``: the 12-digit code of
    the area at each of (n, 2) positions in the CRS of record, None where unknown.
    """

    srid: int
    district: shapely.Geometry | None = None
    reference: numpy.ndarray = field(default_factory=lambda: numpy.empty((0, 2)))
    codes: Callable[[Sequence[str]], set[str]] = no_codes
    area_codes: Callable[[numpy.ndarray], Sequence[str | None]] | None = None


def text_json(text: Text) -> dict[str, str]:
    """Return a text in both languages as JSON can have it."""
    return {"zh": text.zh, "en": text.en}
