"""Loading rows into any layer: by code, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import geopandas
import psycopg2
from psycopg2 import sql

from gisapp.errors import BadFile
from gisapp.features.copying import Progress
from gisapp.features.staging import Stored, store_frame
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

REGISTER_SOURCE = """
INSERT INTO gisapp.sources (name, attribution, licence, generated)
VALUES (%(name)s, %(attribution)s, %(licence)s, %(generated)s)
ON CONFLICT (name) DO UPDATE SET attribution = excluded.attribution,
    licence = excluded.licence, generated = excluded.generated, loaded_at = now()
"""
REFRESH_AREA_CODES = "SELECT gisapp.refresh_area_codes(%(layer)s)"
WITH_AREA_CODE = tuple(name for name in LAYERS if name != "areas")  # an area's own code is its
# Named columns only: without them the search terms of 30,000 rows would be counted too.
COUNT_ROWS = "ANALYZE gisapp.{table} (geom, geom_web, code, area_code)"
MANY = 1000  # rows from which on the planner is told of the change at once


@contextmanager
def told_when_refused() -> Iterator[None]:
    """Say BadFile of a row that the database refuses after all: it is the file's fault."""
    try:
        yield
    except (psycopg2.IntegrityError, psycopg2.DataError) as error:
        rule = error.diag.constraint_name or error.pgcode or "-"
        raise BadFile(
            Text(
                "数据库拒绝了一行（规则 {rule}），没有改动任何数据。",
                "The database refused a row (rule {rule}); nothing was changed.",
            ).format(rule=rule)
        ) from error


def store_checked(
    connection: Any, layer: Layer, frame: geopandas.GeoDataFrame, source: str
) -> Stored:
    """Store rows and let the planner know. Raises BadFile for what the database refuses."""
    with told_when_refused():
        stored = store_frame(connection, layer, frame, source=source)
    count_rows(connection, layer, stored.inserted + stored.updated)
    return stored


def count_rows(connection: Any, layer: Layer, changed: int) -> None:
    """Let the planner know of a layer's rows after many of them were ``changed``."""
    if changed >= MANY:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(COUNT_ROWS).format(table=sql.Identifier(layer.name)))


def refresh_area_codes(connection: Any) -> int:
    """Find the area codes of all layers anew after the areas changed; return rows changed."""
    return sum(refresh_layer(connection, name) for name in WITH_AREA_CODE)


def refresh_layer(connection: Any, name: str) -> int:
    """Find the area codes of one layer's rows anew; return rows changed."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_AREA_CODES, {"layer": name})
        changed: int = cursor.fetchone()[0]
    return changed


def register_source(
    connection: Any,
    name: str,
    attribution: str = "",
    licence: str = "",
    generated: bool = False,
) -> None:
    """Note where rows come from; maps and exports show the attribution."""
    values = {
        "name": name,
        "attribution": attribution,
        "licence": licence,
        "generated": generated,
    }
    with connection.cursor() as cursor:
        cursor.execute(REGISTER_SOURCE, values)


def load_frame(
    connection: Any,
    layer: Layer,
    frame: geopandas.GeoDataFrame,
    *,
    source: str,
    progress: Progress | None = None,
) -> int:
    """Write a frame into a layer by COPY, in the caller's transaction; return rows written.

    Columns are declared field names and ``code``; the geometry is in the deployment's metric
    CRS and of the layer's type. A row whose code exists is updated, and left alone when nothing
    differs. Area codes are found for all rows at once, so load ``areas`` first. Values must fit
    the declaration: the database's own error is raised otherwise.
    """
    stored = store_frame(connection, layer, frame, source=source, progress=progress)
    return stored.inserted + stored.updated
