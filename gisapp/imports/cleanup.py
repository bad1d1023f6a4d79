"""What is no longer needed of imports: expired ones, files and tables that nobody owns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gisapp.imports.uploads import forget_incoming, numbers_on_disk, remove_files

# What is under way is let be; what was applied stays on record, without its rows and files.
FORGET = """
DELETE FROM gisapp.imports USING (
    SELECT held.id FROM gisapp.imports AS held LEFT JOIN gisapp.jobs ON jobs.id = held.job
    WHERE held.expires_at < now() AND held.change_id IS NULL
        AND coalesce(jobs.state, '') NOT IN ('waiting', 'running')
    FOR UPDATE OF held SKIP LOCKED
) AS old WHERE imports.id = old.id
"""
KEPT = """
SELECT id, round FROM gisapp.imports
WHERE expires_at >= now() OR change_id IS NULL
    OR EXISTS (SELECT FROM gisapp.jobs WHERE jobs.id = job AND jobs.state IN ('waiting', 'running'))
"""
TABLES = """
SELECT relname, substring(relname from '_([0-9]+)_[0-9]+$')::bigint FROM pg_class
WHERE relnamespace = 'gisapp_imports'::regnamespace AND relkind = 'r'
"""
DROP = "SELECT format('DROP TABLE IF EXISTS gisapp_imports.%%I', %(name)s)"
CHECKED = "UPDATE gisapp.imports SET expires_at = now() WHERE id = %(import)s"


def purge(connection: Any, folder: Path) -> dict[str, int]:
    """Forget expired imports, and drop tables and files that belong to none."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        forgotten = cursor.rowcount
        cursor.execute(KEPT)
        kept = {row[0] for row in cursor.fetchall()}
        cursor.execute(TABLES)
        dead = [name for name, number in cursor.fetchall() if number not in kept]
        drop(cursor, dead)
    orphans = numbers_on_disk(folder) - kept
    for number in orphans:
        remove_files(folder, number)
    return {
        "forgotten": forgotten,
        "tables": len(dead),
        "folders": len(orphans) + forget_incoming(folder),
    }


def drop(cursor: Any, names: Sequence[str]) -> None:
    """Drop tables of staged rows."""
    for name in names:
        cursor.execute(DROP, {"name": name})
        cursor.execute(cursor.fetchone()[0])


def drop_tables(connection: Any, number: int) -> None:
    """Drop all tables of one import."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        drop(cursor, [name for name, owner in cursor.fetchall() if owner == number])


def expire(connection: Any, number: int) -> None:
    """Let an import's rows and files go: it is applied and nothing of it is left to mend."""
    with connection.cursor() as cursor:
        cursor.execute(CHECKED, {"import": number})
    drop_tables(connection, number)
