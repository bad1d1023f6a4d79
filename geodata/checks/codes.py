"""Codes that come twice in the file, and how many the layer holds already."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from geodata.checks.spec import Check, Tally
from geodata.discoveries import Discovery
from geodata.processing import Part
from layers.spec import Text

TWICE = Text(
    "{rows} 行的编码在前面的行里已出现。", "The codes of {rows} rows have come in earlier rows."
)
LEFT = Text(
    "{rows} 行的编码重复，只读入每个编码的第一行。",
    "{rows} rows repeat a code; only the first of each is read.",
)
KEEP_FIRST = Text("每个编码只读入第一行", "Read only the first row of each code")
MAKE = Text("不用“{column}”列，编码按坐标生成", "Do not use {column}; make codes from the places")
HINT = Text(
    "编码应能认出一个地点。先看看这列是不是编码。",
    "A code should tell one place. See whether this column is a code at all.",
)
NOT_AREA = Text(
    "{rows} 行的编码不是 12 位区划代码。", "The codes of {rows} rows are no 12-digit area codes."
)
KNOWN = Text(
    "{rows} 行的编码图层里已有：值有变化的会更新，其余不动。",
    "The layer holds the codes of {rows} rows: those that differ will be updated, the others left.",
)


class DoubleCodeCheck(Check):
    """Codes that come more than once in the file."""

    name = "double_code"

    def begin(self) -> None:
        """Count rows."""
        self.tally, self.wrong = Tally(), Tally()

    def see(self, part: Part) -> None:
        """Count rows whose code came before."""
        rows = numpy.flatnonzero(part.twice)
        self.tally.add(part.rows[rows], part.values["code"][rows])
        bad = [item for item in part.findings if item.kind == "area_code"]
        self.wrong.add([item.row for item in bad], [item.value for item in bad])

    def tell(self) -> Iterator[Discovery]:
        """Yield what is wrong with the codes."""
        column = self.context.processor.filling.column_of.get("code", "")
        rows = self.tally.rows
        if self.wrong.rows:
            text = NOT_AREA.format(rows=self.wrong.rows)
            yield Discovery("area_codes", "warning", text, subject=column, **self.wrong.facts())
        if not rows:
            return
        facts = {"subject": column, **self.tally.facts()}
        if self.plan.leaves_out("double_code"):
            yield self.found("info", LEFT.format(rows=rows), **facts)
            return
        remedies = [self.remedy("first", KEEP_FIRST, leave_out={"double_code": True})]
        if column and self.layer.name != "areas":
            make = MAKE.format(column=column)
            remedies.append(self.remedy("make", make, mapping={column: ""}))
        yield self.found(
            "warning", TWICE.format(rows=rows), hint=HINT, remedies=tuple(remedies), **facts
        )


class KnownCodeCheck(Check):
    """How many of the codes the layer holds already."""

    name = "known_code"

    def begin(self) -> None:
        """Count rows."""
        self.tally = Tally()

    def see(self, part: Part) -> None:
        """Ask the layer about the codes of the good rows."""
        codes = part.values["code"][part.good]
        if not len(codes):
            return
        held = self.context.scene.codes(codes.tolist())
        known = numpy.array([code in held for code in codes], dtype=bool)
        self.tally.add(part.rows[part.good][known], codes[known])

    def tell(self) -> Iterator[Discovery]:
        """Yield how many rows will update what is there."""
        if self.tally.rows:
            text = KNOWN.format(rows=self.tally.rows)
            yield self.found("info", text, **self.tally.facts())
