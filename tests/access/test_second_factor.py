"""The second factor, as whoever signs in, steals, guesses or loses a phone meets it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.access import second_factor
from gisapp.access.accounts import account_numbered, find_account, remove_account, set_password
from gisapp.access.secret_key import read_key
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings, load_settings
from gisapp.web.gate import COOKIE
from gisapp.web.sign_in import STEP_COOKIE
from tests.access.people import (
    audited,
    code_at,
    proof_of,
    run,
    send,
    send_password,
    set_up,
    store_of,
    wait_for_a_young_step,
    with_password,
)
from tests.accounts import PASSWORD, signed_in, token_of

PATH = "/api/collections"
# The first wait is of two seconds, which a slow machine needs to get to the next line.
LONGER = "UPDATE gisapp.sign_in_failures SET free_at = free_at + interval '1 minute' WHERE free_at > last_at"
FREE = "UPDATE gisapp.sign_in_failures SET free_at = now() - interval '1 second'"


@pytest.fixture
def site(settings: Settings, database_url: str) -> Flask:
    return create_app(settings, database_url)


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


@pytest.fixture
def person(site: Flask, store: Database) -> tuple[str, str, list[str]]:
    """Name, secret and recovery codes of an account with a second factor."""
    client, name = site.test_client(), with_password(store)
    send_password(client, name)
    return name, *set_up(client)


def send_code(client: FlaskClient, code: str):
    return client.post("/sign-in/code", data={"code": code})


def test_sign_in_when_there_is_a_factor_takes_password_and_code(
    site: Flask, store: Database, person: tuple[str, str, list[str]]
) -> None:
    name, secret, codes = person
    assert len(set(codes)) == 10
    client = site.test_client()
    answer = send_password(client, name, next="/layers")
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    assert client.get_cookie(COOKIE) is None  # no session yet
    step = answer.headers["Set-Cookie"]
    assert all(part in step for part in ("HttpOnly", "SameSite=Lax", "Path=/sign-in"))
    assert client.get(PATH).status_code == 401
    assert client.get("/sign-in/code").status_code == 200
    assert send_code(client, "000000").status_code == 401
    wait_for_a_young_step()
    done = send_code(client, code_at(secret))
    assert (done.status_code, done.location) == (303, "/layers")
    assert client.get(PATH).status_code == 200
    about = f"account:{name}"
    assert audited(store)[-4:] == [
        ("sign_in", name, about, "done"),
        ("second_factor_changed", name, about, "done"),
        ("sign_in_refused", name, "", "refused"),
        ("sign_in", name, about, "done"),
    ]


def test_code_when_used_once_is_never_right_again(
    site: Flask, person: tuple[str, str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, secret, _ = person
    one, two = site.test_client(), site.test_client()
    send_password(one, name)
    send_password(two, name)
    wait_for_a_young_step()
    code = code_at(secret)
    assert send_code(one, code).status_code == 303
    assert send_code(two, code).status_code == 401
    # Nor when the clock goes back to the time at which it was right.
    now = second_factor.time.time()
    monkeypatch.setattr(second_factor.time, "time", lambda: now - 60)
    for steps in (-1, 0, 1, 2):
        assert send_code(two, code_at(secret, steps - 2)).status_code in (401, 429)


def test_code_when_sent_by_many_at_once_opens_one_session(
    site: Flask, person: tuple[str, str, list[str]]
) -> None:
    name, secret, _ = person
    clients = [site.test_client() for _ in range(4)]
    for client in clients:
        send_password(client, name)
    wait_for_a_young_step()
    code, statuses = code_at(secret), []
    threads = [
        threading.Thread(target=lambda c=client: statuses.append(send_code(c, code).status_code))
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 401, 401, 401]


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (0, 303), (1, 303), (2, 401)])
def test_code_when_the_phone_is_early_or_late_is_right_within_one_step(
    site: Flask, store: Database, person: tuple[str, str, list[str]], steps: int, status: int
) -> None:
    name, secret, _ = person
    run(store, "UPDATE gisapp.accounts SET factor_step = 0")
    client = site.test_client()
    send_password(client, name)
    wait_for_a_young_step()
    assert send_code(client, code_at(secret, steps)).status_code == status


def test_codes_when_guessed_make_wait_whatever_else_is_right(
    site: Flask, store: Database, person: tuple[str, str, list[str]]
) -> None:
    name, secret, codes = person
    client = site.test_client()
    statuses = []
    for guess in range(6):
        send_password(client, name)  # the right password does not make guessing free
        statuses.append(send_code(client, f"{guess:06}").status_code)
    assert statuses == [401] * 5 + [429]
    run(store, LONGER)
    wait_for_a_young_step()
    assert send_code(client, code_at(secret)).status_code == 429
    assert send_code(client, codes[0]).status_code == 429
    run(store, FREE)
    assert send_code(client, codes[0]).status_code == 303


def test_code_when_others_guess_from_the_same_address_is_taken_in_a_browser_known_before(
    site: Flask, store: Database, person: tuple[str, str, list[str]]
) -> None:
    name, _, codes = person
    own, other = site.test_client(), site.test_client()
    send_password(own, name)
    assert send_code(own, codes[0]).status_code == 303
    for n in range(31):
        other.post("/sign-in", data={"name": f"nobody{n}", "password": "x"})
    assert send_password(other, name).status_code == 429
    assert send_password(own, name).status_code == 303
    # What is guessed of the codes themselves counts there too.
    assert [send_code(own, f"{guess:06}").status_code for guess in range(6)] == [401] * 5 + [429]
    run(store, FREE)
    assert send_code(own, codes[1]).status_code == 303


def test_recovery_code_when_used_works_once(
    site: Flask, store: Database, person: tuple[str, str, list[str]]
) -> None:
    name, _, codes = person
    client = site.test_client()
    send_password(client, name)
    assert send_code(client, codes[3].replace("-", "").upper()).status_code == 303
    assert "9" in client.get("/account").text
    send_password(client, name)
    assert send_code(client, codes[3]).status_code == 401
    kept = run(store, "SELECT digest FROM gisapp.recovery_codes")
    assert len(kept) == 9
    assert all(len(bytes(digest)) == 32 for (digest,) in kept)


def test_second_step_when_begun_by_another_opens_nothing(
    site: Flask, store: Database, person: tuple[str, str, list[str]]
) -> None:
    name, secret, _ = person
    other = site.test_client()
    other_name = with_password(store)
    send_password(other, other_name)
    other_secret, _ = set_up(other)
    mine, theirs = site.test_client(), site.test_client()
    send_password(mine, name)
    send_password(theirs, other_name)
    wait_for_a_young_step()
    assert send_code(mine, code_at(other_secret)).status_code == 401
    # Cookies swapped: what counts is whose password was right in that browser.
    swapped = theirs.get_cookie(STEP_COOKIE, path="/sign-in").value
    mine.set_cookie(STEP_COOKIE, swapped, path="/sign-in")
    assert send_code(mine, code_at(secret)).status_code == 401
    assert send_code(mine, code_at(other_secret)).status_code == 303
    assert other_name in mine.get("/account").text


@pytest.mark.parametrize("cookie", ["", "x", "é" * 9, "\x00"])
def test_second_step_when_the_cookie_is_forged_begins_again(site: Flask, cookie: str) -> None:
    client = site.test_client()
    client.set_cookie(STEP_COOKIE, cookie, path="/sign-in")
    assert client.get("/sign-in/code").location == "/sign-in"
    assert send_code(client, "123456").status_code == 401


@pytest.mark.parametrize("event", ["time", "password", "removal", "factor"])
def test_second_step_when_things_change_meanwhile_is_over(
    site: Flask, store: Database, person: tuple[str, str, list[str]], event: str
) -> None:
    name, secret, _ = person
    client = site.test_client()
    send_password(client, name)
    if event == "time":
        run(store, "UPDATE gisapp.sign_in_steps SET ends_at = now()")
    with store.write() as connection:
        account = find_account(connection, name)
        if event == "password":
            set_password(connection, account, "Another-horse-8")
        if event == "removal":
            remove_account(connection, account)
        if event == "factor":
            second_factor.remove_factor(connection, account)
    wait_for_a_young_step()
    assert send_code(client, code_at(secret)).status_code == 401
    assert client.get_cookie(COOKIE) is None


def test_step_when_it_was_used_opens_no_second_session(
    site: Flask, person: tuple[str, str, list[str]]
) -> None:
    name, secret, codes = person
    client = site.test_client()
    send_password(client, name)
    step = client.get_cookie(STEP_COOKIE, path="/sign-in").value
    wait_for_a_young_step()
    assert send_code(client, code_at(secret)).status_code == 303
    replay = site.test_client()
    replay.set_cookie(STEP_COOKIE, step, path="/sign-in")
    assert send_code(replay, codes[0]).status_code == 401


def test_factor_when_it_is_being_set_up_is_asked_for_only_once_confirmed(
    site: Flask, store: Database
) -> None:
    client, name = site.test_client(), with_password(store)
    send_password(client, name)
    assert client.get("/account/factor/picture.svg").status_code == 400  # not begun
    assert send(client, "/account/factor/confirm", code="123456").status_code == 400
    send(client, "/account/factor/begin")
    picture = client.get("/account/factor/picture.svg")
    assert picture.content_type == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert "style" not in picture.text
    assert client.get("/account/factor").headers["Cache-Control"] == "no-store"
    form = {"code": "000000", "password": PASSWORD}
    assert send(client, "/account/factor/confirm", **form).status_code == 400
    assert send(client, "/account/factor/confirm", **{**form, "password": "x"}).status_code == 400
    assert send_password(site.test_client(), name).location == "/"


def test_factor_when_set_up_ends_other_sessions_and_keeps_the_secret_encrypted(
    site: Flask, store: Database
) -> None:
    name = with_password(store)
    one, two = site.test_client(), site.test_client()
    send_password(one, name)
    send_password(two, name)
    secret, _ = set_up(one)
    assert (one.get(PATH).status_code, two.get(PATH).status_code) == (200, 401)
    ((kept,),) = run(store, "SELECT factor FROM gisapp.accounts WHERE name = %s", (name,))
    assert secret.encode() not in bytes(kept)
    assert one.get("/account/factor/picture.svg").status_code == 409  # shown no more
    assert send(one, "/account/factor/begin").status_code == 409


def test_factor_when_removed_takes_a_code(
    site: Flask, store: Database, person: tuple[str, str, list[str]]
) -> None:
    name, secret, codes = person
    client = site.test_client()
    send_password(client, name)
    send_code(client, codes[0])
    assert send(client, "/account/factor/remove", code="000000").status_code == 400
    renewed = send(client, "/account/factor/codes", code=codes[1])
    assert renewed.status_code == 200 and codes[2] not in renewed.text
    assert send(client, "/account/factor/remove", code=codes[2]).status_code == 400  # useless now
    wait_for_a_young_step()
    assert send(client, "/account/factor/remove", code=code_at(secret)).status_code == 303
    assert send_password(site.test_client(), name).location == "/"


def test_forms_of_the_factor_when_sent_without_proof_are_refused(site: Flask) -> None:
    client = signed_in(site)
    client.proof = ""
    for path in ("begin", "confirm", "codes", "remove"):
        assert client.post(f"/account/factor/{path}").status_code == 403
    other = {"Origin": "https://evil.example"}
    assert site.test_client().post("/sign-in/code", headers=other).status_code == 403


@pytest.mark.parametrize(
    ("wanted", "role", "forced"),
    [
        ("optional", "administrator", False),
        ("administrators", "administrator", True),
        ("administrators", "viewer", False),
        ("everybody", "viewer", True),
    ],
)
def test_factor_when_the_settings_ask_for_it_must_be_set_up_first(
    database_url: str, tmp_path: Path, wanted: str, role: str, forced: bool
) -> None:
    environ = {"GISAPP_VAR": str(tmp_path), "GISAPP_SECOND_FACTOR": wanted}
    site = create_app(load_settings(environ), database_url)
    client, name = site.test_client(), with_password(store_of(site), role)
    send_password(client, name)
    assert client.get(PATH).status_code == (403 if forced else 200)
    page = client.get("/layers", headers={"Accept": "text/html"})
    assert page.location == ("/account/factor" if forced else None)
    if forced:
        assert client.post("/account/tokens", data={"proof": "x"}).status_code == 403
        set_up(client)
        assert client.get(PATH).status_code == 200
    token = {"Authorization": f"Bearer {token_of(store_of(site), role)}"}
    assert site.test_client().get(PATH, headers=token).status_code == 200  # a program has no phone


def test_factor_when_the_key_was_lost_leaves_recovery_codes_and_the_administrator(
    site: Flask, settings: Settings, store: Database, person: tuple[str, str, list[str]]
) -> None:
    name, secret, codes = person
    (settings.var / "secret.key").unlink()
    client = site.test_client()
    send_password(client, name)
    wait_for_a_young_step()
    answer = send_code(client, code_at(secret))
    assert answer.status_code == 409 and "恢复码" in answer.text
    assert send_code(client, codes[0]).status_code == 303
    assert send(client, "/account/factor/remove", code=codes[1]).status_code == 303
    set_up(client)


def test_key_when_there_is_none_is_made_for_this_account_only(settings: Settings) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(read_key(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = settings.var / "secret.key"
    assert set(keys) == {kept.read_bytes()}
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.var.iterdir()] == ["secret.key"]
    other = replace(settings, access=replace(settings.access, secret_key="a long random text"))
    assert read_key(other) != read_key(settings)
    assert "a long random text" not in repr(other)


def test_proof_when_of_another_account_is_refused(site: Flask, store: Database) -> None:
    one, two = site.test_client(), site.test_client()
    send_password(one, with_password(store))
    send_password(two, with_password(store))
    swapped = {"proof": proof_of(two)}
    assert one.post("/account/factor/begin", data=swapped).status_code == 403


def test_account_when_removed_in_the_middle_of_the_set_up_is_out(
    site: Flask, store: Database
) -> None:
    client = signed_in(site, "planner")
    client.post("/account/factor/begin")
    with store.write() as connection:
        remove_account(connection, account_numbered(connection, client.account))
    assert client.post("/account/factor/confirm", data={"code": "123456"}).status_code == 401
