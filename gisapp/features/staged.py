"""Rows beside a layer: staged by COPY, compared with what the layer holds, then brought into it.

Four tables belong together: ``rows`` as they would be, ``marks`` of those that are not simply new,
``findings``, what is wrong with rows of the file, and ``places``, where such rows would lie.
Whatever changes in the layer between the comparison and the bringing in is noticed.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from gisapp.access.scope import Scope, area_condition
from gisapp.features.editing import NO_PLACE, TAKEN
from gisapp.features.stripping import MANY, stripped
from layers.spec import Layer, Text

# Readers go on reading; a second writer of the layer waits, so that no code is made twice.
LOCK_LAYER = sql.SQL("LOCK TABLE gisapp.{table} IN SHARE ROW EXCLUSIVE MODE")
HAS_ROWS = sql.SQL("SELECT EXISTS (SELECT FROM gisapp.{table})")
MAKE = sql.SQL("""
CREATE {kind} TABLE {rows} AS
SELECT NULL::bigint AS file_row, {columns}, area_code FROM gisapp.{table} LIMIT 0;
CREATE {kind} TABLE {marks} (
    file_row bigint, action text, row_version integer, change_id bigint
);
CREATE {kind} TABLE {findings} (file_row bigint, field text, value text, zh text, en text);
CREATE {kind} TABLE {places} (file_row bigint, geom geometry);
""")
DROP = sql.SQL("DROP TABLE IF EXISTS {rows}, {marks}, {findings}, {places}")
COPY = sql.SQL("COPY {rows} ({columns}, file_row, area_code) FROM STDIN")
COPY_FINDINGS = sql.SQL("COPY {findings} FROM STDIN")
COPY_PLACES = sql.SQL("COPY {places} FROM STDIN")
# What the layer has of the same code; only what differs is touched, so that the row version of the
# others does not rise. Geometry is compared vertex by vertex: "=" would compare bounding boxes.
MARK_HELD = sql.SQL("""
INSERT INTO {marks}
SELECT fresh.file_row, CASE
        WHEN NOT held.inside OR NOT fresh.inside THEN 'reject'
        WHEN (ST_AsBinary(held.geom), {held}) IS DISTINCT FROM (ST_AsBinary(fresh.geom), {fresh})
        THEN 'update' ELSE 'unchanged' END,
    held.row_version, held.change_id
FROM (SELECT *, ({inside}) IS TRUE AS inside FROM {rows}) AS fresh
JOIN (SELECT *, ({inside}) IS TRUE AS inside FROM gisapp.{table}) AS held ON held.code = fresh.code
""")
MARK_OUTSIDE = sql.SQL("""
INSERT INTO {marks} SELECT file_row, 'reject' FROM {rows} AS fresh
WHERE ({inside}) IS NOT TRUE
    AND NOT EXISTS (SELECT FROM {marks} AS mark WHERE mark.file_row = fresh.file_row)
""")
# A code whose last feature stood elsewhere: its history would go on here.
MARK_FORMER = sql.SQL("""
INSERT INTO {marks} SELECT fresh.file_row, 'taken' FROM {rows} AS fresh
CROSS JOIN LATERAL (
    SELECT area_code FROM gisapp_history.{table} AS version WHERE version.code = fresh.code
    ORDER BY upper(period) DESC LIMIT 1
) AS was
WHERE NOT EXISTS (SELECT FROM {marks} AS mark WHERE mark.file_row = fresh.file_row)
    AND (SELECT ({inside}) IS NOT TRUE FROM (SELECT was.area_code) AS former)
""")
# A row that lies inside was refused for its code, any other for its place.
TELL_REJECTS = sql.SQL("""
INSERT INTO {findings}
SELECT file_row, CASE WHEN inside THEN 'code' ELSE 'geometry' END,
    CASE WHEN inside THEN code ELSE '' END,
    CASE WHEN inside THEN {taken_zh} ELSE {place_zh} END,
    CASE WHEN inside THEN {taken_en} ELSE {place_en} END
FROM (SELECT file_row, code, ({inside}) IS TRUE AS inside FROM {rows}) AS fresh
JOIN {marks} AS mark USING (file_row) WHERE action IN ('reject', 'taken')
""")
READY = sql.SQL("""
UPDATE {marks} SET action = 'reject' WHERE action = 'taken';
CREATE INDEX ON {marks} (file_row);
ANALYZE {marks}; ANALYZE {rows} (file_row, code); ANALYZE {findings};
""")
COUNT = sql.SQL("""
SELECT (SELECT count(*) FROM {rows}) - count(*), count(*) FILTER (WHERE action = 'update'),
    count(*) FILTER (WHERE action = 'unchanged'),
    (SELECT count(DISTINCT file_row) FROM {findings})
FROM {marks}
""")
CHANGED_SINCE = sql.SQL("""
SELECT EXISTS (
    SELECT FROM {marks} AS mark JOIN {rows} AS fresh USING (file_row)
    LEFT JOIN gisapp.{table} AS held ON held.code = fresh.code
    WHERE mark.action IN ('update', 'unchanged')
        AND (held.row_version, held.change_id)
            IS DISTINCT FROM (mark.row_version, mark.change_id)
) OR EXISTS (
    SELECT FROM {rows} AS fresh JOIN gisapp.{table} AS held ON held.code = fresh.code
    WHERE NOT EXISTS (SELECT FROM {marks} AS mark WHERE mark.file_row = fresh.file_row)
)
""")
UPDATE = sql.SQL("""
UPDATE gisapp.{table} AS held SET {assignments}, source = %(source)s
FROM {rows} AS fresh JOIN {marks} AS mark USING (file_row)
WHERE held.code = fresh.code AND mark.action = 'update'
""")
# In order of place: neighbours on the map become neighbours on disk.
INSERT = sql.SQL("""
INSERT INTO gisapp.{table} ({columns}, source{code_column})
SELECT {columns}, %(source)s{code_value} FROM {rows} AS fresh
WHERE NOT EXISTS (SELECT FROM {marks} AS mark WHERE mark.file_row = fresh.file_row)
ORDER BY geom
""")
EVERY_ROW = sql.SQL("true")


@dataclass(frozen=True)
class Counts:
    """What the rows of a file would do, or did."""

    insert: int
    update: int
    unchanged: int
    reject: int


@dataclass(frozen=True)
class Staged:
    """The tables of rows on their way into ``layer``; ``names`` are the fields that they fill.

    ``key`` tells them from others'; without one they are the transaction's own and vanish with it.
    """

    layer: Layer
    names: tuple[str, ...]
    key: str = ""

    def table(self, part: str) -> sql.Identifier:
        """Return the name of one of the tables."""
        if self.key:
            return sql.Identifier("gisapp_imports", f"{part}_{self.key}")
        return sql.Identifier("pg_temp", f"staged_{part}")

    def compose(self, statement: sql.SQL, scope: Scope | None = None, **more: Any) -> sql.Composed:
        """Return one of this module's statements for these tables."""
        columns = [sql.Identifier(name) for name in ("code", "geom", *self.names)]
        has_area = self.layer.name != "areas"  # an area's own code is its
        return statement.format(
            kind=sql.SQL("UNLOGGED" if self.key else "TEMPORARY"),
            rows=self.table("rows"),
            marks=self.table("marks"),
            findings=self.table("findings"),
            places=self.table("places"),
            table=sql.Identifier(self.layer.name),
            columns=listed(columns, "{column}"),
            assignments=listed(columns[1:], "{column} = fresh.{column}"),
            held=listed(columns[2:], "held.{column}") if self.names else EVERY_ROW,
            fresh=listed(columns[2:], "fresh.{column}") if self.names else EVERY_ROW,
            inside=area_condition(scope) if scope and has_area else EVERY_ROW,
            code_column=sql.SQL(", area_code" if has_area else ""),
            **more,
        )


def listed(columns: list[sql.Identifier], form: str) -> sql.Composed:
    """Return columns in one form, with commas."""
    return sql.SQL(", ").join(sql.SQL(form).format(column=column) for column in columns)


def make(cursor: Any, staged: Staged) -> None:
    """Make the tables anew, without rows."""
    cursor.execute(staged.compose(DROP))
    cursor.execute(staged.compose(MAKE))


def mark(cursor: Any, staged: Staged, scope: Scope) -> Counts:
    """Compare the staged rows with the layer's, for someone who may write inside ``scope``.

    A row that lies outside, or whose code is that of a feature outside, is rejected; nothing more
    is told of that feature than that its code is taken.
    """
    cursor.execute(staged.compose(MARK_HELD, scope))
    if scope.prefixes is not None:
        cursor.execute(staged.compose(MARK_OUTSIDE, scope))
        cursor.execute(staged.compose(MARK_FORMER, scope))
        cursor.execute(staged.compose(TELL_REJECTS, scope, **reasons()))
    cursor.execute(staged.compose(READY))
    return count(cursor, staged)


def reasons() -> dict[str, Any]:
    """Return the texts of what is rejected here."""
    texts: dict[str, Text] = {"taken": TAKEN, "place": NO_PLACE}
    return {
        f"{name}_{language}": sql.Literal(text.say(language))
        for name, text in texts.items()
        for language in ("zh", "en")
    }


def count(cursor: Any, staged: Staged) -> Counts:
    """Count what the staged rows would do."""
    cursor.execute(staged.compose(COUNT))
    return Counts(*cursor.fetchone())


def lock(cursor: Any, layer: Layer) -> None:
    """Wait until nobody else writes ``layer``, and keep other writers waiting until the end."""
    cursor.execute(LOCK_LAYER.format(table=sql.Identifier(layer.name)))


def changed_since(cursor: Any, staged: Staged) -> bool:
    """Tell whether the layer was changed, where the staged rows are, since they were compared."""
    cursor.execute(staged.compose(CHANGED_SINCE))
    found: bool = cursor.fetchone()[0]
    return found


def bring_in(cursor: Any, staged: Staged, source: str, counts: Counts) -> Counts:
    """Change what differs and add what is new; return what was done. Lock the layer first.

    An empty layer that gets many rows is filled without indexes and triggers, made after the rows.
    """
    cursor.execute(staged.compose(HAS_ROWS))
    bare = not cursor.fetchone()[0] and counts.insert >= MANY and staged.layer.name != "areas"
    values = {"source": source}
    updated = 0
    if counts.update:
        cursor.execute(staged.compose(UPDATE), values)
        updated = cursor.rowcount
    # A row outside every area says so, lest the trigger looks again.
    area = {True: ", area_code", False: ", coalesce(area_code, '')"}[bare]
    value = sql.SQL("" if staged.layer.name == "areas" else area)
    with stripped(cursor, staged.layer) if bare else nullcontext():
        cursor.execute(staged.compose(INSERT, code_value=value), values)
        inserted = cursor.rowcount
    return Counts(inserted, updated, counts.unchanged, counts.reject)
