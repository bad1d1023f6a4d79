"""Every version of every row is kept, with who made it: against a plain model in Python."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from psycopg2 import errors

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.changes import Change
from gisapp.database.ddl import SQL_TYPES
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from layers.catalogue import LAYERS
from layers.spec import SYSTEM_COLUMNS

ROWS = Statement(
    "SELECT code, name, ST_X(geom), area_code, row_version FROM hazard_sites ORDER BY code",
    reads=("hazard_sites",),
)
COUNT = Statement("SELECT count(*) FROM feature", reads=(("feature", "hazard_sites"),))
COLUMNS = """
SELECT table_schema, column_name, CASE data_type WHEN 'USER-DEFINED' THEN udt_name
    ELSE data_type END FROM information_schema.columns WHERE table_name = %s
    AND table_schema IN ('gisapp', 'gisapp_history')
"""
INSERT = """
INSERT INTO hazard_sites (code, name, kind, grade, geom, area_code)
VALUES (%(code)s, %(name)s, 'fuel', 'red', ST_Point(%(x)s, 2600000, 4548), %(area)s)
"""
TOWN_A, TOWN_B = "445103101001", "445103102001"
HOSTILE = "${alert(1)}`</script>' || chr(0) -- \\"
MICROSECOND = timedelta(microseconds=1)


def run(connection: Any, statement: str, **values: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else None


def insert(connection: Any, code: str, name: str = "甲", x: int = 460000, area: str = "") -> None:
    run(connection, INSERT, code=code, name=name, x=x, area=area)


def moment(connection: Any) -> datetime:
    """Return the moment of the layer's last change."""
    ((at,),) = run(
        connection, "SELECT changed_at FROM gisapp.layer_revisions WHERE layer = 'hazard_sites'"
    )
    return at


def seen(database: Database, at: datetime | None, scope: Scope = EVERYTHING) -> list[tuple]:
    with database.read(scope, at) as reader:
        return reader.rows(ROWS)


@pytest.mark.parametrize("name", LAYERS)
def test_history_has_the_columns_of_its_layer(database: Database, name: str) -> None:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(COLUMNS, (name,))
        found = cursor.fetchall()
    declared = {*SYSTEM_COLUMNS, *((f.name, SQL_TYPES[f.type]) for f in LAYERS[name].fields)}
    kept = {("period", "tstzrange"), ("ended_by", "bigint")}
    assert {row[1:] for row in found if row[0] == "gisapp"} == declared
    assert {row[1:] for row in found if row[0] == "gisapp_history"} == declared | kept


def test_rows_when_changed_and_removed_are_seen_as_they_were(database: Database) -> None:
    moments = []
    for act in (
        lambda c: (insert(c, "a", x=460000), insert(c, "b", "乙", x=460010)),
        lambda c: run(c, "UPDATE hazard_sites SET name = %(name)s WHERE code = 'a'", name=HOSTILE),
        lambda c: run(c, "DELETE FROM hazard_sites WHERE code = 'a'"),
        lambda c: insert(c, "a", "又来", x=460020),
        lambda c: run(c, "TRUNCATE hazard_sites"),
    ):
        with database.write() as connection:
            act(connection)
            moments.append(moment(connection))
    first, b = ("a", "甲", 460000, None, 1), ("b", "乙", 460010, None, 1)
    assert moments == sorted(set(moments))
    assert seen(database, moments[0] - MICROSECOND) == []
    assert seen(database, moments[0]) == seen(database, moments[1] - MICROSECOND) == [first, b]
    assert seen(database, moments[1]) == [("a", HOSTILE, 460000, None, 2), b]
    assert seen(database, moments[2]) == [b]
    assert seen(database, moments[3]) == [("a", "又来", 460020, None, 1), b]
    assert seen(database, moments[4]) == seen(database, None) == []


def test_change_when_begun_says_who_and_why(database: Database) -> None:
    change = Change("edit", 7, "town", HOSTILE)
    with database.write(change) as connection:
        insert(connection, "a")
        run(connection, "UPDATE hazard_sites SET name = 'x'")
        at = moment(connection)
    with database.write() as connection:
        run(connection, "UPDATE hazard_sites SET name = 'y'")
    with database.write(dataclasses.replace(change, kind="undo", undoes=2)) as connection:
        run(connection, "DELETE FROM hazard_sites")
    with database.write() as connection:
        made = run(connection, "SELECT * FROM gisapp.changes ORDER BY id")
        versions = run(
            connection,
            "SELECT name, change_id, ended_by, lower(period), updated_at"
            " FROM gisapp_history.hazard_sites ORDER BY period",
        )
    (user,) = {row[3] for row in made[2:3]}
    assert [row[2:] for row in made[1:]] == [
        (7, "town", "edit", HOSTILE, None),
        (None, user, "system", "", None),
        (7, "town", "undo", HOSTILE, 2),
    ]
    assert made[1][1] == at
    assert [row[:3] for row in versions] == [("x", 2, 3), ("y", 3, 4)]
    assert versions[0][3:] == (at, at)


def test_change_when_begun_twice_or_of_no_known_kind_is_refused(database: Database) -> None:
    begin = "SELECT gisapp.begin_change(NULL, 'x', 'edit', '')"
    twice, unknown = errors.ObjectNotInPrerequisiteState, errors.CheckViolation
    with pytest.raises(twice), database.write(Change("edit")) as connection:
        run(connection, begin)
    with pytest.raises(unknown), database.write(Change("magic")) as connection:
        insert(connection, "a")
    with database.write(Change("edit")) as connection:  # the setting ended with its transaction
        insert(connection, "a")


def test_row_when_it_brings_its_own_stamps_gets_ours(database: Database) -> None:
    with database.write() as connection:
        insert(connection, "a", area=TOWN_A)
        run(
            connection,
            "INSERT INTO hazard_sites (code, name, kind, grade, geom, area_code, created_at,"
            " updated_at, change_id) SELECT 'b', name, kind, grade, geom, area_code,"
            " '2001-01-01', '2001-01-01', 99 FROM hazard_sites",
        )
        run(connection, "UPDATE hazard_sites SET updated_at = '2001-01-01', change_id = 99")
        found = run(
            connection, "SELECT DISTINCT created_at, updated_at, change_id FROM hazard_sites"
        )
        change = run(connection, "SELECT gisapp.current_change()")
        at = moment(connection)
    assert found == [(at, at, change[0][0])]


def test_feature_when_moved_out_of_a_scope_shows_only_its_versions_inside(
    database: Database,
) -> None:
    moments = []
    for area, name in ((TOWN_A, "在甲"), (TOWN_B, "在乙"), (TOWN_A, "回甲")):
        with database.write() as connection:
            if moments:
                run(
                    connection,
                    "UPDATE hazard_sites SET area_code = %(area)s, name = %(name)s",
                    area=area,
                    name=name,
                )
            else:
                insert(connection, "a", name, area=area)
            moments.append(moment(connection))
    for scope, wanted in ((TOWN_A, [1, 0, 1]), (TOWN_B, [0, 1, 0])):
        shown = [len(seen(database, at, Scope((scope[:9],)))) for at in moments]
        assert shown == wanted


def test_version_when_the_clock_has_gone_backwards_is_later_still(database: Database) -> None:
    with database.write() as connection:
        insert(connection, "a")
        run(
            connection,
            "UPDATE gisapp.layer_revisions SET changed_at = now() + interval '2 hours'"
            " WHERE layer = 'hazard_sites'",
        )
        before = moment(connection)
    for name in ("x", "y"):
        with database.write() as connection:
            run(connection, "UPDATE hazard_sites SET name = %(name)s", name=name)
            at = moment(connection)
        assert before < at < before + timedelta(seconds=1)
        assert seen(database, at)[0][1] == name
        before = at


def test_change_when_taken_back_to_a_savepoint_leaves_no_version(database: Database) -> None:
    with database.write() as connection:
        run(connection, "SAVEPOINT before")
        insert(connection, "a")
        run(connection, "ROLLBACK TO before")
        insert(connection, "b")
        at = moment(connection)
    assert [row[0] for row in seen(database, at)] == ["b"]
    with database.write() as connection:
        assert run(connection, "SELECT * FROM gisapp_history.hazard_sites") == []
        (changes,) = run(connection, "SELECT count(*) FROM gisapp.changes WHERE id > 1")
    assert changes == (1,)


def test_writers_when_two_at_once_have_moments_of_their_own(database: Database) -> None:
    with database.write() as connection:
        insert(connection, "a", "0")
    both = Barrier(2)

    def rename() -> None:
        both.wait()
        for _ in range(20):
            with database.write() as connection:
                run(
                    connection,
                    "UPDATE hazard_sites SET name = (name::integer + 1)::text WHERE code = 'a'",
                )

    writers = [Thread(target=rename) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.write() as connection:
        versions = run(
            connection,
            "SELECT name::integer, lower(period), upper(period)"
            " FROM gisapp_history.hazard_sites ORDER BY 1",
        )
        last = moment(connection)
    assert [name for name, *_ in versions] == list(range(40))
    ends = [end for *_, end in versions]
    assert [start for _, start, _ in versions][1:] == ends[:-1]
    assert ends[-1] == last
    assert seen(database, None)[0][1] == "40"


CODES = st.sampled_from("abcd")
operations = st.one_of(
    st.tuples(st.just("add"), CODES, st.integers(0, 9)),
    st.tuples(st.just("rename"), CODES, st.integers(0, 9)),
    st.tuples(st.just("move"), CODES, st.integers(0, 9)),
    st.tuples(st.just("remove"), CODES, st.just(0)),
    st.tuples(st.just("rename all"), st.just(""), st.integers(0, 9)),
    st.tuples(st.just("truncate"), st.just(""), st.just(0)),
    st.tuples(st.just("take back"), CODES, st.integers(0, 9)),
)
TEXTS = {
    "rename": "UPDATE hazard_sites SET name = %(name)s WHERE code = %(code)s",
    "move": "UPDATE hazard_sites SET geom = ST_Point(%(x)s, 2600000, 4548) WHERE code = %(code)s",
    "remove": "DELETE FROM hazard_sites WHERE code = %(code)s",
    "rename all": "UPDATE hazard_sites SET name = %(name)s",
    "truncate": "TRUNCATE hazard_sites",
}
Model = dict[str, tuple[str, float]]


def act(connection: Any, model: Model, what: str, code: str, number: int) -> None:
    """Do one operation in the database and in the model."""
    name, x = f"名{number}", 460000.0 + number
    if what == "add":
        if code not in model:
            insert(connection, code, name, int(x))
            model[code] = (name, x)
        return
    if what == "take back":
        run(connection, "SAVEPOINT before")
        act(connection, dict(model), "rename", code, number)
        act(connection, dict(model), "remove", code, number)
        run(connection, "ROLLBACK TO before")
        return
    run(connection, TEXTS[what], code=code, name=name, x=x)
    for held in [code] if code else list(model):
        if held in model:
            now = model.pop(held)
            if what in ("rename", "rename all"):
                model[held] = (name, now[1])
            elif what == "move":
                model[held] = (now[0], x)


@limits(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transactions=st.lists(st.lists(operations, min_size=1, max_size=5), min_size=1, max_size=6))
def test_layer_as_of_every_moment_equals_the_model(
    database: Database, transactions: list[list[tuple[str, str, int]]]
) -> None:
    model: Model = {}
    kept: list[tuple[datetime, Model]] = []
    with database.write() as connection:
        run(connection, "TRUNCATE hazard_sites")
        run(connection, "TRUNCATE gisapp_history.hazard_sites")
        start = moment(connection)
    for steps in transactions:
        with database.write(Change("edit", 1, "model")) as connection:
            for step in steps:
                act(connection, model, *step)
            kept.append((moment(connection), dict(model)))
    ends = [at - MICROSECOND for at, _ in kept[1:]] + [kept[-1][0] + timedelta(days=1)]
    for (at, wanted), end in zip(kept, ends, strict=True):
        for asked in (at, max(at, end)):
            found = {code: (name, x) for code, name, x, *_ in seen(database, asked)}
            assert found == wanted
    assert seen(database, start) == []


def test_layer_when_migrated_with_rows_says_since_when(database: Database) -> None:
    with database.read(EVERYTHING) as reader:
        since = reader.value(
            Statement("SELECT value FROM gisapp.deployment WHERE key = 'history_since'")
        )
        first = reader.row(Statement("SELECT at, kind, name FROM gisapp.changes WHERE id = 1"))
    assert (datetime.fromisoformat(since), "system", "gisapp") == first


def test_reader_when_it_has_a_moment_counts_like_the_rows(database: Database) -> None:
    with database.write() as connection:
        run(
            connection,
            "INSERT INTO hazard_sites (code, name, kind, grade, geom, area_code)"
            " SELECT n::text, 'x', 'fuel', 'red', ST_Point(460000 + n, 2600000, 4548), ''"
            " FROM generate_series(1, 50) AS n",
        )
        at = moment(connection)
    with database.write() as connection:
        run(connection, "DELETE FROM hazard_sites WHERE id % 2 = 0")
    with database.read(EVERYTHING, at) as reader:
        assert reader.value(COUNT) == 50
        assert "gisapp_history" in reader.text_of(COUNT)
    with database.read(EVERYTHING) as reader:
        assert reader.value(COUNT) == 25
        assert "gisapp_history" not in reader.text_of(COUNT)
