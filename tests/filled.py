"""A database in which every layer has generated rows, large layers very many.

For looking at plans, not at answers: values only fit their declarations. The rows lie on a
lattice over the demonstration district's surroundings, so that nearness means something.
"""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from psycopg2 import sql

from gisapp.access.scope import EVERYTHING, columns_of
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.settings import Settings
from layers.catalogue import LAYERS
from layers.spec import Field, Layer

NAME = "gisapp_filled"
LARGE, SMALL = 30_000, 600
WEST, SOUTH, EAST, NORTH = 440_000, 2_590_000, 480_000, 2_620_000
FILL = """
INSERT INTO gisapp.{table} (code, area_code, geom, source, updated_at, {columns})
SELECT {code}, {area}, {shape}, 'filled',
    CASE WHEN n % 2 = 0 THEN timestamptz '2026-01-01' ELSE timestamptz '2026-02-03' END, {values}
FROM (
    SELECT n, ST_Point({west} + (n * 7919 % {wide}), {south} + (n * 104729 % {high}), 4548) AS place
    FROM generate_series(1::bigint, {count}) AS n ORDER BY place
) AS rows
"""
# Every second row has changed, three times.
AS_OF = datetime(2026, 2, 1, 12, tzinfo=UTC)
REMEMBER = """
INSERT INTO gisapp_history.{table} ({columns}, period, ended_by)
SELECT {columns}, tstzrange(updated_at - n * interval '1 day',
    updated_at - (n - 1) * interval '1 day'), 1
FROM gisapp.{table}, generate_series(1, 3) AS n WHERE updated_at > '2026-01-01';
UPDATE gisapp_history.{table} SET updated_at = lower(period)
"""
KNOWN_SINCE = "UPDATE gisapp.deployment SET value = '2025-01-01T00:00Z' WHERE key = 'history_since'"
# The 12-digit code of one of 200 villages, by position.
AREA = (
    "'445103' || to_char(100 + (ST_Y(place)::integer - {south}) / 3000, 'FM000')"
    " || to_char(200 + (ST_X(place)::integer - {west}) / 2000, 'FM000')"
)
SHAPES = {
    "Point": "place",
    "LineString": "ST_MakeLine(place, ST_Translate(place, 90, n % 50))",
    "MultiLineString": "ST_Multi(ST_MakeLine(place, ST_Translate(place, 900, n % 50)))",
    "MultiPolygon": "ST_Multi(ST_Expand(place, 15 + n % 30))",
}


def filled_database(cluster: Cluster, settings: Settings, kind: type[Database]) -> Database:
    """Return the run's filled database, opened; the first process that asks makes it."""
    with (Path(os.environ["GISAPP_TEST_HOME"]) / "filled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster.create_database(NAME, "gisapp_template")
        connection = psycopg2.connect(cluster.url(NAME))
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM gisapp.sources WHERE name = 'filled')")
            if not cursor.fetchone()[0]:
                fill(cursor)
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")
        connection.close()
    return kind(settings.database, cluster.url(NAME))


def fill(cursor: psycopg2.extensions.cursor, large: int = LARGE, small: int = SMALL) -> None:
    """Fill every layer and its history without triggers, then count the clusters.

    Layers declared large get ``large`` rows, the others ``small``.
    """
    cursor.execute("SELECT gisapp.begin_change(NULL, 'filled', 'system', '')")
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("INSERT INTO gisapp.sources (name, generated) VALUES ('filled', true)")
    for layer in LAYERS.values():
        cursor.execute(fill_statement(layer, large if layer.large else small))
        columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(layer)))
        cursor.execute(sql.SQL(REMEMBER).format(table=sql.Identifier(layer.name), columns=columns))
    cursor.execute(KNOWN_SINCE)
    cursor.execute("SET LOCAL session_replication_role = origin")
    for layer in LAYERS.values():
        if layer.geometry == "Point":
            cursor.execute("SELECT gisapp.rebuild_clusters(%s)", (layer.name,))


def fill_statement(layer: Layer, count: int) -> sql.Composed:
    """Return the statement that fills one layer with ``count`` rows."""
    code = "{area}" if layer.name == "areas" else f"'{layer.name}-' || n"
    frame = {"west": WEST, "south": SOUTH, "wide": EAST - WEST, "high": NORTH - SOUTH}
    literals = {name: sql.Literal(value) for name, value in frame.items()}
    area = sql.SQL(AREA).format(west=literals["west"], south=literals["south"])
    if layer.name == "areas":
        area = sql.SQL("'445103' || to_char(100000 + n, 'FM000000')")
    return sql.SQL(FILL).format(
        table=sql.Identifier(layer.name),
        columns=sql.SQL(", ").join(sql.Identifier(field.name) for field in layer.fields),
        code=sql.SQL(code).format(area=area),
        area=area,
        shape=sql.SQL(SHAPES[layer.geometry]),
        values=sql.SQL(", ").join(value_of(field) for field in layer.fields),
        count=sql.Literal(count),
        **literals,
    )


def value_of(field: Field) -> sql.Composable:
    """Return the SQL expression of a field's value in row ``n``."""
    if field.type == "choice":
        codes = [choice.code for choice in field.choices]
        listed = sql.SQL(", ").join(map(sql.Literal, codes))
        return sql.SQL("(ARRAY[{}])[1 + (n % {})::integer]").format(listed, sql.Literal(len(codes)))
    if field.type in ("integer", "number"):
        low = int(field.minimum or 0)
        span = int(field.maximum if field.maximum is not None else 1000) - low
        return sql.SQL("{} + n % {}").format(sql.Literal(low), sql.Literal(max(1, span)))
    expressions = {
        "boolean": "n % 2 = 0",
        "date": "CASE WHEN n % 10 > 0 THEN date '2025-01-01' + (n % 700)::integer END",
        "datetime": "timestamptz '2025-01-01 00:00+08' + n % 700 * interval '1 day'",
        "text": "left('凤' || n % 5000, {length})",
    }
    if field.type == "date" and field.required:
        return sql.SQL("date '2025-01-01' + (n % 700)::integer")
    return sql.SQL(expressions[field.type]).format(length=sql.Literal(field.max_length))


__all__ = ["EVERYTHING", "filled_database"]
