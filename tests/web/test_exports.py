"""Exports over HTTP, as jobs and on the command line: rights, limits, files, audit."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from geodata.writers.catalogue import FORMATS
from gisapp.app import create_app
from gisapp.cli import main_group
from gisapp.database.engine import Database
from gisapp.jobs.catalogue import JOBS
from gisapp.settings import load_settings
from gisapp.web.api_exports import OPENAPI
from layers.catalogue import LAYERS
from tests.access.people import store_of
from tests.access.two_towns import MARK, A, build
from tests.accounts import signed_in
from tests.geodata.reading_back import read_back
from tests.jobs.doing import attempt, do, run

CAMERAS = "/api/collections/cameras/export"
ENTRIES = """
SELECT name, details ->> 'format', (details ->> 'rows')::integer FROM gisapp.audit
WHERE action = 'exported' AND object = %s ORDER BY id
"""


@pytest.fixture(scope="module")
def site(cluster, names, tmp_path_factory) -> Iterator[Flask]:
    """The application over two towns; it gives 30 rows at once."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    var = str(tmp_path_factory.mktemp("exports"))
    settings = load_settings({"GISAPP_VAR": var, "GISAPP_EXPORT_ROWS": "100"})
    made = create_app(settings, cluster.url(name))
    build(made.extensions["gisapp"].database, with_b=True)
    yield made
    made.extensions["gisapp"].database.close()


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


def entries(store: Database, about: str) -> list[tuple]:
    return run(store, ENTRIES, about)


def leftovers(site: Flask) -> list[str]:
    folder = site.extensions["gisapp"].settings.exports_folder
    return [file.name for file in folder.iterdir()] if folder.is_dir() else []


@pytest.mark.parametrize("form", FORMATS)
def test_file_when_fetched_is_whole_and_told_to_the_audit_trail(
    site: Flask, store: Database, form: str, tmp_path: Path
) -> None:
    client = signed_in(site)
    answer = client.get(f"{CAMERAS}?f={form}")
    assert answer.status_code == 200
    assert answer.mimetype == FORMATS[form].media_type.partition(";")[0]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "cameras_" in answer.headers["Content-Disposition"]
    path = tmp_path / f"x{FORMATS[form].suffix}"
    path.write_bytes(answer.data)
    rows = client.get(CAMERAS).json["rows"]
    if form != "dxf":
        assert len(read_back(path, form)) == rows > 0
    assert entries(store, "layer:cameras")[-1] == (client.name, form, rows)
    assert leftovers(site) == []


def test_offer_when_asked_says_rows_filters_formats_and_systems(site: Flask) -> None:
    client = signed_in(site)
    told = client.get(f"{CAMERAS}?area_code={A}&lang=en").json
    assert 0 < told["rows"] < client.get(CAMERAS).json["rows"]
    assert told["filters"] == [{"title": "Area code", "value": A}]
    assert [form["name"] for form in told["formats"]] == list(FORMATS)
    assert {"EPSG:4548", "EPSG:4527", "EPSG:4490", "gcj02"} <= {crs["name"] for crs in told["crs"]}
    assert "not for surveying" in next(c["warning"] for c in told["crs"] if c["name"] == "gcj02")
    assert told["job"] == {
        "name": "export_layer",
        "parameters": {"collection": "cameras", "area_code": A},
    }


def test_name_when_shifted_warns_in_chinese(site: Flask) -> None:
    answer = signed_in(site).get(f"{CAMERAS}?f=geojson&crs=gcj02")
    assert answer.data.startswith(b"{")
    assert "%E5%8B%BF%E4%BD%9C%E6%B5%8B%E7%BB%98" in answer.headers["Content-Disposition"]


def test_rows_when_too_many_are_refused_with_the_job_that_does_it(
    site: Flask, store: Database
) -> None:
    database = site.extensions["gisapp"]
    few = replace(database.settings, exports=replace(database.settings.exports, rows=5))
    site.extensions["gisapp"] = replace(database, settings=few)
    try:
        client = signed_in(site)
        answer = client.get(f"{CAMERAS}?f=gpkg&area_code={A}&lang=en")
    finally:
        site.extensions["gisapp"] = database
    assert answer.status_code == 413
    job = answer.json["job"]
    assert job["name"] == "export_layer"
    started = client.post("/api/jobs", json=job)
    assert started.status_code == 202, started.text


@pytest.mark.parametrize(
    "asked",
    [
        "f=exe",
        "f=gpkg&crs=EPSG:2000",
        "f=kml&crs=EPSG:4548",
        "x=1",
        "f=gpkg&f=csv",
        "f=html",
        "f=csv&bbox=1",
        "f=csv&status=nonsense",
        "headers=fr",
        "f=csv&encoding=GB18030",
    ],
)
def test_parameters_when_wrong_are_refused(site: Flask, asked: str) -> None:
    answer = signed_in(site).get(f"{CAMERAS}?{asked}")
    assert answer.status_code == 400, answer.text


def test_export_when_the_role_may_not_is_refused(site: Flask) -> None:
    client = signed_in(site, "viewer")
    for path in (f"{CAMERAS}?f=csv", CAMERAS, "/api/queries/grid_size/export?f=csv"):
        assert client.get(path).status_code == 403
    job = {"name": "export_layer", "parameters": {"collection": "cameras"}}
    assert client.post("/api/jobs", json=job).status_code == 403


def test_town_when_it_exports_gets_its_own_rows(site: Flask) -> None:
    town = signed_in(site, "planner", [A])
    assert MARK.encode() not in town.get(f"{CAMERAS}?f=csv").data
    assert MARK.encode() in signed_in(site).get(f"{CAMERAS}?f=csv").data


def test_moment_when_in_the_future_is_refused(site: Flask) -> None:
    assert signed_in(site).get(f"{CAMERAS}?f=csv&as-of=2099-01-01").status_code == 400


def test_query_when_exported_gives_its_whole_answer(
    site: Flask, store: Database, tmp_path: Path
) -> None:
    client = signed_in(site)
    asked = "/api/queries/nearest/export?layer=cameras&near=116.6,23.5&n=7"
    told = client.get(asked).json
    assert told["rows"] == 7
    answer = client.get(f"{asked}&f=xlsx&lang=en")
    path = tmp_path / "x.xlsx"
    path.write_bytes(answer.data)
    assert len(read_back(path, "xlsx")) == 7
    assert entries(store, "query:nearest") == [(client.name, "xlsx", 7)]


def test_job_when_done_keeps_the_file_until_it_expires(
    site: Flask, store: Database, tmp_path: Path
) -> None:
    settings = site.extensions["gisapp"].settings
    client = signed_in(site, "planner", [A])
    asked = {"name": "export_layer", "parameters": {"collection": "cameras", "f": "csv"}}
    number = client.post("/api/jobs", json=asked).json["id"]
    state, result, error = attempt(store, settings, number)
    assert (state, error) == ("done", "")
    told = client.get(f"/api/jobs/{number}").json
    assert told["file"].startswith("cameras_")
    answer = client.get(f"/api/jobs/{number}/result")
    assert len(answer.data) == result["bytes"]
    assert MARK.encode() not in answer.data
    assert entries(store, "layer:cameras")[-1] == (client.name, "csv", result["rows"])
    # Whoever sees less is not given it; after its time nobody is.
    assert signed_in(site, "planner", [A]).get(f"/api/jobs/{number}/result").status_code == 404
    run(store, "UPDATE gisapp.job_documents SET expires_at = now() WHERE job = %s", number)
    assert client.get(f"/api/jobs/{number}/result").status_code == 404
    assert client.get(f"/api/jobs/{number}").json["file"] is None
    old = settings.exports_folder / "left-behind.csv"
    old.write_text("x")
    os.utime(old, (time.time() - 90_000,) * 2)
    (held,) = [name for name in leftovers(site) if name.startswith(f"{number}-")]
    os.utime(settings.exports_folder / held, (time.time() - 90_000,) * 2)
    state, result, _ = do(store, settings, "purge_exports")
    assert (state, result) == ("done", {"expired": 1, "removed": 2})
    assert leftovers(site) == []


def test_job_when_it_fails_leaves_no_file(site: Flask, store: Database) -> None:
    settings = site.extensions["gisapp"].settings
    given = {"collection": "cameras", "f": "gpkg", "crs": "EPSG:2000"}
    state, _, error = do(store, settings, "export_layer", **given)
    assert state == "failed"
    assert "crs" in error
    assert leftovers(site) == []


def test_job_when_a_query_is_asked_exports_its_answer(site: Flask, store: Database) -> None:
    settings = site.extensions["gisapp"].settings
    given = {"query": "nearest", "layer": "cameras", "near": "116.6,23.5", "f": "gpkg"}
    state, result, error = do(store, settings, "export_query", **given)
    assert (state, error) == ("done", "")
    assert result["rows"] > 0
    for file in settings.exports_folder.iterdir():
        file.unlink()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"collection": "nothing"},
        {"collection": "cameras", "f": "exe"},
        {"collection": "cameras", "status": "nonsense"},
        {"collection": "cameras", "x": "1"},
    ],
)
def test_job_when_asked_wrongly_is_refused_at_once(site: Flask, given: dict[str, str]) -> None:
    asked = {"name": "export_layer", "parameters": given}
    assert signed_in(site).post("/api/jobs", json=asked).status_code == 400


def test_command_when_run_writes_the_file(
    site: Flask, store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISAPP_DATABASE_URL", store.url)
    monkeypatch.setenv("GISAPP_VAR", str(tmp_path / "var"))
    out = tmp_path / "监控.zip"
    words = ["export", "cameras", "--encoding", "GB18030", "--crs", "EPSG:4527"]
    words += ["--where", f"area_code={A}", "--format", "shp", "--out", str(out)]
    done = CliRunner().invoke(main_group, words)
    assert done.exit_code == 0, done.output
    back = read_back(out, "shp")
    assert back.crs.to_epsg() == 4527
    assert {code[:9] for code in back.columns["area_code"]} == {A}
    assert CliRunner().invoke(main_group, words).exit_code != 0  # it is there already
    assert CliRunner().invoke(main_group, [*words, "--force"]).exit_code == 0
    query = [
        "export",
        "nearest",
        "--query",
        "--param",
        "layer=cameras",
        "--param",
        "near=116.6,23.5",
    ]
    done = CliRunner().invoke(main_group, [*query, "--out", str(tmp_path / "x.gpkg")])
    assert done.exit_code == 0, done.output
    assert len(read_back(tmp_path / "x.gpkg", "gpkg")) > 0


def test_document_when_written_has_every_export() -> None:
    assert len(OPENAPI) == len(LAYERS) + sum(path.startswith("/queries") for path in OPENAPI)
    assert {"export_layer", "export_query", "purge_exports"} <= set(JOBS)
