"""Compiled moves of the search: add, remove and swap candidates, with every gain kept up to date.

``Search`` holds the arrays of one search. ``gains[i]`` is always the weight that candidate i would
add to what is chosen now; adding or removing a candidate visits only the candidates that share
newly covered or newly bare demand (Resende and Werneck, "A fast swap-based local search procedure
for location problems", 2007). So the best swap for a chosen candidate is found by one look at all
gains while it is away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geodata.compiling import compiled
from gisapp.coverage.covering import Integers, Numbers, Problem

NOBODY = -1


class Search(NamedTuple):
    """The arrays of one search; the last five change with every move.

    ``chosen`` has room for ``most`` candidates and NOBODY in what is free; ``times`` (m) counts
    how many of them cover each point; ``held`` counts them per mount; ``spent`` is one number.
    """

    start: Integers
    demand: Integers
    first: Integers
    coverers: Integers
    weights: Numbers
    costs: Numbers
    mounts: Integers
    budget: float
    per_mount: int
    chosen: Integers
    inside: npt.NDArray[np.bool_]
    times: Integers
    held: Integers
    spent: Numbers
    gains: Numbers


def begin(problem: Problem) -> Search:
    """Return a search in which nothing is chosen yet."""
    first, coverers = problem.by_demand
    number = problem.candidates
    mounts = int(problem.mounts.max()) + 1 if number else 0
    return Search(
        problem.start,
        problem.demand,
        first,
        coverers,
        problem.weights,
        problem.costs,
        problem.mounts,
        problem.budget * (1 + 1e-12),  # a sum of costs may end a rounding above
        problem.per_mount,
        np.full(problem.most, NOBODY, dtype=np.int64),
        np.zeros(number, dtype=np.bool_),
        np.zeros(len(problem.weights), dtype=np.int64),
        np.zeros(mounts, dtype=np.int64),
        np.zeros(1),
        row_sums(problem.start, problem.demand, problem.weights),
    )


@compiled
def row_sums(start: Integers, demand: Integers, values: Numbers) -> Numbers:
    """Return for each candidate the sum of ``values`` over the demand that it covers."""
    sums = np.zeros(len(start) - 1)
    for candidate in range(len(sums)):
        total = 0.0
        for place in range(start[candidate], start[candidate + 1]):
            total += values[demand[place]]
        sums[candidate] = total
    return sums


@compiled
def add(search: Search, slot: int, candidate: int) -> None:
    """Put ``candidate`` into a free slot."""
    search.chosen[slot] = candidate
    search.inside[candidate] = True
    search.held[search.mounts[candidate]] += 1
    search.spent[0] += search.costs[candidate]
    for place in range(search.start[candidate], search.start[candidate + 1]):
        point = search.demand[place]
        search.times[point] += 1
        if search.times[point] == 1 and search.weights[point] > 0:
            for other in range(search.first[point], search.first[point + 1]):
                search.gains[search.coverers[other]] -= search.weights[point]


@compiled
def take(search: Search, slot: int) -> None:
    """Remove the candidate in ``slot``; its gain is then what it was worth."""
    candidate = search.chosen[slot]
    search.chosen[slot] = NOBODY
    search.inside[candidate] = False
    search.held[search.mounts[candidate]] -= 1
    search.spent[0] -= search.costs[candidate]
    for place in range(search.start[candidate], search.start[candidate + 1]):
        point = search.demand[place]
        search.times[point] -= 1
        if search.times[point] == 0 and search.weights[point] > 0:
            for other in range(search.first[point], search.first[point + 1]):
                search.gains[search.coverers[other]] += search.weights[point]


@compiled
def best(search: Search, factors: Numbers, least: float) -> int:
    """Return the candidate that fits and has the greatest gain times factor above ``least``.

    The first one of equals, or NOBODY.
    """
    found = NOBODY
    left = search.budget - search.spent[0]
    for candidate in range(len(search.gains)):
        worth = search.gains[candidate] * factors[candidate]
        if (
            worth > least
            and not search.inside[candidate]
            and search.costs[candidate] <= left
            and search.held[search.mounts[candidate]] < search.per_mount
        ):
            found, least = candidate, worth
    return found


@compiled
def fill(search: Search, factors: Numbers, least: float) -> None:
    """Fill the free slots one after another with the candidate of greatest gain times factor."""
    for slot in range(len(search.chosen)):
        if search.chosen[slot] == NOBODY:
            candidate = best(search, factors, least)
            if candidate == NOBODY:
                return
            add(search, slot, candidate)


@compiled
def improve(search: Search, order: Integers, factors: Numbers, least: float) -> None:
    """Swap chosen candidates for better ones, and fill free slots, until nothing improves.

    Slots are tried in ``order``; each swap takes the best replacement and must gain ``least``.
    """
    quiet = 0
    while quiet < len(order):
        for slot in order:
            quiet += 1
            held = search.chosen[slot]
            if held != NOBODY:
                take(search, slot)
                candidate = best(search, factors, search.gains[held] + least)
                if candidate == NOBODY:
                    add(search, slot, held)
                else:
                    add(search, slot, candidate)
                    quiet = 0
            else:
                candidate = best(search, factors, least)
                if candidate != NOBODY:
                    add(search, slot, candidate)
                    quiet = 0
            if quiet >= len(order):
                break


@compiled
def restart(search: Search, chosen: Integers) -> None:
    """Change what is chosen into ``chosen``, which fits; both have the same length."""
    wanted = np.zeros(len(search.inside), dtype=np.bool_)
    for candidate in chosen:
        if candidate != NOBODY:
            wanted[candidate] = True
    for slot in range(len(search.chosen)):
        if search.chosen[slot] != NOBODY and not wanted[search.chosen[slot]]:
            take(search, slot)
    free = 0
    for candidate in chosen:
        if candidate != NOBODY and not search.inside[candidate]:
            while search.chosen[free] != NOBODY:
                free += 1
            add(search, free, candidate)


@compiled
def covered_weight(search: Search) -> float:
    """Return the weight that is covered now."""
    total = 0.0
    for point in range(len(search.times)):
        if search.times[point] > 0:
            total += search.weights[point]
    return total
