"""Sessions of browsers and tokens of programs: long random texts, kept as digests only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gisapp.access.accounts import AREA, Account
from gisapp.errors import BadParameter, NotFound
from layers.spec import Text

MARK = "gisapp_"  # so that a token found somewhere is known for what it is
START = """
INSERT INTO gisapp.sessions (digest, account, proof, ends_at, address)
VALUES (%(digest)s, %(account)s, %(proof)s, now() + %(hours)s * interval '1 hour', %(address)s)
"""
CLEAN_UP = """
DELETE FROM gisapp.sessions
WHERE ends_at < now() OR seen_at < now() - %(idle)s * interval '1 minute'
"""
SIGNED_IN = "UPDATE gisapp.accounts SET signed_in_at = now() WHERE id = %(account)s"
END = "DELETE FROM gisapp.sessions WHERE digest = %(digest)s"
END_OTHERS = """
DELETE FROM gisapp.sessions WHERE account = %(account)s AND digest <> %(digest)s
"""
TOUCH = "UPDATE gisapp.sessions SET seen_at = now() WHERE digest = %(digest)s"
SESSIONS = """
SELECT digest, started_at, seen_at, address FROM gisapp.sessions
WHERE account = %(account)s ORDER BY started_at DESC
"""
MAKE = """
INSERT INTO gisapp.tokens (account, label, digest, writes, areas, expires_at)
VALUES (%(account)s, %(label)s, %(digest)s, %(writes)s, %(areas)s,
    now() + %(days)s * interval '1 day')
RETURNING id
"""
TOKENS = """
SELECT id, label, writes, areas, created_at, expires_at, used_at FROM gisapp.tokens
WHERE account = %(account)s AND revoked_at IS NULL ORDER BY id
"""
USED = "UPDATE gisapp.tokens SET used_at = now() WHERE digest = %(digest)s"
REVOKE = """
UPDATE gisapp.tokens SET revoked_at = now()
WHERE id = %(token)s AND account = %(account)s AND revoked_at IS NULL
RETURNING label
"""
LONGEST_LIFE = 366  # days


@dataclass(frozen=True)
class Token:
    """A personal access token, without the token itself, which is shown once only."""

    id: int
    label: str
    writes: bool
    areas: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    digest: bytes
    started_at: datetime
    seen_at: datetime
    address: str


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret: of long random texts nothing slower is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def start_session(connection: Any, account: int, address: str, hours: int, idle: int) -> str:
    """Start a session and return its cookie; ended ones of anybody are cleaned away.

    It ends after ``hours``, and when it was not used for ``idle`` minutes.
    """
    cookie = secrets.token_urlsafe(32)
    values = {
        "digest": digest(cookie),
        "account": account,
        "proof": secrets.token_urlsafe(32),
        "hours": hours,
        "address": address,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLEAN_UP, {"idle": idle})
        cursor.execute(START, values)
    return cookie


def note_sign_in(connection: Any, account: int) -> None:
    """Note that an account signed in just now."""
    with connection.cursor() as cursor:
        cursor.execute(SIGNED_IN, {"account": account})


def end_session(connection: Any, cookie: str) -> None:
    """End the session of a cookie."""
    with connection.cursor() as cursor:
        cursor.execute(END, {"digest": digest(cookie)})


def end_other_sessions(connection: Any, account: int, cookie: str) -> int:
    """End every session of an account but that of ``cookie``; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(END_OTHERS, {"account": account, "digest": digest(cookie)})
        return int(cursor.rowcount)


def touch_session(connection: Any, cookie: str) -> None:
    """Note that a session is in use."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, {"digest": digest(cookie)})


def list_sessions(connection: Any, account: int) -> list[Session]:
    """Return the sessions of an account, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, {"account": account})
        return [Session(bytes(row[0]), *row[1:]) for row in cursor.fetchall()]


def make_token(
    connection: Any, account: Account, label: str, days: int, writes: bool, areas: Iterable[str]
) -> str:
    """Make a token that ends after ``days`` and return it; it cannot be shown again.

    ``areas`` limit it further than its account (none: they do not). Raises BadParameter.
    """
    listed = list(areas)
    if not 0 < len(label.strip()) <= 100 or "\0" in label:
        raise BadParameter(Text("请填写令牌用途。", "Say what the token is for."))
    if not 1 <= days <= LONGEST_LIFE:
        raise BadParameter(
            Text(f"有效期须为 1 到 {LONGEST_LIFE} 天。", f"It lasts 1 to {LONGEST_LIFE} days.")
        )
    if not all(AREA.fullmatch(area) for area in listed):
        raise BadParameter(Text("区划代码无效。", "Not an area code."))
    token = MARK + secrets.token_urlsafe(32)
    values = {
        "account": account.id,
        "label": label.strip(),
        "digest": digest(token),
        "writes": writes,
        "areas": listed,
        "days": days,
    }
    with connection.cursor() as cursor:
        cursor.execute(MAKE, values)
    return token


def list_tokens(connection: Any, account: int) -> list[Token]:
    """Return the tokens of an account that are not revoked, expired ones included."""
    with connection.cursor() as cursor:
        cursor.execute(TOKENS, {"account": account})
        rows = cursor.fetchall()
    return [
        Token(number, label, writes, tuple(areas), *times)
        for number, label, writes, areas, *times in rows
    ]


def use_token(connection: Any, token: str) -> None:
    """Note that a token is in use."""
    with connection.cursor() as cursor:
        cursor.execute(USED, {"digest": digest(token)})


def revoke_token(connection: Any, account: int, token: int) -> str:
    """Revoke one of an account's tokens and return its label. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(REVOKE, {"token": token, "account": account})
        row = cursor.fetchone()
    if row is None:
        raise NotFound(Text("没有这个令牌。", "There is no such token."))
    return str(row[0])
