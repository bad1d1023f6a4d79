"""Positions copied from a phone map: GCJ-02 or BD-09 in place of WGS-84 or CGCS2000."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
import shapely

from geodata.checks.spec import Check
from geodata.china_offset import wgs84_to_bd09, wgs84_to_gcj02
from geodata.crs import GEOGRAPHIC, transformer
from geodata.discoveries import EMPTY, Discovery, Remedy
from geodata.offset_test import OffsetGuess, offset_suspicion
from geodata.position_columns import OFFSET_NAMES
from geodata.processing import Part
from layers.spec import Text

MOST = 4_000
SHIFT = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
SUSPECTED = Text(
    "位置像是{name}，整体偏移约 {metres:,.0f} 米。",
    "The positions look like {name}: off by about {metres:,.0f} m.",
)
AGAINST = Text(
    "按{name}纠正后反而更不合。",
    "Taken back from {name}, the positions fit worse than without.",
)
TAKEN_BACK = Text("已按{name}纠正回来。", "Taken back from {name}.")
TAKE_BACK = Text("按{name}纠正", "Take them back from {name}")
NOT_TESTED = Text(
    "数据库里没有道路、房屋可对照，没有检验位置是否偏移。",
    "The database holds no roads or buildings to compare with: whether the positions are shifted "
    "was not tested.",
)
UNKNOWN = Text(
    "看不出位置是否经过地图服务的偏移。", "Whether the positions are shifted cannot be told."
)
LEAVE = Text("不纠正", "Leave them as they are")
CONFIDENCE = Text("；把握 {share:.0%}", "; confidence {share:.0%}")
HINT = Text(
    "请在预览图上与道路、房屋对照，再决定。",
    "Compare with roads and buildings on the map, then decide.",
)
NAMES = {"none": Text("没有偏移", "not shifted"), **OFFSET_NAMES}


class OffsetCheck(Check):
    """Whether the positions, as planned, are shifted against what the database holds."""

    name = "offset"

    def begin(self) -> None:
        """Keep an evenly thinned sample of positions in degrees."""
        self.kept: list[numpy.ndarray] = []
        self.step = 1

    def see(self, part: Part) -> None:
        """Take some positions."""
        scene = self.context.scene
        if not len(scene.reference):
            return
        shapes = part.shapes[part.good | part.outside]
        shapes = shapes[~shapely.is_missing(shapes)]
        picked = shapes[:: self.step * max(1, len(shapes) // 400)]
        places, owners = shapely.get_coordinates(picked, return_index=True)
        first = numpy.searchsorted(owners, numpy.arange(len(picked)))
        self.kept.append(places[first])
        if sum(map(len, self.kept)) > 2 * MOST:
            self.kept, self.step = [held[::2] for held in self.kept], self.step * 2

    def tell(self) -> Iterator[Discovery]:
        """Yield the suspicion, what was done about it, or that nobody can tell."""
        applied = self.plan.offset
        if not self.kept:
            if self.context.processor.crs is not None:
                text = say(TAKEN_BACK, NAMES[applied]) if applied else NOT_TESTED
                yield self.found("info", text, evidence=NOT_TESTED if applied else EMPTY)
            return
        guess = self.test()
        if applied and guess.kind in (applied, "unknown"):
            leave = self.remedy("none", LEAVE, offset="")
            text = say(TAKEN_BACK, NAMES[applied])
            remedies = () if guess.kind == applied else (leave,)
            yield self.found("info", text, evidence=guess.evidence, remedies=remedies)
        elif applied:
            remedy = self.take(guess.kind)
            text = say(AGAINST, NAMES[applied])
            yield self.found("warning", text, evidence=guess.evidence, remedies=(remedy,))
        elif guess.kind in OFFSET_NAMES:
            yield self.suspected(guess)
        elif guess.kind == "unknown":
            yield self.found("info", UNKNOWN, evidence=guess.evidence)

    def test(self) -> OffsetGuess:
        """Return what the test says of the positions as the file has them."""
        places, scene = numpy.concatenate(self.kept), self.context.scene
        metric, degrees = f"EPSG:{scene.srid}", f"EPSG:{GEOGRAPHIC}"
        lon, lat = transformer(metric, degrees).transform(places[:, 0], places[:, 1])
        if self.plan.offset:
            lon, lat = SHIFT[self.plan.offset](lon, lat)
        return offset_suspicion(lon, lat, scene.reference, scene.srid, scene.district)

    def suspected(self, guess: OffsetGuess) -> Discovery:
        """Return the warning with the remedy that takes the positions back."""
        text = say(SUSPECTED, NAMES[guess.kind], metres=guess.metres)
        sure = CONFIDENCE.format(share=guess.confidence)
        evidence = Text(guess.evidence.zh + sure.zh, guess.evidence.en + sure.en)
        remedies = (self.take(guess.kind),)
        return self.found("warning", text, evidence=evidence, hint=HINT, remedies=remedies)

    def take(self, kind: str) -> Remedy:
        """Return the remedy that takes the positions for what they are."""
        if kind not in OFFSET_NAMES:
            return self.remedy("none", LEAVE, offset="")
        return self.remedy(kind, say(TAKE_BACK, NAMES[kind]), offset=kind)


def say(text: Text, name: Text, **values: object) -> Text:
    """Return a text about a shift that is named in both languages."""
    return Text(text.zh.format(name=name.zh, **values), text.en.format(name=name.en, **values))
