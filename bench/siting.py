"""Siting: the gap that is proven for 50 of 20,000 candidates, and the truth of small instances.

    python -m bench.siting [--seeds 3] [--large-only]

Instances are generated as the published ones of maximal covering are: demand and candidates
strewn over a square, weights 1 to 100, a radius of cover. "Town" has 20,000 candidates (2,500
mounts of 8 directions each, one camera a mount, 90 degrees) and 30,000 squares of demand. Small
instances are solved to the end by HiGHS, which says how far value and bound really are from the
optimum. At most 2 % is wanted for the gap of the town.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack
from scipy.spatial import cKDTree

from gisapp.coverage.covering import Problem, make_problem, problem_of_pairs
from gisapp.coverage.optimise import Effort, solve

WANTED = 2.0  # percent
MOUNTS, WAYS, DEMAND, CHOSEN = 2_500, 8, 30_000, 50
SMALL = ((100, 200, 0.16, 6), (300, 500, 0.11, 12), (600, 800, 0.09, 20))


def main() -> None:
    """Measure and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--seeds", type=int, default=3)
    wish.add_argument("--large-only", action="store_true")
    asked = wish.parse_args()
    solve(town(0, 200, 500, 0.05), effort=Effort(rounds=1, steps=2))  # compiled once
    for reach in (0.06, 0.12):
        print(f"town, reach {reach}: K = {CHOSEN} of {MOUNTS * WAYS:,}, {DEMAND:,} of demand")
        gaps = [show(town(seed, MOUNTS, DEMAND, reach), seed) for seed in range(asked.seeds)]
        gap = statistics.median(gaps)
        print(f"  {'ok  ' if gap <= WANTED else 'MISS'} gap proven: {gap:.3f} % (wanted {WANTED})")
    if not asked.large_only:
        for candidates, demand, reach, most in SMALL:
            print(f"small: K = {most} of {candidates}, {demand} of demand")
            for seed in range(asked.seeds):
                compare(small(seed, candidates, demand, reach, most), seed)


def town(seed: int, mounts: int, demand: int, reach: float) -> Problem:
    """Return a problem in which mounts look in eight ways, a quarter of a circle each."""
    random = np.random.default_rng(seed)
    places, points = random.random((mounts, 2)), random.random((demand, 2))
    pairs = cKDTree(places).sparse_distance_matrix(cKDTree(points), reach, output_type="ndarray")
    mount, point = pairs["i"].astype(np.int64), pairs["j"].astype(np.int64)
    bearing = np.degrees(np.arctan2(*(points[point] - places[mount]).T)) % 360
    way = 360 / WAYS
    seen = [
        np.flatnonzero(np.abs((bearing - number * way + 180) % 360 - 180) <= 45)
        for number in range(WAYS)
    ]
    return problem_of_pairs(
        np.concatenate([mount[which] * WAYS + number for number, which in enumerate(seen)]),
        np.concatenate([point[which] for which in seen]),
        random.integers(1, 101, demand).astype(float),
        np.ones(mounts * WAYS),
        np.arange(mounts * WAYS) // WAYS,
        most=CHOSEN,
    )


def small(seed: int, candidates: int, demand: int, reach: float, most: int) -> Problem:
    """Return a problem that HiGHS can solve."""
    random = np.random.default_rng(seed)
    places, points = random.random((candidates, 2)), random.random((demand, 2))
    rows = cKDTree(points).query_ball_point(places, reach)
    return make_problem(rows, random.integers(1, 101, demand), most=most)


def show(problem: Problem, seed: int) -> float:
    """Solve and print; return the gap in percent."""
    began = time.perf_counter()
    found = solve(problem, seed=seed)
    seconds = time.perf_counter() - began
    better = 100 * (found.value / found.greedy - 1)
    print(
        f"  {len(problem.demand):,} pairs: {seconds:.2f} s, {found.rounds} rounds, "
        f"gap {100 * found.gap:.3f} %, {better:.2f} % above greedy"
    )
    return 100 * found.gap


def compare(problem: Problem, seed: int) -> None:
    """Solve by both ways and print how far value and bound are from the optimum."""
    began = time.perf_counter()
    found = solve(problem, seed=seed)
    ours = time.perf_counter() - began
    began = time.perf_counter()
    optimum = best_by_highs(problem)
    theirs = time.perf_counter() - began
    below, above, greedy = (
        100 * abs(value / optimum - 1) for value in (found.value, found.bound, found.greedy)
    )
    print(
        f"  {ours:.2f} s, HiGHS {theirs:.2f} s: {below:.3f} % below the optimum (greedy "
        f"{greedy:.2f} %), bound {above:.3f} % above"
    )


def best_by_highs(problem: Problem) -> float:
    """Return the optimum: x chooses, y counts demand, y at most the sum of x over it."""
    n, m = problem.candidates, len(problem.weights)
    cells = (np.ones(len(problem.demand)), problem.demand, problem.start)
    counted = hstack([-csr_array(cells, shape=(n, m)).T, eye_array(m)], format="csr")
    number = hstack([csr_array(np.ones((1, n))), csr_array((1, m))], format="csr")
    found = milp(
        -np.concatenate([np.zeros(n), problem.weights]),
        constraints=[LinearConstraint(counted, ub=0), LinearConstraint(number, ub=problem.most)],
        integrality=np.concatenate([np.ones(n), np.zeros(m)]),
        bounds=Bounds(0, 1),
    )
    return float(-found.fun)


if __name__ == "__main__":
    main()
