"""Files that jobs leave: written in the folder of exports, noted with their audit entry, removed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from geodata.writers.catalogue import Progress
from geodata.writers.spec import Written
from gisapp.access.audit import Entry, record
from gisapp.jobs.context import JobContext

EXPIRED = """
DELETE FROM gisapp.job_documents WHERE expires_at <= clock_timestamp() RETURNING stored
"""
STORED = "SELECT stored FROM gisapp.job_documents WHERE stored IS NOT NULL"
FORGOTTEN = 86_400.0  # seconds after which a file that no job names was left by a killed worker
Write = Callable[[Path, Progress], Written]


def keep_file(
    context: JobContext,
    file_name: str,
    media_type: str,
    write: Write,
    about: str,
    total: int,
    details: Mapping[str, object],
) -> dict[str, Any]:
    """Write a file, keep it for the asker and tell the audit trail; return what it holds.

    ``total`` is how many rows are expected. A killed attempt leaves a file that no row names; the
    next attempt writes another.
    """
    folder = context.settings.exports_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{context.claim.job}-{secrets.token_hex(8)}{Path(file_name).suffix}"
    kept = False
    try:
        written = write(path, lambda rows: context.progress(rows, max(total, rows)))
        language = context.settings.map.language
        told = [note.say(language) for note in written.notes]
        outcome = {"rows": written.rows, "bytes": path.stat().st_size, "stored": path.name}
        entry = Entry(
            "exported",
            about,
            account=context.claim.account,
            name=context.claim.account_name,
            details={"rows": written.rows, "job": context.claim.job, **details},
        )
        note = partial(noted, context, file_name, media_type, path, entry)
        found = context.once("keep", lambda connection: note(connection, outcome))
        kept = found["stored"] == path.name
    finally:
        if not kept:  # refused, cancelled, or another attempt had done it
            path.unlink(missing_ok=True)
    result = {"rows": found["rows"], "bytes": found["bytes"]}
    return {**result, "notes": "；".join(told)} if told else result


def noted(
    context: JobContext,
    file_name: str,
    media_type: str,
    path: Path,
    entry: Entry,
    connection: Any,
    outcome: dict[str, Any],
) -> dict[str, Any]:
    """Note the file and its audit entry in one transaction."""
    context.note_document(connection, file_name, media_type, stored=path.name)
    record(connection, entry)
    return outcome


def purge_files(connection: Any, folder: Path) -> dict[str, int]:
    """Forget the files whose time is over; remove them, and what killed workers left behind."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRED)
        expired = cursor.rowcount
        cursor.execute(STORED)
        held = {name for (name,) in cursor.fetchall()}
    removed = 0
    oldest = time.time() - FORGOTTEN
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.is_file() and file.name not in held and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
            removed += 1
    return {"expired": expired, "removed": removed}
