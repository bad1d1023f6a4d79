"""Create, change, delete and restore one feature, each in one transaction with its audit entry.

Rows outside the editor's areas can neither be changed nor be reached by moving one there: the
database derives the area from the place, so it is looked at after the write, before the commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import numpy
import shapely
from psycopg2 import sql

from geodata.codes import make_codes
from gisapp.access.audit import Action, record
from gisapp.database.engine import Database
from gisapp.errors import Conflict
from gisapp.features.area_codes import following
from gisapp.features.crs import CRS84, Crs
from gisapp.features.drafts import Draft
from gisapp.features.editing import TAKEN, Editor, editing
from gisapp.features.geometry import Shape
from gisapp.features.staging import metric_srid
from gisapp.features.versions import STORED, Held, Match, compose, find_held, missing
from layers.spec import Layer

INSERT = sql.SQL("""
INSERT INTO gisapp.{table} (code, geom, {columns})
VALUES (%(code)s, ST_GeomFromWKB(%(geom)s, %(srid)s), {values})
""")
UPDATE = sql.SQL("UPDATE gisapp.{table} SET {assignments} WHERE code = %(code)s")
SET_SHAPE = sql.SQL("geom = ST_GeomFromWKB(%(geom)s, %(srid)s)")
SET_VALUE = sql.SQL("{column} = {value}")
DELETE = sql.SQL("DELETE FROM gisapp.{table} WHERE code = %(code)s")
# A code that is made is one that no feature has or had: histories must not run together.
USED = sql.SQL("""
SELECT code FROM gisapp.{table} WHERE code = %(code)s OR code LIKE %(more)s
UNION SELECT code FROM gisapp_history.{table} WHERE code = %(code)s OR code LIKE %(more)s
""")
# Where the feature stands that has a code, if one has, and where the last one stood that had it.
DELETED = sql.SQL("""
SELECT (SELECT ARRAY[area_code] FROM gisapp.{table} WHERE code = %(code)s), (
    SELECT ARRAY[area_code] FROM gisapp_history.{table} WHERE code = %(code)s
    ORDER BY upper(period) DESC LIMIT 1
)
""")
RESTORE = sql.SQL("""
INSERT INTO gisapp.{table} (code, geom, source, {columns})
SELECT code, geom, source, {columns} FROM gisapp_history.{table} WHERE code = %(code)s
ORDER BY upper(period) DESC LIMIT 1
""")


@dataclass(frozen=True)
class Written:
    """A feature as it is stored: its code, GeoJSON, version (``3-17``) and CRS."""

    code: str
    feature: bytes
    version: str
    crs: Crs


def create(database: Database, editor: Editor, layer: Layer, draft: Draft) -> Written:
    """Store a new feature. Raises Conflict when its code is taken, Forbidden for its place."""
    with editing(database, editor, "edit", layer) as cursor:
        return add(cursor, editor, layer, draft)


def add(cursor: Any, editor: Editor, layer: Layer, draft: Draft) -> Written:
    """Store a new feature in the transaction of ``editing``. Raises what ``create`` does."""
    if draft.shape is None:
        raise ValueError("a new feature needs a shape")
    if draft.code:
        require_own_past(cursor, editor, layer, draft.code)
    code = draft.code or free_code(cursor, layer, draft.shape)
    given = parameters(cursor, code, draft.values, draft.shape)
    with following(cursor, layer, [code]):
        cursor.execute(fill(INSERT, layer, draft.values), given)
    written = finish(cursor, editor, layer, code, draft.crs)
    tell(cursor, editor, "feature_created", layer, written)
    return written


def change(
    database: Database, editor: Editor, layer: Layer, code: str, draft: Draft, match: Match
) -> Written:
    """Store what ``draft`` changes of the feature ``code``; nothing when it changes nothing.

    Raises what ``find_held`` raises, Invalid for new personal values, Forbidden for a place
    outside the editor's areas.
    """
    with editing(database, editor, "edit", layer) as cursor:
        held = find_held(cursor, layer, code, editor, match, draft.crs)
        draft.refuse_personal(held.values)
        values, shape = news(held, draft)
        if not values and shape is None:
            cursor.connection.rollback()
            return Written(code, held.feature, held.version, draft.crs)
        given = parameters(cursor, code, values, shape)
        with following(cursor, layer, [code]):
            cursor.execute(fill(UPDATE, layer, values, shape), given)
        written = finish(cursor, editor, layer, code, draft.crs)
        tell(cursor, editor, "feature_updated", layer, written)
    return written


def delete(database: Database, editor: Editor, layer: Layer, code: str, match: Match) -> None:
    """Delete the feature ``code``; its versions stay. Raises what ``find_held`` raises."""
    with editing(database, editor, "edit", layer) as cursor:
        find_held(cursor, layer, code, editor, match)
        with following(cursor, layer, [code]):
            cursor.execute(fill(DELETE, layer, {}), {"code": code})
        record(cursor.connection, editor.entry("feature_deleted", f"{layer.name}:{code}"))


def restore(database: Database, editor: Editor, layer: Layer, code: str) -> Written:
    """Bring the last version of a deleted feature back.

    Raises NotFound when there was none, or none inside the editor's areas, Conflict when the code
    is in use.
    """
    with editing(database, editor, "restore", layer) as cursor:
        cursor.execute(fill(DELETED, layer, {}), {"code": code})
        present, former = cursor.fetchone()
        place = present or former
        if place is None or not editor.caller.scope.holds(place[0]):
            raise missing(layer, code)
        if present:
            raise Conflict(TAKEN)
        with following(cursor, layer, [code]):
            cursor.execute(fill(RESTORE, layer, {}), {"code": code})
        written = finish(cursor, editor, layer, code, CRS84)
        tell(cursor, editor, "feature_restored", layer, written)
    return written


def news(held: Held, draft: Draft) -> tuple[dict[str, object], Shape | None]:
    """Return the values and the shape of ``draft`` that differ from what is stored."""
    values = {
        name: value for name, value in draft.values.items() if not same(held.values[name], value)
    }
    stored = shapely.from_wkb(held.shape)
    unmoved = draft.shape is None or draft.shape.is_the_one(stored)
    return values, None if unmoved else draft.shape


def same(held: object, value: object) -> bool:
    """Tell whether two values are equal and of the same kind: 1 and true are not."""
    return held == value and isinstance(held, bool) == isinstance(value, bool)


def finish(cursor: Any, editor: Editor, layer: Layer, code: str, crs: Crs) -> Written:
    """Return the feature as it is stored now. Raises Forbidden when it lies outside the areas."""
    cursor.execute(compose(STORED, layer, editor, crs), {"code": code})
    feature, version, area_code = cursor.fetchone()
    editor.require_inside(area_code)
    return Written(code, feature.encode(), version, crs)


def tell(cursor: Any, editor: Editor, action: Action, layer: Layer, written: Written) -> None:
    """Note in the audit trail what was written, last in the transaction."""
    about = f"{layer.name}:{written.code}"
    record(cursor.connection, editor.entry(action, about, version=written.version))


def require_own_past(cursor: Any, editor: Editor, layer: Layer, code: str) -> None:
    """Raise Conflict for a code whose last feature was outside the editor's areas.

    Its history would go on here, and could not be restored there.
    """
    cursor.execute(fill(DELETED, layer, {}), {"code": code})
    place = cursor.fetchone()[1]
    if place is not None and not editor.caller.scope.holds(place[0]):
        raise Conflict(TAKEN)


def free_code(cursor: Any, layer: Layer, shape: Shape) -> str:
    """Return a code for a new feature: made from its place, and then numbered."""
    code: str
    (code,) = make_codes(layer.name, numpy.array([None], dtype=object), numpy.array([shape.metric]))
    cursor.execute(fill(USED, layer, {}), {"code": code, "more": f"{code}-%"})
    used = {row[0] for row in cursor.fetchall()}
    numbered = (f"{code}-{number}" for number in count(2))
    return next(one for one in chain([code], numbered) if one not in used)


def fill(
    statement: sql.SQL, layer: Layer, values: Mapping[str, object], shape: Shape | None = None
) -> sql.Composed:
    """Return one of this module's statements for ``layer`` and the columns of ``values``.

    Without values it is for all declared columns.
    """
    names = list(values) or [field.name for field in layer.fields]
    columns = [sql.Identifier(name) for name in names]
    places = [sql.Placeholder(name) for name in names]
    pairs = zip(columns, places, strict=True) if values else ()
    assignments = [SET_VALUE.format(column=column, value=value) for column, value in pairs]
    comma = sql.SQL(", ")
    return statement.format(
        table=sql.Identifier(layer.name),
        columns=comma.join(columns),
        values=comma.join(places),
        assignments=comma.join([*assignments, *([SET_SHAPE] if shape else [])]),
    )


def parameters(
    cursor: Any, code: str, values: Mapping[str, object], shape: Shape | None
) -> dict[str, object]:
    """Return the parameters of a statement that writes one feature."""
    place = {}
    if shape is not None:
        srid = metric_srid(cursor.connection)
        place = {"geom": shapely.to_wkb(shape.metric), "srid": srid}
    return {**values, **place, "code": code}
