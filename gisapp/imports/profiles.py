"""What was decided for files of a sender, remembered for the next one with the same columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from geodata.filling import REASON_COLUMNS
from geodata.mapping import tidy
from gisapp.access.caller import Caller
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement

EVERYBODYS = 0  # the account of profiles of a sender who has a name
FIND = Statement(
    """
SELECT layer, plan, used_at FROM gisapp.import_profiles
WHERE account = %(account)s AND sender = %(sender)s AND signature = %(signature)s
    AND (%(layer)s = '' OR layer = %(layer)s)
ORDER BY used_at DESC LIMIT 1
""",
    example={"account": 1, "sender": "", "signature": "x", "layer": ""},
)
SENDERS = Statement(
    "SELECT DISTINCT sender FROM gisapp.import_profiles WHERE account = 0 ORDER BY 1 LIMIT 200"
)
REMEMBER = """
INSERT INTO gisapp.import_profiles (account, sender, layer, signature, plan)
VALUES (%(account)s, %(sender)s, %(layer)s, %(signature)s, %(plan)s)
ON CONFLICT (account, sender, signature, layer)
DO UPDATE SET plan = excluded.plan, used_at = clock_timestamp()
"""
# What is decided anew for every file.
OF_THE_MOMENT = ("skip_errors", "encoding")


@dataclass(frozen=True)
class Profile:
    """A remembered plan, as JSON, and when it was used last."""

    sender: str
    layer: str
    plan: dict[str, Any]
    used_at: datetime


def signature(columns: Iterable[str]) -> str:
    """Return a digest of a table's columns, whatever their order; a reason sent back is none."""
    names = sorted(tidy(name) for name in columns if name not in REASON_COLUMNS)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def is_nobodys(caller: Caller, sender: str) -> bool:
    """Tell whether there is neither a sender nor an account that a profile could be of."""
    return not sender and caller.account is None


def owner(caller: Caller, sender: str) -> dict[str, object]:
    """Return the SQL parameters that say whose profile it is."""
    return {"account": EVERYBODYS if sender else caller.account, "sender": sender}


def find_profile(
    reader: Reader, caller: Caller, sender: str, columns: Iterable[str], layer: str
) -> Profile | None:
    """Return what was decided last for such a file, into ``layer`` or, if empty, any layer."""
    if is_nobodys(caller, sender):
        return None
    values = {**owner(caller, sender), "signature": signature(columns), "layer": layer}
    row = reader.row(FIND, values)
    return Profile(sender, *row) if row else None


def remember(
    connection: Any, caller: Caller, sender: str, columns: Iterable[str], plan: dict[str, Any]
) -> None:
    """Remember the plan that was applied; a command's that names no sender is nobody's."""
    if is_nobodys(caller, sender):
        return
    kept = {name: value for name, value in plan.items() if name not in OF_THE_MOMENT}
    values = {
        **owner(caller, sender),
        "layer": plan["layer"],
        "signature": signature(columns),
        "plan": Json(kept),
    }
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, values)


def known_senders(reader: Reader) -> list[str]:
    """Return the names of senders that have a profile."""
    return [row[0] for row in reader.rows(SENDERS)]
