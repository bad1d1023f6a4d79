"""The smallest rows that each layer accepts, for tests that walk every layer."""

from __future__ import annotations

from typing import Any

from psycopg2 import sql
from shapely.geometry.base import BaseGeometry

from layers.spec import Field, Layer

INSERT = sql.SQL(
    "INSERT INTO gisapp.{table} (code, geom, {columns}) VALUES (%(code)s,"
    " ST_GeomFromWKB(%(geom)s, 4548), {values})"
)


def some_value(field: Field) -> object:
    """Return a value that the field accepts."""
    if field.type == "choice":
        return field.choices[0].code
    if field.type in ("integer", "number"):
        return max(1, field.minimum or 0)
    return {"boolean": True, "date": "2024-01-02", "datetime": "2024-01-02T03:04:05+08:00"}.get(
        field.type, f"{field.name} 文"[: field.max_length]
    )


def insert_row(
    connection: Any, layer: Layer, code: str, shape: BaseGeometry, **values: object
) -> None:
    """Insert one row with every declared field filled; ``shape`` is in EPSG:4548."""
    filled = {field.name: some_value(field) for field in layer.fields} | values
    if "valid_to" in filled:
        filled["valid_to"] = None
    statement = INSERT.format(
        table=sql.Identifier(layer.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, filled)),
        values=sql.SQL(", ").join(map(sql.Placeholder, filled)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**filled, "code": code, "geom": shape.wkb})
