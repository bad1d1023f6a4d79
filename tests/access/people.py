"""What the tests of signing in do: accounts with passwords and phones, forms, the audit trail."""

from __future__ import annotations

import re
import time
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gisapp.access.accounts import account_numbered, set_password
from gisapp.database.engine import Database
from layers.spec import Role
from tests.accounts import PASSWORD, make_account

STEP = 30  # seconds


def store_of(site: Flask) -> Database:
    found: Database = site.extensions["gisapp"].database
    return found


def with_password(store: Database, role: Role = "planner", areas: list[str] | None = None) -> str:
    """Make an account whose password is its own; return its name."""
    number, name = make_account(store, role, areas)
    with store.write() as connection:
        set_password(connection, account_numbered(connection, number), PASSWORD)
    return name


def send_password(client: FlaskClient, name: str, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"name": name, "password": PASSWORD, **more})


def proof_of(client: FlaskClient, path: str = "/account") -> str:
    """Return the proof that the forms of a page carry."""
    return client.get(path).text.partition('name="proof" value="')[2].partition('"')[0]


def send(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    """Send a form of a signed-in page, with its proof."""
    proof = proof_of(client) or proof_of(client, "/account/factor")
    return client.post(path, data={"proof": proof, **form})


def code_at(secret: str, steps: int = 0) -> str:
    """Return the code that a phone shows now, or ``steps`` later."""
    return pyotp.TOTP(secret).at(int(time.time()) + steps * STEP)


def set_up(client: FlaskClient) -> tuple[str, list[str]]:
    """Set up the second factor of a signed-in client; return its secret and recovery codes.

    The confirming code is the one before the present, so that the present one is still unused.
    """
    assert send(client, "/account/factor/begin").status_code == 303
    page = client.get("/account/factor").text
    secret = re.findall(r'class="secret">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    wait_for_a_young_step()
    answer = send(client, "/account/factor/confirm", code=code_at(secret, -1), password=PASSWORD)
    assert answer.status_code == 200, answer.text
    return secret, re.findall(r'class="secret">([a-z2-7-]+)<', answer.text)


def wait_for_a_young_step() -> None:
    """Make sure that no step ends between making a code and sending it."""
    left = STEP - time.time() % STEP
    if left < 4:
        time.sleep(left + 0.1)


def run(store: Database, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
    with store.write() as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def audited(store: Database) -> list[tuple[str, str, str, str]]:
    """Return action, name, object and result of every entry, the first first."""
    return run(store, "SELECT action, name, object, result FROM gisapp.audit ORDER BY id")
