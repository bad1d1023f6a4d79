"""Proposals of camera sites over HTTP: asked for, looked at, nudged, saved; by whom and where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import numpy as np
import pyproj
import pytest
import shapely
from flask import Flask
from shapely import LineString, MultiPolygon, box

from gisapp.access.scope import EVERYTHING
from gisapp.app import create_app
from gisapp.coverage.siting_made_of import find_changes
from gisapp.coverage.siting_settings import rules_from
from gisapp.coverage.siting_store import read_proposal
from gisapp.coverage.weights import Weights
from gisapp.database.engine import Database
from gisapp.settings import Settings, load_settings
from layers.catalogue import LAYERS
from tests.access.people import store_of
from tests.accounts import SignedIn, signed_in, token_of
from tests.jobs.doing import attempt, run
from tests.letter_grid import ORIGIN
from tests.queries.loading import load, shape_frame

TOWN, OTHER = "445103100", "445103101"
VILLAGE = f"{TOWN}201"
PROPOSALS = "/api/coverage/proposals"
TO_METRIC = pyproj.Transformer.from_crs(4326, 4548, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(4548, 4326, always_xy=True)
WISH = {
    "area": VILLAGE,
    "most": 3,
    "spacing": 20,
    "step": 2,
    "rounds": 20,
    "models": [{"name": "枪机", "fov": 90, "range": 25, "cost": 2}],
}
TRAIL = "SELECT action, object FROM gisapp.audit ORDER BY id"
CHANGES = """
SELECT reason, count(*) FROM gisapp.cameras JOIN gisapp.changes ON changes.id = change_id
WHERE code LIKE %s OR code LIKE %s GROUP BY changes.id, reason
"""
CAMERAS = "SELECT code, status, area_code, azimuth, note FROM gisapp.cameras ORDER BY code"


def square(x: float, y: float, width: float, height: float) -> MultiPolygon:
    left, bottom = ORIGIN[0] + x, ORIGIN[1] + y
    return MultiPolygon([box(left, bottom, left + width, bottom + height)])


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in points])


def point(x: float, y: float) -> shapely.Point:
    return shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y)


@pytest.fixture(scope="module")
def settings_here(tmp_path_factory) -> Settings:
    return load_settings({
        "GISAPP_VAR": str(tmp_path_factory.mktemp("siting")),
        "GISAPP_COSTLY_PER_MINUTE": "10000",
    })  # fmt: skip


@pytest.fixture(scope="module")
def site(cluster, names, settings_here: Settings) -> Iterator[Flask]:
    """Two villages of two towns side by side, with a street through both."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    app = create_app(settings_here, cluster.url(name))
    database = store_of(app)
    load(
        database,
        "areas",
        shape_frame(VILLAGE, square(0, 0, 200, 60)),
        shape_frame(f"{OTHER}201", square(200, 0, 200, 60)),
    )
    load(database, "roads", shape_frame("R1", line((0, 30), (400, 30))))
    load(
        database,
        "buildings",
        shape_frame("H1", square(40, 35, 20, 10)),
        shape_frame("H2", square(100, 35, 20, 10)),
    )
    load(database, "rented_housing", shape_frame("L1", point(50, 40)))
    load(
        database, "key_areas", shape_frame("S1", square(150, 0, 50, 10), kind="school", name="甲校")
    )
    known = {"azimuth": 0.0, "horizontal_fov": 360.0, "max_view_distance": 20.0}
    load(
        database,
        "cameras",
        shape_frame("c1", point(20, 20), **known),
        shape_frame("c2", point(210, 20), **known),  # the neighbour's, which sees in
    )
    yield app
    database.close()


@pytest.fixture(scope="module")
def planner(site: Flask) -> SignedIn:
    return signed_in(site, "planner", (TOWN,))


def make(site: Flask, client: SignedIn, settings: Settings, **more: Any) -> int:
    """Ask for a proposal, do the job, return the proposal's number."""
    answer = client.post(PROPOSALS, json={**WISH, **more})
    assert answer.status_code == 202, answer.json
    state, result, error = attempt(store_of(site), settings, answer.json["id"])
    assert state == "done", error
    return int(result["proposal"])


@pytest.fixture(scope="module")
def made(site: Flask, planner: SignedIn, settings_here: Settings) -> int:
    return make(site, planner, settings_here)


def parts(shown: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [one for one in shown["features"] if one["properties"]["part"] == part]


def metric(geometry: dict[str, Any]) -> Any:
    shape = shapely.from_geojson(json.dumps(geometry))
    return shapely.transform(shape, lambda xy: np.column_stack(TO_METRIC.transform(*xy.T)))


def test_proposal_when_made_says_what_was_asked_found_and_by_which_rules(
    planner: SignedIn, made: int
) -> None:
    shown = planner.get(f"{PROPOSALS}/{made}?lang=en").json
    assert (shown["area"], shown["sites"], shown["version"]) == (VILLAGE, 3, 1)
    assert shown["asked"]["models"] == [{"name": "枪机", "fov": 90, "range": 25, "cost": 2}]
    assert set(shown["asked"]["weights"]) == {
        "premises",
        "hazards",
        "incidents",
        "road_m",
        "ground",
    }
    figures = shown["figures"]
    assert figures["value"] == pytest.approx(
        sum(s["properties"]["gain"] for s in parts(shown, "site"))
    )
    assert figures["value"] <= figures["bound"]
    assert figures["gap"] == pytest.approx(1 - figures["value"] / figures["bound"], abs=1e-9)
    assert figures["sure_after"] == pytest.approx(figures["sure_before"] + figures["value"])
    assert 0 < figures["sure_before_share"] < figures["sure_after_share"] < 1
    assert figures["cost"] == 6
    assert any("Decree 799" in rule["source"] for rule in shown["rules"])
    listed = planner.get(PROPOSALS).json["proposals"]
    assert [(one["id"], one["areaName"]) for one in listed if one["id"] == made] == [(made, "甲")]


def test_sites_when_shown_stand_and_see_where_geometry_says(planner: SignedIn, made: int) -> None:
    shown = planner.get(f"{PROPOSALS}/{made}").json
    village = square(0, 0, 200, 60)
    for spot, view in zip(parts(shown, "site"), parts(shown, "view"), strict=True):
        place, seen = metric(spot["geometry"]), metric(view["geometry"])
        assert village.covers(place)
        assert seen.distance(place) < 0.01
        assert seen.hausdorff_distance(place) <= 25.01
        assert seen.area <= np.pi * 25**2 / 4 + 1
        for house in (square(40, 35, 20, 10), square(100, 35, 20, 10)):
            assert seen.intersection(house).area < 0.05
    # No camera on the house with let rooms.
    assert all(
        metric(s["geometry"]).distance(square(40, 35, 20, 10)) > 0.35 for s in parts(shown, "site")
    )
    flags = [s["properties"]["flags"] for s in parts(shown, "site")]
    near = [
        metric(s["geometry"]).distance(square(150, 0, 50, 10)) <= 50 for s in parts(shown, "site")
    ]
    assert [bool(flag) for flag in flags] == near
    assert any(near)
    assert flags[near.index(True)] == [
        {"rule": "consent", "code": "S1", "name": "甲校", "kind": "school"}
    ]


def test_proposal_when_an_administrator_asks_is_the_same_as_a_planners(
    site: Flask, made: int, settings_here: Settings, planner: SignedIn
) -> None:
    """Only the area's own rows count: the neighbour's camera that sees in does not."""
    theirs = make(site, signed_in(site), settings_here)
    mine, other = (planner.get(f"{PROPOSALS}/{number}").json for number in (made, theirs))
    assert mine["figures"] == other["figures"]
    assert mine["features"] == other["features"]


def test_site_when_turned_away_and_back_gives_the_same_figures(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=2)
    before = planner.get(f"{PROPOSALS}/{number}").json
    azimuth = parts(before, "site")[0]["properties"]["azimuth"]
    address = f"{PROPOSALS}/{number}/sites/1"
    tried = planner.patch(address, json={"azimuth": (azimuth + 180) % 360, "keep": False}).json
    assert tried["version"] == 1
    assert tried["figures"]["value"] != before["figures"]["value"]
    assert tried["figures"]["gap"] is None
    assert planner.get(f"{PROPOSALS}/{number}").json == before  # nothing was kept
    kept = planner.patch(address, json={"azimuth": (azimuth + 180) % 360, "version": 1}).json
    assert kept["figures"]["value"] == tried["figures"]["value"]
    shown = planner.get(f"{PROPOSALS}/{number}").json
    assert (shown["version"], shown["figures"]["gap"]) == (2, None)
    assert parts(shown, "site")[0]["properties"]["moved"]
    assert parts(shown, "view")[0]["geometry"] == kept["view"]
    stale = planner.patch(address, json={"azimuth": azimuth, "version": 1})
    assert stale.status_code == 412
    back = planner.patch(address, json={"azimuth": azimuth}).json
    assert back["figures"]["value"] == pytest.approx(before["figures"]["value"], rel=0.01)
    assert ("proposal_changed", f"proposal:{number}") in run(store_of(site), TRAIL)


def test_site_when_moved_covers_what_its_view_holds(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=1)
    place = list(TO_DEGREES.transform(ORIGIN[0] + 80, ORIGIN[1] + 20))
    answer = planner.patch(f"{PROPOSALS}/{number}/sites/1", json={"position": place, "azimuth": 0})
    assert answer.status_code == 200, answer.json
    seen = metric(answer.json["view"])
    assert seen.distance(point(80, 20)) < 0.01
    # Squares of 2 m of bare ground, and the road in samples of 2 m, of which those at the two
    # edges of the view may count or not.
    middles = np.stack(np.meshgrid(np.arange(1, 200, 2.0), np.arange(1, 60, 2.0)), -1)
    x, y = (middles.reshape(-1, 2) + ORIGIN).T
    ground = 4 * Weights().ground * shapely.intersects_xy(seen, x, y).sum()
    road = Weights().road_m * seen.intersection(line((0, 30), (200, 30))).length
    assert road > 0.05
    assert answer.json["gain"] == pytest.approx(ground + road, abs=0.01 * 2 + 1e-9)
    assert answer.json["figures"]["value"] == pytest.approx(answer.json["gain"])
    beside = list(TO_DEGREES.transform(ORIGIN[0] + 140, ORIGIN[1] + 5))
    flags = planner.patch(f"{PROPOSALS}/{number}/sites/1", json={"position": beside}).json["flags"]
    assert [flag["code"] for flag in flags] == ["S1"]


@pytest.mark.parametrize(("x", "y", "said"), [
    (-5, 20, "outside"), (210, 20, "outside"), (50, 40, "let rooms"), (50, 35, "let rooms"),
])  # fmt: skip
def test_site_when_moved_where_none_may_hang_is_refused(
    planner: SignedIn, made: int, x: float, y: float, said: str
) -> None:
    place = list(TO_DEGREES.transform(ORIGIN[0] + x, ORIGIN[1] + y))
    answer = planner.patch(f"{PROPOSALS}/{made}/sites/1?lang=en", json={"position": place})
    assert answer.status_code == 400
    assert said in answer.json["detail"]


def test_proposal_when_saved_becomes_planned_cameras_once(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=2)
    codes = planner.post(f"{PROPOSALS}/{number}/save").json["cameras"]
    assert codes == [f"GH-{number}-1", f"GH-{number}-2"]
    saved = [row for row in run(store_of(site), CAMERAS) if row[0] in codes]
    shown = planner.get(f"{PROPOSALS}/{number}").json
    for row, spot in zip(saved, parts(shown, "site"), strict=True):
        assert row[1:4] == ("planned", VILLAGE, spot["properties"]["azimuth"])
        assert spot["properties"]["camera"] == row[0]
    assert planner.post(f"{PROPOSALS}/{number}/save").json["cameras"] == codes
    assert [row for row in run(store_of(site), CAMERAS) if row[0] in codes] == saved
    trail = run(store_of(site), TRAIL)
    assert trail.count(("feature_created", f"cameras:{codes[0]}")) == 1
    history = planner.get(f"/api/collections/cameras/items/{codes[0]}/history").json["events"]
    assert [event["event"] for event in history] == ["added"]
    moved = planner.patch(f"{PROPOSALS}/{number}/sites/1", json={"azimuth": 5})
    assert moved.status_code == 409


def test_proposal_when_one_site_cannot_be_saved_saves_none(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=2)
    load(store_of(site), "cameras", shape_frame(f"GH-{number}-2", point(195, 55), status="offline"))
    before = run(store_of(site), CAMERAS)
    assert planner.post(f"{PROPOSALS}/{number}/save").status_code == 409
    assert run(store_of(site), CAMERAS) == before
    shown = planner.get(f"{PROPOSALS}/{number}").json
    assert [one["properties"]["camera"] for one in parts(shown, "site")] == [None, None]
    run(store_of(site), "DELETE FROM gisapp.cameras WHERE code = %s", f"GH-{number}-2")


def test_proposal_when_saved_is_one_change_with_a_reason(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=2)
    other = make(site, planner, settings_here, most=1)
    planner.post(f"{PROPOSALS}/{number}/save")
    said = {"Gisapp-Reason": quote("年度补点")}
    planner.post(f"{PROPOSALS}/{other}/save", headers=said)
    found = run(store_of(site), CHANGES, f"GH-{number}-%", f"GH-{other}-%")
    assert sorted(found) == sorted([(f"选点方案 {number}", 2), ("年度补点", 1)])
    count = "SELECT count(*) FROM gisapp.changes"
    before = run(store_of(site), count)
    planner.post(f"{PROPOSALS}/{number}/save")
    assert run(store_of(site), count) == before  # saved again: nothing


def test_proposal_when_another_moved_a_site_meanwhile_is_not_saved(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=1)
    planner.patch(f"{PROPOSALS}/{number}/sites/1", json={"azimuth": 5})
    address = f"{PROPOSALS}/{number}/save"
    assert planner.post(address, json={"version": 1}).status_code == 412
    for body in ({"version": "1"}, {"surprise": 1}, {"version": -1}):
        assert planner.post(address, json=body).status_code == 400
    assert planner.post(address, json={"version": 2}).status_code == 200


def test_proposal_when_removed_is_gone_and_its_cameras_stay(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=1)
    (code,) = planner.post(f"{PROPOSALS}/{number}/save").json["cameras"]
    assert planner.delete(f"{PROPOSALS}/{number}").status_code == 204
    assert planner.get(f"{PROPOSALS}/{number}").status_code == 404
    assert planner.get(f"/api/collections/cameras/items/{code}").status_code == 200
    assert ("proposal_removed", f"proposal:{number}") in run(store_of(site), TRAIL)


def test_proposal_when_saved_or_a_neighbour_changes_is_not_out_of_date(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=1)
    planner.post(f"{PROPOSALS}/{number}/save")
    run(store_of(site), "UPDATE gisapp.cameras SET azimuth = azimuth + 1 WHERE code = 'c2'")
    run(store_of(site), "UPDATE gisapp.cameras SET note = 'x' WHERE code = 'c1'")
    shown = planner.get(f"{PROPOSALS}/{number}").json
    assert (shown["stale"], shown["changed"]) == (False, [])


@pytest.mark.parametrize(("edit", "back", "said"), [
    ("DELETE FROM gisapp.cameras WHERE code = 'c1'", None, "视频监控"),
    ("UPDATE gisapp.cameras SET status = 'offline' WHERE code = 'c1'",
     "UPDATE gisapp.cameras SET status = 'online' WHERE code = 'c1'", "视频监控"),
    ("UPDATE gisapp.cameras SET mount = 'pole' WHERE code = 'c1'",
     "UPDATE gisapp.cameras SET mount = NULL WHERE code = 'c1'", "视频监控"),
    ("DELETE FROM gisapp.buildings WHERE code = 'H2'", None, "建筑"),
    ("UPDATE gisapp.roads SET width_m = 9", "UPDATE gisapp.roads SET width_m = NULL", "道路"),
    ("DELETE FROM gisapp.rented_housing WHERE code = 'L1'", None, "出租"),
    ("UPDATE gisapp.key_areas SET consent_needed = 'no'",
     "UPDATE gisapp.key_areas SET consent_needed = NULL", "重点"),
])  # fmt: skip
def test_proposal_when_its_inputs_change_or_go_is_out_of_date_and_not_saved(
    planner: SignedIn,
    site: Flask,
    settings_here: Settings,
    edit: str,
    back: str | None,
    said: str,
) -> None:
    database = store_of(site)
    number = make(site, planner, settings_here, most=1)
    with kept_rows(database, back is None):
        run(database, edit)
        shown = planner.get(f"{PROPOSALS}/{number}").json
        assert shown["stale"]
        assert [said in text for text in shown["changed"]] == [True]
        cameras = run(database, CAMERAS)
        refused = planner.post(f"{PROPOSALS}/{number}/save")
        assert refused.status_code == 409
        assert said in refused.json["detail"]
        assert run(database, CAMERAS) == cameras
        if back:
            run(database, back)
    assert not planner.get(f"{PROPOSALS}/{number}").json["stale"]  # as it was again


@contextmanager
def kept_rows(database: Database, wanted: bool) -> Iterator[None]:
    """Put rows back that a test removes, as they were."""
    layers = ("cameras", "buildings", "rented_housing") if wanted else ()
    for layer in layers:
        run(database, f"CREATE TABLE gisapp.kept_{layer} AS SELECT * FROM gisapp.{layer}")
    yield
    for layer in layers:
        own = ", ".join(("code", "geom", "source", *(field.name for field in LAYERS[layer].fields)))
        run(
            database,
            f"INSERT INTO gisapp.{layer} ({own}) SELECT {own} FROM gisapp.kept_{layer} AS kept"
            f" WHERE kept.code NOT IN (SELECT code FROM gisapp.{layer});"
            f" DROP TABLE gisapp.kept_{layer}",
        )


def test_proposal_when_settings_change_is_out_of_date(
    planner: SignedIn, site: Flask, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=1)
    with store_of(site).read(EVERYTHING) as reader:
        kept = read_proposal(reader, number)
    for name, value in (
        ("GISAPP_COVERAGE_HAZARDS", "6"), ("GISAPP_COVERAGE_FOV", "50 90"),
        ("GISAPP_COVERAGE_PIXEL_DENSITY", "125"), ("GISAPP_COVERAGE_INCIDENT_MONTHS", "6"),
    ):  # fmt: skip
        other = rules_from(load_settings({name: value}).coverage)
        changed = find_changes(store_of(site), kept, other)
        assert [text.en for text in changed] == ["weights or settings of coverage"], name


@pytest.mark.parametrize("areas", [(OTHER,), (f"{TOWN}202",), ("445103",), ()])
def test_proposal_when_of_other_areas_is_as_if_there_were_none(
    site: Flask, made: int, areas: tuple[str, ...]
) -> None:
    other = signed_in(site, "planner", areas)
    sees = bool(areas) and VILLAGE.startswith(areas)
    assert bool(other.get(PROPOSALS).json["proposals"]) is sees
    if sees:
        return
    for verb, path, body in (
        ("GET", "", None), ("DELETE", "", None), ("PATCH", "/sites/1", {"azimuth": 1}),
        ("PATCH", "/sites/1", {"azimuth": 1, "keep": False}), ("POST", "/save", {}),
    ):  # fmt: skip
        theirs, none = (
            other.open(f"{PROPOSALS}/{number}{path}", method=verb, json=body)
            for number in (made, 10**6)
        )
        assert (theirs.status_code, none.status_code) == (404, 404)
        assert theirs.json["detail"] == none.json["detail"]
    assert other.post(PROPOSALS, json=WISH).status_code == 403


@pytest.mark.parametrize("role", ["viewer", "inspector", "leader"])
def test_proposal_when_the_role_may_not_plan_is_for_reading_only(
    site: Flask, made: int, role: str
) -> None:
    client = signed_in(site, role, (TOWN,))
    assert client.get(f"{PROPOSALS}/{made}").status_code == 200
    assert client.post(PROPOSALS, json=WISH).status_code == 403
    assert client.patch(f"{PROPOSALS}/{made}/sites/1", json={"azimuth": 1}).status_code == 403
    assert client.post(f"{PROPOSALS}/{made}/save").status_code == 403
    assert client.delete(f"{PROPOSALS}/{made}").status_code == 403


def test_token_when_for_reading_changes_nothing(site: Flask, made: int) -> None:
    sent = {"Authorization": f"Bearer {token_of(store_of(site), writes=False)}"}
    client = site.test_client()
    assert client.get(f"{PROPOSALS}/{made}", headers=sent).status_code == 200
    turned = client.patch(f"{PROPOSALS}/{made}/sites/1", json={"azimuth": 1}, headers=sent)
    assert turned.status_code == 403
    assert client.post(PROPOSALS, json=WISH, headers=sent).status_code == 403


@pytest.mark.parametrize("body", [
    {"area": "445199000000"}, {"area": None}, {}, {"area": VILLAGE, "most": -1},
    {"area": VILLAGE, "most": 1.5}, {"area": VILLAGE, "models": []},
    {"area": VILLAGE, "models": "枪机:0:60:1"}, {"area": VILLAGE, "models": "枪机:90:-1:1"},
    {"area": VILLAGE, "models": "枪机:90:nan"}, {"area": VILLAGE, "models": "枪机:90:60:inf"},
    {"area": VILLAGE, "models": "枪机:90:2560@none"}, {"area": VILLAGE, "models": [{"fov": 3}]},
    {"area": VILLAGE, "models": [{"name": "a:b", "fov": 90, "range": 5}]},
    {"area": VILLAGE, "budget": "x"}, {"area": VILLAGE, "surprise": 1}, {"area": [1]},
    {"area": VILLAGE + "\0"}, {"area": "x" * 100},
])  # fmt: skip
def test_wish_when_it_makes_no_sense_is_refused(planner: SignedIn, body: dict[str, Any]) -> None:
    assert planner.post(PROPOSALS, json=body).status_code == 400


@pytest.mark.parametrize("body", [
    {"azimuth": 720}, {"azimuth": -1}, {"azimuth": "1"}, {"azimuth": True}, {"position": [1]},
    {"position": [500, 0]}, {"position": "1,2"}, {"keep": 1}, {"version": "1"}, {"surprise": 1},
    {"position": [0, 0]}, {"position": [180, 90]},
])  # fmt: skip
def test_move_when_it_makes_no_sense_is_refused(
    planner: SignedIn, made: int, body: dict[str, Any]
) -> None:
    assert planner.patch(f"{PROPOSALS}/{made}/sites/1", json=body).status_code == 400
    assert planner.patch(f"{PROPOSALS}/{made}/sites/99", json={"azimuth": 1}).status_code == 404


def test_wish_when_none_is_to_be_chosen_is_answered_with_an_empty_proposal(
    site: Flask, planner: SignedIn, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=0)
    shown = planner.get(f"{PROPOSALS}/{number}").json
    assert (shown["features"], shown["figures"]["value"], shown["figures"]["gap"]) == ([], 0, 0)
    assert planner.post(f"{PROPOSALS}/{number}/save").json == {"cameras": []}


def test_range_when_given_in_pixels_follows_the_band(
    site: Flask, planner: SignedIn, settings_here: Settings
) -> None:
    number = make(site, planner, settings_here, most=1, models="枪机:90:2560@detect:1")
    (model,) = planner.get(f"{PROPOSALS}/{number}").json["asked"]["models"]
    assert model["range"] == pytest.approx(2560 / (2 * 25))
