"""Are positions GCJ-02 or BD-09 although they are taken for WGS-84? A test against what is known.

Things stand at other things: cameras and premises at roads and buildings, buildings on buildings,
borders on borders. So the positions are moved as each hypothesis would have it (left alone, taken
back from GCJ-02, taken back from BD-09), and the distances to the nearest known vertex are
compared: by pairs, over resampled neighbourhoods (a street of points counts once), and with
dozens of arbitrary moves as far, which tell how well chance does. A hypothesis is believed only
if it beats the others and all of chance; otherwise the answer is that nobody can tell. Nothing is
decided here: people see the evidence and choose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy
import shapely
from scipy.spatial import KDTree

from geodata.china_offset import bd09_to_wgs84, gcj02_to_wgs84
from geodata.crs import GEOGRAPHIC, transformer
from geodata.offset_evidence import say_offset
from layers.spec import Text

Kind = Literal["none", "gcj02", "bd09", "unknown"]
KINDS: tuple[Kind, ...] = ("none", "gcj02", "bd09")
SAMPLE = 1500  # positions that are tested
FEWEST = 20  # positions, and
FEWEST_PLACES = 8  # neighbourhoods, below which nothing can be told
REACH = 200.0  # metres: further away is not nearer to anything
KNOWN = 500.0  # metres from what is known within which a position says something
BLUR = 10.0  # metres: what digitising errs by, and the half of a house
NEIGHBOURHOOD = 400.0  # metres
DRAWS = 400
SURE, SURE_NONE = 0.98, 0.9  # share of draws that a hypothesis must win
APART, APART_NONE = 3.0, 2.0  # standard deviations of chance above its mean
DIRECTIONS = 12
BESIDE = (50.0, 80.0, 120.0, 180.0)  # metres
BETTER = 0.22  # of nearness (a fifth less distance) that fits clearly better
SPACING = 10.0  # metres between the points of a known line


@dataclass(frozen=True)
class OffsetGuess:
    """What the test found: ``kind`` and how sure (0 to 1), with the evidence in words.

    ``metres`` and ``bearing`` (degrees from north): how far and where to the positions are off
    if they are ``kind``, in the median (0 for none and unknown). ``distances``: median metres to
    the nearest known vertex under each hypothesis. ``tested``: positions that were.
    """

    kind: Kind
    metres: float
    bearing: float
    confidence: float
    evidence: Text
    distances: dict[str, float]
    tested: int


def known_points(shapes: numpy.ndarray, spacing: float = SPACING) -> numpy.ndarray:
    """Return points at most ``spacing`` metres apart on the lines and edges of metric shapes.

    Areas have their middle too: what stands for a house is often put there.
    """
    outlines = shapely.segmentize(shapely.force_2d(shapes), spacing)
    middles = shapely.centroid(shapes[shapely.get_dimensions(shapes) == 2])
    found = numpy.concatenate([shapely.get_coordinates(outlines), shapely.get_coordinates(middles)])
    return numpy.unique(numpy.round(found, 1), axis=0)


def offset_suspicion(
    lon: numpy.ndarray,
    lat: numpy.ndarray,
    known: numpy.ndarray,
    srid: int,
    district: shapely.Geometry | None = None,
) -> OffsetGuess:
    """Tell whether positions taken for WGS-84 (or CGCS2000) are GCJ-02 or BD-09 ones.

    ``lon``, ``lat``: degrees (n,); of lines and areas their vertices. ``known``: points (m, 2) of
    roads, buildings and the like in metric CRS ``srid``, dense as ``known_points`` makes them.
    ``district``: the district in that CRS, whose border is known too. Takes a second or two for
    any number of positions and a million known points.
    """
    if district is not None and not shapely.is_empty(district):
        known = numpy.concatenate([known, known_points(numpy.array([district]))])
    moved = move(*thin(lon, lat), srid)
    if moved["none"].size and numpy.abs(moved["gcj02"] - moved["none"]).max() < 1:
        evidence = say_offset("abroad", {}, 0, (0.0, 0.0), 0)
        return OffsetGuess("none", 0.0, 0.0, 1.0, evidence, {}, 0)
    if not len(known) or not moved[KINDS[0]].size:
        return unknown({}, 0, "sparse" if not len(known) else "few")
    tree = KDTree(known)
    raw = numpy.stack([tree.query(moved[kind])[0] for kind in KINDS])
    there = raw.min(axis=0) < KNOWN
    if there.mean() < 0.5:
        return unknown({}, int(there.sum()), "sparse")
    raw = raw[:, there]
    places = neighbourhoods(moved["none"][there])
    if raw.shape[1] < FEWEST or places.max() + 1 < FEWEST_PLACES:
        return unknown(medians(raw), raw.shape[1], "few")
    moved = {kind: held[there] for kind, held in moved.items()}
    chance = by_chance(tree, moved)
    return weigh(tree, raw, places, chance, moved)


def thin(lon: numpy.ndarray, lat: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return at most SAMPLE distinct finite positions, spread evenly over the file."""
    held = numpy.column_stack([lon, lat]).astype(float)
    held = held[numpy.isfinite(held).all(axis=1)]
    _, first = numpy.unique(numpy.round(held, 6), axis=0, return_index=True)
    first.sort()
    chosen = first[numpy.linspace(0, len(first) - 1, min(len(first), SAMPLE)).astype(int)]
    return held[chosen, 0], held[chosen, 1]


def move(lon: numpy.ndarray, lat: numpy.ndarray, srid: int) -> dict[Kind, numpy.ndarray]:
    """Return metric positions (n, 2) as each hypothesis has them, of those finite under all."""
    project = transformer(f"EPSG:{GEOGRAPHIC}", f"EPSG:{srid}").transform
    degrees = ((lon, lat), gcj02_to_wgs84(lon, lat), bd09_to_wgs84(lon, lat))
    found = [numpy.column_stack(project(*pair)) for pair in degrees]
    good = numpy.isfinite(numpy.hstack(found)).all(axis=1)
    return {kind: held[good] for kind, held in zip(KINDS, found, strict=True)}


def nearness(distances: numpy.ndarray) -> numpy.ndarray:
    """Return how well distances speak for a hypothesis: halving one counts the same anywhere."""
    found: numpy.ndarray = -numpy.log(numpy.minimum(distances, REACH) + BLUR)
    return found


def neighbourhoods(points: numpy.ndarray) -> numpy.ndarray:
    """Return for each point the number of its square of NEIGHBOURHOOD metres."""
    squares = numpy.floor(points / NEIGHBOURHOOD).astype(int)
    _, numbers = numpy.unique(squares, axis=0, return_inverse=True)
    return numbers.reshape(-1)


def by_chance(tree: KDTree, moved: dict[Kind, numpy.ndarray]) -> numpy.ndarray:
    """Return the mean nearness (k,) of arbitrary moves, as far as the hypotheses' and others.

    They start from where each hypothesis puts the points and keep clear of all hypotheses.
    """
    centres = numpy.stack([moved[kind] for kind in KINDS]).mean(axis=1)
    anchors = centres - centres[0]
    reach = [float(numpy.hypot(*anchor)) for anchor in anchors[1:]]
    radii = sorted({250.0, *reach, sum(reach) / 2})
    scores = []
    for number, radius in enumerate(radii):
        for step in range(DIRECTIONS):
            angle = 2 * math.pi * (step + 0.5 * (number % 2)) / DIRECTIONS
            shift = radius * numpy.array([math.cos(angle), math.sin(angle)])
            if numpy.hypot(*(anchors - shift).T).min() > 120:
                scores.append(nearness(tree.query(moved["none"] + shift)[0]).mean())
    return numpy.array(scores)


def weigh(
    tree: KDTree,
    raw: numpy.ndarray,
    places: numpy.ndarray,
    chance: numpy.ndarray,
    moved: dict[Kind, numpy.ndarray],
) -> OffsetGuess:
    """Return what distances (3, n), neighbourhoods (n,) and chance say together."""
    near = nearness(raw)
    means = near.mean(axis=1)
    best = int(means.argmax())
    won = share_won(near, places, best, float(chance.max()))
    apart = stand_out(float(means[best]), chance)
    enough, far = (SURE_NONE, APART_NONE) if best == 0 else (SURE, APART)
    beats_chance = means[best] > chance.max() or best == 0
    if won < enough or apart < far or not beats_chance:
        return unknown(medians(raw), raw.shape[1], "even")
    kind = KINDS[best]
    if fits_better_beside(tree, moved[kind], near[best], places):
        return unknown(medians(raw), raw.shape[1], "beside")
    off = numpy.median(moved["none"] - moved[kind], axis=0)
    metres = float(numpy.hypot(*off))
    bearing = math.degrees(math.atan2(off[0], off[1])) % 360 if metres else 0.0
    confidence = round(min(won, 1 - math.exp(-apart)), 3)
    evidence = say_offset(kind, medians(raw), raw.shape[1], (metres, bearing), len(chance))
    return OffsetGuess(kind, metres, bearing, confidence, evidence, medians(raw), raw.shape[1])


def stand_out(score: float, chance: numpy.ndarray) -> float:
    """Return how many deviations a score lies above chance.

    Above its median, by the deviations of its better half: moves that leave the known area
    altogether are bad beyond measure and say nothing.
    """
    middle = float(numpy.median(chance))
    above = chance[chance >= middle] - middle
    return (score - middle) / max(float(numpy.sqrt((above**2).mean())), 1e-6)


def fits_better_beside(
    tree: KDTree, points: numpy.ndarray, near: numpy.ndarray, places: numpy.ndarray
) -> bool:
    """Tell whether the points fit clearly better some way beside where a hypothesis puts them.

    Then they are off by something else: another datum, a wrong meridian, a map drawn badly.
    """
    tried = [near]
    for radius in BESIDE:
        for angle in numpy.arange(8) * math.pi / 4:
            shift = radius * numpy.array([math.cos(angle), math.sin(angle)])
            tried.append(nearness(tree.query(points + shift)[0]))
    best = int(numpy.argmax([row.mean() for row in tried]))
    if tried[best].mean() < near.mean() + BETTER:
        return False
    return share_won(numpy.stack([tried[best], near]), places, 0, -math.inf) > SURE


def share_won(near: numpy.ndarray, places: numpy.ndarray, best: int, chance: float) -> float:
    """Return in which share of draws of neighbourhoods a hypothesis beats the others and chance.

    The best move of chance counts as one of the others, except against no offset at all: data
    beside which everything is as near is common, and says nothing against the file.
    """
    count = places.max() + 1
    sums = numpy.stack([numpy.bincount(places, row, count) for row in near])
    sizes = numpy.bincount(places, minlength=count)
    draws = numpy.random.default_rng(0).multinomial(count, numpy.full(count, 1 / count), DRAWS)
    means = (draws @ sums.T) / (draws @ sizes)[:, None]
    rivals = numpy.delete(means, best, axis=1).max(axis=1)
    if best != 0:
        rivals = numpy.maximum(rivals, chance)
    return float((means[:, best] > rivals).mean())


def medians(raw: numpy.ndarray) -> dict[str, float]:
    """Return the median distance of each hypothesis."""
    return {kind: round(float(numpy.median(row)), 1) for kind, row in zip(KINDS, raw, strict=True)}


def unknown(distances: dict[str, float], tested: int, why: str) -> OffsetGuess:
    """Return that nobody can tell, and why."""
    evidence = say_offset(why, distances, tested, (0.0, 0.0), 0)
    return OffsetGuess("unknown", 0.0, 0.0, 0.0, evidence, distances, tested)
