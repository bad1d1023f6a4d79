"""What-if over HTTP: figures before and after by hand, nothing written, nothing of other areas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pyproj
import pytest
from flask import Flask

from gisapp.app import create_app
from gisapp.settings import Settings, load_settings
from tests.access.people import store_of
from tests.accounts import signed_in
from tests.coverage.world import CIRCLE, TOWN, X, Y, at, computed, put, run, square, village

PATH = "/api/coverage/what-if"
TO_DEGREES = pyproj.Transformer.from_crs(4548, 4326, always_xy=True)
AROUND_M2 = math.pi * 20**2 * CIRCLE
WHOLE = {"horizontal_fov": 360, "max_view_distance": 20}
STATE = "SELECT string_agg(layer || revision, ',' ORDER BY layer) FROM gisapp.layer_revisions"
KEPT = "SELECT sum(sure_m2), (SELECT count(*) FROM gisapp.audit) FROM gisapp.coverage_cells"


def degrees(east: float, north: float) -> list[float]:
    return list(TO_DEGREES.transform(X + east, Y + north))


@pytest.fixture(scope="module")
def site(cluster, names, tmp_path_factory) -> Iterator[Flask]:
    """Two cells of 100 m in two towns; a camera that sees all around, one of unknown direction."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    settings: Settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("what-if"))})
    app = create_app(settings, cluster.url(name))
    held = store_of(app)
    village(held, f"{TOWN}201", square(0, 0, 100, 100))
    village(held, "445103102201", square(100, 0, 200, 100))
    put(held, "grid_cells", "c1", square(0, 0, 100, 100))
    put(held, "grid_cells", "c2", square(100, 0, 200, 100))
    put(held, "buildings", "b1", square(55, 55, 95, 95))
    put(held, "cameras", "round", at(25, 25), **WHOLE)
    put(held, "cameras", "lost", at(150, 50), horizontal_fov=90, max_view_distance=20)
    computed(held)
    yield app
    held.close()


def ask(site: Flask, *cameras: dict[str, Any], areas: Any = None, **more: Any) -> Any:
    client = signed_in(site, "planner", areas)
    answer = client.post(PATH, json={"cameras": list(cameras), **more})
    return answer.json if answer.status_code == 200 else answer.status_code


def cell(answer: Any, code: str) -> tuple[dict[str, float], dict[str, float]]:
    (found,) = (one for one in answer["cells"] if one["code"] == code)
    return found["before"], found["after"]


def test_camera_when_switched_off_leaves_its_ground_unseen(site: Flask) -> None:
    answer = ask(site, {"code": "round", "off": True})
    before, after = cell(answer, "c1")
    assert before["target_m2"] == pytest.approx(8400)
    assert before["sure_m2"] == pytest.approx(AROUND_M2, rel=1e-9)
    assert (after["sure_m2"], after["possible_m2"], after["gap_m2"]) == pytest.approx((0, 0, 8400))
    assert [one["code"] for one in answer["cells"]] == ["c1"]
    assert sum(gap["properties"]["area_m2"] for gap in answer["gaps"]) == pytest.approx(8400)


def test_camera_when_moved_over_a_border_sees_there_what_it_lost_here(site: Flask) -> None:
    answer = ask(site, {"code": "round", "position": degrees(100, 25)})
    assert cell(answer, "c1")[1]["sure_m2"] == pytest.approx(AROUND_M2 / 2, rel=1e-4)
    assert cell(answer, "c2")[1]["sure_m2"] == pytest.approx(AROUND_M2 / 2, rel=1e-4)
    total = answer["total"]
    assert total["before"]["sure_m2"] == pytest.approx(total["after"]["sure_m2"], rel=1e-4)
    assert answer["cameras"][0]["moved_m"] == 0
    assert answer["saved"] is False


def test_camera_of_unknown_direction_when_turned_surely_sees_its_sector(site: Flask) -> None:
    answer = ask(site, {"code": "lost", "azimuth": 90})
    before, after = cell(answer, "c2")
    assert (before["sure_m2"], before["possible_m2"]) == pytest.approx((0, AROUND_M2), rel=1e-9)
    assert after["sure_m2"] == after["possible_m2"] == pytest.approx(AROUND_M2 / 4, rel=1e-2)
    kinds = {gap["properties"]["kind"] for gap in answer["gaps"]}
    assert kinds == {"certain"}


def test_camera_when_added_sees_no_further_than_the_wall(site: Flask) -> None:
    new = {"name": "new", "position": degrees(75, 45), "azimuth": 0, "fov": 90, "range": 20}
    answer = ask(site, new)
    before, after = cell(answer, "c1")
    # A wall 10 m ahead, seen whole: the triangle in front of it.
    assert after["sure_m2"] - before["sure_m2"] == pytest.approx(100, abs=0.01)
    assert answer["cameras"][0]["sure"]["type"] == "Polygon"


def test_numbers_when_computed_are_those_of_the_kept_figures(site: Flask) -> None:
    answer = ask(site, {"code": "lost", "off": True}, {"code": "round", "off": True})
    client = signed_in(site)
    kept = client.get("/api/coverage/cells").json["features"]
    for one in kept:
        before, _ = cell(answer, one["id"])
        for name in ("target_m2", "sure_m2", "possible_m2", "gap_m2", "sure_share", "twice_m2"):
            told = pytest.approx(one["properties"][name], rel=1e-9, abs=1e-6)
            assert before[name] == told, name


def test_second_camera_when_added_leaves_nothing_to_one_alone(site: Flask) -> None:
    same = {"name": "new", "position": degrees(25, 25), "azimuth": 0, "fov": 360, "range": 20}
    answer = ask(site, same)
    before, after = cell(answer, "c1")
    assert (before["twice_m2"], before["singles"]) == pytest.approx((0, 1), abs=1e-6)
    assert before["alone_m2"] == pytest.approx(AROUND_M2, rel=1e-9)
    assert after["twice_m2"] == pytest.approx(AROUND_M2, rel=1e-4)
    assert after["twice_share"] == pytest.approx(100 * AROUND_M2 / 8400, rel=1e-4)
    assert (after["alone_m2"], after["singles"]) == pytest.approx((0, 0), abs=1)
    (failure,) = answer["failures"]
    assert (failure["code"], failure["before_m2"]) == ("round", pytest.approx(AROUND_M2, rel=1e-9))
    assert failure["after_m2"] == pytest.approx(0, abs=1)


def test_camera_when_the_one_beside_it_fails_has_all_to_itself(site: Flask) -> None:
    """Two cameras 10 m apart: what they share hangs on one when the other is off."""
    put(store_of(site), "cameras", "second", at(35, 25), **WHOLE)
    computed(store_of(site))
    lens = 2 * 20**2 * math.acos(10 / 40) - 5 * math.sqrt(4 * 20**2 - 10**2)
    answer = ask(site, {"code": "second", "off": True})
    before, after = cell(answer, "c1")
    assert before["twice_m2"] == pytest.approx(lens, rel=2e-3)
    assert (before["singles"], after["singles"], after["twice_m2"]) == (2, 1, 0)
    # The one that is off cannot fail: only the other is named.
    assert [one["code"] for one in answer["failures"]] == ["round"]
    assert answer["failures"][0]["after_m2"] == pytest.approx(AROUND_M2, rel=1e-9)
    # Of another town's camera only the number of such cameras is told, never which.
    elsewhere = {"name": "n", "position": degrees(99, 98), "azimuth": 0, "fov": 360, "range": 9}
    run(
        store_of(site),
        "UPDATE gisapp.cameras SET geom = ST_Translate(geom, 0, 50) WHERE code = 'lost'",
    )
    put(store_of(site), "cameras", "theirs", at(101, 98), **WHOLE)
    computed(store_of(site))
    mine = ask(site, elsewhere, areas=[TOWN])
    everybodys = ask(site, elsewhere)
    assert "theirs" in [one["code"] for one in everybodys["failures"]]
    assert "theirs" not in str(mine)
    assert cell(mine, "c1") == cell(everybodys, "c1")
    run(store_of(site), "DELETE FROM gisapp.cameras WHERE code IN ('second', 'theirs')")
    run(
        store_of(site),
        "UPDATE gisapp.cameras SET geom = ST_Translate(geom, 0, -50) WHERE code = 'lost'",
    )
    computed(store_of(site))


def test_nothing_when_asked_is_written(site: Flask) -> None:
    before = run(store_of(site), STATE), run(store_of(site), KEPT)
    ask(site, {"code": "round", "position": degrees(50, 25), "off": False})
    assert (run(store_of(site), STATE), run(store_of(site), KEPT)) == before


def test_caller_of_one_town_when_asking_hears_of_no_other(site: Flask) -> None:
    mine = [TOWN]
    assert ask(site, {"code": "lost", "off": True}, areas=mine) == 404
    assert ask(site, {"code": "none", "off": True}, areas=mine) == 404
    ask(site, {"code": "round", "position": degrees(100, 25)})  # kept, of everywhere
    answer = ask(site, {"code": "round", "position": degrees(100, 25)}, areas=mine)
    assert [one["code"] for one in answer["cells"]] == ["c1"]
    assert answer["total"]["after"]["sure_m2"] == pytest.approx(AROUND_M2 / 2, rel=1e-4)


def test_edit_when_made_between_counts_at_once(site: Flask) -> None:
    asked = {"name": "new", "position": degrees(130, 80), "azimuth": 0, "fov": 360, "range": 10}
    first = ask(site, asked)
    put(store_of(site), "buildings", "b2", square(126, 85, 134, 95))
    second = ask(site, asked)
    assert second["stale"] == 1
    assert not second["cells"][0]["fresh"]
    gained = [
        answer["total"]["after"]["sure_m2"] - answer["total"]["before"]["sure_m2"]
        for answer in (first, second)
    ]
    assert gained[1] < gained[0] - 20
    run(store_of(site), "DELETE FROM gisapp.buildings WHERE code = 'b2'")
    computed(store_of(site))


BAD: list[dict[str, Any]] = [
    {},
    {"cameras": []},
    {"cameras": [{"code": "round"}] * 2},
    {"cameras": [{"code": f"c{n}"} for n in range(21)]},
    {"cameras": [{"code": "round", "azimuth": 720}]},
    {"cameras": [{"code": "round", "azimuth": True}]},
    {"cameras": [{"code": "round", "fov": 0}]},
    {"cameras": [{"code": "round", "range": -1}]},
    {"cameras": [{"code": "round", "range": 10**400}]},
    {"cameras": [{"code": "round", "position": [1, 2, 3]}]},
    {"cameras": [{"code": "round", "position": [500, 23]}]},
    {"cameras": [{"code": "round", "off": 1}]},
    {"cameras": [{"code": "round", "more": 1}]},
    {"cameras": [{"code": 5}]},
    {"cameras": ["round"]},
    {"cameras": [{"name": "new", "position": [116, 23]}]},
    {"cameras": [{"code": "round"}], "target": "all"},
    {"cameras": [{"code": "round"}], "shapes": 1},
    {"cameras": [{"code": "round"}], "more": 1},
]


@pytest.mark.parametrize("body", BAD, ids=str)
def test_body_when_it_makes_no_sense_is_refused(site: Flask, body: dict[str, Any]) -> None:
    assert signed_in(site).post(PATH, json=body).status_code == 400


def test_place_when_it_is_on_the_other_side_of_the_world_sees_no_cell(site: Flask) -> None:
    new = {"name": "n", "position": [-60.0, -20.0], "azimuth": 0, "fov": 360, "range": 10}
    answer = ask(site, new)
    assert answer["cells"] == []
