"""Whoever changes the audit trail is found out: any column of any row, rows gone, swapped, cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from gisapp.access import audit_chain
from gisapp.access.audit import Entry
from gisapp.access.audit_chain import Verdict, head, verify
from gisapp.access.scope import EVERYTHING
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from tests.access.trail import GUARDS, add, run, unguarded

ROWS = 12
ENTRIES = [
    Entry("sign_in", "", "done", 1, "eva", "10.0.0.7", {"attempts": 1}),
    Entry("exported", "query:within", "failed", None, "王五,3:x", "::1", {"rows": [1, "a,b"]}),
    Entry("denied", "cameras:${x}`", "refused", 2, "", "", {}),
]
# For each column a change of its value, whatever it is.
CHANGES = {
    "id": "id + 100",
    "at": "at + interval '1 microsecond'",
    "account": "coalesce(account, 0) + 1",
    "name": "name || 'x'",
    "address": "'10.0.0.8'",
    "action": "'sign_out'",
    "object": "object || ' '",
    "result": "CASE result WHEN 'done' THEN 'failed' ELSE 'done' END",
    "details": "details || '{\"more\": 1}'",
    "previous": "set_byte(previous, 31, get_byte(previous, 31) # 1)",
    "hash": "set_byte(hash, 0, get_byte(hash, 0) # 128)",
}
# Text pushed over the border between two columns: what is hashed must not be the same.
PUSHES = [
    "name = left(name, -1), address = right(name, 1) || address",
    "account = NULL, name = account || name",
    "object = '', action = action || '_'",
]


@pytest.fixture(scope="module")
def trail(cluster: Cluster, names: Iterator[str], tmp_path_factory) -> Iterator[Database]:
    """A trail of twelve entries, which tests change in transactions that are rolled back."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    var = str(tmp_path_factory.mktemp("trail"))
    opened = Database(load_settings({"GISAPP_VAR": var}).database, cluster.url(name))
    for number in range(ROWS):
        add(opened, ENTRIES[number % len(ENTRIES)])
    yield opened
    opened.close()


@contextmanager
def tampered(database: Database, *texts: str) -> Iterator[Any]:
    """Lend a connection to a trail that somebody changed with all guards switched off."""
    with database.write() as connection, connection.cursor() as cursor:
        for guard in GUARDS:
            cursor.execute("ALTER TABLE gisapp.{} DISABLE TRIGGER {}".format(*guard.split()))
        for text in texts:
            cursor.execute(text)
        yield connection
        connection.rollback()


def found(database: Database, *texts: str) -> tuple[int | None, str | None]:
    with tampered(database, *texts) as connection:
        verdict = verify(connection)
        assert not verdict.whole
        return verdict.broken, verdict.fault


def test_chain_when_nobody_touched_it_is_whole(trail: Database) -> None:
    with trail.read(EVERYTHING) as reader:
        assert verify(reader.connection) == Verdict(0, ROWS, ROWS)
        assert verify(reader.connection).whole
        assert verify(reader.connection, ROWS) == Verdict(ROWS, ROWS, ROWS)
        assert verify(reader.connection, 7) == Verdict(7, ROWS, ROWS)
        assert verify(reader.connection, ROWS + 1).fault == "gap"


def test_chain_when_nothing_was_recorded_is_whole(database: Database) -> None:
    with database.read(EVERYTHING) as reader:
        assert verify(reader.connection).whole
        assert head(reader.connection).id == 0


@settings(max_examples=60, deadline=None)
@given(
    column=strategies.sampled_from(list(CHANGES)),
    row=strategies.integers(1, ROWS),
    begin=strategies.integers(0, ROWS),
)
def test_any_column_of_any_row_when_changed_is_found(
    trail: Database, column: str, row: int, begin: int
) -> None:
    change = f"UPDATE gisapp.audit SET {column} = {CHANGES[column]} WHERE id = {row}"
    with tampered(trail, change) as connection:
        verdict = verify(connection)
        assert (verdict.broken, verdict.last) == (row, row - 1)
        assert verdict.fault == ("gap" if column == "id" else "hash")
        if begin < row:
            assert verify(connection, begin).broken == row


@settings(max_examples=30, deadline=None)
@given(value=strategies.text(max_size=20).filter(lambda text: "\0" not in text))
def test_any_name_when_put_in_place_of_another_is_found(trail: Database, value: str) -> None:
    text = value.encode("utf-8", "replace").decode()
    with tampered(trail) as connection:
        change = "UPDATE gisapp.audit SET name = %s WHERE id = 4"
        connection.cursor().execute(change, (text,))
        assert verify(connection).broken == (None if text == "eva" else 4)


@pytest.mark.parametrize("push", PUSHES)
@pytest.mark.parametrize("row", [1, 2, 4])
def test_text_when_pushed_into_the_next_column_is_found(
    trail: Database, push: str, row: int
) -> None:
    drop = "ALTER TABLE gisapp.audit ALTER name DROP NOT NULL"
    assert found(trail, drop, f"UPDATE gisapp.audit SET {push} WHERE id = {row}") == (row, "hash")


@pytest.mark.parametrize("column", ["at", "name", "details", "previous", "hash"])
def test_column_when_emptied_is_found(trail: Database, column: str) -> None:
    drop = f"ALTER TABLE gisapp.audit ALTER {column} DROP NOT NULL"
    change = f"UPDATE gisapp.audit SET {column} = NULL WHERE id = 5"
    assert found(trail, drop, change) == (5, "hash")


@pytest.mark.parametrize("at", ["infinity", "-infinity", "4713-01-01 BC"])
def test_time_when_out_of_this_world_is_found(trail: Database, at: str) -> None:
    assert found(trail, f"UPDATE gisapp.audit SET at = '{at}' WHERE id = 3") == (3, "hash")


@pytest.mark.parametrize("row", [1, 6, ROWS])
def test_row_when_removed_is_found(trail: Database, row: int) -> None:
    assert found(trail, f"DELETE FROM gisapp.audit WHERE id = {row}") == (row, "gap")


def test_rows_when_all_are_removed_are_missed(trail: Database) -> None:
    assert found(trail, "TRUNCATE gisapp.audit") == (1, "gap")
    assert found(trail, "DELETE FROM gisapp.audit_head") == (ROWS, "head")


def test_rows_when_swapped_are_found(trail: Database) -> None:
    swap = [
        f"UPDATE gisapp.audit SET id = {new} WHERE id = {old}"
        for old, new in ((4, -4), (9, 4), (-4, 9))
    ]
    assert found(trail, *swap) == (4, "hash")


@pytest.mark.parametrize("number", [0, -3, 13, 900])
def test_row_when_put_in_by_hand_is_found(trail: Database, number: int) -> None:
    copy = f"INSERT INTO gisapp.audit SELECT {number}, at, account, name, address, action, object,"
    copy += " result, details, previous, hash FROM gisapp.audit WHERE id = 12"
    broken = number if number < 1 else ROWS + 1
    assert found(trail, copy) == (broken, "gap" if number == 900 else "hash")


def test_row_when_written_anew_with_a_right_hash_breaks_the_next(trail: Database) -> None:
    change = (
        "UPDATE gisapp.audit SET name = 'y' WHERE id = 6;"
        "UPDATE gisapp.audit AS entry SET hash = sha256(previous ||"
        " convert_to(gisapp.audit_text(entry), 'UTF8')) WHERE id = 6"
    )
    assert found(trail, change) == (7, "hash")


def test_time_when_led_backwards_with_right_hashes_is_found(trail: Database) -> None:
    change = (
        f"UPDATE gisapp.audit SET at = '2001-01-01' WHERE id = {ROWS};"
        "UPDATE gisapp.audit AS entry SET hash = sha256(previous ||"
        f" convert_to(gisapp.audit_text(entry), 'UTF8')) WHERE id = {ROWS};"
        "UPDATE gisapp.audit_head SET (at, hash) = (SELECT at, hash FROM gisapp.audit"
        f" WHERE id = {ROWS})"
    )
    assert found(trail, change) == (ROWS, "order")


@pytest.mark.parametrize(
    "change", ["id = id - 1", "hash = sha256('')", "at = at + interval '1 second'"]
)
def test_head_when_it_does_not_fit_is_found(trail: Database, change: str) -> None:
    assert found(trail, f"UPDATE gisapp.audit_head SET {change}") == (ROWS, "head")


def test_chain_when_read_in_chunks_and_out_of_time_says_how_far_it_came(
    trail: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "CHUNK", 5)
    with trail.read(EVERYTHING) as reader:
        assert verify(reader.connection) == Verdict(0, ROWS, ROWS)
        hurried = verify(reader.connection, seconds=-1)
    assert hurried == Verdict(0, 0, ROWS)
    assert not hurried.whole
    assert found(trail, "DELETE FROM gisapp.audit WHERE id = 11") == (11, "gap")


def test_chain_when_entries_come_meanwhile_is_whole(database: Database) -> None:
    add(database, *ENTRIES * 700)
    with database.read(EVERYTHING) as reader:
        rows = audit_chain.each_row(reader.connection.cursor(), None, 2100)
        next(rows)
        add(database, *ENTRIES)
        assert sum(1 for _ in rows) == 2099
        assert verify(reader.connection) == Verdict(0, 2103, 2103)


def test_forger_who_cuts_the_tail_leaves_a_whole_chain(database: Database) -> None:
    """Why anchors are needed."""
    add(database, *ENTRIES)
    unguarded(
        database,
        "DELETE FROM gisapp.audit WHERE id = 3",
        "UPDATE gisapp.audit_head SET (id, at, hash) ="
        " (SELECT id, at, hash FROM gisapp.audit WHERE id = 2)",
    )
    with database.read(EVERYTHING) as reader:
        assert verify(reader.connection) == Verdict(0, 2, 2)
    assert run(database, "SELECT count(*) FROM gisapp.audit") == [(2,)]
