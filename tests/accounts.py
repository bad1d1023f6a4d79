"""Signed-in callers for tests: accounts of any role and scope, and clients that carry them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient

from gisapp.access.accounts import account_numbered, create_account
from gisapp.access.sessions import make_token, start_session
from gisapp.database.engine import Database
from gisapp.web.context import Services
from gisapp.web.gate import COOKIE
from layers.spec import Role

PASSWORD = "Correct-horse-7"
COUNTER = itertools.count()
PROOF = "SELECT proof FROM gisapp.sessions WHERE account = %s"


class SignedIn(FlaskClient):
    """A client with a session; it repeats the proof as our pages' scripts do."""

    proof: str = ""
    account: int = 0
    name: str = ""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, with the proof when it is not a safe one."""
        if kwargs.get("method", "GET") not in ("GET", "HEAD", "OPTIONS") and self.proof:
            kwargs["headers"] = {"X-Proof": self.proof, **dict(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)


def fresh_name(role: str) -> str:
    """Return an account name that no other worker and no other test uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"{role}-{worker}-{os.getpid()}-{next(COUNTER)}"


def make_account(
    database: Database, role: Role = "administrator", areas: Sequence[str] | None = None
) -> tuple[int, str]:
    """Make an account without a password; return its number and name. ``areas`` None: all."""
    with database.write() as connection:
        account = create_account(connection, fresh_name(role), role, areas)
    return account.id, account.name


def session_of(database: Database, account: int) -> tuple[str, str]:
    """Start a session; return its cookie and its proof."""
    with database.write() as connection:
        cookie = start_session(connection, account, "127.0.0.1", 12, 60)
        with connection.cursor() as cursor:
            cursor.execute(PROOF + " ORDER BY started_at DESC LIMIT 1", (account,))
            return cookie, cursor.fetchone()[0]


def token_of(
    database: Database,
    role: Role = "administrator",
    areas: Sequence[str] | None = None,
    **more: Any,
) -> str:
    """Make an account with a token that may write, and return the token."""
    number, _ = make_account(database, role, areas)
    options = {"days": 1, "writes": True, "areas": more.pop("limits", ()), **more}
    with database.write() as connection:
        return make_token(connection, account_numbered(connection, number), "test", **options)


def signed_in(
    app: Flask, role: Role = "administrator", areas: Sequence[str] | None = None
) -> SignedIn:
    """Return a client of ``app`` that is signed in; ``areas`` None: sees everything."""
    services: Services = app.extensions["gisapp"]
    number, name = make_account(services.database, role, areas)
    cookie, proof = session_of(services.database, number)
    app.test_client_class = SignedIn
    client = cast(SignedIn, app.test_client())
    client.set_cookie(COOKIE, cookie)
    client.proof, client.account, client.name = proof, number, name
    return client
