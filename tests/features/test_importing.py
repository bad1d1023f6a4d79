"""Loading frames into layers, on a real database."""

from __future__ import annotations

from datetime import date, datetime

import geopandas
import numpy
import psycopg2
import pytest
from shapely import MultiPolygon, Point, box

from gisapp.database.changes import Change
from gisapp.database.engine import Database
from gisapp.features import staging
from gisapp.features.importing import load_frame, register_source
from layers.catalogue import LAYERS

VILLAGE, TOWN, DISTRICT = "445103100201", "445103100000", "445103000000"
EAST, NORTH = 450000.0, 2610000.0


def areas_frame() -> geopandas.GeoDataFrame:
    def square(size: float) -> MultiPolygon:
        return MultiPolygon([box(EAST, NORTH, EAST + size, NORTH + size)])

    return geopandas.GeoDataFrame(
        {
            "code": [DISTRICT, TOWN, VILLAGE],
            "name": ["潮安区", "古巷镇", "枫洋村"],
            "level": ["district", "town", "village"],
            "kind": ["district", "town", "villagers"],
            "edition": ["2023"] * 3,
        },
        geometry=[square(300), square(200), square(100)],
        crs=4548,
    )


def cameras_frame(**columns: object) -> geopandas.GeoDataFrame:
    values = {
        "code": ["C1", "C2", "C3", "C4"],
        "name": ["村口", "镇\t口\\N", "区口\n", "外面"],
        "status": ["online"] * 4,
        "azimuth": [0.1 + 0.2, numpy.nan, 90, 360],
        "retention_days": [30, numpy.nan, 7, 90],
        "installed_on": [date(2024, 2, 29), None, None, None],
        **columns,
    }
    places = [(50, 50), (150, 150), (250, 250), (900, 900)]
    shapes = [Point(EAST + x, NORTH + y) for x, y in places]
    return geopandas.GeoDataFrame(values, geometry=shapes, crs=4548)


def load(database: Database, name: str, frame: geopandas.GeoDataFrame) -> int:
    with database.write() as connection:
        register_source(connection, "test", "some people", "CC0", generated=True)
        return load_frame(connection, LAYERS[name], frame, source="test")


def fetch(database: Database, statement: str) -> list[tuple[object, ...]]:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_rows_carry_values_and_the_smallest_area_when_loaded(database: Database) -> None:
    assert load(database, "areas", areas_frame()) == 3
    assert load(database, "cameras", cameras_frame()) == 4
    rows = fetch(
        database,
        "SELECT code, name, azimuth, retention_days, installed_on, area_code, row_version,"
        " source, ST_X(geom) FROM gisapp.cameras ORDER BY code",
    )
    assert rows == [
        ("C1", "村口", 0.1 + 0.2, 30, date(2024, 2, 29), VILLAGE, 1, "test", EAST + 50),
        ("C2", "镇\t口\\N", None, None, None, TOWN, 1, "test", EAST + 150),
        ("C3", "区口\n", 90, 7, None, DISTRICT, 1, "test", EAST + 250),
        ("C4", "外面", 360, 90, None, None, 1, "test", EAST + 900),
    ]
    assert fetch(database, "SELECT * FROM gisapp.sources")[0][:4] == (
        "test",
        "some people",
        "CC0",
        True,
    )


def test_only_changed_rows_rise_when_loaded_again(database: Database) -> None:
    load(database, "cameras", cameras_frame())
    assert load(database, "cameras", cameras_frame()) == 0
    changed = cameras_frame(status=["online", "offline", "online", "online"])
    changed.loc[2, "geometry"] = Point(EAST + 250.001, NORTH + 250)
    assert load(database, "cameras", changed) == 2
    rows = fetch(database, "SELECT code, row_version FROM gisapp.cameras ORDER BY code")
    assert rows == [("C1", 1), ("C2", 2), ("C3", 2), ("C4", 1)]


def test_nothing_is_left_when_the_transaction_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        load_frame(connection, LAYERS["cameras"], cameras_frame(), source="test")
        raise ZeroDivisionError
    assert fetch(database, "SELECT count(*) FROM gisapp.cameras") == [(0,)]


def test_times_without_a_zone_are_local_when_loaded(database: Database) -> None:
    layer = LAYERS["incidents"]
    columns: dict[str, object] = {
        field.name: [field.choices[0].code if field.choices else "x"]
        for field in layer.fields
        if field.required
    }
    columns |= {"code": ["I1"], "occurred_at": [datetime(2024, 5, 1, 8, 30)]}
    frame = geopandas.GeoDataFrame(columns, geometry=[Point(EAST, NORTH)], crs=4548)
    load(database, "incidents", frame)
    rows = fetch(database, "SELECT occurred_at AT TIME ZONE 'UTC' FROM gisapp.incidents")
    assert rows == [(datetime(2024, 5, 1, 0, 30),)]


ATTACHED = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'gisapp.cameras'::regclass
UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'gisapp.cameras'::regclass
UNION ALL SELECT tgname || tgenabled::text FROM pg_trigger WHERE tgrelid = 'gisapp.cameras'::regclass
ORDER BY 1
"""


def test_many_rows_when_loaded_leave_the_table_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MANY", 4)
    load(database, "areas", areas_frame())
    before = fetch(database, ATTACHED)
    assert load(database, "cameras", cameras_frame()) == 4
    assert fetch(database, ATTACHED) == before
    rows = fetch(database, "SELECT area_code, row_version FROM gisapp.cameras ORDER BY code")
    assert rows == [(VILLAGE, 1), (TOWN, 1), (DISTRICT, 1), (None, 1)]


def test_many_rows_when_a_code_is_there_twice_are_refused_as_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MANY", 4)
    before = fetch(database, ATTACHED)
    with pytest.raises(psycopg2.errors.UniqueViolation):
        load(database, "cameras", cameras_frame(code=["C1", "C1", "C3", "C4"]))
    assert fetch(database, ATTACHED) == before
    assert fetch(database, "SELECT count(*) FROM gisapp.cameras") == [(0,)]


def test_a_row_version_when_handed_in_is_not_taken(database: Database) -> None:
    load(database, "areas", areas_frame())
    fetch(
        database,
        "INSERT INTO gisapp.cameras (code, name, status, area_code, row_version, geom) VALUES"
        f" ('C1', 'x', 'online', '{TOWN}', 7, ST_SetSRID(ST_Point({EAST}, {NORTH}), 4548))"
        " RETURNING id",
    )
    rows = fetch(database, "SELECT area_code, row_version FROM gisapp.cameras")
    assert rows == [(TOWN, 1)]


def test_many_rows_when_loaded_with_history_pass_no_row_trigger(database: Database) -> None:
    count = staging.MANY + 5000
    frame = geopandas.GeoDataFrame(
        {
            "code": [f"C{number}" for number in range(count)],
            "name": "x",
            "status": "online",
        },
        geometry=geopandas.points_from_xy([EAST + n % 500 for n in range(count)], [NORTH] * count),
        crs=4548,
    )
    # Only the row trigger looks up stamps; the fast path has it switched off.
    fetch(
        database,
        "CREATE OR REPLACE FUNCTION gisapp.stamp_row() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'row by row'; END $$; SELECT 1",
    )
    with database.write(Change("import", name="loader")) as connection:
        load_frame(connection, LAYERS["cameras"], frame, source="test")
    rows = fetch(
        database,
        "SELECT count(*), count(DISTINCT change_id), bool_and(created_at = updated_at),"
        " bool_and(updated_at = (SELECT changed_at FROM gisapp.layer_revisions"
        " WHERE layer = 'cameras')), min(changes.name)"
        " FROM gisapp.cameras JOIN gisapp.changes ON changes.id = change_id",
    )
    assert rows == [(count, 1, True, True, "loader")]
