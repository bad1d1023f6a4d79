"""Jobs over HTTP: who sees and starts what, as JSON and as pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from gisapp.access.caller import SYSTEM
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings
from tests.accounts import SignedIn, signed_in, token_of
from tests.jobs.doing import ask, attempt, run
from tests.jobs.test_kinds import GRID, HERE, THERE, change, within
from tests.queries.loading import load, place, village

CLUSTERS = {"name": "count_clusters_anew", "parameters": {"layer": "cameras"}}
ENTRIES = "SELECT action, object, name, details->>'job' FROM gisapp.audit ORDER BY id"


@pytest.fixture
def site(database: Database, settings: Settings) -> Iterator[Flask]:
    load(database, "areas", village(GRID, "A", HERE), village(GRID, "B", THERE))
    load(database, "cameras", place(GRID, "c"), place(GRID, "d"))
    app = create_app(settings, database.url)
    yield app
    app.extensions["gisapp"].database.close()


def start(client: SignedIn, name: str = "run_query", **given: str) -> int:
    body = {"name": name, "parameters": given or within()}
    answer = client.post("/api/jobs", json=body)
    assert answer.status_code == 202, answer.json
    assert answer.headers["Location"].endswith(f"/api/jobs/{answer.json['id']}")
    return int(answer.json["id"])


def test_job_when_started_is_done_and_its_result_fetched(
    site: Flask, database: Database, settings: Settings
) -> None:
    client = signed_in(site, "planner", ("445103100",))
    number = start(client)
    shown = client.get(f"/api/jobs/{number}?lang=en").json
    assert (shown["state"], shown["title"]) == ("waiting", "Run a spatial query")
    assert (shown["askedBy"], shown["canCancel"], shown["file"]) == (client.name, True, None)
    assert client.get(f"/api/jobs/{number}/result").status_code == 404
    attempt(database, settings, number)
    shown = client.get(f"/api/jobs/{number}?lang=en").json
    assert shown["state"] == "done"
    assert {"title": "In all", "value": "1"} in shown["facts"]
    answer = client.get(f"/api/jobs/{number}/result")
    assert answer.content_type == "application/geo+json"
    assert "within.geojson" in answer.headers["Content-Disposition"]
    assert [row["properties"]["code"] for row in answer.json["features"]] == ["c"]
    change(database, client.account, "planner", ("445103101",))
    assert client.get(f"/api/jobs/{number}/result").status_code == 403  # right in the next request


def test_jobs_when_listed_are_ones_own_and_an_administrators_all(
    site: Flask, database: Database
) -> None:
    one, other, chief = signed_in(site, "planner"), signed_in(site, "viewer"), signed_in(site)
    first, second = start(one), start(other)
    third = ask(database, "count_clusters_anew", SYSTEM, layer="cameras")

    def listed(client: SignedIn, query: str = "") -> list[int]:
        return [job["id"] for job in client.get(f"/api/jobs{query}").json["jobs"]]

    assert listed(one) == [first]
    assert listed(other) == [second]
    assert listed(chief) == [third, second, first]
    assert listed(chief, f"?before={third}&limit=1") == [second]
    for path in ("", "/result", "/cancel", "/retry"):
        ask_by = one.post if path in ("/cancel", "/retry") else one.get
        assert ask_by(f"/api/jobs/{second}{path}").status_code == 404
    assert one.get(f"/jobs/{second}").status_code == 404
    assert chief.get(f"/jobs/{second}").status_code == 200
    assert listed(other) == [second]
    assert other.get(f"/api/jobs/{second}").json["state"] == "waiting"


def test_job_when_cancelled_and_tried_again_is_noted(site: Flask, database: Database) -> None:
    client = signed_in(site)
    number = start(client, **CLUSTERS["parameters"], name=CLUSTERS["name"])
    assert client.post(f"/api/jobs/{number}/retry").status_code == 409
    assert client.post(f"/api/jobs/{number}/cancel").json["state"] == "cancelled"
    assert client.post(f"/api/jobs/{number}/cancel").status_code == 409
    assert client.post(f"/api/jobs/{number}/retry").json["state"] == "waiting"
    about = (f"job:{number}", client.name, "count_clusters_anew")
    actions = ("job_started", "job_cancelled", "job_retried")
    entries = [row for row in run(database, ENTRIES) if row[0].startswith("job_")]
    assert entries == [(action, *about) for action in actions]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 415),
        ([], 400),
        ({"name": 1}, 400),
        ({"name": "nonsense"}, 404),
        ({"name": "count_clusters_anew"}, 400),
        ({"name": "count_clusters_anew", "parameters": []}, 400),
        ({"name": "count_clusters_anew", "parameters": {"layer": ["cameras"]}}, 400),
        ({"name": "count_clusters_anew", "parameters": {"layer": "cameras\0"}}, 400),
        ({"name": "count_clusters_anew", "parameters": {"layer": "\ud800"}}, 400),
        ({**CLUSTERS, "account": 1}, 400),
        ({"name": "run_query", "parameters": {"query": "within", "distance": 1e999}}, 400),
    ],
)
def test_job_when_asked_for_badly_is_refused(site: Flask, body: object, status: int) -> None:
    client = signed_in(site)
    answer = client.post("/api/jobs", json=body)
    assert answer.status_code == status, answer.json
    assert answer.content_type == "application/problem+json"
    assert client.get("/api/jobs").json["jobs"] == []


def test_numbers_when_out_of_range_are_refused(site: Flask) -> None:
    client = signed_in(site)
    for path in (f"/api/jobs/{10**30}", "/api/jobs/0", f"/jobs/{10**20}"):
        assert client.get(path).status_code == 404
    for query in ("limit=0", "limit=201", "before=x", "colour=red", f"before={10**18}9"):
        assert client.get(f"/api/jobs?{query}").status_code == 400


def test_job_when_the_role_may_not_is_refused(site: Flask, database: Database) -> None:
    client = signed_in(site, "viewer", ("445103100",))
    assert client.post("/api/jobs", json=CLUSTERS).status_code == 403
    names = [kind["name"] for kind in client.get("/api/jobs/kinds").json["kinds"]]
    assert names == ["run_query"]
    reading = {"Authorization": f"Bearer {token_of(database, writes=False)}"}
    anyone = site.test_client()
    assert anyone.get("/api/jobs", headers=reading).status_code == 200
    assert anyone.post("/api/jobs", json=CLUSTERS, headers=reading).status_code == 403
    writing = {"Authorization": f"Bearer {token_of(database)}"}
    asked = anyone.post("/api/jobs", json=CLUSTERS, headers=writing)
    assert asked.status_code == 202
    path = f"/api/jobs/{asked.json['id']}/cancel"
    assert anyone.post(path, headers=reading).status_code == 403
    assert anyone.post(path, headers=writing).status_code == 200


def test_job_when_asked_without_proof_is_refused(site: Flask) -> None:
    client = signed_in(site)
    client.proof = ""
    assert client.post("/api/jobs", json=CLUSTERS).status_code == 403
    assert client.post("/jobs", data={"job": "run_query", **within()}).status_code == 403
    assert client.get("/api/jobs").json["jobs"] == []


def test_query_when_its_page_offers_a_job_starts_it(site: Flask) -> None:
    client = signed_in(site, "viewer")
    page = client.get("/queries/within", query_string={**within(), "lang": "en"}).text
    assert 'value="run_query"' in page
    form = {"job": "run_query", "proof": client.proof, **within()}
    answer = client.post("/jobs", data=form)
    assert answer.status_code == 303
    shown = client.get(answer.headers["Location"]).text
    assert "Run a spatial query" in shown
    assert "5000" in shown
    assert client.get("/jobs?lang=zh").text.count("后台任务") > 1
