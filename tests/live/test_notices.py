"""What the database tells of changes: which layers and areas, once, in few notices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import geopandas
import psycopg2
import pytest
import shapely

from gisapp.database.engine import Database
from gisapp.features.importing import load_frame
from gisapp.features.stripping import MANY
from layers.catalogue import LAYERS
from tests.features.rows import insert_row

INSERT = """
INSERT INTO gisapp.cameras (code, geom, name, status, area_code)
SELECT 'c' || n, ST_Point(460000 + n, 2600000, 4548), 'x', 'online', area
FROM unnest(%(areas)s::text[]) WITH ORDINALITY AS given (area, n)
"""
TRIGGERS = """
SELECT tgname, rtrim(encode(tgargs, 'escape'), '\\000') FROM pg_trigger
WHERE tgrelid = format('gisapp.%%I', %s::text)::regclass AND tgname LIKE 'tell_%%'
"""
V1, V2 = "445103101201", "445103102201"


class Ear:
    """A connection that listens."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def heard(self) -> list[str]:
        """Return the payloads since the last call; notices come before the next answer."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        self.connection.poll()
        found = [notice.payload for notice in self.connection.notifies]
        self.connection.notifies.clear()
        return found


@pytest.fixture
def ear(database: Database) -> Iterator[Ear]:
    """An ear at the database."""
    with closing(database.connect_to_listen()) as connection:
        with connection.cursor() as cursor:
            cursor.execute("LISTEN gisapp_changes")
        yield Ear(connection)


def run(database: Database, *statements: str, **values: object) -> None:
    """Run statements in one transaction."""
    with database.write() as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


@pytest.mark.parametrize("name", LAYERS)
def test_layer_when_migrated_tells_as_it_is_declared(database: Database, name: str) -> None:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(TRIGGERS, (name,))
        found = dict(cursor.fetchall())
    how = "areas" if LAYERS[name].access.scoped else "whole"
    assert found == {f"tell_{event}": how for event in ("insert", "update", "delete", "truncate")}


def test_change_when_committed_tells_areas_before_and_after(database: Database, ear: Ear) -> None:
    run(database, INSERT, areas=[V1, V2, V2, ""])
    assert ear.heard() == [f"cameras ,{V1},{V2}"]
    run(database, "UPDATE gisapp.cameras SET name = 'y' WHERE code = 'c1'")
    assert ear.heard() == [f"cameras {V1}"]
    run(database, f"UPDATE gisapp.cameras SET area_code = '{V2}' WHERE code = 'c1'")
    assert sorted(ear.heard()[0].removeprefix("cameras ").split(",")) == [V1, V2]
    run(database, "DELETE FROM gisapp.cameras WHERE code = 'c4'")
    assert ear.heard() == ["cameras "]
    run(database, "TRUNCATE gisapp.cameras")
    assert ear.heard() == [f"cameras {V2}"]


def test_change_when_it_touches_no_row_or_is_undone_is_silent(database: Database, ear: Ear) -> None:
    run(database, INSERT, areas=[V1])
    ear.heard()
    run(database, "UPDATE gisapp.cameras SET name = 'y' WHERE false", INSERT, areas=[])
    run(database, "DELETE FROM gisapp.cameras WHERE false")
    with pytest.raises(psycopg2.errors.DivisionByZero):
        run(database, "DELETE FROM gisapp.cameras", "SELECT 1 / 0")
    assert ear.heard() == []


def test_rows_when_added_by_many_statements_are_told_once(database: Database, ear: Ear) -> None:
    one = INSERT.replace("'c' || n", "%(code)s || n")
    with database.write() as connection, connection.cursor() as cursor:
        for number in range(300):
            cursor.execute(one, {"code": f"s{number}-", "areas": [(V1, V2)[number % 2]]})
    assert sorted(ear.heard()) == [f"cameras {V1}", f"cameras {V2}"]


def test_rows_when_added_after_others_changed_are_told(database: Database, ear: Ear) -> None:
    run(database, INSERT, areas=[V1])
    ear.heard()
    add = INSERT.replace("'c'", "'d'")
    run(database, "UPDATE gisapp.cameras SET name = 'y'", add, areas=[V2])
    assert {part for said in ear.heard() for part in said.split()[1].split(",")} == {V1, V2}


def test_change_when_of_very_many_areas_is_told_in_few_notices(
    database: Database, ear: Ear
) -> None:
    areas = [f"44{town:07}{village}" for town in range(20) for village in range(200, 300)]
    run(database, INSERT, areas=areas)
    said = ear.heard()
    assert len(said) == 4
    assert {code for notice in said for code in notice.split()[1].split(",")} == set(areas)


def test_context_layer_when_changed_tells_without_areas(database: Database, ear: Ear) -> None:
    with database.write() as connection:
        road = shapely.LineString([(460_000, 2_600_000), (460_100, 2_600_000)])
        insert_row(connection, LAYERS["roads"], "r", road)
    assert ear.heard() == ["roads "]


def test_import_when_it_fills_an_empty_layer_tells_of_it(database: Database, ear: Ear) -> None:
    village = shapely.MultiPolygon([shapely.box(459_000, 2_599_000, 490_000, 2_601_000)])
    frame = geopandas.GeoDataFrame(
        {"code": [f"p{n}" for n in range(MANY)], "name": "x", "status": "online"},
        geometry=[shapely.Point(460_000 + n, 2_600_000) for n in range(MANY)],
        crs=4548,
    )
    with database.write() as connection:
        insert_row(connection, LAYERS["areas"], V1, village, level="village")
    ear.heard()
    with database.write() as connection:
        load_frame(connection, LAYERS["cameras"], frame, source="x")
    assert ear.heard() == [f"cameras {V1}"]
