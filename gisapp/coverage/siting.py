"""Propose where cameras would help most: candidates, what each would see, and the best choice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gisapp.coverage.candidates import (
    KINDS,
    POLE,
    CameraModel,
    Mounts,
    Surroundings,
    compass,
    find_mounts,
    points_at,
    turns_of,
)
from gisapp.coverage.covering import Problem, Solution, problem_of_pairs
from gisapp.coverage.demand import SURE, Demand
from gisapp.coverage.footprints import Footprints
from gisapp.coverage.optimise import DEFAULT, Effort, solve
from gisapp.coverage.sectors import Sectors
from gisapp.coverage.viewsheds import visible

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
MOST_MOUNTS = 8_000


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    At most ``most`` cameras of ``models`` within ``budget``, ``per_mount`` on each mount; a mount
    that has to be put up costs ``mount_cost`` more. Ground that is possibly seen already counts
    for ``possible_share`` of its weight. Places near where somebody has to consent are left out
    when ``avoid_consent``, else flagged; ``consent_m`` is how near.
    """

    models: tuple[CameraModel, ...]
    most: int
    budget: float = math.inf
    per_mount: int = 1
    mount_cost: float = 0.0
    spacing: float = 25.0
    possible_share: float = 0.5
    consent_m: float = 50.0
    avoid_consent: bool = False
    seed: int = 0
    effort: Effort = DEFAULT


@dataclass(frozen=True)
class Candidates:
    """Mounts with a direction (degrees) and a model: candidate i hangs on ``mount[i]``."""

    mounts: Mounts
    mount: Integers
    azimuth: Floats
    model: Integers


@dataclass(frozen=True)
class ProposedSite:
    """One proposed camera: position (m), what it is, what it adds and the demand it covers.

    ``consent`` are places in `Surroundings.consent` that have to be asked.
    """

    x: float
    y: float
    kind: str
    azimuth: float
    model: CameraModel
    cost: float
    gain: float
    covers: npt.NDArray[np.int32]
    view: Any
    consent: tuple[int, ...]


@dataclass(frozen=True)
class Proposal:
    """What is proposed, of how many candidates, and how good it is."""

    sites: tuple[ProposedSite, ...]
    solution: Solution
    mounts_found: int
    mounts_used: int
    candidates: int


def propose(wish: Wish, around: Surroundings, footprints: Footprints, demand: Demand) -> Proposal:
    """Return the best sites found for ``demand`` around which ``around`` lies."""
    found = find_mounts(around, wish.spacing)
    if wish.avoid_consent:
        found = found.take(np.array([not near for near in asked(found, around, wish)], dtype=bool))
    used = (
        found.take(np.unique(np.linspace(0, len(found) - 1, MOST_MOUNTS).astype(int)))
        if len(found) > MOST_MOUNTS
        else found
    )
    candidates, pairs = look_round(wish, used, footprints, demand)
    problem = covering(wish, candidates, pairs, demand)
    solution = solve(problem, seed=wish.seed, effort=wish.effort)
    chosen = np.array(solution.chosen, dtype=np.int64)
    return Proposal(
        sites_of(wish, around, footprints, candidates, problem, solution, chosen),
        solution,
        len(found),
        len(used),
        len(candidates.mount),
    )


def look_round(
    wish: Wish, mounts: Mounts, footprints: Footprints, demand: Demand
) -> tuple[Candidates, tuple[Integers, Integers]]:
    """Return all candidates, and the pairs of candidate and demand that it would surely see.

    What a mount sees all round is found once; a direction sees what of it lies within its angle
    and its range. Demand that is surely seen already is left out.
    """
    farthest = max(model.range for model in wish.models)
    seen_from, point = all_round(mounts, farthest, footprints, demand)
    vectors = np.column_stack((
        demand.x[point] - mounts.x[seen_from], demand.y[point] - mounts.y[seen_from]
    ))  # fmt: skip
    away, bearing = np.hypot(*vectors.T), compass(vectors)
    made: list[tuple[Integers, Floats, int]] = []
    pairs: list[tuple[Integers, Integers]] = []
    number = 0
    for place, model in enumerate(wish.models):
        for kind in range(len(KINDS)):
            here = np.flatnonzero(mounts.kind == kind)
            numbers = np.full(len(mounts), -1)
            for turn in turns_of(kind, model):
                numbers[here] = number + np.arange(len(here))
                number += len(here)
                azimuth = (mounts.heading + turn) % 360
                off = np.abs((bearing - azimuth[seen_from] + 180) % 360 - 180)
                seen = (mounts.kind[seen_from] == kind) & (away <= model.range)
                seen &= off <= model.fov / 2
                pairs.append((numbers[seen_from[seen]], point[seen]))
                made.append((here, azimuth[here], place))
    candidates = Candidates(
        mounts,
        np.concatenate([here for here, _, _ in made]),
        np.concatenate([azimuth for _, azimuth, _ in made]),
        np.concatenate([np.full(len(here), place) for here, _, place in made]),
    )
    return candidates, (
        np.concatenate([first for first, _ in pairs]),
        np.concatenate([second for _, second in pairs]),
    )


def all_round(
    mounts: Mounts, farthest: float, footprints: Footprints, demand: Demand
) -> tuple[Integers, Integers]:
    """Return pairs of mount and demand not surely seen that the mount sees within ``farthest``."""
    bare = np.flatnonzero(demand.states < SURE)
    if not len(bare) or not len(mounts):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    size = len(mounts)
    circles = Sectors(
        mounts.x, mounts.y, np.zeros(size), np.full(size, 180.0), np.full(size, farthest)
    )
    views = visible(circles, footprints)
    shapely.prepare(views)
    tree = shapely.STRtree(points_at(demand.x[bare], demand.y[bare]))
    found, point = tree.query(views, predicate="intersects")
    return found, bare[point]


def covering(
    wish: Wish, candidates: Candidates, pairs: tuple[Integers, Integers], demand: Demand
) -> Problem:
    """Return the covering problem of the candidates."""
    prices = np.array([model.cost for model in wish.models])[candidates.model]
    new = candidates.mounts.kind[candidates.mount] != POLE
    return problem_of_pairs(
        *pairs,
        demand.wanted(wish.possible_share),
        prices + wish.mount_cost * new,
        candidates.mount,
        most=wish.most,
        budget=wish.budget,
        per_mount=wish.per_mount,
    )


def sites_of(
    wish: Wish,
    around: Surroundings,
    footprints: Footprints,
    candidates: Candidates,
    problem: Problem,
    solution: Solution,
    chosen: Integers,
) -> tuple[ProposedSite, ...]:
    """Return the chosen candidates as sites, the most useful first."""
    places = candidates.mounts.take(candidates.mount[chosen])
    models = [wish.models[number] for number in candidates.model[chosen]]
    views = view_of(places.x, places.y, candidates.azimuth[chosen], models, footprints)
    consent = asked(places, around, wish)
    return tuple(
        ProposedSite(
            float(places.x[n]),
            float(places.y[n]),
            KINDS[places.kind[n]],
            float(candidates.azimuth[candidate]),
            models[n],
            float(problem.costs[candidate]),
            solution.sites[n].gain,
            problem.demand[problem.start[candidate] : problem.start[candidate + 1]].astype(
                np.int32
            ),
            views[n],
            consent[n],
        )
        for n, candidate in enumerate(chosen)
    )


def view_of(
    x: Floats, y: Floats, azimuth: Floats, models: list[CameraModel], footprints: Footprints
) -> npt.NDArray[Any]:
    """Return what cameras see: polygons in the metric CRS."""
    halves = np.array([min(model.fov / 2, 180.0) for model in models])
    ranges = np.array([model.range for model in models])
    return visible(Sectors(x, y, azimuth, halves, ranges), footprints)


def asked(places: Mounts, around: Surroundings, wish: Wish) -> list[tuple[int, ...]]:
    """Return for each place which of the places that have to consent are near."""
    near: list[list[int]] = [[] for _ in range(len(places))]
    if len(around.consent) and len(places):
        tree = shapely.STRtree(around.consent)
        for place, polygon in zip(
            *tree.query(places.points, "dwithin", distance=wish.consent_m), strict=True
        ):
            near[place].append(int(polygon))
    return [tuple(sorted(found)) for found in near]
