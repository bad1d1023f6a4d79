"""The audit trail in tests: entries to add, and hands that reach past its guards."""

from __future__ import annotations

from gisapp.access.audit import Entry, record
from gisapp.database.engine import Database

GUARDS = ("audit chain", "audit refuse", "audit_head refuse", "audit_head refuse_moving")


def add(database: Database, *entries: Entry) -> list[int]:
    """Record entries in one transaction; return their numbers."""
    with database.write() as connection:
        return [record(connection, entry) for entry in entries]


def run(database: Database, text: str) -> list[tuple]:
    """Run SQL as the owner of the tables; return its rows."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall() if cursor.description else []


def unguarded(database: Database, *texts: str) -> None:
    """Run SQL as somebody who switches the guards off and on again."""
    switches = [name.split() for name in GUARDS]
    off = [f"ALTER TABLE gisapp.{table} DISABLE TRIGGER {name}" for table, name in switches]
    on = [f"ALTER TABLE gisapp.{table} ENABLE ALWAYS TRIGGER {name}" for table, name in switches]
    run(database, "; ".join([*off, *texts, *on]))
