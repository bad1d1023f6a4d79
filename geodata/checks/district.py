"""Whether places lie in the district, and whether their area code says so too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy
import shapely

from geodata.area_codes import CODE_NAMES
from geodata.checks.spec import Check, Tally
from geodata.discoveries import Discovery
from geodata.mapping import tidy
from geodata.oddities import bearings, distances
from geodata.offset_evidence import COMPASS
from geodata.processing import Part
from geodata.words import word_of
from layers.spec import Text

MOST_DISTANCES = 4_000
MOST = 0.5  # so many outside: the CRS or an offset is to blame rather than single rows
NO_DISTRICT = Text(
    "数据库里还没有辖区范围，没有核对是否在辖区内。",
    "The database holds no district boundary: whether the places lie in it was not checked.",
)
OUTSIDE = Text("{rows} 行在辖区外。", "{rows} rows lie outside the district.")
LEFT = Text("{rows} 行在辖区外，不读入。", "{rows} rows lie outside the district and are left out.")
FAR = Text(
    "离辖区中位 {middle:,.0f} 米，最远 {most:,.0f} 米，{way_zh}；共 {share:.0%} 的行。",
    "{middle:,.0f} m from the district in the median, {most:,.0f} m at most, {way_en}; {share:.0%} of "
    "all.",
)
TOWARDS = Text("在{way}方向", "to the {way}")
SCATTERED = Text("各个方向都有", "in all directions")
TOGETHER = 0.7  # mean length of the unit vectors above which they lie in one direction
ALL_WRONG = Text(
    "多数在辖区外：多半是坐标系、坐标次序或偏移不对，先看这几项。",
    "Most lie outside: the CRS, the order of the axes or an offset is probably wrong; look there "
    "first.",
)
SOME_WRONG = Text("请核对这些行的坐标。", "Check the coordinates of these rows.")
LEAVE = Text("不读入辖区外的 {rows} 行", "Leave out the {rows} rows outside the district")
AREA = re.compile(r"\d{6}(?:\d{3}(?:\d{3})?)?")
CONTRADICTS = Text(
    "{rows} 行的区划代码与位置不符。", "The area code of {rows} rows contradicts their place."
)
OF = Text("共核对 {all} 行。", "{all} rows were compared.")
FROM_PLACE = Text(
    "本系统按位置定区划代码，文件里的不采用。若大批不符，请查坐标系或偏移。",
    "Area codes follow the place here; the file's are not used. If many differ, look at the CRS and "
    "at an offset.",
)


class DistrictCheck(Check):
    """How many places lie outside the district, and how far."""

    name = "district"

    def begin(self) -> None:
        """Count rows, and keep some distances."""
        self.tally, self.rows = Tally(), 0
        self.kept = numpy.empty((0, 2))  # metres, degrees

    def see(self, part: Part) -> None:
        """Count the places outside."""
        district = self.context.scene.district
        if district is None:
            return
        self.rows += int((~shapely.is_missing(part.shapes)).sum())
        rows = numpy.flatnonzero(part.outside)
        if not len(rows):
            return
        self.tally.add(part.rows[rows])
        picked = rows[:: max(1, len(rows) // 200)]
        far, way = distances(district, part.shapes[picked]), bearings(district, part.shapes[picked])
        self.kept = numpy.r_[self.kept, numpy.c_[far, way]]
        if len(self.kept) > MOST_DISTANCES:
            self.kept = self.kept[::2]

    def tell(self) -> Iterator[Discovery]:
        """Yield the count, with how far and what may be the cause."""
        if self.context.scene.district is None:
            if self.context.processor.crs is not None:
                yield self.found("info", NO_DISTRICT)
            return
        if not self.tally.rows:
            return
        share = self.tally.rows / self.rows
        metres, way = self.kept[:, 0], direction(self.kept[:, 1])
        evidence = FAR.format(
            middle=float(numpy.median(metres)),
            most=float(metres.max()),
            share=share,
            way_zh=way.zh,
            way_en=way.en,
        )
        if self.plan.leaves_out("outside"):
            text = LEFT.format(rows=self.tally.rows)
            yield self.found("info", text, evidence=evidence, **self.tally.facts())
            return
        leave = self.remedy(
            "leave", LEAVE.format(rows=self.tally.rows), leave_out={"outside": True}
        )
        yield self.found(
            "warning",
            OUTSIDE.format(rows=self.tally.rows),
            evidence=evidence,
            hint=ALL_WRONG if share > MOST else SOME_WRONG,
            remedies=(leave,),
            **self.tally.facts(),
        )


def direction(bearing: numpy.ndarray) -> Text:
    """Return the direction in which most of some bearings (n,) in degrees point."""
    turned = numpy.exp(1j * numpy.radians(bearing)).mean()
    if abs(turned) < TOGETHER:
        return SCATTERED
    way = COMPASS[round(float(numpy.degrees(numpy.angle(turned))) / 45) % 8]
    return Text(TOWARDS.zh.format(way=way.zh), TOWARDS.en.format(way=way.en))


class AreaCodeCheck(Check):
    """Whether a column of area codes goes with the places."""

    name = "area_code"

    def begin(self) -> None:
        """Find the column."""
        names = [column.name for column in self.context.intake.columns]
        used = set(self.context.processor.filling.column_of.values())
        found = [name for name in names if tidy(name) in CODE_NAMES and name not in used]
        self.column = found[0] if found and self.layer.name != "areas" else ""
        self.tally, self.compared = Tally(), 0

    def see(self, part: Part) -> None:
        """Compare the codes with those of the places."""
        codes_at = self.context.scene.area_codes
        if not self.column or codes_at is None:
            return
        said = part.chunk.columns[self.column][part.placed.index]
        rows = numpy.flatnonzero(part.good)
        if not len(rows):
            return
        west, south, east, north = shapely.bounds(part.shapes[rows]).T
        actual = codes_at(numpy.c_[(west + east) / 2, (south + north) / 2])
        wrong = []
        for row, code in zip(rows.tolist(), actual, strict=True):
            word = word_of(said[row]) if said[row] is not None else ""
            if code and AREA.fullmatch(word):
                self.compared += 1
                if not code.startswith(stem(word)):
                    wrong.append((row, f"{word} / {code}"))
        self.tally.add([int(part.rows[row]) for row, _ in wrong], [values for _, values in wrong])

    def tell(self) -> Iterator[Discovery]:
        """Yield how many contradict each other."""
        if self.tally.rows:
            yield self.found(
                "warning",
                CONTRADICTS.format(rows=self.tally.rows),
                evidence=OF.format(all=self.compared),
                hint=FROM_PLACE,
                subject=self.column,
                **self.tally.facts(),
            )


def stem(code: str) -> str:
    """Return an area code without the levels that it leaves open: 445103104000 is a town's."""
    for length in (6, 9):
        if not code[length:].strip("0"):
            return code[:length]
    return code
