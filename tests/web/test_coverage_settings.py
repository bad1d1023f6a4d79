"""A setting of coverage counts in the figures, in what-if and in siting alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from shapely import LineString

from gisapp.access.scope import EVERYTHING
from gisapp.app import create_app
from gisapp.coverage.candidates import CameraModel
from gisapp.coverage.optimise import Effort
from gisapp.coverage.refresh import refresh
from gisapp.coverage.siting import Wish
from gisapp.coverage.siting_arrays import before
from gisapp.coverage.siting_run import Made, make
from gisapp.coverage.siting_settings import rules_from
from gisapp.coverage.weights import Weights
from gisapp.database.engine import Database
from gisapp.settings import CoverageSettings, load_settings
from tests.accounts import signed_in
from tests.coverage.world import CIRCLE, TOWN, at, put, run, square, village

VILLAGE = f"{TOWN}201"
CELL_M2 = 200.0 * 200
# Only ground counts, a point for each square metre, unless a case says otherwise.
FLAT = {
    "GISAPP_COVERAGE_PREMISES": "0",
    "GISAPP_COVERAGE_HAZARDS": "0",
    "GISAPP_COVERAGE_INCIDENTS": "0",
    "GISAPP_COVERAGE_ROAD_M": "0",
    "GISAPP_COVERAGE_GROUND": "1",
}


@dataclass(frozen=True)
class Said:
    """What the three say of the same cell under the same settings."""

    cell: dict[str, Any]
    gaps: list[dict[str, Any]]
    what_if: dict[str, Any]
    siting: Made


@pytest.fixture(scope="module")
def drawn(cluster, names) -> Iterator[tuple[str, Database]]:
    """A cell of 200 m with one camera that sees all around, nobody knows how far."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    url = cluster.url(name)
    database = Database(load_settings({}).database, url)
    village(database, VILLAGE, square(0, 0, 200, 200))
    put(database, "grid_cells", "c1", square(0, 0, 200, 200))
    put(database, "cameras", "k1", at(100, 100), horizontal_fov=360)
    put(database, "cameras", "k2", at(30, 30), azimuth=0, max_view_distance=20)
    put(database, "roads", "r1", LineString([at(0, 180), at(200, 180)]), width_m=4)
    put(database, "hazard_sites", "h1", at(190, 10))
    yield url, database
    database.close()


@pytest.fixture
def ask(drawn: tuple[str, Database], tmp_path) -> Any:
    """A function that asks all three under settings; the model of siting may be another."""
    url, database = drawn

    def asked(model: CameraModel | None = None, **changed: str) -> Said:
        settings = load_settings({"GISAPP_VAR": str(tmp_path), **FLAT, **changed})
        refresh(database, settings.coverage)
        app = create_app(settings, url)
        client = signed_in(app, "planner")
        found = client.get("/api/coverage/cells/c1").json
        # Both cameras as they are, computed anew instead of taken from what is kept.
        again = [{"code": "k1", "off": False}, {"code": "k2", "off": False}]
        what_if = client.post("/api/coverage/what-if", json={"cameras": again}).json
        app.extensions["gisapp"].database.close()
        cell, gaps = (found["cell"]["properties"], [one["properties"] for one in found["gaps"]])
        return Said(cell, gaps, what_if, proposed(database, settings.coverage, model))

    return asked


def proposed(database: Database, settings: CoverageSettings, model: CameraModel | None) -> Made:
    """Return what siting makes of the village by the settings."""
    one = model or CameraModel("全景", 360, 20)
    wish = Wish(models=(one,), most=1, effort=Effort(rounds=1, steps=10))
    rules = rules_from(settings)
    return make(database, EVERYTHING, VILLAGE, wish, 2.0, rules, lambda *told: None)


def agree(said: Said, sure_m2: float, possible_m2: float) -> None:
    """Check areas by hand in all three; siting counts squares of 2 m."""
    for figures in (said.cell, *(said.what_if["cells"][0][side] for side in ("before", "after"))):
        assert figures["sure_m2"] == pytest.approx(sure_m2, rel=1e-6)
        assert figures["possible_m2"] == pytest.approx(possible_m2, rel=1e-6)
    held = before(said.siting.demand)
    assert held["sure_before"] == pytest.approx(sure_m2, rel=0.05)
    assert held["possible_before"] == pytest.approx(possible_m2, rel=0.05)


def around(metres: float) -> float:
    return math.pi * metres**2 * CIRCLE


def sector(metres: float, degrees: float) -> float:
    return around(metres) * degrees / 360


def test_range_when_another_is_set_counts_in_all_three(ask: Any) -> None:
    agree(ask(), around(15) + sector(20, 40), around(60) + sector(20, 100))
    wider = ask(GISAPP_COVERAGE_RANGE="30 50")
    agree(wider, around(30) + sector(20, 40), around(50) + sector(20, 100))


def test_field_angle_when_another_is_set_counts_in_all_three(ask: Any) -> None:
    changed = ask(GISAPP_COVERAGE_FOV="80 80")
    agree(changed, around(15) + sector(20, 80), around(60) + sector(20, 80))


def test_density_when_set_counts_in_all_three_and_for_what_is_proposed(ask: Any) -> None:
    """Unknown pixels are 1,280 to 3,840; all around they lie on the circle's whole turn."""
    dense = {"GISAPP_COVERAGE_PIXEL_DENSITY": "25"}
    near, far = (pixels / (25 * 2 * math.pi) for pixels in (1280, 3840))
    said = ask(CameraModel("全景", 360, 20), **dense)
    agree(said, around(near) + sector(20, 40), around(far) + sector(20, 100))
    (model,) = said.siting.wish.models
    assert model.range == pytest.approx(near)  # not 20 m: once it stands, so much is surely seen
    known = ask(CameraModel("全景", 360, 20, width_px=2000), **dense)
    (model,) = known.siting.wish.models
    assert model.range == pytest.approx(2000 / (25 * 2 * math.pi))


def test_smallest_gap_when_another_is_set_counts_in_list_and_what_if(ask: Any) -> None:
    usual = ask()
    assert len(usual.gaps) == len(usual.what_if["gaps"]) > 0
    none = ask(GISAPP_COVERAGE_SMALLEST_GAP_M2="39000")
    assert none.gaps == none.what_if["gaps"] == []
    assert none.cell["gap_m2"] == pytest.approx(usual.cell["gap_m2"])  # in the areas all the same


def test_weights_when_others_are_set_count_in_gaps_and_in_siting(ask: Any) -> None:
    only = {**dict.fromkeys(FLAT, "0"), "GISAPP_COVERAGE_HAZARDS": "7"}
    said = ask(**only)
    assert said.cell["score"] == 7
    assert before(said.siting.demand)["total"] == 7
    road = {**dict.fromkeys(FLAT, "0"), "GISAPP_COVERAGE_ROAD_M": "0.5"}
    said = ask(**road)
    assert said.cell["score"] == pytest.approx(0.5 * 200)  # no camera sees the road
    assert before(said.siting.demand)["total"] == pytest.approx(0.5 * 200)


INCIDENT = """
UPDATE gisapp.incidents SET occurred_at = now() - interval '100 days' WHERE code = 'i1'
"""


def test_months_when_others_are_set_count_in_gaps_and_in_siting(
    ask: Any, drawn: tuple[str, Database]
) -> None:
    put(drawn[1], "incidents", "i1", at(190, 190))
    run(drawn[1], INCIDENT)
    only = {**dict.fromkeys(FLAT, "0"), "GISAPP_COVERAGE_INCIDENTS": "3"}
    for months, points in (("2", 0), ("12", 3)):
        said = ask(**only, GISAPP_COVERAGE_INCIDENT_MONTHS=months)
        assert said.cell["score"] == points
        assert before(said.siting.demand)["total"] == points


def test_defaults_when_nothing_is_set_are_those_of_the_settings() -> None:
    """Rules that somebody makes without settings are the shipped ones."""
    rules = rules_from(load_settings({}).coverage)
    assert rules == type(rules)()
    assert rules.weights == Weights()


def test_place_in_a_building_counts_as_far_from_the_ground_in_siting_as_in_gaps(
    ask: Any, drawn: tuple[str, Database]
) -> None:
    """The middle of a house 50 m wide: 25 m from the nearest ground."""
    database = drawn[1]
    put(database, "buildings", "b1", square(140, 40, 190, 90))
    put(database, "hazard_sites", "h2", at(165, 65))
    only = {**dict.fromkeys(FLAT, "0"), "GISAPP_COVERAGE_HAZARDS": "1"}
    said = ask(**only)
    assert said.cell["score"] == 2
    assert before(said.siting.demand)["total"] == 2
    run(database, "DELETE FROM gisapp.hazard_sites WHERE code = 'h2'")
    run(database, "DELETE FROM gisapp.buildings")
