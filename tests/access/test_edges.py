"""What a reader of the code found that the gate and its neighbours let through, and no longer do."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from gisapp.access.accounts import account_numbered, set_password
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.jobs.queue import MOST_OPEN
from gisapp.settings import Settings
from gisapp.web.gate import COOKIE
from tests.access.people import store_of
from tests.accounts import PASSWORD, make_account, signed_in, token_of

CSV = "/api/queries/grid_size?f=csv"


@pytest.fixture
def site(settings: Settings, database_url: str) -> Flask:
    return create_app(settings, database_url)


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


@pytest.mark.parametrize("role", ["viewer", "leader"])
def test_export_when_the_role_may_not_is_refused(site: Flask, role: str) -> None:
    answer = signed_in(site, role).get(CSV)
    assert answer.status_code == (403 if role == "viewer" else 200)


@pytest.mark.parametrize(
    "name",
    ["find_area_codes_anew", "verify_audit", "purge_history", "forget_jobs", "count_clusters_anew"],
)
def test_job_for_all_areas_when_an_administrator_of_one_asks_is_refused(
    site: Flask, name: str
) -> None:
    given = {"layer": "cameras"} if name == "count_clusters_anew" else {}
    asked = {"name": name, "parameters": given}
    assert signed_in(site, areas=["445103101"]).post("/api/jobs", json=asked).status_code == 403
    assert signed_in(site).post("/api/jobs", json=asked).status_code == 202


def test_jobs_when_one_account_asks_for_very_many_wait_their_turn(site: Flask) -> None:
    client = signed_in(site, "viewer")
    asked = {"name": "run_query", "parameters": {"query": "grid_size"}}
    statuses = [client.post("/api/jobs", json=asked).status_code for _ in range(MOST_OPEN + 1)]
    assert statuses == [202] * MOST_OPEN + [429]
    assert signed_in(site, "viewer").post("/api/jobs", json=asked).status_code == 202


def test_job_when_its_request_is_nested_very_deep_is_refused(site: Flask) -> None:
    deep = '{"name":' * 5000 + "1" + "}" * 5000
    answer = signed_in(site).post("/api/jobs", data=deep, content_type="application/json")
    assert answer.status_code == 400


def test_areas_when_sent_by_the_hundred_thousand_are_refused_at_once(site: Flask) -> None:
    client = signed_in(site, "viewer")
    form = "&".join(f"area={number:06}" for number in range(60_000))
    start = time.process_time()
    answer = client.post(
        "/account/tokens",
        data=f"label=x&days=1&{form}",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 400
    assert time.process_time() - start < 10  # it was fifteen minutes


@pytest.mark.parametrize("origin", ["http://[", "http://localhost@evil", "//localhost", "x"])
def test_origin_when_it_is_nonsense_is_foreign(site: Flask, origin: str) -> None:
    answer = site.test_client().post("/sign-in", headers={"Origin": origin})
    assert answer.status_code == 403


def test_token_when_put_into_the_cookie_is_no_session(site: Flask, store: Database) -> None:
    token = token_of(store)
    bearer = {"Authorization": f"Bearer {token}"}
    assert site.test_client().get("/api/collections", headers=bearer).status_code == 200
    client = site.test_client()
    client.set_cookie(COOKIE, token)  # known to the process by now
    assert client.get("/api/collections").status_code == 401
    cookie = signed_in(site).get_cookie(COOKIE).value
    swapped = {"Authorization": f"Bearer {cookie}"}
    assert site.test_client().get("/api/collections", headers=swapped).status_code == 401


def test_sign_in_when_the_password_changes_meanwhile_is_over(
    site: Flask, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, name = make_account(store)
    with store.write() as connection:
        set_password(connection, account_numbered(connection, number), PASSWORD)

    waiting = ["Another-horse-8"]

    def change_then(text: str) -> str:
        if waiting:
            with store.write() as connection:
                set_password(connection, account_numbered(connection, number), waiting.pop())
        return "/"

    # The moment between the check of the password and the start of the session.
    monkeypatch.setattr("gisapp.web.sign_in.own_path", change_then)
    client = site.test_client()
    answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 401
    assert client.get_cookie(COOKIE) is None
    monkeypatch.undo()
    again = client.post("/sign-in", data={"name": name, "password": "Another-horse-8"})
    assert again.status_code == 303


def test_code_when_its_history_lies_elsewhere_is_not_given_again(
    site: Flask, store: Database
) -> None:
    with store.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gisapp.areas (code, geom, name, level, kind, edition) SELECT '445103101201',"
            " ST_Multi(ST_Expand(ST_Transform(ST_SetSRID(ST_Point(116.6, 23.5), 4326), 4548), 99)),"
            " 'x', 'village', 'villagers', '2023';"
            "INSERT INTO gisapp.hazard_sites (code, geom, area_code, name, kind, grade, row_version)"
            " VALUES ('H', ST_Point(460000, 2600000, 4548), '445103102201', 'x', 'gas', 'red', 1)"
        )
    with store.write() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gisapp.hazard_sites")
    feature = {
        "type": "Feature",
        "id": "H",
        "geometry": {"type": "Point", "coordinates": [116.6, 23.5]},
        "properties": {"name": "y", "kind": "gas", "grade": "blue"},
    }
    path = "/api/collections/hazard_sites/items"
    client = signed_in(site, areas=["445103101"])
    assert client.post(path, json=feature).status_code == 409
    assert client.post(path, json={**feature, "id": "H2"}).status_code == 201
    assert signed_in(site).post(path, json=feature).status_code == 201
