"""Shapes that are right in form but odd: doubles, slivers, lines that cross themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
import shapely

from geodata.checks.spec import Check, Tally
from geodata.discoveries import Discovery
from geodata.oddities import SMALLEST, THINNEST
from geodata.processing import Part
from layers.spec import Text

SAME = Text(
    "{rows} 行的位置和读入的各列与前面的某一行完全相同。",
    "{rows} rows are the same as an earlier one in place and in every column that is read.",
)
SAME_LEFT = Text(
    "{rows} 行完全重复，只读入一次。", "{rows} rows are exact doubles and are read once only."
)
ONCE = Text("重复的行只读入一次", "Read doubles once only")
SAME_PLACE = Text(
    "{rows} 行的位置与前面的某一行相同，内容不同。",
    "{rows} rows are at the very place of an earlier one, but say something else.",
)
THIN = Text("{rows} 行是狭长的碎面。", "{rows} rows are slivers.")
THIN_WHY = Text(
    "面积不到 {area:g} 平方米，或平均宽度不到 {width:g} 米。",
    "Smaller than {area:g} m² or on average thinner than {width:g} m.",
)
THIN_LEFT = Text("{rows} 行碎面不读入。", "{rows} slivers are left out.")
LEAVE_THIN = Text("不读入碎面", "Leave slivers out")
CROSSING = Text("{rows} 条线自相交。", "{rows} lines cross themselves.")
CROSSING_HINT = Text(
    "环形路、立交可以如此；否则请检查折返。",
    "Loops and ramps may; otherwise look for lines that double back.",
)


class DoubleCheck(Check):
    """Rows that are the same as an earlier one, or at its very place."""

    name = "duplicate"

    def begin(self) -> None:
        """Count rows."""
        self.same, self.place = Tally(), Tally()

    def see(self, part: Part) -> None:
        """Count doubles."""
        self.same.add(part.rows[part.same])
        self.place.add(part.rows[part.same_place & ~part.same])

    def tell(self) -> Iterator[Discovery]:
        """Yield exact doubles, and places that several rows share."""
        rows = self.same.rows
        if rows and self.plan.leaves_out("duplicate"):
            yield self.found("info", SAME_LEFT.format(rows=rows), **self.same.facts())
        elif rows:
            once = self.remedy("once", ONCE, leave_out={"duplicate": True})
            text = SAME.format(rows=rows)
            yield self.found("warning", text, remedies=(once,), **self.same.facts())
        if self.place.rows:
            text = SAME_PLACE.format(rows=self.place.rows)
            yield Discovery("same_place", "info", text, **self.place.facts())


class SliverCheck(Check):
    """Areas that are leftovers of drawing."""

    name = "sliver"

    def begin(self) -> None:
        """Count rows."""
        self.tally = Tally()

    def see(self, part: Part) -> None:
        """Count slivers."""
        self.tally.add(part.rows[part.thin])

    def tell(self) -> Iterator[Discovery]:
        """Yield how many there are."""
        if not self.tally.rows:
            return
        facts = {"evidence": THIN_WHY.format(area=SMALLEST, width=THINNEST), **self.tally.facts()}
        rows = self.tally.rows
        if self.plan.leaves_out("sliver"):
            yield self.found("info", THIN_LEFT.format(rows=rows), **facts)
            return
        leave = self.remedy("leave", LEAVE_THIN, leave_out={"sliver": True})
        yield self.found("warning", THIN.format(rows=rows), remedies=(leave,), **facts)


class CrossingCheck(Check):
    """Lines that cross themselves."""

    name = "self_crossing"

    def begin(self) -> None:
        """Count rows."""
        self.tally = Tally()

    def see(self, part: Part) -> None:
        """Count lines that are not simple."""
        if "LineString" in self.layer.geometry:
            there = numpy.flatnonzero(part.good)
            crossing = there[~shapely.is_simple(part.shapes[there])]
            self.tally.add(part.rows[crossing])

    def tell(self) -> Iterator[Discovery]:
        """Yield how many there are."""
        if self.tally.rows:
            text = CROSSING.format(rows=self.tally.rows)
            yield self.found("info", text, hint=CROSSING_HINT, **self.tally.facts())
