"""Personal access tokens, from the page where they are made to the program that sends them."""

from __future__ import annotations

import base64
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings
from tests.access.people import audited, run, send, store_of
from tests.accounts import signed_in, token_of

PATH = "/api/collections/cameras/items"
GOOD = {"label": "QGIS of the office", "days": "90"}


@pytest.fixture
def site(settings: Settings, database_url: str) -> Flask:
    return create_app(settings, database_url)


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


def make(client: FlaskClient, **form: object) -> str:
    """Make a token on the page; return it."""
    answer = send(client, "/account/tokens", **{**GOOD, **form})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return re.findall(r"gisapp_[\w-]{43}", answer.text)[0]


def test_token_when_made_is_shown_once_and_opens_the_interface(
    site: Flask, store: Database
) -> None:
    client = signed_in(site, "planner", ["445103"])
    token = make(client, writes="yes", area=["445103101", "445103101201"])
    page = client.get("/account/tokens").text
    assert token not in page and GOOD["label"] in page and "从未" in page
    for form in (f"Bearer {token}", "Basic " + base64.b64encode(f"x:{token}".encode()).decode()):
        assert site.test_client().get(PATH, headers={"Authorization": form}).status_code == 200
    assert "从未" not in client.get("/account/tokens").text  # it was used
    ((writes, areas, days),) = run(
        store,
        "SELECT writes, areas, round(extract(day FROM expires_at - now())) FROM gisapp.tokens",
    )
    assert (writes, areas, int(days)) == (True, ["445103101"], 89)
    assert audited(store)[-1] == (
        "token_created",
        client.name,
        f"token:{GOOD['label']}",
        "done",
    )


def test_token_when_revoked_is_refused_at_once(site: Flask, store: Database) -> None:
    client = signed_in(site)
    header = {"Authorization": f"Bearer {make(client)}"}
    assert site.test_client().get(PATH, headers=header).status_code == 200
    ((number,),) = run(store, "SELECT id FROM gisapp.tokens")
    stranger = signed_in(site)
    assert send(stranger, f"/account/tokens/{number}/revoke").status_code == 404
    assert site.test_client().get(PATH, headers=header).status_code == 200
    assert send(client, f"/account/tokens/{number}/revoke").status_code == 303
    assert site.test_client().get(PATH, headers=header).status_code == 401
    assert audited(store)[-1][0] == "token_revoked"


@pytest.mark.parametrize(
    "form",
    [
        {"label": ""},
        {"label": "x" * 101},
        {"label": "a\0b"},
        {"days": "0"},
        {"days": "367"},
        {"days": "٣"},
        {"days": "1e2"},
        {"days": ""},
        {"area": ["4451"]},
        {"area": ["'; DROP TABLE"]},
    ],
)
def test_token_when_the_form_will_not_do_is_not_made(
    site: Flask, store: Database, form: dict[str, object]
) -> None:
    answer = send(signed_in(site), "/account/tokens", **{**GOOD, **form})
    assert answer.status_code == 400 and "gisapp_" not in answer.text.replace("gisapp_…", "")
    assert run(store, "SELECT FROM gisapp.tokens") == []


def test_token_page_when_asked_by_a_token_is_refused(site: Flask, store: Database) -> None:
    header = {"Authorization": f"Bearer {token_of(store)}"}
    client = site.test_client()
    assert client.get("/account/tokens", headers=header).status_code == 403
    assert client.post("/account/tokens", data=GOOD, headers=header).status_code == 403


def test_token_when_sent_without_proof_is_not_made(site: Flask, store: Database) -> None:
    client = signed_in(site)
    client.proof = ""
    assert client.post("/account/tokens", data=GOOD).status_code == 403
    assert client.post("/account/tokens/1/revoke").status_code == 403
    assert run(store, "SELECT FROM gisapp.tokens") == []
