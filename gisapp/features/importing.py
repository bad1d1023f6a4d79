"""Loading rows into any layer: by code, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import geopandas
import psycopg2
from psycopg2 import sql

from geodata.intake.kept import Intake
from geodata.preparing import Prepared, prepare_whole
from gisapp.access.audit import Entry, record
from gisapp.database.changes import Change
from gisapp.database.engine import Database
from gisapp.errors import BadFile
from gisapp.features.copying import Progress
from gisapp.features.opening import opened, plan_for
from gisapp.features.staging import Stored, metric_srid, store_frame
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


@dataclass(frozen=True)
class Request:
    """What to import: the file, the layer, and how its columns and rows are taken.

    ``plan``: a merge patch of ``geodata.plan.ImportPlan`` for what is said besides (the CRS …);
    ``encoding``: that of the texts, where it is not to be found out.
    """

    path: Path
    layer: Layer
    source_layer: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)  # column -> field
    constants: Mapping[str, str] = field(default_factory=dict)  # field -> value
    source: str = ""  # default: the file's name
    attribution: str = ""
    licence: str = ""
    dry_run: bool = False
    skip_errors: bool = False
    plan: Mapping[str, Any] = field(default_factory=dict)
    encoding: str = ""


@dataclass(frozen=True)
class Report:
    """What an import found and did; ``stored`` is None when it was refused."""

    prepared: Prepared
    stored: Stored | None
    area_codes: int = 0  # rows of other layers whose area code changed


def import_file(
    database: Database,
    request: Request,
    progress: Callable[[int, int], None] | None = None,
    change: Change | None = None,
) -> Report:
    """Import a file into a layer, all in one transaction.

    ``change`` is what the history says of it, by default the command line and the file's name.
    Any row error refuses the whole file unless ``skip_errors``; a dry run does everything and
    takes it back. ``progress`` is told rows done and rows in all. Raises BadFile or
    BadCoordinates for what concerns the whole file.
    """
    change = change or Change("import", reason=request.path.name)
    with (
        opened(request.path, request.source_layer, request.encoding) as intake,
        database.write(change) as connection,
    ):
        return import_table(connection, change, request, intake, progress)


def import_table(
    connection: Any,
    change: Change,
    request: Request,
    intake: Intake,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Import what was read from a file, in the caller's transaction; see ``import_file``."""
    srid = metric_srid(connection)
    plan = plan_for(intake, request.layer, request.mapping, request.constants, request.plan, srid)
    prepared = prepare_whole(intake, plan, request.layer, srid)
    prepared.notes[:0] = intake.notes
    if prepared.findings and not request.skip_errors:
        return Report(prepared, None)
    source = request.source or request.path.name
    register_source(connection, source, request.attribution, request.licence)
    tell = partial(tell_progress, progress, len(prepared.frame)) if progress else None
    stored = store_checked(connection, request.layer, prepared.frame, source, tell)
    area_codes = 0
    if request.layer.name == "areas" and stored.inserted + stored.updated:
        area_codes = refresh_area_codes(connection)
    if request.dry_run:
        connection.rollback()
    else:
        facts = {"file": request.path.name, "source": source, **vars(stored)}
        who = (change.account, change.name)
        record(connection, Entry("imported", request.layer.name, "done", *who, details=facts))
    return Report(prepared, stored, area_codes)


def tell_progress(progress: Callable[[int, int], None], rows: int, done: int) -> None:
    """Pass on rows done with the number of all."""
    progress(done, rows)


def store_checked(
    connection: Any,
    layer: Layer,
    frame: geopandas.GeoDataFrame,
    source: str,
    progress: Progress | None,
) -> Stored:
    """Store rows; what the database refuses after all is the file's fault and is said so."""
    try:
        stored = store_frame(connection, layer, frame, source=source, progress=progress)
    except (psycopg2.IntegrityError, psycopg2.DataError) as error:
        rule = error.diag.constraint_name or error.pgcode or "-"
        raise BadFile(
            Text(
                "数据库拒绝了一行（规则 {rule}），没有改动任何数据。",
                "The database refused a row (rule {rule}); nothing was changed.",
            ).format(rule=rule)
        ) from error
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
