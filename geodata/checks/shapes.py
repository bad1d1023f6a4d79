"""Rows whose shape is missing, wrong or not of the layer's type, and what was done about others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from geodata.checks.spec import Check, Tally
from geodata.discoveries import EMPTY, Discovery
from geodata.processing import LEAVES, Part
from layers.spec import Text


@dataclass(frozen=True)
class Fault:
    """What is said of one kind of fault, and what can be done: key, label and patch."""

    finding: Text
    hint: Text = EMPTY
    remedies: tuple[tuple[str, Text, dict[str, Any]], ...] = ()


def leave(kind: str) -> tuple[str, Text, dict[str, Any]]:
    """Return the remedy that leaves rows of a kind out."""
    return "leave", Text("不读入这些行", "Leave these rows out"), {"leave_out": {kind: True}}


MEND = Text("请在原文件中改好。", "Mend them in the file.")
AREA_TO_POINT = Text(
    "取面内或线上的一点（原来的边界不保留）",
    "Take a point on each (its outline is not kept)",
)
FAULTS = {
    "no_shape": Fault(
        Text("{rows} 行没有位置。", "{rows} rows have no place."), MEND, (leave("no_shape"),)
    ),
    "unreadable": Fault(
        Text("{rows} 行的几何读不出来。", "The geometry of {rows} rows cannot be read."), MEND
    ),
    "position": Fault(
        Text("{rows} 行的坐标读不出来。", "The coordinates of {rows} rows cannot be read."), MEND
    ),
    "not_finite": Fault(
        Text(
            "{rows} 行的坐标不是合理的数。",
            "{rows} rows have coordinates that are no sensible numbers.",
        ),
        MEND,
    ),
    "zero": Fault(
        Text("{rows} 行的坐标是 (0, 0)。", "{rows} rows are at (0, 0)."),
        Text("多半是没有定位。", "Probably they were never located."),
        (leave("zero"),),
    ),
    "elsewhere": Fault(
        Text(
            "{rows} 行落在米制坐标系的适用范围以外。",
            "{rows} rows lie outside the area of use of the metric CRS.",
        ),
        Text("先看坐标系和坐标次序。", "Look at the CRS and the order of the axes first."),
        (leave("outside"),),
    ),
    "several_parts": Fault(
        Text(
            "{rows} 行有几个部分，图层每行只有一个。",
            "{rows} rows have several parts where one is allowed.",
        ),
        EMPTY,
        (
            ("explode", Text("每个部分成为一行", "Make each part a row"), {"parts": "explode"}),
            leave("several_parts"),
        ),
    ),
    "invalid": Fault(
        Text(
            "{rows} 行的几何无效（自相交等）。",
            "The geometry of {rows} rows is not valid (it crosses itself, say).",
        ),
        Text(
            "修复后面积可能略变，请在图上核对。",
            "Repairing may change the area a little: look at the map.",
        ),
        (("repair", Text("自动修复", "Repair them"), {"repair": True}),),
    ),
    "heights": Fault(
        Text("{rows} 行带高程（Z）。", "{rows} rows have heights (Z)."),
        EMPTY,
        (("flat", Text("去掉高程", "Drop the heights"), {"drop_z": True}),),
    ),
    "wrong_type": Fault(
        Text("{rows} 行的几何类型不符。", "{rows} rows have another type of geometry."),
        Text("这个文件也许属于别的图层。", "Perhaps the file belongs to another layer."),
    ),
    "lines_or_areas": Fault(
        Text(
            "{rows} 行是线或面，图层是点。", "{rows} rows are lines or areas, the layer has points."
        ),
        EMPTY,
        (("points", AREA_TO_POINT, {"to_points": True}),),
    ),
    "closed_lines": Fault(
        Text(
            "{rows} 行是闭合的线，图层是面。", "{rows} rows are closed lines, the layer has areas."
        ),
        Text("CAD 图常用闭合线表示范围。", "Drawings often show areas by closed lines."),
        (("areas", Text("闭合线作为面", "Take closed lines as areas"), {"to_areas": True}),),
    ),
}
WIDE = ("Polygon", "MultiPolygon", "LineString", "MultiLineString")
UP_TO = Text(
    "修复会使面积最多变化 {most:,.2f} 平方米。",
    "Repairing changes areas by {most:,.2f} m² at most.",
)
MENDED = Text("{rows} 行的几何已修复。", "The geometry of {rows} rows was repaired.")
FLAT = Text("{rows} 行的高程（Z）不保留。", "The heights (Z) of {rows} rows are not kept.")
REDUCED = Text(
    "{rows} 行的线或面已按要求改为点（或面）。",
    "{rows} rows were taken as points (or areas), as was asked.",
)
LEFT = Text(
    "按要求不读入 {rows} 行：{reason}。", "{rows} rows are left out, as was asked: {reason}."
)


class ShapeCheck(Check):
    """Faults of geometry by kind, with what can be done about each."""

    name = "shapes"

    def begin(self) -> None:
        """Count rows by kind of fault, and what was changed."""
        self.faults: dict[str, Tally] = defaultdict(Tally)
        self.left: dict[str, tuple[Text, Tally]] = {}
        self.deep, self.mended, self.reduced = Tally(), Tally(), Tally()
        self.most_broken = self.most_mended = 0.0

    def see(self, part: Part) -> None:
        """Count the findings of geometry and the changes."""
        shapes = part.placed.shapes
        gone = {item.row for item in part.left_out}
        for item in shapes.findings:
            row = int(part.rows[item.row - 1])
            if row not in gone:
                kind = self.kind_of(item.kind, item.value, part.placed.closed[item.row - 1])
                self.faults[kind].add([row], [item.value])
        for item in part.left_out:
            if item.kind in LEAVES:
                self.left.setdefault(item.kind, (item.reason, Tally()))[1].add([item.row])
        self.deep.add(part.rows[shapes.deep])
        self.mended.add(part.rows[shapes.mended])
        self.reduced.add(part.rows[part.placed.reduced])
        if shapes.broken.any():
            self.most_broken = max(self.most_broken, float(numpy.nanmax(shapes.changed)))
        if shapes.mended.any():
            most = float(numpy.nanmax(shapes.changed[shapes.mended]))
            self.most_mended = max(self.most_mended, most)

    def kind_of(self, kind: str, name: str, closed: bool) -> str:
        """Return the kind of fault, told apart by what can be done about it."""
        if kind != "wrong_type":
            return kind
        if self.layer.geometry == "Point" and name in WIDE:
            return "lines_or_areas"
        return "closed_lines" if closed and self.layer.geometry == "MultiPolygon" else kind

    def tell(self) -> Iterator[Discovery]:
        """Yield each kind of fault, and what was done about others."""
        for kind, tally in self.faults.items():
            fault = FAULTS[kind]
            evidence = UP_TO.format(most=self.most_broken) if kind == "invalid" else EMPTY
            if kind == "invalid" and self.plan.repair:
                fault = Fault(fault.finding, MEND)
            yield Discovery(
                kind,
                "warning",
                fault.finding.format(rows=tally.rows),
                evidence=evidence,
                hint=fault.hint,
                remedies=self.remedies(kind, fault),
                **tally.facts(),
            )
        for kind, (reason, tally) in self.left.items():
            text = Text(
                LEFT.zh.format(rows=tally.rows, reason=reason.zh),
                LEFT.en.format(rows=tally.rows, reason=reason.en),
            )
            yield Discovery(kind, "info", text, **tally.facts())
        yield from self.changes()

    def remedies(self, kind: str, fault: Fault) -> tuple[Any, ...]:
        """Return a fault's remedies."""
        made = [
            self.remedy(f"{kind}:{key}", label, **patch) for key, label, patch in fault.remedies
        ]
        return tuple(made)

    def changes(self) -> Iterator[Discovery]:
        """Yield what was changed on the way."""
        if self.mended.rows:
            yield Discovery(
                "invalid",
                "info",
                MENDED.format(rows=self.mended.rows),
                evidence=UP_TO.format(most=self.most_mended),
                **self.mended.facts(),
            )
        if self.deep.rows and self.plan.drop_z:
            text = FLAT.format(rows=self.deep.rows)
            yield Discovery("heights", "info", text, **self.deep.facts())
        if self.reduced.rows:
            text = REDUCED.format(rows=self.reduced.rows)
            yield Discovery("reduced", "info", text, **self.reduced.facts())
