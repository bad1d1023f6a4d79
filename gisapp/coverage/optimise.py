"""Choose sites: greedy, swaps, iterated local search, and the proof of how good that is.

Everything is decided by the seed, unless the time limit ends the search early.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from gisapp.coverage.covering import Integers, Numbers, Problem, Site, Solution
from gisapp.coverage.covering_bound import Bound, upper_bound
from gisapp.coverage.covering_moves import (
    NOBODY,
    Search,
    begin,
    covered_weight,
    fill,
    improve,
    restart,
    take,
)

LEAST = 1e-9  # of all weight: a gain below is rounding
NOISE = 0.3  # by how much a perturbation may mistake a gain


@dataclass(frozen=True)
class Effort:
    """How long to search. ``rounds`` of perturbation, ``steps`` of the bound, ``seconds`` in all.

    The search ends early when the gap is at most ``gap`` (a share).
    """

    rounds: int = 300
    steps: int = 400
    seconds: float = 30.0
    gap: float = 1e-6


DEFAULT = Effort()


def solve(problem: Problem, *, seed: int = 0, effort: Effort = DEFAULT) -> Solution:
    """Return the best choice found, with a proven bound of the best there can be."""
    ends = time.monotonic() + effort.seconds
    random = np.random.default_rng(seed)
    search = begin(problem)
    least = LEAST * float(problem.weights.sum())
    if problem.most == 0 or problem.candidates == 0 or float(search.gains.max()) <= least:
        return Solution((), 0.0, 0.0, 0.0, 0, "proved", seed)
    greedy = choose_greedily(problem, search, least)
    alike = np.ones(problem.candidates)
    improve(search, np.arange(problem.most), alike, least)
    reached, kept = covered_weight(search), search.chosen.copy()
    bound = upper_bound(problem, reached, search.times, effort.steps)
    reached, kept = from_bound(problem, search, bound, least, (reached, kept))
    rounds, stopped = 0, "proved"
    while bound.value - reached > effort.gap * bound.value:
        stopped = "time" if time.monotonic() >= ends else "rounds"
        if stopped == "time" or rounds == effort.rounds:
            break
        rounds += 1
        perturb(search, random, least)
        improve(search, random.permutation(problem.most), alike, least)
        value = covered_weight(search)
        if value >= reached - least:
            reached, kept = value, search.chosen.copy()
        else:
            restart(search, kept)
        stopped = "proved"
    sites = ranked(problem, kept, least)
    chosen = [site.candidate for site in sites]
    value = problem.value(chosen)
    cost = float(problem.costs[chosen].sum())
    limit = max(min(bound.value, reachable(problem)), value)
    return Solution(sites, value, limit, cost, rounds, stopped, seed, greedy)


def choose_greedily(problem: Problem, search: Search, least: float) -> float:
    """Fill the search with the better of two greedy choices, by gain and by gain for money.

    Return its value. (Khuller, Moss and Naor, "The budgeted maximum coverage problem", 1999.)
    """
    found: list[tuple[float, Integers]] = []
    for factors in greedy_factors(problem):
        restart(search, np.full(problem.most, NOBODY, dtype=np.int64))
        fill(search, factors, least * float(factors.min()))
        found.append((covered_weight(search), search.chosen.copy()))
    value, chosen = max(found, key=lambda one: one[0])
    restart(search, chosen)
    return value


def greedy_factors(problem: Problem) -> list[Numbers]:
    """Return by what gains are multiplied in each greedy choice."""
    alike: Numbers = np.ones(problem.candidates)
    dearest = float(problem.costs.max())
    if not np.isfinite(problem.budget) or float(problem.costs.min()) == dearest:
        return [alike]
    return [alike, 1 / np.maximum(problem.costs / dearest, 1e-9)]


def from_bound(
    problem: Problem, search: Search, bound: Bound, least: float, held: tuple[float, Integers]
) -> tuple[float, Integers]:
    """Return the better of what is ``held`` and what the relaxed choice can be made into."""
    chosen = list(bound.chosen)
    while chosen and not problem.fits(chosen):  # only the budget can be overdrawn
        chosen.pop()
    slots = np.full(problem.most, NOBODY, dtype=np.int64)
    slots[: len(chosen)] = chosen
    restart(search, slots)
    improve(search, np.arange(problem.most), np.ones(problem.candidates), least)
    value = covered_weight(search)
    if value > held[0] + least:
        return value, search.chosen.copy()
    restart(search, held[1])
    return held


def perturb(search: Search, random: np.random.Generator, least: float) -> None:
    """Take a few chosen candidates away, and fill up with gains that are slightly mistaken."""
    slots = np.flatnonzero(search.chosen != NOBODY)
    most = max(2, min(len(slots) // 4, 12))
    number = min(len(slots), int(random.integers(1, most + 1)))
    for slot in random.choice(slots, number, replace=False):
        take(search, int(slot))
    fill(search, 1 - NOISE * random.random(len(search.gains)), least)


def ranked(problem: Problem, chosen: Integers, least: float) -> tuple[Site, ...]:
    """Return the chosen, each time the one that adds most to those before it.

    What adds nothing is left out: it would be a camera for nothing.
    """
    left = [int(candidate) for candidate in chosen if candidate != NOBODY]
    weights, sites = problem.weights.copy(), []
    while left:
        gains = [row_weight(problem, candidate, weights) for candidate in left]
        place = int(np.argmax(gains))
        if gains[place] <= least:
            break
        candidate = left.pop(place)
        sites.append(Site(candidate, gains[place]))
        weights[problem.demand[problem.start[candidate] : problem.start[candidate + 1]]] = 0
    return tuple(sites)


def row_weight(problem: Problem, candidate: int, weights: Numbers) -> float:
    """Return the sum of ``weights`` that a candidate covers."""
    row = problem.demand[problem.start[candidate] : problem.start[candidate + 1]]
    return float(weights[row].sum())


def reachable(problem: Problem) -> float:
    """Return the weight that all candidates together cover: no choice has more."""
    return float(problem.weights[np.unique(problem.demand)].sum())
