"""Cells and gaps as files: the numbers of the pages, all rows, in scope, noted, never a formula."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from click.testing import CliRunner
from flask import Flask

from gisapp.app import create_app
from gisapp.cli import main_group
from gisapp.settings import Settings, load_settings
from tests.access.people import store_of
from tests.accounts import signed_in
from tests.coverage.world import TOWN, at, computed, put, run, square, village
from tests.jobs.doing import do

OTHER = "445103102"
CELLS, GAPS = (f"/api/coverage/tables/{name}/export" for name in ("cells", "gaps"))
ENTRIES = """
SELECT name, details ->> 'format', (details ->> 'rows')::integer FROM gisapp.audit
WHERE action = 'exported' AND object = %s ORDER BY id
"""


@pytest.fixture(scope="module")
def settings_here(tmp_path_factory) -> Settings:
    var = str(tmp_path_factory.mktemp("files"))
    return load_settings({"GISAPP_VAR": var, "GISAPP_EXPORT_ROWS": "6"})


@pytest.fixture(scope="module")
def url(cluster, names) -> str:
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    found: str = cluster.url(name)
    return found


@pytest.fixture(scope="module")
def site(url: str, settings_here: Settings) -> Iterator[Flask]:
    """Two cells in each of two towns; one is called like a formula, one has a camera."""
    app = create_app(settings_here, url)
    held = store_of(app)
    village(held, f"{TOWN}201", square(0, 0, 200, 100))
    village(held, f"{OTHER}201", square(200, 0, 400, 100))
    for number in range(4):
        west = 100 * number
        name = "=cmd|' /C calc'!A0" if number == 0 else f"网格{number + 1}"
        put(held, "grid_cells", f"c{number + 1}", square(west, 0, west + 100, 100), name=name)
    put(held, "cameras", "k1", at(50, 50), horizontal_fov=360, max_view_distance=20)
    put(held, "cameras", "k2", at(250, 50), max_view_distance=30)
    put(held, "hazard_sites", "h1", at(90, 90))
    computed(held)
    yield app
    held.close()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def fetch(site: Flask, path: str, areas: Any = None, **given: str) -> Any:
    answer = signed_in(site, "planner", areas).get(path, query_string=given)
    assert answer.status_code == 200, answer.json
    return answer


def without_time(told: str) -> list[str]:
    return [line for line in told.splitlines() if not line.startswith("导出时间")]


def same(told: str, figure: float | None) -> bool:
    return told == "" if figure is None else float(told) == pytest.approx(figure, abs=5e-4)


def test_cells_when_written_as_csv_have_the_numbers_of_the_page(site: Flask) -> None:
    answer = fetch(site, CELLS, f="csv", headers="names")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    found = rows_of(answer.data.decode("utf-8-sig"))
    page = signed_in(site).get("/api/coverage/cells").json["features"]
    assert [row["code"] for row in found] == [one["id"] for one in page]  # in the page's order
    for row, one in zip(found, page, strict=True):
        for name, figure in one["properties"].items():
            if isinstance(figure, int | float) and name in row:
                assert same(row[name], figure), name
    assert next(row["name"] for row in found if row["code"] == "c1").startswith("'=cmd")
    places = {row["code"]: shapely.Point(float(row["lon"]), float(row["lat"])) for row in found}
    for one in page:  # a place inside, as two columns
        assert shapely.from_geojson(json.dumps(one["geometry"])).contains(places[one["id"]])
    shares = ("target_m2", "sure_share", "possible_share", "twice_share", "gap_m2", "score")
    assert set(shares) <= set(found[0])
    by_code = fetch(site, CELLS, f="csv", headers="names", sort="code").data.decode("utf-8-sig")
    assert [row["code"] for row in rows_of(by_code)] == ["c1", "c2", "c3", "c4"]


def test_gaps_when_written_as_geojson_are_those_of_the_page(site: Flask) -> None:
    found = json.loads(fetch(site, GAPS, f="geojson").data)["features"]
    page = signed_in(site).get("/api/coverage/gaps").json["features"]
    assert [one["properties"]["id"] for one in found] == [one["id"] for one in page]
    for row, one in zip(found, page, strict=True):
        for name in ("area_m2", "score", "rank", "hazards", "road_m"):
            assert row["properties"][name] == pytest.approx(one["properties"][name], abs=5e-4)
    certain = json.loads(fetch(site, GAPS, f="geojson", kind="certain", cell="c1").data)
    assert {one["properties"]["cell"] for one in certain["features"]} == {"c1"}


def test_cells_when_written_as_geopackage_are_in_metres_and_say_so(
    site: Flask, tmp_path: Path
) -> None:
    path = tmp_path / "cells.gpkg"
    path.write_bytes(fetch(site, CELLS, f="gpkg").data)
    frame = geopandas.read_file(path)
    assert frame.crs.to_epsg() == 4548
    assert frame.area.tolist() == pytest.approx([10_000] * 4)
    assert sorted(frame["code"]) == ["c1", "c2", "c3", "c4"]


def test_headings_when_chinese_are_those_of_the_page(site: Flask) -> None:
    head = fetch(site, CELLS, f="csv").data.decode("utf-8-sig").splitlines()[0]
    for label in (
        "网格编号",
        "状态",
        "风险分",
        "确定覆盖率（%）",
        "重复覆盖率（%）",
        "确定盲区（m²）",
    ):
        assert label in head
    assert "最新" in fetch(site, CELLS, f="csv").data.decode()


def test_figures_when_out_of_date_say_so_in_the_file(site: Flask) -> None:
    run(store_of(site), "UPDATE gisapp.cameras SET max_view_distance = 21 WHERE code = 'k1'")
    found = rows_of(fetch(site, CELLS, f="csv", headers="names").data.decode("utf-8-sig"))
    assert {row["code"]: row["state"] for row in found}["c1"] == "stale"
    told = fetch(site, CELLS, f="geojson").data.decode()
    assert "1 行待重算" in told
    run(store_of(site), "UPDATE gisapp.cameras SET max_view_distance = 20 WHERE code = 'k1'")
    computed(store_of(site))
    assert "待重算" not in fetch(site, CELLS, f="geojson").data.decode()


def test_file_when_a_caller_of_one_town_asks_holds_that_town(site: Flask) -> None:
    for path, name in ((CELLS, "code"), (GAPS, "cell")):
        mine = rows_of(fetch(site, path, [TOWN], f="csv", headers="names").data.decode("utf-8-sig"))
        assert {row[name] for row in mine} == {"c1", "c2"}
        asked = {"f": "csv", "headers": "names", "area": OTHER}
        assert rows_of(fetch(site, path, [TOWN], **asked).data.decode("utf-8-sig")) == []
    assert fetch(site, CELLS, [TOWN]).json["rows"] == 2


def test_export_when_done_is_in_the_trail_and_when_offered_is_not(site: Flask) -> None:
    before = len(run(store_of(site), ENTRIES, "coverage:cells"))
    offer = fetch(site, CELLS, target="roads", area=TOWN).json
    assert (offer["rows"], offer["filters"][1]["value"]) == (2, TOWN)
    assert len(run(store_of(site), ENTRIES, "coverage:cells")) == before
    client = signed_in(site, "planner")
    assert client.get(CELLS, query_string={"f": "csv"}).data
    assert run(store_of(site), ENTRIES, "coverage:cells")[before:] == [(client.name, "csv", 4)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{CELLS}?f=docx", 400),
        (f"{CELLS}?target=sky", 400),
        (f"{CELLS}?area=x", 400),
        (f"{CELLS}?sort=x", 400),
        (f"{CELLS}?kind=certain", 400),
        (f"{GAPS}?kind=x", 400),
        (f"{GAPS}?cell=%00", 400),
        (f"{GAPS}?sort=code", 400),
        ("/api/coverage/tables/views/export", 404),
        (f"{CELLS}?area=999999&f=csv", 200),
    ],
)
def test_request_when_it_makes_no_sense_is_told_so(site: Flask, path: str, status: int) -> None:
    with signed_in(site, "planner").get(path) as answer:
        assert answer.status_code == status


def test_role_when_it_may_not_export_is_refused(site: Flask) -> None:
    assert signed_in(site, "viewer").get(f"{CELLS}?f=csv").status_code == 403


def test_rows_when_too_many_at_once_are_a_jobs(site: Flask, settings_here: Settings) -> None:
    client = signed_in(site, "planner")
    for number in range(4):
        put(store_of(site), "grid_cells", f"x{number}", square(0, 200, 10, 210 + number))
    answer = client.get(CELLS, query_string={"f": "csv", "sort": "code"})
    assert answer.status_code == 413
    job = answer.json["job"]
    assert job["name"] == "export_coverage"
    state, result, error = do(store_of(site), settings_here, job["name"], **job["parameters"])
    assert (state, error) == ("done", "")
    assert result["rows"] == 8
    run(store_of(site), "DELETE FROM gisapp.grid_cells WHERE code LIKE 'x%%'")
    computed(store_of(site))
    bad = {"name": "export_coverage", "parameters": {"table": "cells", "kind": "certain"}}
    assert client.post("/api/jobs", json=bad).status_code == 400


def test_command_when_asked_for_csv_prints_the_same_file_and_notes_it(
    site: Flask, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISAPP_DATABASE_URL", url)
    for name, path in (("cells", CELLS), ("gaps", GAPS)):
        before = len(run(store_of(site), ENTRIES, f"coverage:{name}"))
        done = CliRunner().invoke(main_group, ["coverage", name, "--csv"], env=dict(os.environ))
        assert done.exit_code == 0, done.output
        told = fetch(site, path, f="csv", headers="names").data.decode()
        assert without_time(done.stdout) == without_time(told)
        (entry, *_) = run(store_of(site), ENTRIES, f"coverage:{name}")[before:]
        assert entry[1] == "csv"
