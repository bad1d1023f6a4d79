"""What became of a feature, what differs between two moments, and how long it is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.changes import Change
from gisapp.database.engine import Database
from gisapp.errors import BadParameter, SetupNeeded
from gisapp.features.boxes import box_condition, parse_box
from gisapp.features.conditions import ALWAYS
from gisapp.features.crs import CRS84
from gisapp.features.differences import differences_statement, find_differences
from gisapp.features.history import latest_changes, timeline, timeline_statement
from gisapp.features.moments import require_known
from gisapp.features.retention import purge, purge_by_age
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from tests.database.test_history import (
    HOSTILE,
    TOWN_A,
    TOWN_B,
    Model,
    act,
    insert,
    moment,
    operations,
    run,
    seen,
)

SITES = LAYERS["hazard_sites"]


def change(database: Database, statement: str = "", account: int = 7, **values: object) -> datetime:
    """Do a transaction as an account; return its moment. Without a statement: add feature a."""
    with database.write(Change("edit", account, f"account {account}", HOSTILE)) as connection:
        if statement:
            run(connection, statement, **values)
        else:
            insert(connection, "a", area=TOWN_A)
        return moment(connection)


def events(database: Database, scope: Scope = EVERYTHING) -> list[tuple]:
    with database.read(scope) as reader:
        found, _ = timeline(reader, SITES, "a")
    return [
        (one.what, one.at, one.change.account, dict(one.differences), one.moved_m) for one in found
    ]


def test_timeline_when_told_says_who_when_and_what(database: Database) -> None:
    at = [
        change(database),
        change(
            database, "UPDATE hazard_sites SET name = %(name)s, grade = 'blue'", 8, name=HOSTILE
        ),
        change(
            database, "UPDATE hazard_sites SET geom = ST_Translate(geom, 3, 4), area_code = 'x'"
        ),
        change(database, "DELETE FROM hazard_sites", 9),
        change(database),
    ]
    assert events(database) == [
        ("added", at[4], 7, {}, None),
        ("removed", at[3], 9, {}, None),
        ("changed", at[2], 7, {"area_code": (TOWN_A, None)}, 5.0),
        ("changed", at[1], 8, {"name": ("甲", HOSTILE), "grade": ("red", "blue")}, None),
        ("added", at[0], 7, {}, None),
    ]
    with database.read(EVERYTHING) as reader:
        assert timeline(reader, SITES, "none") == ([], False)


def test_timeline_when_scoped_tells_only_the_versions_inside(database: Database) -> None:
    at = [
        change(database),
        change(database, "UPDATE hazard_sites SET name = '密', area_code = %(area)s", area=TOWN_B),
        change(database, "UPDATE hazard_sites SET name = '回', area_code = %(area)s", area=TOWN_A),
    ]
    inside = events(database, Scope((TOWN_A[:9],)))
    assert [row[:2] for row in inside] == [("added", at[2]), ("removed", at[1]), ("added", at[0])]
    assert "密" not in repr(inside)
    assert [row[0] for row in events(database, Scope((TOWN_B[:9],)))] == ["removed", "added"]
    assert events(database, Scope(("445103199",))) == []


def test_timeline_when_very_long_tells_the_newest(database: Database, monkeypatch) -> None:
    monkeypatch.setattr("gisapp.features.history.MOST_VERSIONS", 3)
    change(database)
    for number in range(5):
        change(database, "UPDATE hazard_sites SET name = %(name)s", name=str(number))
    with database.read(EVERYTHING) as reader:
        found, cut = timeline(reader, SITES, "a")
    assert cut
    assert [one.differences["name"][1] for one in found] == ["4", "3", "2"]


@limits(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transactions=st.lists(st.lists(operations, min_size=1, max_size=4), min_size=2, max_size=5))
def test_differences_between_any_two_moments_equal_the_model(
    database: Database, transactions: list[list[tuple[str, str, int]]]
) -> None:
    model: Model = {}
    kept: list[tuple[datetime, Model]] = []
    with database.write() as connection:
        run(connection, "TRUNCATE hazard_sites")
    for steps in transactions:
        with database.write() as connection:
            for step in steps:
                act(connection, model, *step)
            kept.append((moment(connection), dict(model)))
    for number, (first, before) in enumerate(kept):
        for last, after in kept[number + 1 :]:
            if last == first:
                continue
            with database.read(EVERYTHING) as reader:
                found = find_differences(reader, SITES, (first, last))
            wanted = {
                code: "added"
                if code not in before
                else "removed"
                if code not in after
                else "changed"
                for code in {*before, *after}
                if before.get(code) != after.get(code)
            }
            listed = {one["id"]: one["properties"]["difference"] for one in found.listed()}
            assert listed == wanted
            assert found.total == len(wanted)


def test_differences_when_found_say_before_and_after(database: Database) -> None:
    first = change(database)
    last = change(
        database,
        "UPDATE hazard_sites SET name = %(name)s, geom = ST_Translate(geom, 3, 4)",
        name=HOSTILE,
    )
    same = change(database, "UPDATE hazard_sites SET name = name")
    with database.read(EVERYTHING) as reader:
        (one,) = find_differences(reader, SITES, (first, last)).listed()
        nothing = find_differences(reader, SITES, (last, same))
    told = one["properties"]
    assert (told["before"], told["after"]) == (
        {"name": "甲", "area_code": TOWN_A},
        {"name": HOSTILE, "area_code": None},
    )
    assert told["moved_m"] == pytest.approx(5)
    assert told["former"]["coordinates"] != one["geometry"]["coordinates"]
    assert nothing.total == 0


def test_differences_when_many_are_counted_and_cut(database: Database) -> None:
    first = change(database)
    last = change(
        database,
        "INSERT INTO hazard_sites (code, name, kind, grade, geom, area_code) SELECT 'n' || n, 'x',"
        " 'fuel', 'red', ST_Point(460000 + n, 2600000, 4548), '445103101001'"
        " FROM generate_series(100, 149) AS n",
    )
    with database.read(EVERYTHING) as reader:
        found = find_differences(reader, SITES, (first, last), limit=5)
        box = box_condition("bbox", parse_box("0,0,1,1", CRS84), CRS84, 0)
        assert find_differences(reader, SITES, (first, last), box).total == 0
    assert (found.added, found.total, len(found.listed())) == (50, 50, 5)
    with database.read(Scope(("445103102",))) as reader:
        assert find_differences(reader, SITES, (first, last)).total == 0


def test_changes_of_an_account_are_told_newest_first(database: Database) -> None:
    change(database)
    change(database, "UPDATE hazard_sites SET name = 'x'", 8)
    change(database, "UPDATE hazard_sites SET name = 'y'")
    change(database, "DELETE FROM hazard_sites", 8)
    with database.read(EVERYTHING) as reader:
        mine = latest_changes(reader, 7)
        theirs = latest_changes(reader, 8, 1)
        assert latest_changes(reader, 9) == []
    assert [one.layers for one in mine] == [
        {"hazard_sites": (1, 1, 1)},
        {"hazard_sites": (1, 0, 1)},
    ]
    assert [(one.layers, one.reason) for one in theirs] == [({"hazard_sites": (0, 1, 0)}, HOSTILE)]
    with database.read(Scope((TOWN_B[:9],))) as reader:
        assert [one.layers for one in latest_changes(reader, 7)] == [{}, {}]


def test_purge_when_done_drops_what_ended_and_refuses_to_tell_of_it(database: Database) -> None:
    at = [change(database)]
    at += [change(database, "UPDATE hazard_sites SET name = %(n)s", n=str(n)) for n in range(3)]
    with database.write() as connection:
        assert purge(connection, at[2]) == 2
    assert [row[1] for row in seen(database, at[2])] == ["1"]
    assert [row[1] for row in seen(database, None)] == ["2"]
    with database.read(EVERYTHING) as reader:
        require_known(reader, "as-of", at[2])
        with pytest.raises(BadParameter, match=str(at[2].year)):
            require_known(reader, "as-of", at[2] - timedelta(microseconds=1))
    with database.write() as connection:
        assert purge(connection, at[0]) == 0  # the horizon does not go back
    with database.read(EVERYTHING) as reader, pytest.raises(BadParameter):
        require_known(reader, "as-of", at[1])


def test_purge_by_age_when_young_or_for_ever_keeps_everything(database: Database) -> None:
    change(database)
    last = change(database, "DELETE FROM hazard_sites")
    with database.write() as connection:
        assert purge_by_age(connection, 0) == purge_by_age(connection, 6) == 0
        run(
            connection,
            "UPDATE gisapp_history.hazard_sites SET period ="
            " tstzrange('2001-01-01', now() - interval '200 days')",
        )
        assert purge_by_age(connection, 7) == 0
        assert purge_by_age(connection, 6) == 1
    with database.read(EVERYTHING) as reader:
        require_known(reader, "as-of", last)


@pytest.mark.parametrize("months", ["1", "5", "-1", "x"])
def test_setting_when_history_would_be_too_short_is_refused(months: str) -> None:
    with pytest.raises(SetupNeeded, match="GISAPP_HISTORY_MONTHS"):
        load_settings({"GISAPP_HISTORY_MONTHS": months})


def test_setting_when_allowed_is_taken() -> None:
    assert load_settings({}).history.months == 0
    assert load_settings({"GISAPP_HISTORY_MONTHS": "6"}).history.months == 6


@pytest.mark.parametrize("name", LAYERS)
def test_statements_when_run_are_right_for_every_layer(demo: Database, name: str) -> None:
    with demo.read(EVERYTHING) as reader:
        for statement in (timeline_statement(name), differences_statement(name, ALWAYS)):
            assert reader.rows(statement, statement.example) is not None
        early = datetime.now(UTC) - timedelta(days=3650)
        found = find_differences(reader, LAYERS[name], (early, datetime.now(UTC)))
        assert found.removed == found.changed == 0
