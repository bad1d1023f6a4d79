"""Room on the database's disk: long writes end before none is left.

PostgreSQL stops as a whole when its log finds no room, and does not start again before there is
some. So what writes much is watched, and cancelled while everything else can still go on.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg2 import errors

from gisapp.errors import StorageFull
from layers.spec import Text

RESERVE = 96 << 20  # bytes that long writes leave free
LOOK_SECONDS = 0.05
# No row on another machine, and none for an account that may not know.
FOLDER = """
SELECT setting FROM pg_settings WHERE name = 'data_directory' AND inet_server_addr() IS NULL
"""
LOG_FOLDER = "pg_wal"  # may be on a disk of its own
FULL = StorageFull(
    Text(
        "数据库所在磁盘空间不足，已停下，没有改动任何数据。",
        "The database's disk has no room left. This was stopped and nothing was changed.",
    ),
    Text("请管理员清理磁盘后重试。", "Ask an administrator to make room, then try again."),
)


def folders_of(connection: Any) -> list[Path]:
    """Return the folders on this machine in which the database keeps data and log, if it tells."""
    with connection.cursor() as cursor:
        cursor.execute(FOLDER)
        found = cursor.fetchone()
    return [Path(found[0]), Path(found[0]) / LOG_FOLDER] if found else []


def is_short(folders: list[Path]) -> bool:
    """Tell whether a disk has less room than is kept free; what cannot be looked at has."""
    for folder in folders:
        try:
            if shutil.disk_usage(folder).free < RESERVE:
                return True
        except OSError:
            continue
    return False


@contextmanager
def keeping_room(connection: Any) -> Iterator[None]:
    """Cancel what runs on ``connection`` as soon as its database's disk runs short.

    Raises StorageFull then, and at once when it is short already; the caller's transaction has to
    be rolled back. A database on another machine is not watched.
    """
    folders = folders_of(connection)
    if is_short(folders):
        raise FULL
    over, short = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_SECONDS):
            if is_short(folders):
                short.set()
                connection.cancel()
                return

    watcher = threading.Thread(target=watch, name="room", daemon=True)
    if folders:
        watcher.start()
    try:
        yield
    except errors.QueryCanceled as error:
        if short.is_set():
            raise FULL from error
        raise
    finally:
        over.set()
        if folders:
            watcher.join()
    if short.is_set():
        raise FULL
