"""Reading the trail: filters, pages, files, and the filters as people write them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from functools import partial

import pytest

from gisapp.access import audit_trail
from gisapp.access.audit import Entry
from gisapp.access.audit_filters import Filters, read_filters
from gisapp.access.audit_trail import each_entry, export, read_entries
from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from tests.access.trail import add, run, unguarded

# The day of entry n is the n-th of May 2100, at noon in China.
ENTRIES = [
    Entry("sign_in", "", account=1, name="eva", address="10.0.0.7"),
    Entry("feature_updated", "cameras:C-17", account=1, name="eva"),
    Entry("feature_updated", "cameras:C-2", account=2, name="=cmd()", details={"codes": ["a"]}),
    Entry("denied", "camera%", "refused", 2, "=cmd()"),
    Entry("imported", "hazard_sites", details={"rate": 1e-7, "file": '"a",\n陈'}),
]


@pytest.fixture
def trail(database: Database) -> Database:
    for day, entry in enumerate(ENTRIES, 1):
        before = f"UPDATE gisapp.audit_head SET at = '2100-05-{day:02}T11:59:59.999999+08:00'"
        unguarded(database, before)
        add(database, entry)
    return database


def asked(trail: Database, **given: str) -> list[int]:
    filters = read_filters({"from" if name == "start" else name: v for name, v in given.items()})
    with trail.read(EVERYTHING) as reader:
        return [entry.id for entry in read_entries(reader.connection, filters)]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"start": "2100-05-02"}, [5, 4, 3, 2]),
        ({"to": "2100-05-02"}, [2, 1]),
        ({"start": "2100-05-02", "to": "2100-05-02"}, [2]),
        ({"start": "2100-05-02T12:00"}, [5, 4, 3, 2]),
        ({"start": "2100-05-02T12:00:01"}, [5, 4, 3]),
        ({"to": "2100-05-02T12:00"}, [1]),
        ({"to": "2100-05-02T04:00:01Z"}, [2, 1]),
        ({"start": "2100-06-01"}, []),
        ({"to": "2000-01-01"}, []),
        ({"account": "eva"}, [2, 1]),
        ({"account": "#2"}, [4, 3]),
        ({"account": "ev"}, []),
        ({"action": "denied"}, [4]),
        ({"object": "cameras:"}, [3, 2]),
        ({"object": "cameras:C-17"}, [2]),
        ({"object": "camera%"}, [4]),
        ({"object": "_"}, []),
        ({"result": "refused"}, [4]),
        ({"account": "eva", "object": "cam", "to": "2100-05-02", "result": "done"}, [2]),
    ],
)
def test_entries_when_filtered_are_the_right_ones(
    trail: Database, given: dict[str, str], found: list[int]
) -> None:
    assert asked(trail, **given) == found
    filters = read_filters({"from" if name == "start" else name: v for name, v in given.items()})
    exported = each_entry(partial(trail.read, EVERYTHING), filters)
    assert [entry.id for entry in exported] == found[::-1]


@pytest.mark.parametrize(
    "given",
    [
        {"from": "yesterday"},
        {"to": "2100-13-01"},
        {"from": "0001-01-01T00:00:00+14:00"},
        {"to": "9999-12-31"},
        {"action": "felt_like_it"},
        {"result": "maybe"},
    ],
)
def test_filters_when_they_make_no_sense_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadParameter):
        read_filters(given)


def test_entries_when_read_page_by_page_are_each_shown_once(trail: Database) -> None:
    with trail.read(EVERYTHING) as reader:
        read = partial(read_entries, reader.connection, Filters(), most=2)
        assert [entry.id for entry in read()] == [5, 4]
        assert [entry.id for entry in read(before=4)] == [3, 2]
        assert [entry.id for entry in read(before=2)] == [1]
        assert read(before=1) == []


def test_entries_when_many_are_asked_by_any_filter_are_found_by_index(database: Database) -> None:
    run(
        database,
        "SELECT gisapp.audit_append(n % 300, 'name' || n % 300, '', 'action_' || chr(97 + n % 20),"
        " 'kind' || n % 20 || ':' || n, CASE n % 500 WHEN 0 THEN 'failed' ELSE 'done' END)"
        " FROM generate_series(1, 5000) AS n",
    )
    run(database, "ANALYZE gisapp.audit")
    for filters in (
        Filters(),
        Filters(start=datetime.now(UTC), end=datetime(2200, 1, 1, tzinfo=UTC)),
        Filters(account=5),
        Filters(name="name7"),
        Filters(object="kind3:1234"),
        Filters(action="action_z"),
        Filters(result="failed"),
    ):
        values = {**vars(filters), "key": None, "most": 100}
        with database.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + audit_trail.NEWEST_FIRST, values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan" not in plan, plan


def test_export_when_longer_than_a_chunk_has_all_and_stops_at_its_beginning(
    trail: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "CHUNK", 2)
    entries = each_entry(partial(trail.read, EVERYTHING), Filters())
    assert next(entries).id == 1
    add(trail, *ENTRIES)
    assert [entry.id for entry in entries] == [2, 3, 4, 5]


def test_json_lines_when_exported_can_be_verified_by_another_program(trail: Database) -> None:
    lines = export(each_entry(partial(trail.read, EVERYTHING), Filters()), "jsonl", "en")
    previous = bytes(32)
    for line in lines:
        entry = json.loads(line)
        details = line.decode().rstrip("\n").partition(', "details": ')[2].removesuffix("}")
        moment = datetime.fromisoformat(entry["at"]) - datetime(1970, 1, 1, tzinfo=UTC)
        micros = (moment.days * 86400 + moment.seconds) * 10**6 + moment.microseconds
        fields = [entry["id"], micros, entry["account"]]
        fields += [entry[name] for name in ("name", "address", "action", "object", "result")]
        text = "".join(
            "-," if field is None else f"{len(str(field).encode())}:{field},"
            for field in (*fields, details)
        )
        assert entry["previous"] == previous.hex()
        previous = hashlib.sha256(previous + text.encode()).digest()
        assert entry["hash"] == previous.hex()
    assert entry["id"] == len(ENTRIES)
    assert entry["details"] == {"file": '"a",\n陈', "rate": 1e-7}


@pytest.mark.parametrize(("language", "word"), [("zh", "修改要素"), ("en", "Feature changed")])
def test_csv_when_exported_has_labels_and_no_formulas(
    trail: Database, language: str, word: str
) -> None:
    entries = each_entry(partial(trail.read, EVERYTHING), Filters())
    body = b"".join(export(entries, "csv", language))
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(lines) == 1 + len(ENTRIES)
    assert {len(line) for line in lines} == {len(audit_trail.COLUMNS)}
    assert lines[3][:8] == [
        *("3", "2100-05-03T04:00:00.000000Z", "2", "'=cmd()", "", word),
        *("feature_updated", "cameras:C-2"),
    ]
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "@", "-"))]
