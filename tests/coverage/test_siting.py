"""Proposals over hand-drawn ground: what is chosen, what it adds, what is left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import LineString, box

from gisapp.coverage.candidates import CameraModel, Surroundings
from gisapp.coverage.demand import BARE, POSSIBLE, SURE, Demand, make_demand, see
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.optimise import Effort
from gisapp.coverage.siting import Proposal, Wish, propose
from gisapp.coverage.weights import Weights

ALL_ROUND = CameraModel("全景", 360, 20)
FLAT = Weights(premises=0, hazards=0, incidents=0, road_m=0, ground=1)
QUICK = Effort(rounds=10, steps=100)
NONE = np.zeros(0, dtype=object)


def around(
    roads: list[object], buildings: list[object] = (), lodgings: object = (), consent: object = ()
) -> Surroundings:
    return Surroundings(
        box(0, 0, 200, 60),
        np.array(roads, dtype=object),
        np.full(len(roads), 2.0),
        np.array(buildings, dtype=object),
        np.zeros((0, 2)),
        np.array(lodgings, dtype=float).reshape(-1, 2),
        np.array(consent, dtype=object),
    )


def demand_of(held: Surroundings, step: float = 2.0) -> Demand:
    return make_demand(held.area, held.buildings, {}, held.roads, FLAT, step)


def asked(held: Surroundings, demand: Demand | None = None, **wish: object) -> Proposal:
    given = {"models": (ALL_ROUND,), "most": 1, "spacing": 20.0, "effort": QUICK, **wish}
    walls = make_footprints(held.buildings)
    return propose(Wish(**given), held, walls, demand or demand_of(held))


STREET = LineString([(0, 30), (200, 30)])


def test_demand_when_made_is_ground_outside_houses_by_squares() -> None:
    held = around([STREET], [box(0, 0, 100, 60)])
    demand = demand_of(held, 10)
    assert len(demand) == 60
    assert demand.weights.sum() == 100 * 60
    assert demand.x.min() == 105


def test_demand_when_places_stand_in_houses_counts_them_at_their_doorstep() -> None:
    held = around([STREET], [box(0, 40, 200, 60)])
    worths = Weights(premises=2, hazards=5, incidents=1, road_m=0.5, ground=0)
    places = {
        "rented_housing": np.array([[15.0, 44.0]]),
        "hazard_sites": np.array([[55.0, 5.0], [150.0, 300.0]]),  # the second is far away
        "three_in_one": np.zeros((0, 2)),
        "incidents": np.array([[55.0, 5.0]]),
    }
    demand = make_demand(held.area, held.buildings, places, [STREET], worths, 10)
    by_place = {(x, y): w for x, y, w in zip(demand.x, demand.y, demand.weights, strict=True)}
    assert by_place[(15, 35)] == pytest.approx(2 + 5)  # and ten metres of road or none
    assert by_place[(55, 5)] == 6
    assert demand.weights.sum() == pytest.approx(2 + 6 + 100)


def test_demand_when_the_ground_is_large_takes_larger_squares() -> None:
    demand = make_demand(box(0, 0, 10_000, 10_000), NONE, {}, NONE, FLAT, 1)
    assert demand.step == pytest.approx(25.8, abs=0.1)
    assert 140_000 < len(demand) <= 151_000


def test_demand_when_cameras_see_it_is_sure_possible_or_bare() -> None:
    demand = demand_of(around([STREET]), 10)
    seen = see(demand, np.array([box(0, 0, 20, 60)]), np.array([box(0, 0, 50, 60)]))
    counts = [int((seen.states == state).sum()) for state in (BARE, POSSIBLE, SURE)]
    assert counts == [90, 18, 12]
    assert seen.wanted(0.5).sum() == 90 * 100 + 18 * 50


def test_site_when_all_is_bare_covers_what_its_view_holds() -> None:
    held = around([STREET])
    found = asked(held)
    (site,) = found.sites
    demand = demand_of(held)
    inside = shapely.intersects_xy(site.view, demand.x, demand.y)
    assert site.gain == found.solution.value == 4 * inside.sum()
    assert sorted(site.covers) == sorted(np.flatnonzero(inside))
    # A whole circle fits: all others reach over the ends of the area.
    assert 20 <= site.x <= 180
    assert found.solution.gap < 0.001
    assert found.candidates == found.mounts_used == found.mounts_found


def test_site_when_a_wall_hides_half_looks_at_the_other_half_only() -> None:
    held = around([LineString([(100, 0), (100, 28)])], [box(0, 30, 200, 32)])
    (site,) = asked(held, spacing=100).sites
    assert max(demand_of(held).y[site.covers]) < 30
    free = around([LineString([(100, 0), (100, 28)])])
    (other,) = asked(free, spacing=100).sites
    assert max(demand_of(free).y[other.covers]) > 30


def test_sites_when_ground_is_seen_already_go_elsewhere() -> None:
    held = around([STREET])
    demand = demand_of(held)
    known = see(demand, np.array([box(0, 0, 150, 60)]), np.array([box(0, 0, 150, 60)]))
    (site,) = asked(held, known).sites
    assert site.x > 150
    assert (demand.x[site.covers] > 150).all()
    everything = see(demand, np.array([held.area]), np.array([held.area]))
    assert asked(held, everything).sites == ()


def test_directions_when_one_pole_may_hold_one_are_one_each() -> None:
    held = around([LineString([(90, 30), (110, 30)])])
    narrow = CameraModel("枪机", 90, 20)
    one = asked(held, models=(narrow,), most=4, spacing=50)
    assert len(one.sites) == 1
    four = asked(held, models=(narrow,), most=4, spacing=50, per_mount=4)
    assert len(four.sites) == 4
    whole = asked(held, spacing=50).solution.value
    assert four.solution.value == pytest.approx(whole, rel=0.02)
    turns = sorted(site.azimuth for site in four.sites)
    assert np.allclose(np.diff(turns), 90)


def test_models_when_money_is_short_are_those_that_see_most_for_it() -> None:
    held = around([STREET])
    dear = replace(ALL_ROUND, name="贵", range=25, cost=10)
    found = asked(held, models=(ALL_ROUND, dear), most=3, budget=9)
    assert {site.model.name for site in found.sites} == {"全景"}
    assert len(found.sites) == 3
    rich = asked(held, models=(ALL_ROUND, dear), most=1, budget=20)
    assert [site.model.name for site in rich.sites] == ["贵"]
    assert rich.solution.cost == 10
    mounted = asked(held, most=3, budget=9, mount_cost=4)
    assert (len(mounted.sites), mounted.solution.cost) == (1, 5)


def test_places_that_have_to_consent_are_flagged_or_avoided() -> None:
    school = box(0, 0, 120, 10)
    held = around([STREET], consent=[school])
    near = asked(held, most=9, consent_m=20.0)
    assert {site.consent for site in near.sites} == {(0,), ()}
    for site in near.sites:
        metres = shapely.distance(school, shapely.Point(site.x, site.y))
        assert (site.consent == (0,)) == (metres <= 20)
    away = asked(held, most=9, consent_m=30.0, avoid_consent=True)
    assert away.sites
    assert all(not site.consent and site.x > 120 for site in away.sites)


@pytest.mark.parametrize("wish", [{"most": 0}, {"budget": 0.5}])
def test_proposal_when_nothing_may_be_chosen_is_empty_with_proof(wish: dict[str, object]) -> None:
    found = asked(around([STREET]), **wish)
    assert (found.sites, found.solution.value, found.solution.stopped) == ((), 0, "proved")
    assert found.candidates > 0


def test_proposal_when_there_is_nowhere_to_hang_one_is_empty() -> None:
    found = asked(around([]))
    assert (found.sites, found.mounts_found, found.candidates) == ((), 0, 0)
    built_over = around([STREET], [box(-10, -10, 300, 100)])
    assert asked(built_over).sites == ()


def test_proposal_when_asked_again_is_the_same() -> None:
    held = around([STREET], [box(20, 35, 60, 55), box(80, 5, 120, 25)])
    first, again = (asked(held, most=4, seed=7) for _ in range(2))
    assert [(s.x, s.y, s.azimuth, s.gain) for s in first.sites] == [
        (s.x, s.y, s.azimuth, s.gain) for s in again.sites
    ]
