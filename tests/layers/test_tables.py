"""Every layer's table is what its declaration says, and the database itself holds it to that."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql

from gisapp.database.ddl import SQL_TYPES
from layers.catalogue import LAYERS
from layers.spec import SYSTEM_COLUMNS, Field, Layer

COLUMNS = """
SELECT column_name, CASE data_type WHEN 'USER-DEFINED' THEN udt_name ELSE data_type END,
    is_nullable = 'NO'
FROM information_schema.columns
WHERE table_schema = 'gisapp' AND table_name = %s
ORDER BY ordinal_position
"""
GEOMETRY = """
SELECT type, srid FROM geometry_columns
WHERE f_table_schema = 'gisapp' AND f_table_name = %s ORDER BY f_geometry_column
"""
INDEXED = """
SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
WHERE indrelid = format('gisapp.%%I', %s::text)::regclass
"""
SHAPES = {
    "Point": "POINT(460000 2600000)",
    "LineString": "LINESTRING(460000 2600000, 460100 2600000)",
    "MultiLineString": "MULTILINESTRING((460000 2600000, 460100 2600000))",
    "MultiPolygon": "MULTIPOLYGON(((460000 2600000, 460100 2600000, 460000 2600100,"
    " 460000 2600000)))",
}
SAMPLES: dict[str, Any] = {
    "text": "甲",
    "boolean": True,
    "date": datetime.date(2026, 1, 1),
    "datetime": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
}
ALL = [pytest.param(layer, id=layer.name) for layer in LAYERS.values()]


@pytest.fixture
def connection(database) -> Iterator[Any]:
    with database.write() as connection:
        yield connection


@pytest.mark.parametrize("layer", ALL)
def test_table_when_migrated_has_the_declared_columns(connection, layer: Layer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, (layer.name,))
        columns = cursor.fetchall()
        cursor.execute(GEOMETRY, (layer.name,))
        shapes = cursor.fetchall()
    declared = [(field.name, SQL_TYPES[field.type], field.required) for field in layer.fields]
    assert [(name, kind) for name, kind, _ in columns] == [
        *SYSTEM_COLUMNS[:-1],
        *((name, kind) for name, kind, _ in declared),
        SYSTEM_COLUMNS[-1],
    ]
    assert columns[len(SYSTEM_COLUMNS) - 1 : -1] == declared
    assert shapes == [(layer.geometry.upper(), 4548), (layer.geometry.upper(), 3857)]


@pytest.mark.parametrize("layer", ALL)
def test_table_when_migrated_is_indexed(connection, layer: Layer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INDEXED, (layer.name,))
        indexed = {row[0] for row in cursor.fetchall()}
    assert indexed >= {"id", "code", "geom", "geom_web", "area_code"}
    assert not layer.time or layer.time in indexed


@pytest.mark.parametrize("layer", ALL)
def test_row_when_values_are_allowed_is_taken(connection, layer: Layer) -> None:
    with connection.cursor() as cursor:
        for number, row in enumerate(good_rows(layer)):
            insert(cursor, layer, f"{number:012d}", row)
        cursor.execute("SELECT revision FROM layer_revisions WHERE layer = %s", (layer.name,))
        assert cursor.fetchone()[0] > 1


@pytest.mark.parametrize("layer", ALL)
def test_row_when_a_value_is_not_allowed_is_refused(connection, layer: Layer) -> None:
    (good, *_) = good_rows(layer)
    with connection.cursor() as cursor:
        for field in layer.fields:
            for value in bad_values(field):
                cursor.execute("SAVEPOINT before")
                with pytest.raises(psycopg2.IntegrityError):
                    insert(cursor, layer, "x", {**good, field.name: value})
                    pytest.fail(f"{field.name} took {value!r}")
                cursor.execute("ROLLBACK TO before")


def good_rows(layer: Layer) -> list[dict[str, Any]]:
    """Return rows that together hold every choice and both ends of every range."""
    values = {field.name: good_values(field) for field in layer.fields}
    count = max(map(len, values.values()))
    return [
        {name: given[number % len(given)] for name, given in values.items()}
        for number in range(count)
    ]


def good_values(field: Field) -> list[Any]:
    missing = [] if field.required else [None]
    if field.type == "choice":
        return [choice.code for choice in field.choices] + missing
    if field.type in ("integer", "number"):
        ends = [field.minimum, field.maximum]
        return [end if field.type == "number" else int(end) for end in ends if end is not None] or [
            0
        ]
    longest = ["界" * field.max_length] if field.type == "text" and not field.search else []
    return [SAMPLES[field.type], *longest, *missing]


def bad_values(field: Field) -> list[Any]:
    bad: list[Any] = [None] if field.required else []
    if field.type == "choice":
        bad.append("no such choice")
    if field.type == "text":
        bad.append("界" * (field.max_length + 1))
    if field.minimum is not None:
        bad.append(field.minimum - 1)
    if field.maximum is not None:
        bad.append(field.maximum + 1)
    return bad


def insert(cursor: Any, layer: Layer, code: str, row: dict[str, Any]) -> None:
    statement = sql.SQL(
        "INSERT INTO {} (code, geom, {}) VALUES (%s, ST_GeomFromText(%s, 4548), {})"
    ).format(
        sql.Identifier(layer.name),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    cursor.execute(statement, (code, SHAPES[layer.geometry], *row.values()))
