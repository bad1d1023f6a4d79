"""Applying a checked import: in one transaction, and only what was checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg2 import errors

from gisapp.access.audit import Entry, record
from gisapp.access.caller import Caller
from gisapp.database.room import keeping_room
from gisapp.errors import Conflict
from gisapp.features.importing import (
    count_rows,
    refresh_area_codes,
    register_source,
    told_when_refused,
)
from gisapp.features.staged import Counts, Staged, bring_in, changed_since, count, lock
from gisapp.imports.changes import hold
from gisapp.imports.profiles import remember
from gisapp.imports.records import Import
from gisapp.imports.rights import require_import
from layers.spec import Text

AREAS_REVISION = "SELECT revision FROM gisapp.layer_revisions WHERE layer = 'areas'"
APPLIED = """
UPDATE gisapp.imports SET state = 'applied', change_id = %(change)s WHERE id = %(import)s
"""
STALE = "UPDATE gisapp.imports SET state = 'checked', stale = true WHERE id = %(import)s"
CURRENT = "SELECT gisapp.current_change()"
CHANGED = Text(
    "检查之后数据有变动，没有导入任何行。", "Data was changed since the check. Nothing was applied."
)
AGAIN = Text("请重新检查。", "Check again.")
REFUSED = Conflict(
    Text("还有必须处理的问题。", "There are problems that must be dealt with first."),
    Text("请按提示处理后再导入。", "Deal with them as proposed, then apply."),
)


class Stale(Conflict):
    """What was checked is not what there is any more."""


def require_ready(caller: Caller, held: Import) -> None:
    """Raise Conflict or Forbidden unless what was checked may be applied by the caller.

    Rows that do not fit stop an import unless it was decided to leave them out.
    """
    found = held.found
    if not held.is_current or found["refused"] or found["counts"] is None:
        raise REFUSED
    counts = Counts(**found["counts"])
    layer = held.staged.layer
    require_import(caller, layer)
    if counts.update:
        caller.require("update", layer)
    if counts.reject and not found["plan"].get("skip_errors"):
        raise Conflict(
            Text(f"有 {counts.reject} 行不合要求。", f"{counts.reject} rows do not fit."),
            Text(
                "改好后重新上传，或选择跳过这些行。",
                "Mend them and send the file again, or choose to skip them.",
            ),
        )


def apply(connection: Any, caller: Caller, number: int) -> dict[str, int]:
    """Bring the checked rows of an import into its layer, in the caller's transaction and change.

    Returns what was done. Raises Stale when rows, areas or the caller's rights were changed since
    the check, Conflict when it is not ready, Forbidden, BadFile for what the database refuses,
    StorageFull when its disk runs short.
    """
    held = hold(connection, caller, number)
    if held.begun != "applying":
        raise Conflict(Text("这次导入已不在进行。", "This import is not being applied any more."))
    require_ready(caller, held)
    staged, counts = held.staged, Counts(**held.found["counts"])
    with connection.cursor() as cursor:
        lock(cursor, staged.layer)
        require_as_checked(cursor, caller, held, staged, counts)
        source = str(held.source.get("name") or held.title)
        with keeping_room(connection):
            done = store(connection, cursor, staged, source, counts, held.source)
        cursor.execute(CURRENT)
        (change,) = cursor.fetchone() if done.insert + done.update else (None,)
        cursor.execute(APPLIED, {"change": change, "import": number})
    columns = [one["name"] for one in table_facts(held)["columns"]]
    remember(connection, caller, held.sender, columns, held.found["plan"])
    facts = {"file": held.title, "source": source, "import": number, **vars(done)}
    who = (caller.account, caller.name)
    record(connection, Entry("imported", staged.layer.name, "done", *who, details=facts))
    return vars(done)


def table_facts(held: Import) -> Mapping[str, Any]:
    """Return the facts of the table that was checked."""
    found = held.found
    return next(table for table in found["tables"] if table["key"] == found["table"])


def require_as_checked(
    cursor: Any, caller: Caller, held: Import, staged: Staged, counts: Counts
) -> None:
    """Raise Stale unless everything is as the check found it. Keeps the layer's lock."""
    if caller.scope.key != held.scope.key:
        raise Stale(Text("你的区域权限已变。", "Your areas were changed."), AGAIN)
    cursor.execute(AREAS_REVISION)
    if staged.layer.name != "areas" and cursor.fetchone()[0] != held.areas_revision:
        raise Stale(Text("行政区域已变。", "Administrative areas were changed."), AGAIN)
    try:
        whole = count(cursor, staged) == counts
    except errors.UndefinedTable as error:
        raise Stale(Text("检查结果已不在。", "The result of the check is gone."), AGAIN) from error
    if not whole or changed_since(cursor, staged):
        raise Stale(CHANGED, AGAIN)


def store(
    connection: Any,
    cursor: Any,
    staged: Staged,
    source: str,
    counts: Counts,
    about: Mapping[str, str],
) -> Counts:
    """Bring staged rows in with their source; what the database refuses is the file's fault."""
    if not counts.insert + counts.update:
        return counts
    with told_when_refused():
        register_source(connection, source, about.get("attribution", ""), about.get("licence", ""))
        done = bring_in(cursor, staged, source, counts)
    count_rows(connection, staged.layer, done.insert + done.update)
    if staged.layer.name == "areas":
        refresh_area_codes(connection)
    return done


def note_stale(connection: Any, number: int) -> None:
    """Note that an import has to be checked again."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"import": number})
