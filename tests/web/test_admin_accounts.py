"""The administrator's pages: what each may do to whom, what they say, what the trail keeps."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.access.accounts import (
    Account,
    account_numbered,
    change_account,
    find_account,
    take_turns,
)
from gisapp.access.administration import acting_administrator
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.errors import Forbidden
from gisapp.settings import Settings
from tests.access.people import (
    audited,
    run,
    send,
    send_password,
    set_up,
    store_of,
    with_password,
)
from tests.accounts import PASSWORD, make_account, signed_in, token_of

PAGE = "/admin/accounts"
DISTRICT, TOWN, OTHER, VILLAGE = "445103", "445103101", "445103102", "445103101201"
DEEDS = ("password", "sign-out", "factor", "remove")
RIGHTS = {"role": "viewer", "area": [VILLAGE], "confirmed": "yes"}


@pytest.fixture
def site(settings: Settings, database_url: str) -> Flask:
    return create_app(settings, database_url)


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


def account(store: Database, number: int) -> Account:
    with store.write() as connection:
        return account_numbered(connection, number)


def shown_password(answer: Any) -> str:
    """Return the password that a page shows once."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return re.findall(r'class="secret">([\w-]{19})<', answer.text)[0]


def test_account_when_created_can_sign_in_and_must_change_its_password(
    site: Flask, store: Database
) -> None:
    client = signed_in(site)
    form = {"name": "patrol01", "role": "inspector", "area": [TOWN, OTHER]}
    password = shown_password(send(client, PAGE + "/new", **form))
    page = client.get(PAGE).text
    assert "patrol01" in page and password not in page and "初始口令未改" in page
    person = site.test_client()
    answer = person.post("/sign-in", data={"name": "patrol01", "password": password})
    assert answer.status_code == 303
    assert person.get("/", headers={"Accept": "text/html"}).location == "/account"
    with store.write() as connection:
        made = find_account(connection, "patrol01")
    assert made is not None
    assert (made.role, made.areas, made.everywhere) == ("inspector", (TOWN, OTHER), False)
    assert ("account_created", client.name, "account:patrol01", "done") in audited(store)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"name": "13812345678"}, 400),
        ({"name": "<script>"}, 400),
        ({"role": "root"}, 400),
        ({"role": ""}, 400),
        ({"area": []}, 400),
        ({"area": ["4451"]}, 400),
        ({"name": "taken"}, 409),
    ],
)
def test_account_when_the_form_will_not_do_is_not_made(
    site: Flask, store: Database, form: dict[str, Any], status: int
) -> None:
    client = signed_in(site)
    good = {"name": "taken", "role": "viewer", "area": [TOWN]}
    assert send(client, PAGE + "/new", **good).status_code == 200
    before = run(store, "SELECT count(*) FROM gisapp.accounts")
    answer = send(client, PAGE + "/new", **{**good, "name": "fresh", **form})
    assert answer.status_code == status
    assert "<script>" not in answer.text
    assert run(store, "SELECT count(*) FROM gisapp.accounts") == before


def test_change_when_not_confirmed_shows_what_would_be(site: Flask, store: Database) -> None:
    client, (number, _) = signed_in(site), make_account(store, "planner", [TOWN])
    form = {"role": "leader", "area": [OTHER]}
    asked = send(client, f"{PAGE}/{number}", **form)
    assert asked.status_code == 200 and OTHER in asked.text and "领导" in asked.text
    assert account(store, number).role == "planner"
    done = send(client, f"{PAGE}/{number}", **form, confirmed="yes")
    assert done.status_code == 303
    changed = account(store, number)
    assert (changed.role, changed.areas) == ("leader", (OTHER,))
    ((details,),) = run(store, "SELECT details FROM gisapp.audit ORDER BY id DESC LIMIT 1")
    assert details == {
        "former_role": "planner",
        "role": "leader",
        "former_areas": [TOWN],
        "areas": [OTHER],
    }


def test_password_when_reset_ends_sessions_and_waits(site: Flask, store: Database) -> None:
    client, name = signed_in(site), with_password(store)
    person = site.test_client()
    send_password(person, name)
    for _ in range(6):
        site.test_client().post("/sign-in", data={"name": name, "password": "x"})
    number = number_of(store, name)
    password = shown_password(send(client, f"{PAGE}/{number}/password"))
    assert person.get("/account").status_code == 401
    assert (
        site.test_client().post("/sign-in", data={"name": name, "password": PASSWORD}).status_code
        == 401
    )
    assert send_new(site, name, password).status_code == 303
    assert ("password_changed", client.name, f"account:{name}", "done") in audited(store)


def test_sign_out_when_done_by_an_administrator_shuts_out_browsers_and_programs(
    site: Flask, store: Database
) -> None:
    client, name = signed_in(site), with_password(store)
    person = site.test_client()
    send_password(person, name)
    answer = send(person, "/account/tokens", label="QGIS", days="3")
    found = re.findall(r"gisapp_[\w-]{43}", answer.text)[0]
    token = {"Authorization": f"Bearer {found}"}
    assert site.test_client().get("/api/collections", headers=token).status_code == 200
    assert send(client, f"{PAGE}/{number_of(store, name)}/sign-out").status_code == 303
    assert person.get("/account").status_code == 401
    assert site.test_client().get("/api/collections", headers=token).status_code == 401
    assert send_password(person, name).status_code == 303  # it may sign in again


def test_factor_when_removed_by_an_administrator_is_asked_no_more(
    site: Flask, store: Database
) -> None:
    client, name = signed_in(site), with_password(store)
    person = site.test_client()
    send_password(person, name)
    set_up(person)
    assert send_password(site.test_client(), name).location == "/sign-in/code"
    assert send(client, f"{PAGE}/{number_of(store, name)}/factor").status_code == 303
    assert send_password(site.test_client(), name).location == "/"
    assert run(store, "SELECT FROM gisapp.recovery_codes") == []


def test_account_when_removed_is_out_and_its_name_is_free(site: Flask, store: Database) -> None:
    client, name = signed_in(site), with_password(store)
    person, number = site.test_client(), number_of(store, name)
    send_password(person, name)
    assert client.get(f"{PAGE}/{number}/remove").status_code == 200  # asks first
    assert person.get("/account").status_code == 200
    assert send(client, f"{PAGE}/{number}/remove").status_code == 303
    assert person.get("/account").status_code == 401
    assert send_password(person, name).status_code == 401
    assert send(client, f"{PAGE}/{number}/remove").status_code == 404
    form = {"name": name, "role": "viewer", "area": [TOWN]}
    assert send(client, PAGE + "/new", **form).status_code == 200


@pytest.mark.parametrize("role", ["viewer", "inspector", "planner", "leader"])
def test_pages_when_asked_by_others_than_administrators_are_refused(
    site: Flask, store: Database, role: str
) -> None:
    client, (number, _) = signed_in(site, role), make_account(store, "viewer", [TOWN])
    assert "/admin" not in client.get("/account").text
    assert_refused(client, number, 403)
    assert account(store, number).role == "viewer"


def test_pages_when_asked_by_a_token_are_refused(site: Flask, store: Database) -> None:
    number, _ = make_account(store, "viewer", [TOWN])
    client = site.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token_of(store)}"
    assert_refused(client, number, 403)


def test_forms_when_sent_without_proof_are_refused(site: Flask, store: Database) -> None:
    client, (number, _) = signed_in(site), make_account(store, "viewer", [TOWN])
    client.proof = ""
    for path in ("/new", f"/{number}", *(f"/{number}/{deed}" for deed in DEEDS)):
        assert client.post(PAGE + path, data=RIGHTS).status_code == 403, path
    assert account(store, number).areas == (TOWN,)


def test_administrator_of_a_town_manages_what_lies_in_it_only(site: Flask, store: Database) -> None:
    client = signed_in(site, "administrator", [TOWN])
    beyond = {
        "everything": make_account(store, "viewer")[0],
        "district": make_account(store, "viewer", [DISTRICT])[0],
        "other town": make_account(store, "viewer", [OTHER])[0],
        "both towns": make_account(store, "viewer", [TOWN, OTHER])[0],
        "nothing": make_account(store, "viewer", [])[0],
    }
    page = client.get(PAGE).text
    for number in beyond.values():
        assert f'{PAGE}/{number}"' not in page
        assert_refused(client, number, 404)
    inside, name = make_account(store, "viewer", [VILLAGE])
    assert name in client.get(PAGE).text
    assert send(client, f"{PAGE}/{inside}", **{**RIGHTS, "area": [TOWN]}).status_code == 303
    shown_password(send(client, f"{PAGE}/{inside}/password"))
    assert send(client, f"{PAGE}/{inside}/remove").status_code == 303


@pytest.mark.parametrize(
    "rights",
    [
        {"everywhere": "yes"},
        {"area": [DISTRICT]},
        {"area": [OTHER]},
        {"area": [TOWN, OTHER]},
        {"area": [VILLAGE, DISTRICT]},
    ],
)
def test_administrator_of_a_town_gives_no_rights_beyond_it(
    site: Flask, store: Database, rights: dict[str, Any]
) -> None:
    client = signed_in(site, "administrator", [TOWN])
    number, _ = make_account(store, "viewer", [VILLAGE])
    form = {"role": "administrator", "confirmed": "yes", **rights}
    assert send(client, f"{PAGE}/{number}", **form).status_code == 403
    assert send(client, PAGE + "/new", name="fresh", **form).status_code == 403
    assert account(store, number).areas == (VILLAGE,)
    assert "fresh" not in str(run(store, "SELECT name FROM gisapp.accounts"))
    assert 'name="everywhere"' not in client.get(PAGE + "/new").text
    granted = send(client, f"{PAGE}/{number}", **{**form, "everywhere": "", "area": [TOWN]})
    assert granted.status_code == 303  # administrator of the own town: as much as it has itself


def test_administrator_when_demoted_while_signed_in_manages_nothing_more(
    site: Flask, store: Database
) -> None:
    make_account(store)
    client, chief = signed_in(site, "administrator", [TOWN]), signed_in(site)
    number, _ = make_account(store, "viewer", [VILLAGE])
    assert client.get(f"{PAGE}/{number}").status_code == 200
    narrowed = {"role": "administrator", "area": [OTHER], "confirmed": "yes"}
    assert send(chief, f"{PAGE}/{client.account}", **narrowed).status_code == 303
    assert client.get(f"{PAGE}/{number}").status_code == 404
    assert send(client, f"{PAGE}/{number}/password").status_code == 404
    demoted = {"role": "viewer", "area": [TOWN], "confirmed": "yes"}
    assert send(chief, f"{PAGE}/{client.account}", **demoted).status_code == 303
    assert client.get(PAGE).status_code == 401  # its session ended with the role


def test_administrator_when_demoted_while_the_request_waits_does_nothing(store: Database) -> None:
    make_account(store)
    number, _ = make_account(store, "administrator", [TOWN])

    def act() -> None:
        with store.write() as connection:
            acting_administrator(connection, number)

    with ThreadPoolExecutor(1) as beside:
        with store.write() as connection:
            take_turns(connection)
            waiting = beside.submit(act)
            time.sleep(0.3)
            assert not waiting.done()
            change_account(connection, account_numbered(connection, number), "viewer", [TOWN])
        with pytest.raises(Forbidden):
            waiting.result()


def test_own_account_and_the_last_administrator_are_kept(site: Flask, store: Database) -> None:
    client = signed_in(site)
    page = client.get(f"{PAGE}/{client.account}").text
    assert f"{client.account}/remove" not in page
    for path in ("", *(f"/{deed}" for deed in DEEDS)):
        assert send(client, f"{PAGE}/{client.account}{path}", **RIGHTS).status_code == 409
    town = signed_in(site, "administrator", [TOWN])
    assert send(client, f"{PAGE}/{town.account}/remove").status_code == 303
    assert account(store, client.account).role == "administrator"


def test_pages_when_nothing_is_there_say_so(site: Flask) -> None:
    client = signed_in(site)
    for path in (
        "/999999",
        "/999999/remove",
        f"/{client.account}/no-such",
        "/99999999999999999999",
    ):
        assert client.get(PAGE + path).status_code == 404, path
    assert client.get(f"{PAGE}/{client.account}/open-id").status_code == 404  # no provider


def assert_refused(client: FlaskClient, number: int, status: int) -> None:
    """Assert that no page about an account is given and nothing of it can be done."""
    paths = [f"/{number}", *(f"/{number}/{deed}" for deed in DEEDS)]
    assert [client.get(PAGE + path).status_code for path in paths] == [status] * 5
    assert [client.post(PAGE + path, data=RIGHTS).status_code for path in paths] == [status] * 5


def number_of(store: Database, name: str) -> int:
    with store.write() as connection:
        found = find_account(connection, name)
    assert found is not None
    return found.id


def send_new(site: Flask, name: str, password: str):
    return site.test_client().post("/sign-in", data={"name": name, "password": password})
