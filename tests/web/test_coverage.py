"""Coverage over HTTP: figures by hand, what opens down to rows, and nothing of other areas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pyproj
import pytest
import shapely.geometry
from flask import Flask

from gisapp.app import create_app
from gisapp.features.web_mercator import TileAddress
from gisapp.settings import load_settings
from tests.access.people import store_of
from tests.accounts import signed_in
from tests.coverage.world import CIRCLE, TOWN, X, Y, at, computed, put, run, square, village
from tests.features.test_tiles import decode

OTHER = "445103102"
TO_DEGREES = pyproj.Transformer.from_crs(4548, 4326, always_xy=True)
TO_METRES = pyproj.Transformer.from_crs(4326, 4548, always_xy=True)
WHOLE = {"horizontal_fov": 360, "max_view_distance": 20}
AROUND_M2 = 3.14159265 * 400 * CIRCLE


@pytest.fixture(scope="module")
def site(cluster, names, tmp_path_factory) -> Iterator[Flask]:
    """Two cells of 100 m, each in a town of its own; a camera on their border sees both."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    app = create_app(
        load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("coverage"))}), cluster.url(name)
    )
    held = store_of(app)
    village(held, f"{TOWN}201", square(0, 0, 100, 100))
    village(held, f"{OTHER}201", square(100, 0, 200, 100))
    put(held, "grid_cells", "c1", square(0, 0, 100, 100), name="西格")
    put(held, "grid_cells", "c2", square(100, 0, 200, 100))
    put(held, "buildings", "wall", square(60, 20, 61, 80))
    put(held, "cameras", "own", at(50, 50), **WHOLE)
    put(held, "cameras", "theirs", at(101, 10), **WHOLE)
    put(held, "cameras", "odd", at(20, 90), azimuth=90, horizontal_fov=0, max_view_distance=0)
    put(held, "hazard_sites", "h1", at(80, 50), name="仓库")
    put(held, "hazard_sites", "h2", at(180, 50))
    computed(held)
    yield app
    held.close()


def get(site: Flask, path: str, areas: Any = None, role: Any = "viewer") -> Any:
    answer = signed_in(site, role, areas).get(f"/api/coverage{path}")
    return answer.json if answer.status_code == 200 else answer.status_code


def test_summary_when_asked_says_figures_rules_and_weights(site: Flask) -> None:
    told = get(site, "?lang=en")
    assert told["figures"]["cells"] == told["figures"]["fresh"] == 2
    assert told["figures"]["target_m2"] == pytest.approx(20_000 - 60)
    assert told["figures"]["gap_m2"] == pytest.approx(
        told["figures"]["target_m2"] - told["figures"]["possible_m2"]
    )
    assert told["figures"]["standing"] == 3
    assert told["assumptions"]["range"] == [15, 60]
    assert told["weights"]["source"] == "configured by the district"
    assert {one["component"] for one in told["weights"]["components"]} >= {"hazards", "road_m"}


def test_areas_when_added_up_are_the_sum_of_cells(site: Flask) -> None:
    cells = get(site, "/cells?shapes=no")["features"]
    areas = get(site, "/areas")["areas"]
    for level in ("all", "district", "town", "village"):
        for name in ("target_m2", "sure_m2", "possible_m2"):
            total = sum(area[name] for area in areas if area["level"] == level)
            assert total == pytest.approx(sum(cell["properties"][name] for cell in cells))
    assert {area["name"] for area in areas if area["level"] == "village"} == {"村201"}


def test_cells_when_sorted_come_in_that_order_page_by_page(site: Flask) -> None:
    for sort in ("score", "gap_m2", "sure_share", "cameras", "code"):
        told = get(site, f"/cells?sort={sort}")
        assert told["numberMatched"] == told["numberReturned"] == 2
        second = get(site, f"/cells?sort={sort}&limit=1&offset=1")["features"]
        assert second == told["features"][1:]
    assert [cell["id"] for cell in get(site, "/cells?sort=code")["features"]] == ["c1", "c2"]
    assert [cell["id"] for cell in get(site, f"/cells?area={TOWN}000")["features"]] == ["c1"]


def test_cell_when_opened_shows_gaps_rows_and_cameras(site: Flask) -> None:
    told = get(site, "/cells/c1")
    assert told["cell"]["properties"]["name"] == "西格"
    (first, *_) = told["gaps"]
    assert [row["code"] for row in first["properties"]["rows"]] == ["h1"]
    points = [part["points"] for part in first["properties"]["components"]]
    assert sum(points) == pytest.approx(first["properties"]["score"])
    cameras = {camera["id"]: camera["properties"] for camera in told["cameras"]}
    assert set(cameras) == {"own", "theirs", "odd"}
    own = cameras["own"]
    assert own["sure_m2"] == pytest.approx(own["sure_lost_m2"], rel=1e-6)
    assert own["sure_m2"] > 1000
    gap = sum(one["properties"]["area_m2"] for one in told["gaps"])
    figures = told["cell"]["properties"]
    assert gap == pytest.approx(figures["gap_m2"] + figures["unsure_m2"], rel=1e-3)


def test_gap_when_drawn_is_where_it_is(site: Flask) -> None:
    (gap,) = [
        shapely.transform(shapely.geometry.shape(one["geometry"]), to_metres)
        for one in get(site, "/gaps?kind=certain&cell=c1")["features"]
    ]
    assert gap.contains(at(80, 50))  # behind the wall
    assert not gap.intersects(at(50, 50))
    assert not gap.buffer(-0.01).intersects(square(60, 20, 61, 80))
    west, south = TO_DEGREES.transform(X + 110, Y + 10)
    east, north = TO_DEGREES.transform(X + 190, Y + 90)
    found = get(site, f"/gaps?bbox={west},{south},{east},{north}")["features"]
    assert {one["properties"]["cell"] for one in found} == {"c2"}


def to_metres(places: Any) -> Any:
    return numpy.column_stack(TO_METRES.transform(places[:, 0], places[:, 1]))


def test_camera_when_opened_shows_what_it_sees_and_what_hides_the_rest(site: Flask) -> None:
    told = get(site, "/cameras/own")
    assert [one["id"] for one in told["occluders"]] == ["wall"]
    assert told["sure"] == told["possible"]
    assert told["camera"]["properties"]["state"] == "fresh"
    assert 1000 < told["camera"]["properties"]["sure_m2"] < AROUND_M2
    assert [cell["code"] for cell in told["cells"]] == ["c1"]
    odd = get(site, "/cameras/odd?lang=en")["camera"]["properties"]["problems"]
    assert [text.partition(":")[0] for text in odd] == ["horizontal_fov", "max_view_distance"]
    assert "above 0" in odd[0]


def test_camera_of_another_town_when_it_sees_into_a_cell_is_only_a_number(site: Flask) -> None:
    told = get(site, "/cells/c1", [TOWN])
    assert {camera["id"] for camera in told["cameras"]} == {"own", "odd"}
    assert told["othersCameras"] == 1
    assert told["cell"]["properties"]["cameras"] == 3
    assert (
        told["cell"]["properties"]["sure_m2"]
        == get(site, "/cells/c1")["cell"]["properties"]["sure_m2"]
    )
    assert get(site, "/cameras/theirs", [TOWN]) == 404
    assert get(site, "/cells/c2", [TOWN]) == 404
    assert {one["properties"]["cell"] for one in get(site, "/gaps", [TOWN])["features"]} == {"c1"}
    assert [one["code"] for one in get(site, "/cameras/own", [TOWN])["cells"]] == ["c1"]


def test_tile_when_made_holds_cells_gaps_and_views(site: Flask, tmp_path: Path) -> None:
    lon, lat = TO_DEGREES.transform(X + 50, Y + 50)
    x, y = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    across, half = 1 << 14, 20037508.342789244
    column, row = (int((value / half + 1) / 2 * across) for value in (x, -y))
    address = f"/api/coverage/tiles/WebMercatorQuad/14/{row}/{column}"
    frames = {}
    for areas in (None, [TOWN]):
        body = signed_in(site, "viewer", areas).get(address).data
        folder = tmp_path / str(areas)
        folder.mkdir()
        frames[areas and TOWN] = decode(body, TileAddress(14, row, column), folder)
    everything, own = frames[None], frames[TOWN]
    assert set(everything) == {"coverage_cells", "coverage_gaps", "coverage_views"}
    assert set(own["coverage_cells"]["code"]) == {"c1"}
    assert set(everything["coverage_views"]["code"]) >= {"own", "theirs"}
    assert "theirs" not in set(own["coverage_views"]["code"])
    far = signed_in(site).get("/api/coverage/tiles/WebMercatorQuad/16/0/0")
    assert (far.status_code, far.data) == (204, b"")


def test_state_when_a_camera_is_edited_shows_at_once(site: Flask) -> None:
    held = store_of(site)
    run(held, "UPDATE gisapp.cameras SET azimuth = 5 WHERE code = 'theirs'")
    told = get(site, "/cells?shapes=no")["features"]
    assert {cell["id"]: cell["properties"]["state"] for cell in told} == {
        "c1": "stale",
        "c2": "stale",
    }
    assert get(site, "/cameras/theirs")["camera"]["properties"]["state"] == "stale"
    assert get(site, "/cameras/own")["camera"]["properties"]["state"] == "fresh"
    assert get(site, "")["figures"]["stale"] == 2
    computed(held)
    assert get(site, "")["figures"]["fresh"] == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?target=x", 400),
        ("/areas?area=x", 400),
        ("/areas?area=44510", 400),
        ("/cells?sort=x", 400),
        ("/cells?limit=0", 400),
        ("/cells?shapes=maybe", 400),
        ("/cells?x=1", 400),
        ("/gaps?kind=x", 400),
        ("/gaps?bbox=1,2,3", 400),
        ("/gaps?bbox=-180,-90,180,90", 200),
        ("/cells/none", 404),
        ("/cameras/none", 404),
        ("/tiles/WebMercatorQuad/99/0/0", 404),
        ("/areas?area=999999", 200),
    ],
)
def test_request_when_it_makes_no_sense_is_told_so(site: Flask, path: str, status: int) -> None:
    found = get(site, path)
    assert found == status if status != 200 else isinstance(found, dict)
