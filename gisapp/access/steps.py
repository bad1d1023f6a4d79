"""Sign-ins that have begun and are not over: bound to one browser, short-lived, opening nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from gisapp.access.sessions import digest

LASTS = 10  # minutes
BEGIN = """
INSERT INTO gisapp.sign_in_steps (digest, account, onward, state, nonce, verifier, ends_at)
VALUES (%(digest)s, %(account)s, %(onward)s, %(state)s, %(nonce)s, %(verifier)s,
    now() + %(minutes)s * interval '1 minute')
"""
CLEAN_UP = "DELETE FROM gisapp.sign_in_steps WHERE ends_at < now()"
FIND = """
SELECT account, onward, state, nonce, verifier FROM gisapp.sign_in_steps
WHERE digest = %(digest)s AND ends_at > now()
"""
TAKE = """
DELETE FROM gisapp.sign_in_steps WHERE digest = %(digest)s AND ends_at > now()
RETURNING account, onward, state, nonce, verifier
"""


@dataclass(frozen=True)
class Step:
    """What is known of a sign-in that has begun; ``account`` is None until a provider names it."""

    account: int | None
    onward: str
    state: str = ""
    nonce: str = ""
    verifier: str = ""


def begin_step(connection: Any, step: Step) -> str:
    """Keep ``step`` and return the cookie that leads back to it; old ones are cleaned away."""
    cookie = secrets.token_urlsafe(32)
    with connection.cursor() as cursor:
        cursor.execute(CLEAN_UP)
        cursor.execute(BEGIN, {**vars(step), "digest": digest(cookie), "minutes": LASTS})
    return cookie


def find_step(connection: Any, cookie: str) -> Step | None:
    """Return the step of a cookie, or None when there is none or it is over."""
    return run(connection, FIND, cookie)


def take_step(connection: Any, cookie: str) -> Step | None:
    """Return the step of a cookie and end it: of two that ask at once, one gets it."""
    return run(connection, TAKE, cookie)


def run(connection: Any, statement: str, cookie: str) -> Step | None:
    """Return the step that ``statement`` gives for a cookie, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"digest": digest(cookie)})
        row = cursor.fetchone()
        return Step(*row) if row else None
