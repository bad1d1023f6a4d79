"""Maximal covering as arrays: which candidate covers which demand, its weight, cost and mount.

Choose candidates so that the weight of the demand that at least one of them covers is greatest,
with at most so many of them, within a budget, and at most so many on one mount (a pole has many
directions, each a candidate). Church and ReVelle, "The maximal covering location problem" (1974).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """One maximal covering problem with n candidates and m points of demand.

    ``start`` (n + 1) and ``demand`` are the rows of a sparse matrix: candidate i covers
    ``demand[start[i]:start[i + 1]]``, each once and in order. ``weights`` (m) are not negative;
    demand that is covered already has weight 0, or part of its weight. ``costs`` (n) are not
    negative, ``mounts`` (n) say what each stands on. ``most`` is how many may be chosen.
    """

    start: Integers
    demand: Integers
    weights: Numbers
    costs: Numbers
    mounts: Integers
    most: int
    budget: float = math.inf
    per_mount: int = 1

    @property
    def candidates(self) -> int:
        """How many candidates there are."""
        return len(self.start) - 1

    @cached_property
    def by_demand(self) -> tuple[Integers, Integers]:
        """The columns of the matrix: where each begins (m + 1), and the candidates in them."""
        owners = np.repeat(np.arange(self.candidates), np.diff(self.start))
        order = np.argsort(self.demand, kind="stable")
        counts = np.bincount(self.demand, minlength=len(self.weights))
        return offsets(counts), owners[order]

    def covered(self, chosen: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Tell of every point of demand whether one of ``chosen`` covers it."""
        seen = np.zeros(len(self.weights), dtype=np.bool_)
        for candidate in chosen:
            seen[self.demand[self.start[candidate] : self.start[candidate + 1]]] = True
        return seen

    def value(self, chosen: Iterable[int]) -> float:
        """Return the weight that ``chosen`` cover."""
        return float(self.weights[self.covered(chosen)].sum())

    def fits(self, chosen: Sequence[int]) -> bool:
        """Tell whether ``chosen`` keep to the number, the budget and the mounts."""
        mounted = np.bincount(self.mounts[list(chosen)], minlength=1) if chosen else np.zeros(1)
        return (
            len(set(chosen)) == len(chosen) <= self.most
            and float(self.costs[list(chosen)].sum()) <= self.budget * (1 + 1e-12)
            and int(mounted.max()) <= self.per_mount
        )


@dataclass(frozen=True)
class Site:
    """One chosen candidate: its place among the chosen, and what it adds to those before it."""

    candidate: int
    gain: float


@dataclass(frozen=True)
class Solution:
    """What was found, and how good it can be at best.

    ``bound`` is a proven upper bound of any choice's value; ``gap`` the share of it that may be
    missing, from 0 (this is optimal) to 1. ``stopped`` says what ended the search: ``proved``,
    ``rounds`` (then the same seed gives the same sites) or ``time``.
    """

    sites: tuple[Site, ...]
    value: float
    bound: float
    cost: float
    rounds: int
    stopped: str
    seed: int
    greedy: float = field(default=0.0)

    @property
    def chosen(self) -> list[int]:
        """The candidates, the most useful first."""
        return [site.candidate for site in self.sites]

    @property
    def gap(self) -> float:
        """The share of the bound by which the value may fall short of the best."""
        return max(0.0, self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def make_problem(
    rows: Sequence[Any],
    weights: Any,
    *,
    most: int | None = None,
    budget: float = math.inf,
    costs: Any = None,
    mounts: Any = None,
    per_mount: int = 1,
) -> Problem:
    """Return the problem in which candidate i covers the points of demand ``rows[i]``.

    Without ``most`` only the budget limits how many; without ``costs`` each costs 1 and without
    ``mounts`` each stands alone. Raises ValueError for negative or unknown numbers, for demand
    that there is not, and for lists of different lengths.
    """
    kept = [np.unique(np.asarray(row, dtype=np.int64)) for row in rows]
    counts = np.array([len(row) for row in kept], dtype=np.int64)
    demand = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)
    number = len(kept)
    return problem_of_pairs(
        np.repeat(np.arange(number), counts),
        demand,
        np.asarray(weights, dtype=np.float64),
        np.ones(number) if costs is None else np.asarray(costs, dtype=np.float64),
        np.arange(number) if mounts is None else numbered(mounts),
        most=most,
        budget=budget,
        per_mount=per_mount,
    )


def problem_of_pairs(
    candidate: Integers,
    point: Integers,
    weights: Numbers,
    costs: Numbers,
    mounts: Integers,
    *,
    most: int | None = None,
    budget: float = math.inf,
    per_mount: int = 1,
) -> Problem:
    """Return the problem in which ``candidate[i]`` covers ``point[i]``; no pair is there twice.

    Raises ValueError as `make_problem`.
    """
    number = len(costs)
    order = np.lexsort((point, candidate))
    counts = np.bincount(candidate, minlength=number)
    most = number if most is None else min(most, number)
    made = Problem(
        offsets(counts), point[order], weights, costs, mounts, most, float(budget), per_mount
    )
    require_sense(made)
    return made


def require_sense(problem: Problem) -> None:
    """Raise ValueError for a problem that says nothing."""
    known = len(problem.weights)
    if problem.demand.size and not 0 <= problem.demand.min() <= problem.demand.max() < known:
        raise ValueError("a candidate covers demand that there is not")
    for name, values in (("weights", problem.weights), ("costs", problem.costs)):
        if not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError(f"{name} must be finite and not negative")
    if not len(problem.costs) == len(problem.mounts) == problem.candidates:
        raise ValueError("costs and mounts must be as many as the candidates")
    if problem.most < 0 or problem.per_mount < 1 or not problem.budget >= 0:
        raise ValueError("most and budget must not be negative, per_mount at least 1")


def offsets(counts: Any) -> Integers:
    """Return where each of so many things begins, and where the last ends."""
    begins: Integers = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return begins


def numbered(names: Any) -> Integers:
    """Return names of mounts as numbers from 0."""
    _, numbers = np.unique(np.asarray(names), return_inverse=True)
    return numbers.astype(np.int64)
