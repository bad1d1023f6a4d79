"""How long history is kept: what is older than the horizon is dropped, and no longer asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg2 import sql

from layers.catalogue import LAYERS

DROP_ENDED = "DELETE FROM gisapp_history.{table} WHERE upper(period) <= %(before)s"
# The horizon only moves forward.
MOVE_HORIZON = """
UPDATE gisapp.deployment SET value = %(before)s
WHERE key = 'history_since' AND value::timestamptz < %(before)s::timestamptz
"""
MONTHS_AGO = "SELECT now() - %(months)s * interval '1 month'"


def purge(connection: Any, before: datetime) -> int:
    """Drop the versions that had ended by ``before``, an instant; return how many.

    From then on nothing can be asked as of an earlier moment. Who made the changes stays known.
    """
    dropped = 0
    with connection.cursor() as cursor:
        for name in LAYERS:
            text = sql.SQL(DROP_ENDED).format(table=sql.Identifier(name))
            cursor.execute(text, {"before": before})
            dropped += cursor.rowcount
        cursor.execute(MOVE_HORIZON, {"before": before.astimezone(UTC).isoformat()})
    return dropped


def purge_by_age(connection: Any, months: int) -> int:
    """Drop the versions that ended ``months`` ago or earlier; 0 keeps everything."""
    if not months:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(MONTHS_AGO, {"months": months})
        (before,) = cursor.fetchone()
    return purge(connection, before)
