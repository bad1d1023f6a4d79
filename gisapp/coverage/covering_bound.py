"""A proven upper bound of a maximal covering problem, by Lagrangian relaxation.

The constraint that demand counts only when a chosen candidate covers it is relaxed with
multipliers u >= 0, the budget with one multiplier. Then

    L(u, p) = sum_j max(0, w_j - u_j) + p * budget
              + the greatest sum of (sum_{j covered by i} u_j) - p * cost_i over at most ``most``
                candidates and ``per_mount`` on each mount

is at least the value of every choice, for any u and p. The least L is sought by subgradient steps
of Polyak's length (Held, Wolfe and Crowder 1974; Galvao and ReVelle 1996 for this problem).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geodata.compiling import compiled
from gisapp.coverage.covering import Integers, Numbers, Problem
from gisapp.coverage.covering_moves import row_sums

PATIENCE = 15  # steps without a better bound before the step length is halved
SHORTEST = 1e-4  # step factor at which nothing more is to be expected
MARGIN = 1e-9  # of the bound: sums of doubles are not exact


@dataclass(frozen=True)
class Bound:
    """A proven bound, and the candidates that the relaxed problem chose where it was found."""

    value: float
    chosen: tuple[int, ...]
    steps: int


def upper_bound(problem: Problem, reached: float, times: Integers, steps: int) -> Bound:
    """Return a bound after at most ``steps`` steps.

    ``reached`` is the value of a known choice and ``times`` (m) how often it covers each point;
    both only make the way shorter.
    """
    prices = first_prices(problem, times)
    scale = math.sqrt(len(problem.weights)) / problem.budget if has_budget(problem) else 0.0
    fee, factor, quiet, step = 0.0, 1.0, 0, 0
    found = Bound(float(problem.weights.sum()), (), 0)
    for step in range(1, steps + 1):
        value, chosen, slope, dear = relax(problem, prices, fee)
        if value < found.value * (1 - 1e-7):
            found, quiet = Bound(value, tuple(chosen.tolist()), step), 0
        else:
            quiet += 1
        if quiet >= PATIENCE:
            factor, quiet = factor / 2, 0
        norm = float(slope @ slope) + (scale * dear) ** 2
        left = value - reached
        if norm == 0 or left <= MARGIN * value or factor < SHORTEST:
            break
        length = factor * left / norm
        prices = np.clip(prices - length * slope, 0, problem.weights)
        fee = max(0.0, fee - length * dear * scale**2)
    return Bound(found.value * (1 + MARGIN), found.chosen, step)


def first_prices(problem: Problem, times: Integers) -> Numbers:
    """Return multipliers to begin with: what nobody covers costs all, what two cover nothing."""
    shares = np.where(times == 0, 1.0, np.where(times == 1, 0.5, 0.0))
    prices: Numbers = problem.weights * shares
    return prices


def has_budget(problem: Problem) -> bool:
    """Tell whether the budget can be in the way."""
    return 0 < problem.budget < float(problem.costs.sum())


def relax(problem: Problem, prices: Numbers, fee: float) -> tuple[float, Integers, Numbers, float]:
    """Solve the relaxed problem: its value, the chosen, the slopes in prices and in the fee."""
    worths = row_sums(problem.start, problem.demand, prices) - fee * problem.costs
    worths[problem.costs > problem.budget] = 0
    chosen = choose(problem, worths)
    spare = problem.weights - prices
    slope = slopes(problem.start, problem.demand, chosen, spare)
    dear = problem.budget - float(problem.costs[chosen].sum()) if has_budget(problem) else 0.0
    value = float(spare[spare > 0].sum()) + float(worths[chosen].sum())
    return value + (fee * problem.budget if fee else 0.0), chosen, slope, dear


def choose(problem: Problem, worths: Numbers) -> Integers:
    """Return the candidates of greatest positive worth that keep to number and mounts."""
    wanted = min(4 * problem.most + 64, len(worths))
    if wanted < len(worths):
        likely = np.argpartition(-worths, wanted - 1)[:wanted]
        chosen = walk(problem, worths, likely)
        if len(chosen) == problem.most:
            return chosen
    return walk(problem, worths, np.arange(len(worths)))


def walk(problem: Problem, worths: Numbers, among: Integers) -> Integers:
    """Return the best of ``among``, from the greatest worth on."""
    order = among[np.argsort(-worths[among], kind="stable")]
    return pick(order, worths, problem.mounts, problem.most, problem.per_mount)


@compiled
def pick(order: Integers, worths: Numbers, mounts: Integers, most: int, per_mount: int) -> Integers:
    """Return the first ``most`` of ``order`` with positive worth, ``per_mount`` on each mount."""
    picked = np.empty(most, dtype=np.int64)
    seen = np.empty(most, dtype=np.int64)
    number = 0
    for candidate in order:
        if number == most or worths[candidate] <= 0:
            break
        here = 0
        for other in range(number):
            here += seen[other] == mounts[candidate]
        if here < per_mount:
            picked[number], seen[number] = candidate, mounts[candidate]
            number += 1
    return picked[:number]


@compiled
def slopes(start: Integers, demand: Integers, chosen: Integers, spare: Numbers) -> Numbers:
    """Return the subgradient: how often each point is covered, less 1 where it pays to count it."""
    slope = np.empty(len(spare))
    for point in range(len(spare)):
        slope[point] = -1.0 if spare[point] > 0 else 0.0
    for candidate in chosen:
        for place in range(start[candidate], start[candidate + 1]):
            slope[demand[place]] += 1.0
    return slope
