"""Who is let in: sessions, tokens, forged requests, guessing, and what changes while signed in."""

from __future__ import annotations

import base64
import dataclasses
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.access.accounts import (
    account_numbered,
    change_account,
    create_account,
    remove_account,
    set_password,
)
from gisapp.access.scope import NOTHING
from gisapp.access.sessions import revoke_token
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.database.state import read_state
from gisapp.errors import BadParameter, Conflict
from gisapp.settings import Settings
from gisapp.web.gate import COOKIE, PUBLIC
from gisapp.web.sign_in import KNOWN_COOKIE
from tests.access.people import run, store_of
from tests.accounts import PASSWORD, make_account, signed_in, token_of

AGE = "UPDATE gisapp.sessions SET {} WHERE account = %s"
FREE = "UPDATE gisapp.sign_in_failures SET free_at = now() - interval '1 second'"
PATHS = ["/api/collections", "/api/collections/cameras/items", "/map/summary.json"]


@pytest.fixture
def site(settings: Settings, database_url: str) -> Flask:
    return create_app(settings, database_url)


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


def with_password(store: Database, role: str = "planner") -> str:
    """Make an account whose password is its own; return its name."""
    number, name = make_account(store, role)
    with store.write() as connection:
        set_password(connection, account_numbered(connection, number), PASSWORD)
    return name


def send_form(client: FlaskClient, name: str, password: str, **more: str):
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def test_every_route_when_nobody_is_signed_in_is_refused(site: Flask) -> None:
    client = site.test_client()
    rules = [rule for rule in site.url_map.iter_rules() if rule.endpoint not in PUBLIC]
    assert len(rules) > 30
    for rule in rules:
        values = dict.fromkeys(rule.arguments, "1")
        path = site.url_map.bind("localhost").build(rule.endpoint, values, force_external=False)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            assert answer.status_code == 401, (method, path)
            page = client.open(path, method=method, headers={"Accept": "text/html"})
            assert page.status_code in (302, 401), (method, path)
            if page.status_code == 302:
                assert page.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/no-such-page", "/api/no-such", "/admin", "/.env"])
def test_unknown_address_when_nobody_is_signed_in_tells_nothing(site: Flask, path: str) -> None:
    assert site.test_client().get(path).status_code == 401


def test_public_endpoints_are_sign_in_health_and_files_only(site: Flask) -> None:
    known = set(site.view_functions)
    assert known >= PUBLIC
    rooms = {name.split(".")[0] for name in PUBLIC}
    assert rooms <= {"assets", "health", "sign_in", "static", "open_id"}
    assert site.test_client().get("/health").json == {"status": "ok"}


def test_session_when_password_is_right_opens_the_pages(site: Flask, store: Database) -> None:
    client, name = site.test_client(), with_password(store)
    answer = send_form(client, name, PASSWORD, next="/layers?lang=en")
    assert (answer.status_code, answer.location) == (303, "/layers?lang=en")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert client.get("/layers").status_code == 200
    secure = send_form(site.test_client(), name, PASSWORD)  # over plain HTTP on this machine
    assert "Secure" not in secure.headers["Set-Cookie"]
    https = site.test_client().post(
        "/sign-in", data={"name": name, "password": PASSWORD}, base_url="https://localhost"
    )
    assert "Secure" in https.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\x", "/a\nb", ""]
)
def test_sign_in_when_next_leads_elsewhere_goes_to_the_map(
    site: Flask, store: Database, onward: str
) -> None:
    answer = send_form(site.test_client(), with_password(store), PASSWORD, next=onward)
    assert answer.location == "/"


def test_sign_in_when_a_cookie_was_planted_starts_another_session(
    site: Flask, store: Database
) -> None:
    client = site.test_client()
    client.set_cookie(COOKIE, "planted-by-somebody")
    send_form(client, with_password(store), PASSWORD)
    assert client.get_cookie(COOKIE).value != "planted-by-somebody"


def test_sign_in_when_signed_in_before_ends_the_former_session(
    site: Flask, store: Database
) -> None:
    client, name = site.test_client(), with_password(store)
    send_form(client, name, PASSWORD)
    former = client.get_cookie(COOKIE).value
    send_form(client, name, PASSWORD)
    other = site.test_client()
    other.set_cookie(COOKIE, former)
    assert other.get(PATHS[0]).status_code == 401


def test_password_when_guessed_makes_wait_even_the_right_one(site: Flask, store: Database) -> None:
    client, name = site.test_client(), with_password(store)
    for _ in range(5):
        assert send_form(client, name, "wrong").status_code == 401
    assert send_form(client, name, PASSWORD).status_code == 429
    # Also from other addresses: it is the name that is guessed at.
    elsewhere = client.post(
        "/sign-in",
        data={"name": name, "password": PASSWORD},
        environ_overrides={"REMOTE_ADDR": "10.9.8.7"},
    )
    assert elsewhere.status_code == 429
    run(store, FREE)
    assert send_form(client, name, PASSWORD).status_code == 303
    assert send_form(client, name, "wrong").status_code == 401  # and counting begins anew


def test_address_when_it_guesses_at_many_names_waits(site: Flask, store: Database) -> None:
    client, name = site.test_client(), with_password(store)
    statuses = [send_form(client, f"nobody{n}", "x").status_code for n in range(31)]
    assert statuses[:29] == [401] * 29 and statuses[-1] == 429
    assert send_form(client, name, PASSWORD).status_code == 429


def test_network_when_it_guesses_from_many_addresses_of_its_own_waits(
    site: Flask, store: Database
) -> None:
    client, name = site.test_client(), with_password(store)

    def send(address: str, tried: str, password: str = "x") -> int:
        sent = {"name": tried, "password": password}
        held = {"REMOTE_ADDR": address}
        return client.post("/sign-in", data=sent, environ_overrides=held).status_code

    statuses = [send(f"2001:db8:0:1::{n:x}:1", f"nobody{n}") for n in range(31)]
    assert statuses[:29] == [401] * 29 and statuses[-1] == 429
    assert send("2001:db8:0:1:ffff::", name, PASSWORD) == 429
    assert send("2001:db8:0:2::1", name, PASSWORD) == 303
    for address in ("10.1.1.1", "::ffff:10.1.1.1", "fe80::1%eth0", "nonsense", ""):
        assert send(address, "nobody") == 401  # whatever a server calls its client


def test_failures_when_a_day_old_are_cleaned_away_by_the_next_sign_in(
    site: Flask, store: Database
) -> None:
    client, name = site.test_client(), with_password(store)
    send_form(client, "nobody-came-back", "x")
    send_form(client, "nobody-of-today", "x")
    run(
        store,
        "UPDATE gisapp.sign_in_failures SET last_at = now() - interval '2 days',"
        " free_at = now() - interval '2 days' WHERE subject = 'name nobody-came-back'",
    )
    assert send_form(client, name, PASSWORD).status_code == 303
    left = {row[0] for row in run(store, "SELECT subject FROM gisapp.sign_in_failures")}
    assert "name nobody-came-back" not in left
    assert "name nobody-of-today" in left


def test_browser_when_its_name_has_signed_in_before_is_not_kept_out_by_guesses_elsewhere(
    site: Flask, store: Database
) -> None:
    own, other, name, another = (
        site.test_client(),
        site.test_client(),
        with_password(store),
        with_password(store),
    )
    assert send_form(own, name, PASSWORD).status_code == 303
    for _ in range(6):
        send_form(other, name, "wrong")
    for n in range(31):
        send_form(other, f"nobody{n}", "wrong")
    assert send_form(other, name, PASSWORD).status_code == 429  # name and address wait
    assert send_form(own, another, PASSWORD).status_code == 429  # of this name it knows nothing
    assert send_form(own, name.upper(), PASSWORD).status_code == 303
    # Nor does the mark make guessing any cheaper, and it counts by itself.
    for _ in range(5):
        assert send_form(own, name, "wrong").status_code == 401
    assert send_form(own, name, PASSWORD).status_code == 429
    run(store, FREE)
    assert send_form(own, name, PASSWORD).status_code == 303


@pytest.mark.parametrize("mark", ["", "-", "x", "x-", "é-é", "0" * 32 + "-" + "0" * 64])
def test_mark_of_a_browser_when_forged_counts_for_nothing(
    site: Flask, store: Database, mark: str
) -> None:
    client, name = site.test_client(), with_password(store)
    client.set_cookie(KNOWN_COOKIE, mark, path="/sign-in")
    for _ in range(5):
        assert send_form(client, name, "wrong").status_code == 401
    assert send_form(client, name, PASSWORD).status_code == 429


def test_sign_in_when_there_is_no_place_for_a_key_goes_on_without_a_mark(
    settings: Settings, database_url: str, tmp_path
) -> None:
    (tmp_path / "secret.key").mkdir()
    site = create_app(dataclasses.replace(settings, var=tmp_path), database_url)
    client = site.test_client()
    name = with_password(site.extensions["gisapp"].database)
    assert send_form(client, name, PASSWORD).status_code == 303
    assert client.get_cookie(KNOWN_COOKIE, path="/sign-in") is None


def test_name_when_nobody_has_it_takes_as_long_and_says_the_same(
    site: Flask, store: Database
) -> None:
    client, name = site.test_client(), with_password(store)
    send_form(client, name, "warm up")
    start = time.process_time()
    known = send_form(client, name, "wrong")
    middle = time.process_time()
    unknown = send_form(client, "nobody", "wrong")
    end = time.process_time()
    assert known.text.replace(name, "nobody") == unknown.text.replace(name, "nobody")
    assert 0.3 < (end - middle) / (middle - start) < 3  # both hash; without it: a hundredth


def test_unsafe_request_when_it_lacks_the_proof_is_refused(site: Flask) -> None:
    client = signed_in(site)
    proof, client.proof = client.proof, ""
    assert client.post("/account/sessions/end").status_code == 403
    assert client.post("/account/sessions/end", data={"proof": "x" + proof}).status_code == 403
    assert client.post("/account/sessions/end", data={"proof": proof}).status_code == 303


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_unsafe_request_when_sent_by_another_site_is_refused(
    site: Flask, store: Database, header: dict[str, str]
) -> None:
    assert signed_in(site).post("/account/sessions/end", headers=header).status_code == 403
    form = {"name": with_password(store), "password": PASSWORD}
    assert site.test_client().post("/sign-in", data=form, headers=header).status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "é" * 40, "a" * 4000, "' OR 1=1 --", "\x00"])
def test_cookie_when_forged_opens_nothing(site: Flask, cookie: str) -> None:
    client = site.test_client()
    client.set_cookie(COOKIE, cookie)
    assert [client.get(path).status_code for path in PATHS] == [401] * 3


@pytest.mark.parametrize(
    "expression",
    ["ends_at = now() - interval '1 second'", "seen_at = now() - interval '61 minutes'"],
)
def test_session_when_it_is_over_opens_nothing(
    site: Flask, store: Database, expression: str
) -> None:
    client = signed_in(site)
    run(store, AGE.format(expression), (client.account,))
    assert client.get(PATHS[0]).status_code == 401


def test_session_when_signed_out_is_of_no_use_any_more(site: Flask) -> None:
    client = signed_in(site)
    kept = client.get_cookie(COOKIE).value
    assert client.get(PATHS[0]).status_code == 200  # known to the process
    client.post("/sign-out")
    client.set_cookie(COOKIE, kept)
    assert client.get(PATHS[0]).status_code == 401


def test_sign_out_everywhere_when_asked_ends_the_other_sessions_only(
    site: Flask, store: Database
) -> None:
    name = with_password(store)
    one, two = site.test_client(), site.test_client()
    for client in (one, two):
        send_form(client, name, PASSWORD)
        assert client.get(PATHS[0]).status_code == 200
    page = one.get("/account").text
    proof = page.partition('name="proof" value="')[2].partition('"')[0]
    one.post("/account/sessions/end", data={"proof": proof})
    assert (one.get(PATHS[0]).status_code, two.get(PATHS[0]).status_code) == (200, 401)


def test_account_when_changed_while_signed_in_changes_the_next_answer(
    site: Flask, store: Database
) -> None:
    client = signed_in(site, "planner", ["445103101"])
    assert client.get(PATHS[0]).status_code == 200
    identities, cookie = site.extensions["gisapp"].identities, client.get_cookie(COOKIE).value
    with store.write() as connection:
        account = account_numbered(connection, client.account)
        change_account(connection, account, "planner", ["445103102"])
    with store.read(account.scope) as reader:
        caller = identities.of_session(reader, read_state(reader).access, cookie).caller
    assert (caller.role, caller.scope.prefixes) == ("planner", ("445103102",))
    with store.write() as connection:
        change_account(connection, account, "viewer", ["445103102"])
    assert client.get(PATHS[0]).status_code == 401  # none outlives the role it was begun with


def test_account_when_removed_while_signed_in_is_out_at_once(site: Flask, store: Database) -> None:
    client = signed_in(site, "planner", ["445103101"])
    assert client.get(PATHS[0]).status_code == 200
    with store.write() as connection:
        remove_account(connection, account_numbered(connection, client.account))
    assert client.get(PATHS[0]).status_code == 401


def test_password_when_set_by_another_must_be_changed_first(site: Flask, store: Database) -> None:
    client = site.test_client()
    with store.write() as connection:
        create_account(connection, "fresh", "leader", None, PASSWORD)
    assert send_form(client, "fresh", PASSWORD).status_code == 303
    assert client.get("/", headers={"Accept": "text/html"}).location == "/account"
    assert client.get(PATHS[0]).status_code == 403
    page = client.get("/account").text
    proof = page.partition('name="proof" value="')[2].partition('"')[0]
    form = {"proof": proof, "former": PASSWORD, "wanted": "Another-horse-8"}
    assert client.post("/account/password", data=form).status_code == 400  # typed once only
    assert client.post("/account/password", data={**form, "again": PASSWORD}).status_code == 400
    same = {**form, "wanted": PASSWORD, "again": PASSWORD}
    assert client.post("/account/password", data=same).status_code == 400
    done = client.post("/account/password", data={**form, "again": form["wanted"]})
    assert (done.status_code, done.location) == (303, "/")  # the map is what one came for
    assert client.get(PATHS[0]).status_code == 200


@pytest.mark.parametrize("form", ["Bearer", "Basic"])
def test_token_when_sent_reads_and_is_refused_once_revoked(
    site: Flask, store: Database, form: str
) -> None:
    token = token_of(store, "viewer", writes=False)
    sent = base64.b64encode(f"x:{token}".encode()).decode() if form == "Basic" else token
    client, header = site.test_client(), {"Authorization": f"{form} {sent}"}
    assert client.get(PATHS[1], headers=header).status_code == 200
    with store.write() as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, account FROM gisapp.tokens")
            ((number, account),) = cursor.fetchall()
        revoke_token(connection, account, number)
    assert client.get(PATHS[1], headers=header).status_code == 401
    cookie_too = signed_in(site)
    assert cookie_too.get(PATHS[1], headers=header).status_code == 401  # judged by its token


@pytest.mark.parametrize("header", ["Basic !!!", "Bearer", "Digest x", "x", "Basic Og=="])
@pytest.mark.parametrize("path", ["/api/collections", "/api/collections/cameras/items", "/live"])
def test_token_when_it_cannot_be_read_is_not_made_up_for_by_a_cookie(
    site: Flask, path: str, header: str
) -> None:
    client = signed_in(site)
    assert client.get("/api/collections/cameras/items").status_code == 200  # known in front too
    assert client.get(path, headers={"Authorization": header}).status_code == 401


def test_token_when_expired_is_refused(site: Flask, store: Database) -> None:
    token = token_of(store)
    run(store, "UPDATE gisapp.tokens SET expires_at = now()")
    header = {"Authorization": f"Bearer {token}"}
    assert site.test_client().get(PATHS[0], headers=header).status_code == 401


def test_token_when_it_has_areas_sees_only_what_both_see(site: Flask, store: Database) -> None:
    identities = site.extensions["gisapp"].identities
    cases = [
        (None, ["445103101"], ("445103101",)),
        (["445103"], ["445103101"], ("445103101",)),
        (["445103101"], ["445103"], ("445103101",)),
        (["445103101"], ["445103102"], ()),
        (["445103101"], [], ("445103101",)),
    ]
    for areas, limits, seen in cases:
        token = token_of(store, "viewer", areas, limits=limits, writes=False)
        with store.read(NOTHING) as reader:
            revision = read_state(reader).access
            caller = identities.of_token(reader, revision, token).caller
            assert caller.scope.prefixes == seen


def test_last_administrator_when_removed_or_lowered_is_kept(store: Database) -> None:
    number, _ = make_account(store)
    with store.write() as connection, pytest.raises(Conflict):
        remove_account(connection, account_numbered(connection, number))
    with store.write() as connection, pytest.raises(Conflict):
        change_account(connection, account_numbered(connection, number), "viewer", None)
    make_account(store)
    with store.write() as connection:
        remove_account(connection, account_numbered(connection, number))


@pytest.mark.parametrize(
    ("name", "role", "areas"),
    [
        ("13812345678", "viewer", None),
        ("张三", "viewer", None),
        ("a", "viewer", None),
        ("x" * 40, "viewer", None),
        ("ok-name", "root", None),
        ("ok-name", "viewer", ["4451"]),
        ("ok-name", "viewer", ["'; DROP"]),
    ],
)
def test_account_when_it_will_not_do_is_refused(store: Database, name, role, areas) -> None:
    with store.write() as connection, pytest.raises(BadParameter):
        create_account(connection, name, role, areas)


@pytest.mark.parametrize(
    "password",
    ["short1A", "alllowercase", "Planner-2026!", "aaaaAAAA11", "a" * 201, "Nul\0-12345A"],
)
def test_password_when_weak_is_refused(store: Database, password: str) -> None:
    with store.write() as connection:
        account = create_account(connection, "planner", "planner", None)
        with pytest.raises(BadParameter):
            set_password(connection, account, password)
