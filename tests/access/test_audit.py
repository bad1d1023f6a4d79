"""The audit trail: what a row holds, that it is only added to, and that it has no gaps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import psycopg
import psycopg2
import pytest
from psycopg2 import errors

from gisapp.access.audit import ACTIONS, RESULTS, Action, Entry, Result, record
from gisapp.database.engine import Database
from tests.access.trail import add, run, unguarded

MIGRATION = Path("migrations/sql/0006_audit.sql")
EVA = Entry("sign_in_refused", "", "refused", None, "eva", "10.0.0.7", {"attempts": 3})
# SHA-256 of 32 zero bytes and this text, made with sha256sum.
TEXT = (
    '1:1,16:4102444800000000,-,3:eva,8:10.0.0.7,15:sign_in_refused,0:,7:refused,15:{"attempts": 3},'
)
HASH = "4c1171d95ec8c4204ee8fc1c503e3a5f49427aad9ade8fe5bbd280256dd2236c"


def test_first_entry_when_hashed_by_hand_is_as_the_migration_says(database: Database) -> None:
    unguarded(database, "UPDATE gisapp.audit_head SET at = '2099-12-31T23:59:59.999999Z'")
    with database.write() as connection:
        connection.cursor().execute("SET LOCAL timezone = 'Asia/Shanghai'")
        assert record(connection, EVA) == 1
    ((found, previous),) = run(database, "SELECT hash, previous FROM gisapp.audit")
    assert (bytes(found).hex(), bytes(previous)) == (HASH, bytes(32))
    written = MIGRATION.read_text(encoding="utf-8")
    assert TEXT in written
    assert HASH in written


def test_entry_when_recorded_holds_what_was_told(database: Database) -> None:
    add(database, Entry("exported", "query:within", account=7, name="王五", details={"rows": 3}))
    assert run(
        database,
        "SELECT id, account, name, address, action, object, result, details FROM gisapp.audit",
    ) == [(1, 7, "王五", "", "exported", "query:within", "done", {"rows": 3})]


def test_time_when_the_clock_went_backwards_goes_on(database: Database) -> None:
    unguarded(database, "UPDATE gisapp.audit_head SET at = now() + interval '1 hour'")
    add(database, EVA, EVA, EVA)
    assert run(
        database,
        "SELECT count(*), bool_and(at > now() + interval '50 minutes'),"
        " count(DISTINCT at) FROM gisapp.audit",
    ) == [(3, True, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE gisapp.audit SET name = 'nobody' WHERE id = 1",
        "UPDATE gisapp.audit SET name = name WHERE false",
        "DELETE FROM gisapp.audit",
        "DELETE FROM gisapp.audit WHERE id = 2",
        "TRUNCATE gisapp.audit",
        "TRUNCATE gisapp.audit_head",
        "DELETE FROM gisapp.audit_head",
        "UPDATE gisapp.audit_head SET id = 1",
        "MERGE INTO gisapp.audit USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
        "INSERT INTO gisapp.audit SELECT * FROM gisapp.audit WHERE id = 1"
        " ON CONFLICT (id) DO UPDATE SET name = 'nobody'",
        "SET session_replication_role = replica; DELETE FROM gisapp.audit",
    ],
)
def test_trail_when_changed_by_its_owner_refuses(database: Database, text: str) -> None:
    add(database, EVA, EVA)
    before = run(database, "SELECT * FROM gisapp.audit")
    with pytest.raises(errors.InsufficientPrivilege, match="only added to"):
        run(database, text)
    assert run(database, "SELECT * FROM gisapp.audit") == before


def test_row_when_inserted_by_hand_takes_its_place_in_the_chain(database: Database) -> None:
    add(database, EVA)
    run(
        database,
        "INSERT INTO gisapp.audit VALUES (77, '2001-01-01', 5, 'x', '', 'denied', '',"
        " 'done', '{}', '', '') RETURNING id",
    )
    assert run(
        database,
        "SELECT second.id, second.at > first.at, second.previous = first.hash"
        " FROM gisapp.audit AS first JOIN gisapp.audit AS second ON second.id = first.id + 1",
    ) == [(2, True, True)]


def test_transaction_when_rolled_back_leaves_no_gap(database: Database) -> None:
    assert add(database, EVA) == [1]
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        assert record(connection, EVA) == 2
        raise ZeroDivisionError
    assert add(database, EVA) == [2]


def test_backend_when_killed_in_the_middle_leaves_no_gap(
    database: Database, database_url: str
) -> None:
    add(database, EVA)
    doomed = psycopg2.connect(database_url)
    assert record(doomed, EVA) == 2
    run(database, f"SELECT pg_terminate_backend({doomed.info.backend_pid}, 10000)")
    assert add(database, EVA) == [2]
    doomed.close()


def test_appends_when_eight_write_at_once_make_one_chain(database_url: str) -> None:
    def append(name: str) -> list[int]:
        connection = psycopg2.connect(database_url)
        ids = []
        for _ in range(25):
            with connection:
                ids.append(record(connection, Entry("sign_in", name=name)))
        connection.close()
        return ids

    with ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(append, "abcdefgh"))
    assert sorted(id_ for ids in lists for id_ in ids) == list(range(1, 201))
    assert len({ids[0] for ids in lists}) == 8


def test_entry_when_recorded_through_psycopg_3_is_the_same(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert record(connection, EVA) == 1
        assert record(connection, Entry("job_started", account=3)) == 2


@pytest.mark.parametrize(
    "details",
    [
        {"password": "x"},
        {"Token": "x"},
        {"row": {"name": "x"}},
        {"rows": [{"name": "x"}]},
    ],
)
def test_details_when_they_would_hold_secrets_or_rows_are_refused(
    database: Database, details: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match="audit trail"):
        add(database, Entry("denied", details=details))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("\udc80", "?"),
        ("长" * 300, "长" * 200 + "…"),
        (float("nan"), "nan"),
        (10**30, 10**30),
        (["C-1"] * 30, ["C-1"] * 20 + ["…"]),
        ({"b", "a"}, ["a", "b"]),
        (None, None),
        (True, True),
    ],
)
def test_detail_when_it_is_odd_or_long_is_kept_in_bounds(
    database: Database, value: object, kept: object
) -> None:
    add(database, Entry("denied", details={"value": value}))
    assert run(database, "SELECT details FROM gisapp.audit") == [({"value": kept},)]


def test_texts_when_they_are_hostile_or_endless_are_kept_in_bounds(database: Database) -> None:
    huge = {f"list{number}": ["长" * 200] * 20 for number in range(9)}
    add(database, Entry("denied", "o" * 9999, "refused", 1, "n\0\udc80" * 999, "a" * 999, huge))
    ((object_, name, address, size),) = run(
        database,
        "SELECT length(object), length(name), length(address),"
        " octet_length(details::text) FROM gisapp.audit",
    )
    assert (object_, name, address) == (400, 200, 100)
    assert size < 5000


def test_vocabulary_when_read_has_every_word_in_both_languages() -> None:
    assert set(ACTIONS) == set(get_args(Action))
    assert set(RESULTS) == set(get_args(Result))
    for text in (*ACTIONS.values(), *RESULTS.values()):
        assert text.en.isascii()
        assert text.zh != text.en
