"""Signing in through an OpenID Connect provider that runs here, and everything that goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gisapp.access.accounts import account_numbered, remove_account
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings, load_settings
from gisapp.web.gate import COOKIE
from gisapp.web.sign_in import STEP_COOKIE
from tests.access.people import audited, run, send, send_password, store_of, with_password
from tests.access.provider import CLIENT, SECRET, Provider, new_key, providing
from tests.accounts import make_account, signed_in

PATH = "/api/collections"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture
def site(provider: Provider, database_url: str, tmp_path: Path) -> Flask:
    environ = {
        "GISAPP_VAR": str(tmp_path),
        "GISAPP_OIDC_ISSUER": provider.issuer,
        "GISAPP_OIDC_CLIENT_ID": CLIENT,
        "GISAPP_OIDC_CLIENT_SECRET": SECRET,
        "GISAPP_OIDC_NAME": "政务 <b>SSO</b>",
    }
    return create_app(load_settings(environ), database_url)


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


def connected(site: Flask, provider: Provider) -> tuple[int, str]:
    """Make an account that an administrator connects with the provider's subject."""
    number, name = make_account(store_of(site), "planner", ["445103"])
    client = signed_in(site)
    path = f"/admin/accounts/{number}/open-id"
    assert client.get(path).status_code == 200
    assert send(client, path, subject=provider.subject).status_code == 303
    return number, name


def begin(client: FlaskClient) -> str:
    """Follow the link to the provider; return the address that it leads to."""
    answer = client.get("/sign-in/open-id?next=/layers")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def sign_in(client: FlaskClient, provider: Provider) -> TestResponse:
    return client.get(provider.authorize(begin(client)))


def test_sign_in_when_the_provider_vouches_opens_the_connected_account(
    site: Flask, store: Database, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    _, name = connected(site, provider)
    client = site.test_client()
    page = client.get("/sign-in").text
    assert "政务 &lt;b&gt;SSO" in page and 'href="/sign-in/open-id' in page
    answer = sign_in(client, provider)
    assert (answer.status_code, answer.location) == (303, "/layers")
    assert name in client.get("/account").text
    assert audited(store)[-1] == ("sign_in", name, f"account:{name}", "done")
    kept = str(run(store, "SELECT accounts::text FROM gisapp.accounts"))
    kept += str(run(store, "SELECT audit::text FROM gisapp.audit")) + caplog.text
    for secret in (provider.subject, "Somebody", "somebody@", SECRET):
        assert secret not in kept
    assert SECRET not in repr(site.extensions["gisapp"].settings)


def test_sign_in_when_no_account_is_connected_makes_none(
    site: Flask, store: Database, provider: Provider
) -> None:
    provider.claims = {"preferred_username": with_password(store)}  # a name opens nothing
    provider.subject = "<b>sub</b>"
    client = site.test_client()
    answer = sign_in(client, provider)
    assert answer.status_code == 401
    assert "&lt;b&gt;sub&lt;/b&gt;" in answer.text  # for the administrator
    assert client.get_cookie(COOKIE) is None
    assert run(store, "SELECT count(*) FROM gisapp.accounts") == [(1,)]
    assert audited(store)[-1] == ("sign_in_refused", "", "", "refused")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["another-client"], "azp": CLIENT},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"sub": 7},
    ],
)
def test_token_when_its_claims_do_not_hold_opens_nothing(
    site: Flask, provider: Provider, claims: dict[str, Any]
) -> None:
    connected(site, provider)
    provider.claims = claims
    client = site.test_client()
    assert sign_in(client, provider).status_code == 401
    assert client.get(PATH).status_code == 401


@pytest.mark.parametrize("fault", ["none", "another key", "shared secret"])
def test_token_when_its_signature_does_not_hold_opens_nothing(
    site: Flask, provider: Provider, fault: str
) -> None:
    connected(site, provider)
    if fault == "none":
        provider.algorithm = "none"
    else:
        provider.signs_with = new_key("one" if fault == "another key" else "two")
    assert sign_in(site.test_client(), provider).status_code == 401


def test_provider_when_it_offers_no_safe_algorithm_is_not_used(
    site: Flask, provider: Provider
) -> None:
    provider.offers = ("none", "HS256")
    assert site.test_client().get("/sign-in/open-id").status_code == 503


def test_sign_in_when_the_provider_changed_its_key_works(site: Flask, provider: Provider) -> None:
    connected(site, provider)
    assert sign_in(site.test_client(), provider).status_code == 303
    provider.key = new_key("two")
    assert sign_in(site.test_client(), provider).status_code == 303


@pytest.mark.parametrize("state", ["forged", "", "é", "\0"])
def test_answer_when_its_state_is_forged_opens_nothing(
    site: Flask, provider: Provider, state: str
) -> None:
    connected(site, provider)
    client = site.test_client()
    back = provider.authorize(begin(client))
    code = back.partition("code=")[2].partition("&")[0]
    forged = client.get("/sign-in/open-id/callback", query_string={"code": code, "state": state})
    assert forged.status_code == 401
    assert client.get(back).status_code == 401  # the right one comes too late: it was used up
    assert "/token" not in provider.asked


def test_answer_when_it_comes_to_another_browser_opens_nothing(
    site: Flask, provider: Provider
) -> None:
    connected(site, provider)
    mine, theirs = site.test_client(), site.test_client()
    back = provider.authorize(begin(mine))
    assert theirs.get(back).status_code == 401  # has begun nothing
    begin(theirs)
    assert theirs.get(back).status_code == 401  # has begun something else
    assert mine.get(back).status_code == 303


def test_answer_when_replayed_opens_nothing(site: Flask, provider: Provider) -> None:
    connected(site, provider)
    client = site.test_client()
    back = provider.authorize(begin(client))
    step = client.get_cookie(STEP_COOKIE, path="/sign-in").value
    assert client.get(back).status_code == 303
    thief = site.test_client()
    thief.set_cookie(STEP_COOKIE, step, path="/sign-in")
    assert thief.get(back).status_code == 401
    assert thief.get("/sign-in/open-id/callback?error=access_denied").status_code == 401


def test_code_when_stolen_is_of_no_use_without_the_verifier(
    site: Flask, store: Database, provider: Provider
) -> None:
    connected(site, provider)
    client = site.test_client()
    back = provider.authorize(begin(client))
    run(store, "UPDATE gisapp.sign_in_steps SET verifier = 'guessed'")
    assert client.get(back).status_code == 401


def test_provider_when_down_leaves_the_password(
    database_url: str, tmp_path: Path, store: Database
) -> None:
    with providing() as gone:
        environ = {"GISAPP_VAR": str(tmp_path), "GISAPP_OIDC_ISSUER": gone.issuer}
        environ["GISAPP_OIDC_CLIENT_ID"] = CLIENT
        site = create_app(load_settings(environ), database_url)
        client = site.test_client()
        back = gone.authorize(begin(client))
    assert client.get(back).status_code == 503
    answer = client.get("/sign-in/open-id")
    assert answer.status_code == 503 and "请用口令登录" in answer.text
    assert 'name="password"' in answer.text
    assert send_password(client, with_password(store)).status_code == 303


@pytest.mark.parametrize("issuer", ["http://sso.example.org", "not an address", "file:///etc"])
def test_issuer_when_not_safe_is_never_asked(
    database_url: str, tmp_path: Path, issuer: str
) -> None:
    environ = {"GISAPP_VAR": str(tmp_path), "GISAPP_OIDC_ISSUER": issuer}
    client = create_app(load_settings(environ), database_url).test_client()
    assert client.get("/sign-in/open-id").status_code == 503


def test_account_when_removed_or_disconnected_opens_no_more(
    site: Flask, store: Database, provider: Provider
) -> None:
    number, _ = connected(site, provider)
    client = signed_in(site)
    other, _ = make_account(store, "viewer", ["445103"])
    path = "/admin/accounts/{}/open-id"
    taken = send(client, path.format(other), subject=provider.subject)
    assert taken.status_code == 409
    assert send(client, path.format(number), subject="").status_code == 303
    assert sign_in(site.test_client(), provider).status_code == 401
    assert send(client, path.format(other), subject=provider.subject).status_code == 303
    assert sign_in(site.test_client(), provider).status_code == 303
    with store.write() as connection:
        remove_account(connection, account_numbered(connection, other))
    assert sign_in(site.test_client(), provider).status_code == 401


def test_open_id_when_not_set_up_is_not_there(settings: Settings, database_url: str) -> None:
    client = create_app(settings, database_url).test_client()
    assert "/sign-in/open-id" not in client.get("/sign-in").text
    for path in ("/sign-in/open-id", "/sign-in/open-id/callback?code=1&state=2"):
        assert client.get(path).status_code == 404
