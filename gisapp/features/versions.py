"""The versions of one feature: the one that is now, former ones, and which of them a caller names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from gisapp.access.scope import area_condition, layer_scope
from gisapp.errors import Changed, NotFound, Unconditional
from gisapp.features.crs import CRS84, Crs
from gisapp.features.editing import Editor
from gisapp.features.geojson import feature_sql
from layers.spec import Layer, Text

VERSION = re.compile(r"(\d{1,18})-(\d{1,18})")
# What the caller sees; a row that is changed also has to lie inside the caller's areas.
HELD = sql.SQL("""
SELECT {feature}, row_version || '-' || change_id, area_code, ST_AsBinary(geom), change_id,
    {columns}
FROM gisapp.{table} WHERE code = %(code)s AND {seen} FOR UPDATE
""")
STORED = sql.SQL("""
SELECT {feature}, row_version || '-' || change_id, area_code FROM gisapp.{table}
WHERE code = %(code)s
""")
FORMER = sql.SQL("""
SELECT {feature} FROM gisapp_history.{table}
WHERE code = %(code)s AND row_version = %(row)s AND change_id = %(change)s AND {seen}
""")
# By whom the feature's last version that the caller could see was ended.
LAST = sql.SQL("""
SELECT ended_by FROM gisapp_history.{table} WHERE code = %(code)s AND {seen}
ORDER BY upper(period) DESC LIMIT 1
""")
CHANGE = "SELECT name, at FROM gisapp.changes WHERE id = %(change)s"
# Whether all versions after the one that a feature says it is were made by the account itself.
OWN_SINCE = sql.SQL("""
SELECT coalesce(bool_and(changes.account = %(account)s), false)
FROM gisapp_history.{table} AS base
JOIN LATERAL (
    SELECT change_id FROM gisapp_history.{table} AS later
    WHERE later.code = base.code AND lower(later.period) >= upper(base.period)
    UNION ALL
    SELECT change_id FROM gisapp.{table} AS held WHERE held.code = base.code
) AS later ON true
JOIN gisapp.changes ON changes.id = later.change_id
WHERE base.code = %(code)s AND base.row_version = %(row)s AND base.change_id = %(change)s
""")
NEEDED = Text(
    "请用 If-Match 注明所依据的版本（读取时的 ETag）。",
    "Say with If-Match which version you change: the ETag that came with it.",
)
STALE = Text(
    "此要素在您读取之后已被修改，没有覆盖。",
    "This feature was changed since you read it. Nothing was overwritten.",
)
GONE = Text(
    "此要素在您读取之后已被删除或移出。",
    "This feature was deleted or moved away since you read it.",
)


@dataclass(frozen=True)
class Held:
    """A feature as it is now. ``values`` are those of its declared fields."""

    feature: bytes
    version: str
    area_code: str | None
    shape: bytes  # WKB in the metric CRS
    change: int
    values: dict[str, object]


@dataclass(frozen=True)
class Match:
    """Which version a change is made from: any of ``tags``, or whichever there is.

    ``said`` is the version that a feature says it is; it counts where there are no tags.
    """

    tags: tuple[str, ...] = ()
    whichever: bool = False
    said: str = ""

    def named(self) -> tuple[int, int] | None:
        """Return row version and change of the version named, None when it can be none."""
        for text in (*self.tags, self.said):
            if found := VERSION.fullmatch(text):
                return int(found[1]), int(found[2])
        return None


def missing(layer: Layer, code: str) -> NotFound:
    """Return the error for a feature that is not there, or not for this caller."""
    return NotFound(
        Text(
            f"图层“{layer.label.zh}”没有编号 {code}。",
            f"Layer “{layer.label.en}” has no feature {code}.",
        )
    )


def compose(statement: sql.SQL, layer: Layer, editor: Editor, crs: Crs = CRS84) -> sql.Composed:
    """Return one of these statements for ``layer``, as ``editor`` may see it, in ``crs``."""
    return statement.format(
        table=sql.Identifier(layer.name),
        feature=feature_sql(layer.name, crs),
        columns=sql.SQL(", ").join(sql.Identifier(field.name) for field in layer.fields),
        seen=area_condition(layer_scope(layer, editor.caller.scope)),
    )


def find_held(
    cursor: Any, layer: Layer, code: str, editor: Editor, match: Match, crs: Crs = CRS84
) -> Held:
    """Return the feature ``code``, kept from other writers, if it is the version that is named.

    Raises NotFound when the editor cannot see it, Forbidden when it lies outside the editor's
    areas, Unconditional without a version, Changed with both sides when it is another.
    """
    cursor.execute(compose(HELD, layer, editor, crs), {"code": code})
    row = cursor.fetchone()
    if row is None:
        raise_gone(cursor, layer, code, editor, match, crs)
        raise missing(layer, code)
    names = [field.name for field in layer.fields]
    feature, version, area_code, shape, change, *values = row
    held = Held(
        feature.encode(),
        version,
        area_code,
        bytes(shape),
        change,
        dict(zip(names, values, strict=True)),
    )
    editor.require_inside(held.area_code)
    if not match.tags and not match.whichever and not match.said:
        raise Unconditional(NEEDED)
    if not fits(cursor, layer, code, held, editor, match):
        raise changed(cursor, layer, code, editor, match, crs, held)
    return held


def fits(cursor: Any, layer: Layer, code: str, held: Held, editor: Editor, match: Match) -> bool:
    """Tell whether ``held`` is a version from which the change may be made.

    Where only the feature itself says its version, changes that the same account made since are
    known to it: QGIS goes on with what it sent, and does not ask what became of it.
    """
    if match.tags:
        return held.version in match.tags
    if match.said == held.version or (match.whichever and not match.said):
        return True
    base = match.named()
    if base is None or editor.caller.account is None:
        return False
    values = {"code": code, "account": editor.caller.account, "row": base[0], "change": base[1]}
    cursor.execute(compose(OWN_SINCE, layer, editor), values)
    return bool(cursor.fetchone()[0])


def raise_gone(
    cursor: Any, layer: Layer, code: str, editor: Editor, match: Match, crs: Crs
) -> None:
    """Raise Changed when the caller names a version that there was and that the caller could see."""
    if former(cursor, layer, code, editor, match, crs) is not None:
        raise changed(cursor, layer, code, editor, match, crs, None)


def changed(
    cursor: Any,
    layer: Layer,
    code: str,
    editor: Editor,
    match: Match,
    crs: Crs,
    held: Held | None,
) -> Changed:
    """Return the error with both sides: the feature now (None: gone) and the version named."""
    change = held.change if held else None
    if held is None:
        cursor.execute(compose(LAST, layer, editor), {"code": code})
        (change,) = cursor.fetchone()
    cursor.execute(CHANGE, {"change": change})
    who, when = cursor.fetchone() or ("", None)
    return Changed(
        STALE if held else GONE,
        None,
        current=json.loads(held.feature) if held else None,
        base=former(cursor, layer, code, editor, match, crs),
        who=who,
        when=when.isoformat() if when else None,
    )


def former(cursor: Any, layer: Layer, code: str, editor: Editor, match: Match, crs: Crs) -> Any:
    """Return the superseded version that the caller names as GeoJSON, None when there is none."""
    named = match.named()
    if named is None:
        return None
    values = {"code": code, "row": named[0], "change": named[1]}
    cursor.execute(compose(FORMER, layer, editor, crs), values)
    row = cursor.fetchone()
    return json.loads(row[0]) if row else None
