"""What writes much ends before the database's disk is full, and a full one is told as such."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import gisapp.database.room as room
from gisapp.database.engine import Database
from gisapp.errors import DatabaseUnusable, StorageFull

GROW = "CREATE TABLE public.grown AS SELECT repeat('x', 1000) AS text FROM generate_series(1, 4000)"
LOOKS = 3  # at two folders, and at one again


def run(database: Database, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements in one transaction that is watched, and return the last one's rows."""
    with database.write() as connection, room.keeping_room(connection), connection.cursor() as held:
        for statement in statements:
            held.execute(statement)
        return list(held.fetchall()) if held.description else []


def test_room_when_there_is_enough_changes_nothing(database: Database) -> None:
    assert run(database, GROW, "SELECT count(*) FROM public.grown") == [(4000,)]


def test_room_when_it_is_short_already_begins_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "RESERVE", 1 << 60)
    with pytest.raises(StorageFull):
        run(database, GROW)
    monkeypatch.undo()
    assert run(database, "SELECT to_regclass('public.grown')") == [(None,)]


def test_room_when_it_runs_short_meanwhile_cancels_what_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database would wait for an hour; the disk has room at the first looks only."""
    looked: list[object] = []
    usage = shutil.disk_usage

    def shrinking(folder: Path) -> Any:
        looked.append(folder)
        real = usage(folder)
        return real._replace(free=0) if len(looked) > LOOKS else real

    monkeypatch.setattr(shutil, "disk_usage", shrinking)
    with pytest.raises(StorageFull) as told:
        run(database, GROW, "SELECT pg_sleep(3600)")
    assert "没有改动任何数据" in told.value.message.zh
    monkeypatch.undo()
    assert run(database, "SELECT to_regclass('public.grown')") == [(None,)]


def test_room_when_something_else_cancels_is_not_blamed(database: Database) -> None:
    with pytest.raises(DatabaseUnusable):
        run(database, "SET LOCAL statement_timeout = 50", "SELECT pg_sleep(3600)")


def test_room_when_the_database_is_elsewhere_is_not_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "RESERVE", 1 << 60)
    monkeypatch.setattr(room, "FOLDER", "SELECT 'x' WHERE false")
    assert run(database, "SELECT 1") == [(1,)]
    monkeypatch.setattr(room, "FOLDER", "SELECT '/no/such/folder'")
    assert run(database, "SELECT 1") == [(1,)]


def test_write_when_the_database_itself_finds_no_room_says_so(database: Database) -> None:
    """As a server on another machine, which nobody watches, tells it."""
    with pytest.raises(StorageFull):
        run(
            database,
            "DO $$ BEGIN RAISE EXCEPTION 'could not extend' USING ERRCODE = '53100'; END $$",
        )
