"""Siting as pure covering: against every choice of tiny problems, and HiGHS on hundreds."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack
from scipy.spatial import cKDTree

from gisapp.coverage.covering import Problem, make_problem
from gisapp.coverage.optimise import DEFAULT, Effort, solve

QUICK = Effort(rounds=20, steps=100)


def best_of_all(problem: Problem) -> float:
    """The optimum by trying every choice."""
    return max(
        problem.value(chosen)
        for number in range(problem.most + 1)
        for chosen in itertools.combinations(range(problem.candidates), number)
        if problem.fits(chosen)
    )


def best_by_highs(problem: Problem) -> float:
    """The optimum by mixed-integer programming: x chooses, y counts demand, y <= sum of x."""
    n, m = problem.candidates, len(problem.weights)
    covers = csr_array(
        (np.ones(len(problem.demand)), problem.demand, problem.start), shape=(n, m)
    ).T
    counted = hstack([-covers, eye_array(m)], format="csr")
    mounts = csr_array(
        (np.ones(n), (problem.mounts, np.arange(n))), shape=(int(problem.mounts.max()) + 1, n)
    )
    rows = vstack([np.ones((1, n)), problem.costs[None], mounts], format="csr")
    limits = [problem.most, min(problem.budget, 1e9), *[problem.per_mount] * mounts.shape[0]]
    on_x = hstack([rows, csr_array((rows.shape[0], m))], format="csr")
    found = milp(
        -np.concatenate([np.zeros(n), problem.weights]),
        constraints=[LinearConstraint(counted, ub=0), LinearConstraint(on_x, ub=limits)],
        integrality=np.concatenate([np.ones(n), np.zeros(m)]),
        bounds=Bounds(0, 1),
    )
    assert found.success
    return float(-found.fun)


def town(candidates: int, demand: int, seed: int, reach: float, **more: object) -> Problem:
    """Points strewn over a square, each candidate covering those near it."""
    random = np.random.default_rng(seed)
    places, points = random.random((candidates, 2)), random.random((demand, 2))
    rows = cKDTree(points).query_ball_point(places, reach)
    return make_problem(rows, random.integers(1, 101, demand), **more)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    points = draw(st.integers(1, 7))
    row = st.lists(st.integers(0, points - 1), max_size=points)
    rows = draw(st.lists(row, min_size=1, max_size=7))
    rows += [rows[0]] * draw(st.integers(0, 1))  # twins
    number = len(rows)
    return make_problem(
        rows,
        draw(st.lists(st.integers(0, 9), min_size=points, max_size=points)),
        most=draw(st.integers(0, 4)),
        budget=draw(st.sampled_from([math.inf, 0, 1, 3.5, 6])),
        costs=draw(st.lists(st.sampled_from([0, 1, 1.5, 3]), min_size=number, max_size=number)),
        mounts=draw(st.lists(st.integers(0, 3), min_size=number, max_size=number)),
        per_mount=draw(st.integers(1, 2)),
    )


@settings(max_examples=150, deadline=None)
@given(problem=problems(), seed=st.integers(0, 3))
def test_solution_when_every_choice_is_known_lies_between_its_claims(
    problem: Problem, seed: int
) -> None:
    found, optimum = solve(problem, seed=seed, effort=QUICK), best_of_all(problem)
    assert problem.fits(found.chosen)
    assert found.value == problem.value(found.chosen) <= optimum <= found.bound * (1 + 1e-12)
    assert sum(site.gain for site in found.sites) == pytest.approx(found.value)
    assert all(site.gain > 0 for site in found.sites)
    gains = [site.gain for site in found.sites]
    assert gains == sorted(gains, reverse=True)
    if found.stopped == "proved":
        assert found.value == optimum


@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_one_camera_when_chosen_greedily_is_the_best(problem: Problem) -> None:
    rows = [
        problem.demand[problem.start[i] : problem.start[i + 1]] for i in range(problem.candidates)
    ]
    one = make_problem(rows, problem.weights, most=1)
    nothing = Effort(rounds=0, steps=0)
    assert solve(one, effort=nothing).greedy == best_of_all(one)


@pytest.mark.parametrize("seed", range(4))
def test_value_when_hundreds_are_compared_with_highs_is_within_a_fifth_of_a_percent(
    seed: int,
) -> None:
    problem = town(300, 400, seed, 0.11, most=12)
    found, optimum = solve(problem, seed=seed), best_by_highs(problem)
    assert optimum * 0.998 <= found.value <= optimum * (1 + 1e-9)
    assert optimum <= found.bound * (1 + 1e-9) <= optimum * 1.01


@pytest.mark.parametrize("seed", range(3))
def test_value_when_money_and_mounts_are_short_is_near_that_of_highs(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = town(
        240,
        300,
        seed,
        0.12,
        most=12,
        budget=20.0,
        costs=random.integers(1, 5, 240),
        mounts=np.arange(240) // 4,
    )
    found, optimum = solve(problem, seed=seed), best_by_highs(problem)
    assert problem.fits(found.chosen)
    assert optimum * 0.99 <= found.value <= optimum * (1 + 1e-9)
    assert optimum <= found.bound * (1 + 1e-9) <= optimum * 1.03


def test_search_when_greedy_is_misled_swaps_its_way_out() -> None:
    # The middle covers most, but the two sides cover all: 4 + 2 against 3 + 3.
    problem = make_problem([[1, 2, 3, 4], [0, 1, 2], [3, 4, 5]], np.ones(6), most=2)
    found = solve(problem)
    assert (found.greedy, found.value, sorted(found.chosen)) == (5, 6, [1, 2])
    assert (found.stopped, found.gap) == ("proved", 0)


def test_sites_when_one_pole_has_two_directions_take_the_better_of_them() -> None:
    rows = [[0, 1, 2], [3, 4], [5]]
    pole = solve(make_problem(rows, np.ones(6), most=2, mounts=["a", "a", "b"]))
    assert (pole.chosen, pole.value, pole.bound) == ([0, 2], 4, pytest.approx(4))
    both = solve(make_problem(rows, np.ones(6), most=2, mounts=["a", "a", "b"], per_mount=2))
    assert both.chosen == [0, 1]


def test_budget_when_the_dear_one_eats_it_prefers_many_cheap_ones() -> None:
    rows = [[0, 1, 2], [0, 1], [2, 3], [4]]
    problem = make_problem(rows, np.ones(5), budget=3, costs=[3, 1, 1, 1])
    found = solve(problem)
    assert (sorted(found.chosen), found.value, found.cost) == ([1, 2, 3], 5, 3)


@pytest.mark.parametrize("problem", [
    make_problem([[0, 1]], np.ones(2), most=0),
    make_problem([], np.ones(2), most=5),
    make_problem([[0], [1]], np.zeros(2), most=1),
    make_problem([[], []], np.ones(2), most=2),
    make_problem([[0]], np.ones(1), most=1, budget=0.5),
], ids=["none", "no candidates", "no weight", "nothing covered", "no money"])  # fmt: skip
def test_solution_when_nothing_can_be_done_is_nothing_with_proof(problem: Problem) -> None:
    found = solve(problem)
    assert (found.sites, found.value, found.bound, found.gap) == ((), 0, 0, 0)
    assert found.stopped == "proved"


def test_sites_when_more_are_asked_for_than_help_are_only_those_that_help() -> None:
    found = solve(make_problem([[0], [0], [1]], [2, 1], most=9))
    assert len(found.sites) == 2
    assert (found.value, found.bound, found.stopped) == (3, pytest.approx(3), "proved")


def test_seed_when_it_is_the_same_gives_the_same_sites() -> None:
    problem = town(400, 800, 5, 0.14, most=15)
    first, again = (solve(problem, seed=3, effort=QUICK) for _ in range(2))
    assert first == again
    assert first.rounds > 0


def test_time_when_it_is_up_ends_the_search_with_what_it_has() -> None:
    problem = town(400, 800, 5, 0.14, most=15)
    found = solve(problem, effort=Effort(rounds=10**9, steps=1, seconds=0))
    assert (found.stopped, found.rounds) == ("time", 0)
    assert 0 < found.value < found.bound


@pytest.mark.parametrize("more", [
    {"weights": [-1.0, 1]},
    {"weights": [math.nan, 1]},
    {"weights": [1.0]},
    {"costs": [-1.0]},
    {"costs": [1.0, 2]},
    {"most": -1},
    {"budget": math.nan},
    {"per_mount": 0},
])  # fmt: skip
def test_problem_when_it_makes_no_sense_is_refused(more: dict[str, object]) -> None:
    asked = {"weights": [1.0, 1], **more}
    with pytest.raises(ValueError, match=r"must|demand"):
        make_problem([[0, 1]], **asked)


def test_effort_when_not_said_proves_small_problems() -> None:
    assert DEFAULT.gap < 1e-5
    assert solve(town(60, 80, 1, 0.2, most=5)).stopped == "proved"
