"""Which CRS the numbers of a file are in: every plausible one, tried and ranked with evidence.

What the file declares counts, and where the numbers land counts more: a CRS that puts the points
into the deployment's own areas is believed before one that puts them into the sea. Nothing is
decided here: people see the evidence and choose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy
from pyproj.exceptions import ProjError

from geodata.crs import GEOGRAPHIC, MARGIN, Bounds, area_of_use, find_crs, transformer
from geodata.crs_evidence import say_evidence
from geodata.crs_trials import CHINA, Sample, Trial, make_sample, trials
from geodata.zones import old_datum
from layers.spec import Text

WIDER = 0.25  # of the areas' size, and at least so many degrees: what counts as inside them
LEAST_WIDER = 0.02
ENOUGH = 0.5  # so many points must land well, or a CRS is not proposed
ELSEWHERE = 0.3  # how much is believed of a CRS that lands in its own area, but not in ours
# How much each kind is believed when all points land inside the deployment's areas.
BELIEF = {
    "declared": 0.97,
    "numbered": 0.95,
    "degrees": 0.93,
    "mercator": 0.9,
    "record": 0.88,
    "bare": 0.85,
    "local": 0.8,
    "utm": 0.3,
}
SWAPPED = 0.02  # less when the axes must change places
OLD_DATUM = 0.6  # at most, where the declared datum has no exact transformation
UNKNOWN_ZONE = 0.45  # of belief, where no areas tell between zones without a number


@dataclass(frozen=True)
class CrsGuess:
    """A CRS that fits: how sure (0 to 1), why, and where the points land.

    ``inside``: share of points inside the deployment's areas (China without any); ``declared``:
    the file itself says so; ``caution``: what to ask before believing it, or None; ``place``:
    median longitude and latitude.
    """

    crs: str
    swap_axes: bool
    confidence: float
    evidence: Text
    inside: float
    declared: bool
    caution: Text | None
    place: tuple[float, float]


def candidates(
    x: numpy.ndarray, y: numpy.ndarray, declared: str | None, bounds: Bounds | None, srid: int
) -> list[CrsGuess]:
    """Return the CRSs that explain coordinates, the likeliest first; none may fit.

    ``x``, ``y``: as the file has them (n,). ``declared``: EPSG or WKT, None or "" if the file is
    silent; what cannot be read counts as silent. ``bounds``: degrees of the deployment's areas,
    None for all of China. ``srid``: the metric CRS of record.
    """
    sample = make_sample(x, y, declared, bounds, srid)
    if not len(sample.x):
        return []
    tried: dict[tuple[str, bool], CrsGuess] = {}
    for trial in trials(sample):
        if (trial.crs, trial.swap_axes) not in tried:
            guess = try_crs(sample, trial)
            if guess is not None:
                tried[trial.crs, trial.swap_axes] = guess
    return sorted(tried.values(), key=lambda guess: (-guess.confidence, guess.swap_axes))


def try_crs(sample: Sample, trial: Trial) -> CrsGuess | None:
    """Return what comes of reading the numbers in a CRS; None if they do not fit it."""
    landed = land(sample, trial)
    if landed is None:
        return None
    lon, lat = landed
    region = sample.region
    size = max(region.east - region.west, region.north - region.south)
    margin = max(LEAST_WIDER, WIDER * size) if sample.local else 0.0
    inside = float(region.holds(lon, lat, margin).mean())
    own = float(area_of_use(find_crs(trial.crs)).holds(lon, lat, MARGIN).mean())
    # A neighbouring zone serves just as well as long as it is the one that was meant.
    ours = sample.local and inside >= ENOUGH and trial.kind in ("declared", "bare", "numbered")
    read_off = trial.kind == "numbered" and trial.zone is not None and trial.zone.width == 3
    if own < ENOUGH and not (ours or read_off):
        return None
    national = float(CHINA.holds(lon, lat).mean())
    known = own if trial.kind == "declared" else national if read_off else min(own, national)
    belief = believe(sample, trial, inside, known)
    if belief is None:
        return None
    place = float(numpy.nanmedian(lon)), float(numpy.nanmedian(lat))
    evidence, caution = say_evidence(sample, trial, inside, place)
    is_declared = trial.crs == sample.declared and not trial.swap_axes
    return CrsGuess(
        trial.crs, trial.swap_axes, round(belief, 3), evidence, inside, is_declared, caution, place
    )


def land(sample: Sample, trial: Trial) -> tuple[numpy.ndarray, numpy.ndarray] | None:
    """Return where the numbers are in degrees when read in a CRS; None where that is nowhere."""
    east, north = (sample.y, sample.x) if trial.swap_axes else (sample.x, sample.y)
    crs = find_crs(trial.crs)
    if crs.is_geographic and (numpy.abs(east) > 180).mean() > ENOUGH:
        return None
    if not (crs.is_geographic or crs.is_projected):
        return None
    try:
        lon, lat = transformer(trial.crs, f"EPSG:{GEOGRAPHIC}").transform(east, north)
    except ProjError:
        return None
    good = numpy.isfinite(lon) & numpy.isfinite(lat) & (numpy.abs(lat) <= 90)
    lon, lat = numpy.where(good, lon, numpy.nan), numpy.where(good, lat, numpy.nan)
    return (lon, lat) if good.mean() >= ENOUGH else None


def believe(sample: Sample, trial: Trial, inside: float, elsewhere: float) -> float | None:
    """Return how far a CRS is believed by where the points land; None if they land badly.

    ``inside``: the share in the deployment's areas; ``elsewhere``: in the CRS's own area of use,
    and in China unless the file declares the CRS.
    """
    belief = BELIEF[trial.kind] - (SWAPPED if trial.swap_axes else 0)
    if trial.kind in ("bare", "utm", "record") and not sample.local and not numbered(trial):
        belief *= UNKNOWN_ZONE
    if sample.declared and old_datum(sample.declared):
        belief = min(belief, OLD_DATUM if trial.kind == "declared" else OLD_DATUM - 0.1)
    if inside >= ENOUGH:
        return belief * inside
    if elsewhere < ENOUGH or trial.kind in ("bare", "utm", "record"):
        return None
    return belief * elsewhere * ELSEWHERE


def numbered(trial: Trial) -> bool:
    """Tell whether the zone can be read off the numbers."""
    return trial.zone is not None and trial.zone.number > 0
