"""The algorithms that the demonstration is made of, on random input."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.demo.arterials import neighbours, tree_edges
from geodata.demo.cells import halve
from geodata.demo.chance import Warp, Waves, generator, numbered, pick, sprinkle
from geodata.demo.footprints import choose, without_collisions
from geodata.demo.lanes import ordinal
from geodata.demo.layout import share_out
from geodata.demo.plots import divide

seeds = st.integers(0, 10_000)


@given(seeds, st.integers(1, 60), st.floats(0, 3))
def test_kept_shapes_keep_apart_and_none_is_dropped_for_nothing(
    seed: int, count: int, gap: float
) -> None:
    chance = np.random.default_rng(seed)
    corner = chance.uniform(0, 30, (count, 2))
    size = chance.uniform(0.5, 6, (count, 2))
    shapes = shapely.box(*corner.T, *(corner + size).T)
    priority = chance.random(count)
    kept = without_collisions(shapes, priority, gap)
    near = shapely.dwithin(shapes[:, None], shapes[None, :], gap) & ~np.eye(count, dtype=bool)
    assert not near[np.ix_(kept, kept)].any()
    for lost in np.flatnonzero(~kept):
        assert (near[lost] & kept & (priority < priority[lost])).any()


@given(seeds, st.integers(1, 40))
def test_choose_takes_the_best_of_each_village_by_quota(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    village = chance.integers(0, 4, 200)
    score = chance.random(200)
    quota = np.array([1.0, 2.0, 3.0, 4.0])
    taken = choose(village, score, quota, count)
    assert len(taken) == count
    assert len(set(taken.tolist())) == count
    for place in range(4):
        here = np.flatnonzero(village == place)
        got = np.intersect1d(here, taken)
        left = np.setdiff1d(here, taken)
        if len(got) and len(left):
            assert score[got].max() <= score[left].min()


@settings(deadline=None)
@given(seeds, st.floats(50, 3000))
def test_plots_fill_what_was_divided_and_are_small_enough(seed: int, largest: float) -> None:
    chance = np.random.default_rng(seed)
    angles = np.sort(chance.uniform(0, 2 * np.pi, 9))
    radius = chance.uniform(30, 70, 9)
    shape = shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None])
    if not shape.is_valid or shape.area < 200:
        return
    houses = shapely.box(*np.array([[-5, -5, 5, 5], [10, 10, 18, 22]]).T)
    plots, origin = divide(np.array([shape]), np.array([largest]), houses, chance)
    assert (origin == 0).all()
    assert (shapely.area(plots) <= largest).all()
    assert shapely.area(plots).sum() == pytest.approx(shape.area, rel=0.02)
    whole = shapely.union_all(plots, grid_size=0.001)
    assert whole.area == pytest.approx(shapely.area(plots).sum(), rel=0.001)


def test_yards_are_cut_off_and_fields_stay_whole() -> None:
    field = np.array([shapely.box(0, 0, 400, 200), shapely.box(500, 0, 900, 200)])
    house = np.array([shapely.box(10, 10, 22, 24)])
    plots, origin = divide(
        field, np.array([3000.0, 3000.0]), house, np.random.default_rng(1), built_only=True
    )
    assert (origin == 1).sum() == 1
    home = plots[shapely.contains(plots, house[0])]
    assert len(home) == 1
    assert home[0].area <= 3000
    assert shapely.area(plots).max() > 20_000


@given(seeds, st.integers(2, 25))
def test_gabriel_roads_reach_every_point(seed: int, count: int) -> None:
    points = np.random.default_rng(seed).uniform(0, 1000, (count + 2, 2))
    pairs = neighbours(points)
    lengths = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    tree = tree_edges(pairs, lengths, len(points))
    assert tree.sum() == len(points) - 1


@given(seeds, st.integers(1, 12))
def test_halves_have_about_equal_weight(seed: int, parts: int) -> None:
    chance = np.random.default_rng(seed)
    points, weights = chance.uniform(0, 100, (80, 2)), chance.uniform(0.5, 1.5, 80)
    members = halve(points, weights, parts)
    assert len(set(members)) == parts


def test_towns_get_land_in_proportion() -> None:
    chance = np.random.default_rng(3)
    points = chance.uniform(0, 1000, (4000, 2))
    centres = np.array([[200.0, 200.0], [800.0, 250.0], [500.0, 800.0]])
    areas = np.array([500_000.0, 200_000.0, 300_000.0])
    share = np.bincount(share_out(points, centres, areas)) / len(points)
    assert share == pytest.approx(areas / areas.sum(), abs=0.02)


@given(seeds)
def test_waves_are_smooth_and_repeat(seed: int) -> None:
    points = np.random.default_rng(seed).uniform(0, 5000, (200, 2))
    noise = Waves(seed, "test", 800)
    assert np.array_equal(noise(points), Waves(seed, "test", 800)(points))
    assert np.abs(noise(points + 1.0) - noise(points)).max() < 0.1
    assert np.abs(noise(points)).max() < 6


def test_a_warp_bends_nothing_over_itself() -> None:
    warp = Warp(4, "test", [(55, 1500), (9, 320)])
    x = np.arange(0, 20_000, 25.0)
    line = np.column_stack([x, np.full(len(x), 777.0)])
    assert (np.diff((line + warp.shift(line))[:, 0]) > 0).all()


def test_stages_have_their_own_chance() -> None:
    assert generator(1, "a").random() == generator(1, "a").random()
    assert generator(1, "a").random() != generator(1, "b").random()


def test_pick_and_sprinkle_keep_to_their_shares() -> None:
    chance = np.random.default_rng(1)
    values = pick(chance, ("x", "y"), (3, 1), 8000)
    assert (values == "x").mean() == pytest.approx(0.75, abs=0.03)
    lost = sprinkle(chance, values, 0.2)
    assert np.mean([value is None for value in lost]) == pytest.approx(0.2, abs=0.02)
    assert values.tolist().count(None) == 0


def test_names_are_numbered_by_stem() -> None:
    assert numbered(["甲", "乙", "甲"]).tolist() == ["甲1号", "乙1号", "甲2号"]


@pytest.mark.parametrize(
    ("number", "text"), [(0, "一"), (9, "十"), (10, "十一"), (19, "二十"), (22, "二十三")]
)
def test_ordinals_read_as_street_names_do(number: int, text: str) -> None:
    assert ordinal(number) == text
