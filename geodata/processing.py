"""From a file's chunks to rows that fit a layer: everything that is checked before loading.

One way for the checks, which count what they see go by, and for the import, which takes the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy
import pyproj
import shapely

from geodata.area_codes import AREA_CODE, NOT_AREA_CODE
from geodata.codes import fingerprints, is_none, name_codes
from geodata.crs import find_crs
from geodata.discoveries import Scene
from geodata.errors import BadCoordinates, BadFile
from geodata.filling import Filled, Filling
from geodata.findings import Finding
from geodata.mapping import CODE
from geodata.oddities import far_from, slivers
from geodata.placing import Placed, place
from geodata.plan import ImportPlan
from geodata.seen import Seen, text_keys
from geodata.source import Rows, Source
from layers.spec import Layer, Text

FACTOR = numpy.uint64(1_000_003)  # so that the order of the columns counts
TWICE = Text("与第 {row} 行的编码相同", "row {row} has the same code")
SAME_ROW = Text("与第 {row} 行完全相同", "is the same as row {row}")
THIN = Text("狭长的碎面", "is a sliver")
FAR = Text("在辖区外", "lies outside the district")
# Kinds of findings that belong to rows which a plan may leave out.
LEAVES = {
    "no_shape": "no_shape",
    "zero": "zero",
    "elsewhere": "outside",
    "several_parts": "several_parts",
}
NO_PLACES = Text("没有指定坐标所在的列。", "No columns are named that hold the places.")
NO_CRS = Text("还不知道坐标系。", "The coordinate reference system is not known yet.")
CHOOSE_CRS = Text("请先选定坐标系。", "Choose one first.")


@dataclass
class Part:
    """A chunk on its way: arrays (n,) over the rows that came of it, and what was found.

    ``rows``: the file's row numbers; ``good``: rows that can be stored; ``left_out``: findings of
    rows left out on purpose; ``outside``, ``thin``, ``same``: masks of rows outside the district,
    slivers, and rows the same as an earlier one; ``same_place``: at the very place of an earlier
    one, ``twice``: with its code; ``keys``: a fingerprint of each shape.
    """

    chunk: Rows
    placed: Placed
    filled: Filled
    rows: numpy.ndarray
    values: dict[str, numpy.ndarray]
    keys: numpy.ndarray = field(default_factory=lambda: numpy.empty(0, numpy.uint64))
    findings: list[Finding] = field(default_factory=list)
    left_out: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = len(self.rows)
        self.good, self.outside, self.thin, self.same, self.same_place, self.twice = (
            numpy.zeros(count, dtype=bool) for _ in range(6)
        )

    @property
    def shapes(self) -> numpy.ndarray:
        """The shapes, None where refused; in the metric CRS once the CRS is known."""
        return self.placed.shapes.values


class Processor:
    """Takes the chunks of a table one after another; ``faults`` are what forbids an import."""

    def __init__(
        self,
        source: Source,
        plan: ImportPlan,
        layer: Layer,
        scene: Scene,
        *,
        watch_all: bool = True,
    ) -> None:
        """Take the table and the plan; ``watch_all`` looks for persons in unused columns too."""
        self.source, self.plan, self.layer, self.scene = source, plan, layer, scene
        names = [column.name for column in source.columns]
        self.filling = Filling(plan, layer, names, watch_all=watch_all)
        self.faults = list(self.filling.faults)
        self.crs = self.find_crs()
        if plan.geometry.kind == "none" or set(plan.geometry.columns) - set(names):
            self.faults.append(BadFile(NO_PLACES))
        self.same_shape, self.same_row = Seen(), Seen()
        self.made, self.codes = Seen(), Seen()

    def find_crs(self) -> pyproj.CRS | None:
        """Return the plan's CRS, None (and a fault) when it is not known."""
        try:
            if self.plan.crs:
                return find_crs(self.plan.crs)
        except BadCoordinates as error:
            self.faults.append(error)
            return None
        self.faults.append(BadCoordinates(NO_CRS, CHOOSE_CRS))
        return None

    def parts(self) -> Iterator[Part]:
        """Yield all chunks processed."""
        with ThreadPoolExecutor(1) as beside:  # GEOS works while Python reads the values
            for chunk in self.source.batches():
                coming = beside.submit(
                    place, chunk, self.plan, self.layer, self.crs, self.scene.srid
                )
                filled = self.filling.fill(chunk)
                yield self.join(chunk, coming.result(), filled)

    def join(self, chunk: Rows, placed: Placed, filled: Filled) -> Part:
        """Put places and values together, make codes, and find doubles."""
        index = placed.index
        rows = numpy.asarray(chunk.rows)[index]
        values = {name: column[index] for name, column in filled.values.items()}
        part = Part(chunk, placed, filled, rows, values)
        self.take_findings(part)
        if placed.metric:
            part.keys = numpy.zeros(len(rows), dtype=numpy.uint64)
            there = ~shapely.is_missing(part.shapes)
            part.keys[there] = fingerprints(part.shapes[there])
            self.find_oddities(part)
        self.find_codes(part)
        gone = {item.row for item in part.left_out}
        part.findings = [item for item in part.findings if item.row not in gone]
        refused = [*gone, *(item.row for item in part.findings)]
        part.good = ~shapely.is_missing(part.shapes) & ~numpy.isin(rows, refused)
        part.findings.sort(key=lambda item: (item.row, item.column))
        return part

    def take_findings(self, part: Part) -> None:
        """Give findings the file's row numbers, and set aside those of rows left out."""
        for item in part.filled.findings:
            part.findings.append(replace(item, row=int(part.chunk.rows[item.row - 1])))
        for item in part.placed.shapes.findings:
            placed = replace(item, row=int(part.rows[item.row - 1]))
            left = self.plan.leaves_out(LEAVES.get(item.kind, ""))
            (part.left_out if left else part.findings).append(placed)

    def find_oddities(self, part: Part) -> None:
        """Mark rows outside the district, slivers, and rows that are there already."""
        shapes = part.shapes
        there = numpy.flatnonzero(~shapely.is_missing(shapes))
        if self.scene.district is not None:
            part.outside[there] = far_from(self.scene.district, shapes[there])
        if self.layer.geometry == "MultiPolygon":
            part.thin[there] = slivers(shapes[there])
        keys = part.keys[there]
        first, before = self.same_shape.look(keys, part.rows[there])
        part.same_place[there] = before > 0
        first, before = self.same_row.look(keys ^ self.row_keys(part)[there], part.rows[there])
        part.same[there] = before > 0
        self.leave_out(part, "outside", part.outside, FAR)
        self.leave_out(part, "sliver", part.thin, THIN)
        if self.plan.leaves_out("duplicate"):
            for row, other in zip(there[before > 0], first[before > 0], strict=True):
                why = SAME_ROW.format(row=int(other))
                part.left_out.append(Finding(int(part.rows[row]), "geometry", "", why, "duplicate"))

    def row_keys(self, part: Part) -> numpy.ndarray:
        """Return a key (n,) of what each row says in the mapped columns."""
        keys = numpy.zeros(len(part.chunk.rows), dtype=numpy.uint64)
        for column in self.filling.column_of.values():
            keys = keys * FACTOR ^ text_keys(part.chunk.columns[column])
        found: numpy.ndarray = keys[part.placed.index]
        return found

    def leave_out(self, part: Part, kind: str, mask: numpy.ndarray, why: Text) -> None:
        """Set the rows of a mask aside when the plan leaves their kind out."""
        if self.plan.leaves_out(kind):
            part.left_out += [
                Finding(int(row), "geometry", "", why, kind) for row in part.rows[mask]
            ]

    def find_codes(self, part: Part) -> None:
        """Make codes for rows without one; find codes that come twice, and areas without."""
        codes = part.values["code"]
        column = self.filling.column_of.get("code", CODE.name)
        gone = numpy.isin(part.rows, [item.row for item in part.left_out])
        bare = is_none(codes)
        for place_ in numpy.flatnonzero(~bare & (part.placed.part > 0)):
            codes[place_] = f"{codes[place_]}-{part.placed.part[place_] + 1}"
        if part.placed.metric:
            rows = numpy.flatnonzero(bare & ~gone & ~shapely.is_missing(part.shapes))
            codes[rows] = name_codes(self.layer.name, part.keys[rows], self.made)
        held = numpy.flatnonzero(~is_none(codes) & ~gone)
        if self.layer.name == "areas":
            wrong = [place_ for place_ in held if not AREA_CODE.fullmatch(codes[place_])]
            part.findings += [
                Finding(int(part.rows[p]), column, codes[p], NOT_AREA_CODE, "area_code")
                for p in wrong
            ]
            held = numpy.setdiff1d(held, wrong)
        first, before = self.codes.look(text_keys(codes[held]), part.rows[held])
        part.twice[held] = before > 0
        left = self.plan.leaves_out("double_code")
        for place_, other in zip(held[before > 0], first[before > 0], strict=True):
            row, why = int(part.rows[place_]), TWICE.format(row=int(other))
            item = Finding(row, column, codes[place_], why, "double_code")
            (part.left_out if left else part.findings).append(item)
