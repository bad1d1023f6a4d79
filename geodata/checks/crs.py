"""The coordinate reference system: missing, contradicted by the numbers, axes exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy

from geodata.checks.spec import Check
from geodata.crs import find_crs
from geodata.crs_candidates import CrsGuess
from geodata.discoveries import Discovery, Remedy, Severity
from geodata.errors import BadCoordinates
from geodata.processing import Part
from geodata.proposal import guess_crs
from geodata.zones import Zone, all_zones, old_datum
from layers.spec import Text

MOST = 4_000  # positions that are tested
RIVAL = 0.2  # a CRS that is believed by so much more makes the chosen one doubtful
MOST_REMEDIES = 4
DEGREES = {"EPSG:4326", "EPSG:4490"}  # WGS 84 and CGCS2000, less than a metre apart
UNKNOWN = Text(
    "不知道坐标系，请选定。", "The coordinate reference system is not known: choose one."
)
NOTHING_FITS = Text(
    "没有常用坐标系能解释这些数值，请向来图单位问清。",
    "No usual CRS explains these numbers; ask the sender.",
)
ASSUMED = Text(
    "文件没有声明坐标系，按 {name} 处理。", "The file declares no CRS; it is taken as {name}."
)
CHOSEN = Text("按选定的 {name} 处理。", "Taken as {name}, as was chosen.")
DOUBTFUL = Text(
    "坐标系 {name} 与数值不符，更像 {better}。",
    "The CRS {name} does not go with the numbers; they look like {better}.",
)
EXCHANGED = Text("X、Y 像是颠倒了。", "X and Y seem to be exchanged.")
RIGHTED = Text("X、Y 已对调。", "X and Y are exchanged back.")
WITH_NUMBER = Text(
    "横坐标带有带号，{name} 却是不带带号的。",
    "The eastings begin with the zone number, which {name} is without.",
)
WITHOUT_NUMBER = Text(
    "横坐标没有带号，{name} 却是带带号的。",
    "The eastings are without the zone number, with which {name} begins.",
)
NOWHERE = Text(
    "按 {name} 解释，坐标落不到任何合理的位置。", "Read as {name}, the coordinates lie nowhere."
)
TAKE = Text("按 {name} 处理", "Take it as {name}")
TAKE_SWAPPED = Text("对调 X、Y，按 {name} 处理", "Exchange X and Y and take it as {name}")
OLD = Text(
    "{datum}没有公开的精确转换参数，位置可能差几米到一百多米。",
    "There is no exact public transformation from {datum}: positions may be wrong by metres to more "
    "than a hundred.",
)


class CrsCheck(Check):
    """Whether the plan's CRS and axes explain the numbers, and what would explain them better."""

    name = "crs"

    def begin(self) -> None:
        """Keep an evenly thinned sample of positions."""
        self.kept: list[numpy.ndarray] = []
        self.step = 1

    def see(self, part: Part) -> None:
        """Take some positions as the file has them."""
        self.kept.append(part.placed.raw[:: self.step])
        if sum(map(len, self.kept)) > 2 * MOST:
            self.kept = [places[::2] for places in self.kept]
            self.step *= 2

    def tell(self) -> Iterator[Discovery]:
        """Yield what is to be known or decided."""
        places = numpy.concatenate(self.kept) if self.kept else numpy.empty((0, 2))
        if not len(places):
            return
        intake, plan = self.context.intake, self.plan
        declared = intake.crs if plan.geometry.kind == "shapes" else None
        guesses = guess_crs(places, declared, self.context.scene)
        held = next((guess for guess in guesses if self.is_held(guess)), None)
        if not plan.crs:
            yield self.unknown(guesses)
        elif not guesses or (held and guesses[0].confidence - held.confidence <= RIVAL):
            yield from self.taken(held, declared)
        elif held is None and not self.is_usual():
            yield self.found("refusal", NOWHERE.format(name=say(plan.crs)), **self.more(guesses))
        else:
            yield self.doubted(guesses, "warning" if held else "refusal")

    def is_held(self, guess: CrsGuess) -> bool:
        """Tell whether a guess is what the plan says."""
        return guess.swap_axes == self.plan.swap_axes and (
            same(guess.crs, self.plan.crs) or {guess.crs, self.plan.crs} <= DEGREES
        )

    def is_usual(self) -> bool:
        """Tell whether the plan's CRS can be read at all."""
        try:
            find_crs(self.plan.crs)
        except BadCoordinates:
            return False
        return True

    def unknown(self, guesses: list[CrsGuess]) -> Discovery:
        """Return the refusal while no CRS is chosen."""
        if not guesses:
            return self.found("refusal", UNKNOWN, evidence=NOTHING_FITS)
        return self.found("refusal", UNKNOWN, **self.more(guesses))

    def more(self, guesses: list[CrsGuess]) -> dict[str, Any]:
        """Return evidence and remedies: the guesses that are believed about as much as the best."""
        if not guesses:
            return {"evidence": NOTHING_FITS}
        near = [g for g in guesses if guesses[0].confidence - g.confidence <= RIVAL]
        remedies = tuple(map(self.take, near[:MOST_REMEDIES]))
        return {"evidence": guesses[0].evidence, "remedies": remedies}

    def take(self, guess: CrsGuess) -> Remedy:
        """Return the remedy that takes a guess."""
        label = TAKE_SWAPPED if guess.swap_axes else TAKE
        key = f"{guess.crs}{':swapped' if guess.swap_axes else ''}"[:80]
        return self.remedy(
            key, label.format(name=say(guess.crs)), crs=guess.crs, swap_axes=guess.swap_axes
        )

    def doubted(self, guesses: list[CrsGuess], severity: Severity) -> Discovery:
        """Return what makes the plan's CRS or axes doubtful."""
        best, plan = guesses[0], self.plan
        more = self.more(guesses)
        held, better = zone(plan.crs), zone(best.crs)
        if best.swap_axes != plan.swap_axes and same(best.crs, plan.crs):
            return Discovery("axes", severity, EXCHANGED, **more)
        if held and better and held.meridian == better.meridian and held.number != better.number:
            text = (WITH_NUMBER if better.number else WITHOUT_NUMBER).format(name=say(plan.crs))
            return Discovery("zone_prefix", severity, text, **more)
        text = DOUBTFUL.format(name=say(plan.crs), better=say(best.crs))
        return self.found(severity, text, **more)

    def taken(self, held: CrsGuess | None, declared: str | None) -> Iterator[Discovery]:
        """Yield how the CRS was come by, where the file does not say, and what is unsure of it."""
        evidence = held.evidence if held else NOTHING_FITS
        name = say(self.plan.crs)
        if not declared:
            yield self.found("info", ASSUMED.format(name=name), evidence=evidence)
        elif not same(declared, self.plan.crs):
            yield self.found("info", CHOSEN.format(name=name), evidence=evidence)
        if self.plan.swap_axes:
            yield Discovery("axes", "info", RIGHTED, evidence=evidence)
        datum = old_datum(self.plan.crs)
        if datum:
            hint = held.caution if held and held.caution else Text("", "")
            text = Text(OLD.zh.format(datum=datum.zh), OLD.en.format(datum=datum.en))
            yield Discovery("old_datum", "warning", text, hint=hint)


def same(one: str, other: str) -> bool:
    """Tell whether two texts name the same CRS."""
    if one == other:
        return True
    try:
        return bool(find_crs(one) == find_crs(other))
    except BadCoordinates:
        return False


def say(name: str) -> str:
    """Return a CRS's code and name for people."""
    try:
        crs = find_crs(name)
    except BadCoordinates:
        return name[:60]
    return f"{name} ({crs.name})" if name.upper().startswith("EPSG:") else str(crs.name)


def zone(name: str) -> Zone | None:
    """Return the Gauss-Krüger zone that a CRS is."""
    return next((item for item in all_zones() if same(f"EPSG:{item.srid}", name)), None)
