"""Figures of a small world, computed by hand: areas, pairs, gaps, ranks and sums."""

from __future__ import annotations

import math

import pytest
from shapely import LineString

from gisapp.access.scope import Scope
from gisapp.database.engine import Database
from tests.coverage.world import (
    CIRCLE,
    TOWN,
    areas,
    at,
    cells,
    computed,
    gaps,
    put,
    square,
    states,
    village,
)

# Four cells of 100 m by 100 m in a row, a village of two cells each:
#
#     +--------+--------+--------+--------+
#     |  c1    |  c2    |  c3    |  c4    |   c1 a house of 40 x 40 and a camera that sees all
#     |        |        |        |        |   around for 20 m; c2 one of unknown direction;
#     +--------+--------+--------+--------+   c3 nothing; c4 nothing but one house
HOUSE_M2 = 1600.0
AROUND_M2 = math.pi * 20**2 * CIRCLE
WHOLE = {"horizontal_fov": 360, "max_view_distance": 20}


@pytest.fixture(scope="module")
def world(module_database: Database) -> Database:
    database = module_database
    village(database, f"{TOWN}201", square(0, 0, 200, 100))
    village(database, f"{TOWN}202", square(200, 0, 400, 100))
    for number in range(4):
        put(
            database,
            "grid_cells",
            f"c{number + 1}",
            square(100 * number, 0, 100 * number + 100, 100),
        )
    put(database, "buildings", "b1", square(55, 55, 95, 95))
    put(database, "buildings", "b4", square(300, 0, 400, 100))
    put(database, "water", "w3", square(200, 0, 250, 100))
    put(database, "cameras", "round", at(25, 25), **WHOLE)
    put(database, "cameras", "lost", at(150, 50), horizontal_fov=90, max_view_distance=20)
    put(database, "cameras", "off", at(250, 50), status="offline", **WHOLE)
    put(database, "roads", "r3", LineString([at(275, -50), at(275, 150)]), width_m=8)
    put(database, "hazard_sites", "h3", at(260, 20))
    put(database, "hazard_sites", "h1", at(25, 30))  # seen
    put(database, "three_in_one", "t1", at(60, 60))  # in the house, 5 m from an unseen wall
    put(database, "incidents", "i2", at(190, 90))
    put(database, "incidents", "old", at(191, 90), occurred_at="2019-01-01T08:00+08:00")
    computed(database)
    return database


def test_cell_when_a_camera_sees_around_has_equal_bounds(world: Database) -> None:
    cell = cells(world)["c1"]
    assert cell["target_m2"] == pytest.approx(10_000 - HOUSE_M2)
    assert cell["sure_m2"] == pytest.approx(AROUND_M2)
    assert cell["possible_m2"] == pytest.approx(AROUND_M2)
    assert cell["sure_share"] == pytest.approx(100 * AROUND_M2 / 8400)
    assert cell["gap_m2"] == pytest.approx(8400 - AROUND_M2)
    assert (cell["twice_m2"], cell["cameras"], cell["undirected"]) == (0, 1, 0)


def test_cell_when_a_direction_is_unknown_has_nothing_sure(world: Database) -> None:
    cell = cells(world)["c2"]
    assert cell["sure_m2"] == 0
    assert cell["possible_m2"] == pytest.approx(AROUND_M2)
    assert (cell["cameras"], cell["undirected"]) == (1, 1)
    kinds = {gap["kind"]: gap["area_m2"] for gap in gaps(world, cell="c2")}
    assert kinds["unsure"] == pytest.approx(AROUND_M2)
    assert kinds["certain"] == pytest.approx(10_000 - AROUND_M2)


def test_cell_when_no_camera_works_is_all_gap(world: Database) -> None:
    cell = cells(world)["c3"]
    assert (cell["target_m2"], cell["cameras"]) == (pytest.approx(5000), 0)
    assert (cell["sure_m2"], cell["possible_m2"], cell["possible_share"]) == (0, 0, 0)


def test_cell_when_buildings_cover_it_has_no_share(world: Database) -> None:
    cell = cells(world)["c4"]
    assert (cell["target_m2"], cell["sure_share"], cell["possible_share"]) == (0, None, None)
    assert gaps(world, cell="c4") == []


def test_cell_when_it_is_the_target_counts_buildings_and_water(world: Database) -> None:
    found = cells(world, target="whole")
    assert [cell["target_m2"] for cell in found.values()] == [pytest.approx(10_000)] * 4
    assert found["c1"]["sure_m2"] == pytest.approx(AROUND_M2)


def test_roads_when_they_are_the_target_count_as_wide_as_they_are(world: Database) -> None:
    found = cells(world, target="roads")
    assert found["c3"]["target_m2"] == pytest.approx(800)
    assert (found["c1"]["target_m2"], found["c1"]["sure_share"]) == (0, None)


def test_gaps_when_ranked_are_scored_by_what_stands_in_them(world: Database) -> None:
    found = [
        (gap["cell"], gap["kind"], gap["premises"], gap["hazards"], gap["incidents"], gap["score"])
        for gap in gaps(world)
    ]
    assert found == [
        ("c3", "certain", 0, 1, 0, pytest.approx(5 + 100 * 0.02)),
        ("c1", "certain", 1, 0, 0, 2),  # the workshop's door is on the gap
        ("c2", "certain", 0, 0, 1, 1),  # the old incident is forgotten
        ("c2", "unsure", 0, 0, 0, 0),
    ]
    assert [gap["rank"] for gap in gaps(world)] == [1, 2, 3, 4]
    first = gaps(world)[0]
    assert sum(part["points"] for part in first["components"]) == pytest.approx(first["score"])
    assert first["road_m"] == pytest.approx(100)


def test_sums_when_added_up_from_cells_to_all_are_equal(world: Database) -> None:
    figures = cells(world).values()
    found = areas(world)
    for level in ("all", "district", "town", "village"):
        own = [one for one in found if one.level == level]
        assert sum(one.cells for one in own) == 4
        for name in ("target_m2", "sure_m2", "possible_m2", "twice_m2"):
            total = sum(getattr(one, name) for one in own)
            assert total == pytest.approx(sum(cell[name] for cell in figures))
    villages = {one.area: one for one in found if one.level == "village"}
    assert villages[f"{TOWN}201"].target_m2 == pytest.approx(18_400)
    assert villages[f"{TOWN}201"].undirected == 1
    assert (villages[f"{TOWN}202"].unseen, villages[f"{TOWN}202"].no_target) == (2, 1)
    assert villages[f"{TOWN}202"].to_json()["possible_share"] == 0


def test_states_when_all_is_computed_are_fresh(world: Database) -> None:
    assert set(states(world).values()) == {"fresh"}


def test_village_when_asked_for_has_only_its_cells(world: Database) -> None:
    assert set(cells(world, area=f"{TOWN}201")) == {"c1", "c2"}
    assert [one.cells for one in areas(world, area=f"{TOWN}202") if one.level == "all"] == [2]


def test_caller_when_limited_to_a_village_sees_its_cells_and_nothing_else(world: Database) -> None:
    scope = Scope((f"{TOWN}201",))
    assert set(cells(world, scope)) == {"c1", "c2"}
    assert {gap["cell"] for gap in gaps(world, scope)} == {"c1", "c2"}
    assert [one.cells for one in areas(world, scope) if one.level == "all"] == [2]


def test_score_when_a_layer_is_hidden_leaves_it_out(world: Database) -> None:
    scope = Scope(None, ("three_in_one",))
    scores = {gap["cell"]: gap["score"] for gap in gaps(world, scope) if gap["kind"] == "certain"}
    assert scores["c1"] == 0
    assert scores["c2"] == 1
