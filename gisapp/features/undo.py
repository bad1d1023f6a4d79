"""Take back a change of one's own, as a new change: nothing of history is rewritten.

Only what is still as the change left it is taken back, all or none. What others changed since is
told instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from gisapp.access.audit import record
from gisapp.access.scope import area_condition, layer_scope
from gisapp.database.changes import ChangeKind
from gisapp.database.engine import Database, Reader
from gisapp.errors import Conflict, Forbidden, NotFound
from gisapp.features.area_codes import following
from gisapp.features.editing import NO_PLACE, Editor, editing
from gisapp.features.history import Made, with_layers
from layers.catalogue import LAYERS
from layers.spec import Action, Layer, Text

UNDOABLE: tuple[ChangeKind, ...] = ("edit", "bulk", "restore", "import", "undo")
# The change that is being made says so too.
UNDONE = """
SELECT EXISTS (
    SELECT FROM gisapp.changes WHERE undoes = %(change)s AND id <> gisapp.current_change()
)
"""
# Rows that were changed since, or whose code is in use again.
SINCE = sql.SQL("""
SELECT code, {inside} FROM gisapp_history.{table} WHERE change_id = %(change)s
UNION
SELECT code, {inside} FROM gisapp_history.{table} AS was WHERE ended_by = %(change)s
    AND EXISTS (
        SELECT FROM gisapp.{table} AS held WHERE held.code = was.code
        AND held.change_id <> %(change)s
    )
ORDER BY code
""")
# Whether a row that the change made or ended lies, or lay, outside the editor's areas.
OUTSIDE = sql.SQL("""
SELECT EXISTS (SELECT FROM gisapp.{table} WHERE change_id = %(change)s AND {inside} IS NOT TRUE)
    OR EXISTS (
        SELECT FROM gisapp_history.{table} WHERE ended_by = %(change)s AND {inside} IS NOT TRUE
    )
""")
CODES = sql.SQL("""
SELECT code FROM gisapp.{table} WHERE change_id = %(change)s
UNION SELECT code FROM gisapp_history.{table} WHERE ended_by = %(change)s
""")
# What the change did, and the statement that takes it back.
REMOVE = sql.SQL("""
DELETE FROM gisapp.{table} AS held WHERE change_id = %(change)s AND NOT EXISTS (
    SELECT FROM gisapp_history.{table} AS was
    WHERE was.code = held.code AND was.ended_by = %(change)s
)
""")
SET_BACK = sql.SQL("""
UPDATE gisapp.{table} AS held SET {assignments} FROM gisapp_history.{table} AS was
WHERE held.change_id = %(change)s AND was.ended_by = %(change)s AND was.code = held.code
""")
BRING_BACK = sql.SQL("""
INSERT INTO gisapp.{table} (code, {columns})
SELECT code, {columns} FROM gisapp_history.{table} AS was
WHERE ended_by = %(change)s AND NOT EXISTS (
    SELECT FROM gisapp.{table} AS held WHERE held.code = was.code
)
""")
STEPS: tuple[tuple[Action, str, sql.SQL], ...] = (
    ("create", "restored", BRING_BACK),
    ("update", "changed", SET_BACK),
    ("delete", "removed", REMOVE),
)
MOST_TOLD = 100  # codes of rows that were changed since
CURRENT = "SELECT gisapp.current_change()"
ANYWHERE = sql.SQL("true")
ASSIGNMENT = sql.SQL("{column} = was.{column}")
NO_CHANGE = Text("本账号没有这项修改。", "This account made no such change.")
NOT_UNDOABLE = Text("这项修改不能撤销。", "This change cannot be undone.")
ALREADY = Text("这项修改已经撤销。", "This change is undone already.")
CHANGED_SINCE = Text(
    "有 {count} 个要素在这项修改之后又被修改，没有撤销。",
    "{count} features were changed again since. Nothing was undone.",
)


@dataclass(frozen=True)
class Undone:
    """The new change, the layer, and how many features came back, went back or went."""

    change: int
    layer: str
    counts: dict[str, int]


def own_layer(made: Made) -> str | None:
    """Return the layer that a change is about; when areas change, the rows in them follow."""
    if "areas" in made.layers:
        return "areas"
    return next(iter(made.layers)) if len(made.layers) == 1 else None


def is_undoable(made: Made) -> bool:
    """Tell whether a change, with what it touched, can be undone as far as is known."""
    name = own_layer(made)
    fits = made.kind in UNDOABLE and made.undone_by is None and name is not None
    return fits and not made.layers[str(name)].since


def undo(database: Database, editor: Editor, number: int) -> Undone:
    """Take back the change ``number`` of the editor's own account.

    Raises NotFound for others' changes, Conflict when it is undone already or rows were changed
    since (``conflicts`` names those that the editor may see), Forbidden for rows outside the
    editor's areas or where a right is missing.
    """
    with database.read(editor.caller.scope) as reader:
        layer = find_layer(reader, editor, number)
    with editing(database, editor, "undo", layer, undoes=number) as cursor:
        return undo_within(cursor, editor, layer, number)


def undo_within(cursor: Any, editor: Editor, layer: Layer, number: int) -> Undone:
    """Take back a change in a transaction of which the layer is locked and the change is begun."""
    require_undisturbed(cursor, editor, layer, number)
    require_inside(cursor, editor, layer, number)
    counts = take_back(cursor, editor, layer, number)
    cursor.execute(CURRENT)
    (change,) = cursor.fetchone()
    require_inside(cursor, editor, layer, change)
    facts = {"layer": layer.name, **counts}
    record(cursor.connection, editor.entry("undone", f"change:{number}", **facts))
    return Undone(change, layer.name, counts)


def find_layer(reader: Reader, editor: Editor, number: int) -> Layer:
    """Return the layer of the editor's own change ``number``. Raises NotFound, Conflict."""
    found = with_layers(reader, [number]) if number < 1 << 63 else []
    mine = [made for made in found if made.account == editor.caller.account is not None]
    if not mine:
        raise NotFound(NO_CHANGE)
    (made,) = mine
    if made.undone_by is not None:
        raise Conflict(ALREADY)
    name = own_layer(made)
    if name is None or made.kind not in UNDOABLE:
        raise Conflict(NOT_UNDOABLE)
    return LAYERS[name]


def require_undisturbed(cursor: Any, editor: Editor, layer: Layer, number: int) -> None:
    """Raise Conflict when a change is undone already, or what it made was changed since."""
    cursor.execute(UNDONE, {"change": number})
    if cursor.fetchone()[0]:
        raise Conflict(ALREADY)
    seen = area_condition(layer_scope(layer, editor.caller.scope))
    cursor.execute(compose(SINCE, layer, seen), {"change": number})
    if since := cursor.fetchall():
        told = [code for code, visible in since if visible]
        raise Conflict(CHANGED_SINCE.format(count=len(told) or 1), None, conflicts=told[:MOST_TOLD])


def require_inside(cursor: Any, editor: Editor, layer: Layer, number: int) -> None:
    """Raise Forbidden when a row that a change made or ended is outside the editor's areas."""
    inside = area_condition(editor.caller.scope)
    cursor.execute(compose(OUTSIDE, layer, inside), {"change": number})
    if cursor.fetchone()[0]:
        raise Forbidden(NO_PLACE)


def take_back(cursor: Any, editor: Editor, layer: Layer, number: int) -> dict[str, int]:
    """Take a change back; return how many rows came back, went back or went.

    Raises Forbidden when the editor has no right to one of these, Conflict when there are none.
    """
    values, counts = {"change": number}, {}
    codes = []
    if layer.name == "areas":  # of which the rows of others follow
        cursor.execute(compose(CODES, layer), values)
        codes = [row[0] for row in cursor.fetchall()]
    with following(cursor, layer, codes):
        for action, name, statement in STEPS:
            cursor.execute(compose(statement, layer), values)
            if cursor.rowcount:
                counts[name] = cursor.rowcount
                editor.caller.require(action, layer)
    if not counts:
        raise Conflict(NOT_UNDOABLE)
    return counts


def compose(statement: sql.SQL, layer: Layer, inside: sql.Composable = ANYWHERE) -> sql.Composed:
    """Return one of this module's statements for ``layer``."""
    names = ["geom", "source", *(field.name for field in layer.fields)]
    columns = [sql.Identifier(name) for name in names]
    comma = sql.SQL(", ")
    return statement.format(
        table=sql.Identifier(layer.name),
        inside=inside,
        columns=comma.join(columns),
        assignments=comma.join(ASSIGNMENT.format(column=column) for column in columns),
    )
