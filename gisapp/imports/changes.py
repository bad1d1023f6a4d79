"""What is done to an import: begun, decided anew, applied, taken back, deleted.

Each is a statement within the caller's transaction, in which its job is asked for too. Whoever
changes an import holds its row meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg2.extras import Json

from gisapp.access.caller import Caller
from gisapp.errors import Changed, Conflict, TooMany
from gisapp.imports.records import ONE, UNKNOWN, Import, State, own_of
from layers.spec import Text

MOST_KEPT = 50  # imports of one account at once
CREATE = """
INSERT INTO gisapp.imports (account, account_name, expires_at, files, options, sender, source,
    layer)
VALUES (%(account)s, %(name)s, now() + make_interval(days => %(days)s), %(files)s, %(options)s,
    %(sender)s, %(source)s, %(layer)s)
RETURNING id
"""
KEPT = "SELECT count(*) FROM gisapp.imports WHERE account = %(account)s AND change_id IS NULL"
HOLD = "SELECT FROM gisapp.imports WHERE id = %(import)s FOR UPDATE"
DECIDE = """
UPDATE gisapp.imports SET round = round + 1, state = 'checking', stale = false, plan = %(plan)s,
    options = %(options)s, layer = %(layer)s, chosen = %(chosen)s, sender = %(sender)s,
    source = %(source)s, expires_at = now() + make_interval(days => %(days)s)
WHERE id = %(import)s
"""
BEGIN = "UPDATE gisapp.imports SET state = %(state)s WHERE id = %(import)s"
ASKED = "UPDATE gisapp.imports SET job = %(job)s WHERE id = %(import)s"
DELETE = "DELETE FROM gisapp.imports WHERE id = %(import)s"
NOT_NOW = Text("这次导入现在是“{state}”，不能这样做。", "This import is now: {state}.")
SUPERSEDED = Text("这次导入已另有修改。", "This import was changed meanwhile.")


def create(
    connection: Any,
    caller: Caller,
    files: Sequence[Mapping[str, object]],
    days: int,
    **given: Any,
) -> int:
    """Note a new import and return its number.

    ``given``: options, sender, source, layer. Raises TooMany while the account keeps as many as
    may be.
    """
    values = {
        "account": caller.account,
        "name": caller.name,
        "files": Json(list(files)),
        "days": days,
        "sender": given.get("sender", ""),
        "layer": given.get("layer", ""),
        "options": Json(given.get("options", {})),
        "source": Json(given.get("source", {})),
    }
    with connection.cursor() as cursor:
        cursor.execute(KEPT, values)
        if caller.account is not None and cursor.fetchone()[0] >= MOST_KEPT:
            raise TooMany(
                Text(
                    f"你已有 {MOST_KEPT} 次未完成的导入。",
                    f"You have {MOST_KEPT} unfinished imports.",
                ),
                Text("请先删除不用的。", "Delete those that you do not need."),
            )
        cursor.execute(CREATE, values)
        number: int = cursor.fetchone()[0]
    return number


def hold(connection: Any, caller: Caller, number: int, *, own: bool = True) -> Import:
    """Return an import whose row nobody else changes until the transaction ends.

    Raises NotFound when the caller does not see it or, with ``own``, it is another account's.
    """
    values = {"all": not own and caller.oversees, **own_of(caller), "import": number}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, values)
        cursor.execute(ONE.body, values)
        row = cursor.fetchone()
    if row is None:
        raise UNKNOWN
    return Import(*row)


def require_state(held: Import, *states: State, said: Mapping[State, Text]) -> None:
    """Raise Conflict unless an import is in one of these states."""
    if held.state not in states:
        told = said[held.state]
        raise Conflict(
            Text(NOT_NOW.zh.format(state=told.zh), NOT_NOW.en.format(state=told.en)),
            state=held.state,
        )


def require_round(held: Import, asked: int | None) -> None:
    """Raise Changed when an import was decided anew since the caller read it."""
    if asked is not None and asked != held.round:
        raise Changed(SUPERSEDED, None, round=held.round)


def decide(connection: Any, held: Import, days: int, **changed: Any) -> None:
    """Begin another round of an import: with another plan, options, layer, table or sender."""
    values = {
        name: changed.get(name, getattr(held, name))
        for name in ("plan", "options", "layer", "chosen", "sender", "source")
    }
    for name in ("options", "source"):
        values[name] = Json(dict(values[name]))
    values["plan"] = None if values["plan"] is None else Json(values["plan"])
    with connection.cursor() as cursor:
        cursor.execute(DECIDE, {**values, "days": days, "import": held.id})


def begin(connection: Any, held: Import, state: str) -> None:
    """Note that something was begun with an import."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"state": state, "import": held.id})


def asked(connection: Any, number: int, job: int) -> None:
    """Note which job does what was begun."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED, {"job": job, "import": number})


def delete(connection: Any, number: int) -> None:
    """Forget an import; what it changed stays, and its files are the caller's to remove."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE, {"import": number})
