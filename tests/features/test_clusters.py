"""Kept clusters: they equal the rows, whatever happens to the rows."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database
from gisapp.features.boxes import Box, to_mercator
from gisapp.features.clusters import clusters_geojson
from gisapp.features.web_mercator import View
from layers.catalogue import LAYERS

VILLAGES = ("445103101201", "445103101202", "445103102201", "")
GRADES = ("red", "orange", "ungraded")
EAST, NORTH = 450_000, 2_610_000
EDGE = 20037508.342789244
INSERT = """
INSERT INTO gisapp.hazard_sites (code, name, kind, grade, area_code, geom)
SELECT 'H' || number, 'name', 'fuel', (%(grades)s::text[])[1 + number %% 3],
    (%(villages)s::text[])[1 + number %% 4],
    ST_SetSRID(ST_MakePoint(450000 + number * 7919 %% 5000, 2610000 + number * 104729 %% 9000), 4548)
FROM generate_series(%(first)s, %(last)s) AS number
"""
COLUMNS = "ST_X(geom_web), ST_Y(geom_web), coalesce(area_code, ''), coalesce(grade, '')"
KEPT = """
SELECT zoom, cell_x, cell_y, area_code, grade, count, sum_x, sum_y
FROM gisapp.clusters WHERE layer = 'hazard_sites'
"""


def run(connection: Any, statement: str, **parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"grades": list(GRADES), "villages": list(VILLAGES)} | parameters)


def fetch(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def counted_from_rows(connection: Any) -> dict[tuple[Any, ...], list[int]]:
    """Count the layer's rows cell by cell, with arithmetic of our own."""
    cells: dict[tuple[Any, ...], list[int]] = {}
    for x, y, area, grade in fetch(connection, f"SELECT {COLUMNS} FROM gisapp.hazard_sites"):
        for zoom in range(18):
            side = 2 * EDGE / 2 ** (zoom + 2)
            key = (zoom, math.floor((x + EDGE) / side), math.floor((EDGE - y) / side), area, grade)
            held = cells.setdefault(key, [0, 0, 0])
            held[0] += 1
            held[1] += round(x * 100)
            held[2] += round(y * 100)
    return cells


def assert_kept_right(connection: Any) -> None:
    kept = {tuple(row[:5]): list(row[5:]) for row in fetch(connection, KEPT)}
    assert kept == counted_from_rows(connection)


def test_every_point_layer_keeps_clusters(database: Database) -> None:
    with database.write() as connection:
        found = fetch(
            connection,
            "SELECT tgrelid::regclass::text, rtrim(encode(tgargs, 'escape'), '\\000'), count(*)"
            " FROM pg_trigger WHERE tgname LIKE 'keep_clusters_%' GROUP BY 1, 2",
        )
    points = [layer for layer in LAYERS.values() if layer.geometry == "Point"]
    assert sorted(found) == sorted((layer.name, layer.grade, 4) for layer in points)


operations = st.one_of(
    st.tuples(st.just("insert"), st.integers(1, 30)),
    st.tuples(st.just("move"), st.integers(2, 5)),
    st.tuples(st.just("grade"), st.integers(2, 5)),
    st.tuples(st.just("rename"), st.integers(2, 5)),
    st.tuples(st.just("area"), st.integers(2, 5)),
    st.tuples(st.just("upsert"), st.integers(1, 10)),
    st.tuples(st.just("delete"), st.integers(2, 5)),
    st.tuples(st.just("truncate"), st.just(0)),
    st.tuples(st.just("rollback"), st.integers(1, 10)),
)
UPDATES = {
    "move": "geom = ST_Translate(geom, 3, -2000)",
    "grade": "grade = 'yellow'",
    "rename": "name = name || '.'",
    "area": "area_code = '445103199201'",
}


def change(connection: Any, operation: str, number: int, first: int) -> None:
    last = first + number - 1
    if operation in UPDATES:
        run(
            connection,
            f"UPDATE gisapp.hazard_sites SET {UPDATES[operation]} WHERE id %% %(n)s = 0",
            n=number,
        )
    elif operation == "delete":
        run(connection, "DELETE FROM gisapp.hazard_sites WHERE id %% %(n)s = 0", n=number)
    elif operation == "truncate":
        run(connection, "TRUNCATE gisapp.hazard_sites")
    elif operation == "upsert":
        text = INSERT + " ON CONFLICT (code) DO UPDATE SET grade = 'blue', geom = excluded.geom"
        run(connection, text, first=max(1, first - 5), last=last)
    elif operation == "rollback":
        run(connection, "SAVEPOINT before")
        run(connection, INSERT, first=first, last=last)
        run(connection, "DELETE FROM gisapp.hazard_sites WHERE id %% 2 = 0")
        run(connection, "ROLLBACK TO before")
    else:
        run(connection, INSERT, first=first, last=last)


# The database is shared by the examples; each begins with an empty layer.
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(operations, min_size=1, max_size=8))
def test_clusters_equal_rows_after_any_changes(
    steps: list[tuple[str, int]], database: Database
) -> None:
    with database.write() as connection:
        run(connection, "TRUNCATE gisapp.hazard_sites")
    first = 1
    for operation, number in steps:
        with database.write() as connection:
            change(connection, operation, number, first)
            assert_kept_right(connection)
        first += number


def test_emptied_cells_leave_no_rows(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=50)
        run(connection, "DELETE FROM gisapp.hazard_sites")
        assert fetch(connection, KEPT) == []


def test_one_statement_of_many_rows(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=20_000)
        assert fetch(connection, "SELECT sum(count) FROM gisapp.clusters WHERE zoom = 0") == [
            (20_000,)
        ]
        assert_kept_right(connection)


def test_concurrent_writers_count_every_row(database: Database) -> None:
    begun = threading.Barrier(4)

    def write(part: int) -> None:
        begun.wait()
        for batch in range(5):
            first = part * 1000 + batch * 20 + 1
            with database.write() as connection:
                run(connection, INSERT, first=first, last=first + 19)
                run(connection, "UPDATE gisapp.hazard_sites SET grade = 'blue' WHERE id %% 7 = 0")

    threads = [threading.Thread(target=write, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.write() as connection:
        assert fetch(connection, "SELECT count(*) FROM gisapp.hazard_sites") == [(400,)]
        assert_kept_right(connection)


def test_killed_writer_leaves_clusters_right(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=30)
    killed = psycopg2.connect(database.url)
    run(killed, "DELETE FROM gisapp.hazard_sites WHERE id %% 2 = 0")
    run(killed, INSERT, first=1000, last=1100)
    with database.write() as connection:
        run(connection, "SELECT pg_terminate_backend(%(pid)s)", pid=killed.info.backend_pid)
    with pytest.raises(psycopg2.OperationalError):
        run(killed, "COMMIT")
    killed.close()
    with database.write() as connection:
        run(connection, INSERT, first=2000, last=2010)
        assert fetch(connection, "SELECT count(*) FROM gisapp.hazard_sites") == [(41,)]
        assert_kept_right(connection)


def test_rebuild_mends_clusters(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=30)
        run(connection, "UPDATE gisapp.clusters SET count = count + 5")
        run(connection, "SELECT gisapp.rebuild_clusters('hazard_sites')")
        assert_kept_right(connection)


def view(west: float, south: float, east: float, north: float, zoom: int) -> View:
    return View(to_mercator(Box(west, south, east, north)), zoom)


def answer(database: Database, scope: Scope, seen: View) -> dict[str, Any]:
    with database.read(scope) as reader:
        found = clusters_geojson(reader, LAYERS["hazard_sites"], seen)
    held: dict[str, Any] = json.loads(found)
    return held


DISTRICT = view(116.4, 23.5, 116.7, 23.8, 11)


def test_answer_counts_grades_and_names_the_worst(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=3000)
        rows = fetch(connection, f"SELECT {COLUMNS} FROM gisapp.hazard_sites")
    found = answer(database, EVERYTHING, DISTRICT)
    assert (found["clustered"], found["total"]) == (True, 3000)
    grades: Counter[str] = Counter()
    for feature in found["features"]:
        properties = feature["properties"]
        assert properties["count"] == sum(properties["grades"].values())
        west, south, east, north = properties["bbox"]
        x, y = feature["geometry"]["coordinates"]
        assert west < x < east and south < y < north
        worst = min(properties["grades"], key=["red", "orange", "ungraded"].index)
        assert properties["worst"] == worst
        grades.update(properties["grades"])
    assert grades == Counter(row[3] for row in rows)


def test_answer_is_in_one_order_whatever_the_plan(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=3000)
    found = answer(database, EVERYTHING, DISTRICT)
    places = [
        (-one["properties"]["bbox"][3], one["properties"]["bbox"][0]) for one in found["features"]
    ]
    assert len(places) > 4
    assert places == sorted(places)
    for feature in found["features"]:
        grades = list(feature["properties"]["grades"])
        assert grades == sorted(grades)


def test_unknown_grades_alone_are_said_to_be_unknown(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=900)
        run(connection, "UPDATE gisapp.hazard_sites SET grade = 'ungraded'")
    found = answer(database, EVERYTHING, DISTRICT)
    for feature in found["features"]:
        assert feature["properties"]["worst"] == "ungraded"
        assert list(feature["properties"]["grades"]) == ["ungraded"]


@pytest.mark.parametrize(
    "prefixes", [("445103101",), ("445103101201", "445103102"), ("445103",), ()]
)
def test_scope_filters_clusters_and_points(prefixes: tuple[str, ...], database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=3000)
        rows = fetch(connection, "SELECT coalesce(area_code, '') FROM gisapp.hazard_sites")
    inside = sum(any(area.startswith(prefix) for prefix in prefixes) for (area,) in rows)
    assert answer(database, Scope(prefixes), DISTRICT)["total"] == inside
    close = view(116.52, 23.58, 116.53, 23.6, 17)
    few = answer(database, Scope(prefixes), close)
    assert not few["clustered"]
    assert few["total"] < answer(database, EVERYTHING, close)["total"]


def test_few_points_are_sent_one_by_one(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=800)
    found = answer(database, EVERYTHING, DISTRICT)
    assert (found["clustered"], found["total"], len(found["features"])) == (False, 800, 800)
    one = next(f for f in found["features"] if f["properties"]["code"] == "H1")
    assert one["properties"] == {"code": "H1", "title": "name", "grade": "orange"}
    with database.write() as connection:
        run(connection, INSERT, first=801, last=801)
    assert answer(database, EVERYTHING, DISTRICT)["clustered"]


def test_view_of_the_world_at_a_deep_zoom_stays_small(database: Database) -> None:
    with database.write() as connection:
        run(connection, INSERT, first=1, last=3000)
    found = answer(database, EVERYTHING, view(-180, -90, 180, 90, 22))
    assert (found["clustered"], found["zoom"], found["total"]) == (True, 5, 3000)


def test_crowd_beyond_the_finest_zoom_is_counted_by_view(database: Database) -> None:
    """900 points in one finest cell: the half in view are sent, though the cell holds more."""
    with database.write() as connection:
        run(connection, INSERT, first=1, last=900)
        run(
            connection,
            "UPDATE gisapp.hazard_sites SET geom = ST_Translate(ST_SetSRID(ST_MakePoint("
            "450000, 2610000), 4548), id %% 2 * 20, 0)",
        )
        places = fetch(
            connection,
            "SELECT DISTINCT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(geom, 4326) AS p"
            " FROM gisapp.hazard_sites) AS places ORDER BY 1",
        )
    west, south = places[0]
    found = answer(
        database, EVERYTHING, view(west - 1e-5, south - 1e-5, west + 1e-5, south + 1e-5, 21)
    )
    assert (found["clustered"], found["total"]) == (False, 450)
