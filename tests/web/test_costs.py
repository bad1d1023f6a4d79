"""What keeps one caller from taking all: rations, request sizes, and headers on every answer."""

from __future__ import annotations

import dataclasses
import logging

import pytest
from flask import Flask

from gisapp.app import create_app, find_blueprints
from gisapp.settings import Settings
from gisapp.web.costs import COSTLY, COSTLY_FOR_ALL
from tests.accounts import PASSWORD, signed_in

QUERY = "/api/queries/grid_size?limit=1"


@pytest.fixture
def site(settings: Settings, database_url: str) -> Flask:
    small = dataclasses.replace(settings.server, costly_per_minute=3, request_mb=1)
    return create_app(dataclasses.replace(settings, server=small), database_url)


@pytest.fixture
def roomy(settings: Settings, database_url: str) -> Flask:
    """The application with its usual limits."""
    return create_app(settings, database_url)


def test_gate_when_blueprints_are_listed_comes_first() -> None:
    assert find_blueprints()[0].name == "gate"


def test_costly_endpoints_when_listed_exist(site: Flask) -> None:
    assert set(COSTLY) | set(COSTLY_FOR_ALL) <= set(site.view_functions)


def test_costly_answers_when_too_many_are_refused_for_that_account_only(site: Flask) -> None:
    one, other = signed_in(site), signed_in(site)
    assert [one.get(QUERY).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert "again in" in one.get(QUERY + "&lang=en").json["detail"]
    assert other.get(QUERY).status_code == 200
    assert one.get("/queries/grid_size").status_code == 200  # the empty form
    assert one.get("/api/collections").status_code == 200


def test_open_id_when_begun_again_and_again_is_refused_to_that_address(site: Flask) -> None:
    client = site.test_client()  # no provider is set up here: what is asked does not matter

    def begin(address: str) -> int:
        return client.get("/sign-in/open-id", environ_base={"REMOTE_ADDR": address}).status_code

    assert [begin("10.0.0.1") for _ in range(4)] == [404, 404, 404, 429]
    assert begin("10.0.0.2") == 404
    assert signed_in(site).get(QUERY).status_code == 200


def test_request_when_larger_than_allowed_is_refused(site: Flask) -> None:
    client = signed_in(site)
    large = {"former": "x" * (1 << 20) + "y"}
    assert client.post("/account/password", data=large).status_code == 413
    assert site.test_client().post("/sign-in", data=large).status_code == 413
    many = {f"field{n}": "x" for n in range(5000)}
    assert site.test_client().post("/sign-in", data=many).status_code in (401, 413)


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "text/plain"])
def test_form_when_of_very_many_parts_is_refused_before_it_is_known_who_sends_it(
    roomy: Flask, kind: str
) -> None:
    """A megabyte of them took half a second of a processor, ten megabytes three."""
    answer = roomy.test_client().post("/sign-in", data=b"a&" * 40_000, content_type=kind)
    assert answer.status_code == 413, answer.text


@pytest.mark.parametrize("path", ["/api/imports", "/imports", "/api/jobs", "/account/password"])
def test_form_when_of_very_many_parts_is_refused_where_files_may_be_sent_too(
    roomy: Flask, path: str
) -> None:
    """By the gate, which looks for the proof in it."""
    client = signed_in(roomy, "viewer")
    client.proof = ""
    assert client.post(path, data=b"a&" * 600_000, content_type=FORM).status_code == 413


@pytest.mark.parametrize("path", ["/", "/sign-in", "/health", "/api/collections", "/no-such"])
@pytest.mark.parametrize("signed", [True, False])
def test_answer_when_asked_by_anybody_has_the_safety_headers(
    site: Flask, path: str, signed: bool
) -> None:
    client = signed_in(site) if signed else site.test_client()
    headers = client.get(path, base_url="https://localhost").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Strict-Transport-Security" not in client.get(path).headers


def test_secrets_when_used_are_never_logged(site: Flask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = signed_in(site)
    cookie = client.get_cookie("gisapp_session").value
    site.test_client().post("/sign-in", data={"name": "nobody", "password": PASSWORD})
    client.get("/account")
    client.get("/api/collections/cameras/items?datetime=9999-12-31T23:59:59Z/..")
    client.get("/api/collections", headers={"Authorization": f"Bearer {PASSWORD}"})
    said = caplog.text
    assert not [secret for secret in (PASSWORD, cookie, client.proof) if secret in said]
