"""From a cookie or a token to the caller: kept in the process while nothing changed."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from gisapp.access.caller import Caller
from gisapp.access.scope import Scope
from gisapp.access.sessions import digest
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from layers.catalogue import LAYERS
from layers.spec import Role

SESSION = Statement(
    """
SELECT revision, accounts.id, name, role, everywhere,
    ARRAY(SELECT area_code FROM gisapp.account_areas WHERE account = accounts.id ORDER BY 1),
    must_change, factor IS NOT NULL, proof,
    extract(epoch FROM least(ends_at, seen_at + %(idle)s * interval '1 minute') - now())
FROM gisapp.access_state, gisapp.sessions JOIN gisapp.accounts ON accounts.id = account
WHERE digest = %(digest)s AND removed_at IS NULL AND ends_at > now()
    AND seen_at + %(idle)s * interval '1 minute' > now()
""",
    example={"digest": b"x", "idle": 60},
)
TOKEN = Statement(
    """
SELECT revision, accounts.id, name, role, everywhere,
    ARRAY(SELECT area_code FROM gisapp.account_areas WHERE account = accounts.id ORDER BY 1),
    must_change, factor IS NOT NULL, writes, areas, extract(epoch FROM expires_at - now())
FROM gisapp.access_state, gisapp.tokens JOIN gisapp.accounts ON accounts.id = account
WHERE digest = %(digest)s AND removed_at IS NULL AND revoked_at IS NULL AND expires_at > now()
""",
    example={"digest": b"x"},
)
Key = tuple[bool, bytes]  # whether it is a token's, and its digest
LOOKED_UP_EVERY = 60.0  # seconds; also how exactly the last use of a session is known
KEPT = 10_000  # credentials in a process


@dataclass(frozen=True)
class Known:
    """A caller as the database knew it at an access revision, until a moment of this process.

    ``fresh`` is set when it was looked up just now: whoever asked notes that it is in use.
    """

    caller: Caller
    must_change: bool
    has_factor: bool
    revision: int
    until: float
    fresh: bool = False


class Identities:
    """The callers that this process knows. Right after every change: see ``access_state``."""

    def __init__(self, idle_minutes: int) -> None:
        self.idle = idle_minutes
        self.kept: OrderedDict[Key, Known] = OrderedDict()
        self.lock = Lock()

    def of_session(
        self, reader: Reader, revision: int, cookie: str, *, passive: bool = False
    ) -> Known | None:
        """Return whose session a cookie is at an access revision just read, or None.

        ``passive`` is for what a page asks by itself: it is no use that keeps a session alive,
        and does not hide from the next request that the last use is to be noted.
        """
        return self._find(reader, revision, cookie, SESSION, session_caller, passive)

    def of_token(
        self, reader: Reader, revision: int, token: str, *, passive: bool = False
    ) -> Known | None:
        """Return whose token it is at an access revision just read, or None; ``passive`` as above."""
        return self._find(reader, revision, token, TOKEN, token_caller, passive)

    def recall(self, revision: int, key: Key) -> Known | None:
        """Return whom the process knows by a credential at ``revision``, or None."""
        with self.lock:
            known = self.kept.get(key)
        current = known and known.revision == revision and time.monotonic() < known.until
        return known if current else None

    def _find(
        self,
        reader: Reader,
        revision: int,
        secret: str,
        statement: Statement,
        make: Any,
        passive: bool,
    ) -> Known | None:
        key: Key = (statement is TOKEN, digest(secret))
        known = self.recall(revision, key)
        if known:
            return known
        row = reader.row(statement, {"digest": key[1], "idle": self.idle})
        if row is None:
            with self.lock:
                self.kept.pop(key, None)
            return None
        left = min(LOOKED_UP_EVERY, float(row[-1]))
        known = Known(make(row), row[6], row[7], row[0], time.monotonic() + left)
        if passive:
            return known
        with self.lock:
            self.kept[key] = known
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return replace(known, fresh=True)


def session_caller(row: tuple[Any, ...]) -> Caller:
    """Return the caller of a row of ``SESSION``."""
    _, number, name, role, everywhere, areas, _, _, proof, _ = row
    scope = scope_of(role, everywhere, areas)
    return Caller(number, name, role, scope, "session", proof=proof)


def token_caller(row: tuple[Any, ...]) -> Caller:
    """Return the caller of a row of ``TOKEN``, inside the token's own areas if it has any."""
    _, number, name, role, everywhere, areas, _, _, writes, limits, _ = row
    scope = narrowed(scope_of(role, everywhere, areas), tuple(limits))
    return Caller(number, name, role, scope, "token", read_only=not writes)


def scope_of(role: Role, everywhere: bool, areas: list[str]) -> Scope:
    """Return the area scope of an account, without the layers that its role may not read."""
    hidden = tuple(
        sorted(n for n, layer in LAYERS.items() if not layer.access.allows(role, "read"))
    )
    return Scope(None if everywhere else tuple(areas), hidden)


def narrowed(scope: Scope, limits: tuple[str, ...]) -> Scope:
    """Return the areas that lie both in ``scope`` and in ``limits`` (none: no limit)."""
    if not limits:
        return scope
    if scope.prefixes is None:
        return replace(scope, prefixes=limits)
    inside = {limit for limit in limits if limit.startswith(scope.prefixes)}
    inside |= {prefix for prefix in scope.prefixes if prefix.startswith(limits)}
    return replace(scope, prefixes=tuple(sorted(inside)))
