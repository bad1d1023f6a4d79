"""Give many features of a layer the same values, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2 import sql

from gisapp.access.audit import record
from gisapp.access.scope import area_condition, layer_scope
from gisapp.database.engine import Database
from gisapp.errors import Changed
from gisapp.features.area_codes import following
from gisapp.features.drafts import Draft
from gisapp.features.editing import Editor, editing
from layers.spec import Layer, Text

MOST = 1000  # features at once
HELD = sql.SQL("""
SELECT code, row_version || '-' || change_id, area_code FROM gisapp.{table}
WHERE code = ANY (%(codes)s) AND {seen} ORDER BY code FOR UPDATE
""")
UPDATE = sql.SQL("""
UPDATE gisapp.{table} SET {assignments}
WHERE code = ANY (%(codes)s) AND ROW({columns}) IS DISTINCT FROM ROW({values})
RETURNING code, row_version || '-' || change_id
""")
ASSIGNMENT = sql.SQL("{column} = {value}")
STALE = Text(
    "{count} 个要素在您读取之后已被修改、删除或移出；没有改动任何数据。",
    "{count} features were changed, deleted or moved away since you read them. "
    "Nothing was changed.",
)


@dataclass(frozen=True)
class Changes:
    """How many features were changed, and the version of each now (``3-17``)."""

    changed: int
    versions: Mapping[str, str]


def change_many(
    database: Database, editor: Editor, layer: Layer, versions: Mapping[str, str], draft: Draft
) -> Changes:
    """Give the features named in ``versions`` (code to version) the values of ``draft``.

    Those that have them already are left alone. Raises Changed with the codes that are not at
    their version any more, or not there for the editor; Forbidden outside the editor's areas.
    """
    table = sql.Identifier(layer.name)
    seen = area_condition(layer_scope(layer, editor.caller.scope))
    codes = list(versions)
    with editing(database, editor, "bulk", layer) as cursor:
        cursor.execute(HELD.format(table=table, seen=seen), {"codes": codes})
        held = {code: (version, area_code) for code, version, area_code in cursor.fetchall()}
        stale = [code for code in codes if held.get(code, ("",))[0] != versions[code]]
        if stale:
            raise Changed(STALE.format(count=len(stale)), None, conflicts=stale)
        editor.require_inside(*(area_code for _, area_code in held.values()))
        with following(cursor, layer, codes):
            cursor.execute(update(layer, draft), {**draft.values, "codes": codes})
            now = dict(cursor.fetchall())
        if now:
            facts = {"features": len(now), "fields": list(draft.values), "codes": list(now)}
            record(cursor.connection, editor.entry("bulk_updated", layer.name, **facts))
        else:
            cursor.connection.rollback()
    return Changes(len(now), {**versions, **now})


def update(layer: Layer, draft: Draft) -> sql.Composed:
    """Return the statement that gives rows the values of ``draft``."""
    columns = [sql.Identifier(name) for name in draft.values]
    values = [sql.Placeholder(name) for name in draft.values]
    pairs = zip(columns, values, strict=True)
    comma = sql.SQL(", ")
    return UPDATE.format(
        table=sql.Identifier(layer.name),
        assignments=comma.join(ASSIGNMENT.format(column=c, value=v) for c, v in pairs),
        columns=comma.join(columns),
        values=comma.join(values),
    )
