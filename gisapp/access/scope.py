"""The area scope of a caller, and the one gate through which layers are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from psycopg2 import sql

from layers.catalogue import LAYERS
from layers.spec import SYSTEM_COLUMNS, Layer

ROW_FILTER = sql.SQL("area_code >= {first} AND area_code < {after}")
VISIBLE = sql.SQL("{name} AS NOT MATERIALIZED (SELECT * FROM gisapp.{table} WHERE {condition})")
# The versions that were current at a moment: those that still are, and those ended since. The
# conditions stand outside, because the planner takes apart only a union without any of its own;
# what is current has no end, so that the range leaves its beginning to updated_at.
WAS_VISIBLE = sql.SQL("""{name} AS NOT MATERIALIZED (
    SELECT {columns} FROM (
        SELECT {columns}, '(,)'::tstzrange AS period FROM gisapp.{table}
        UNION ALL
        SELECT {columns}, period FROM gisapp_history.{table}
    ) AS version
    WHERE updated_at <= %(as_of)s AND period @> %(as_of)s AND {condition}
)""")
# All versions; one begins with its updated_at.
EVERY_VERSION = sql.SQL("""{name} AS NOT MATERIALIZED (
    SELECT * FROM (
        SELECT {columns}, NULL::timestamptz AS until, NULL::bigint AS ended_by
        FROM gisapp.{table}
        UNION ALL
        SELECT {columns}, upper(period), ended_by FROM gisapp_history.{table}
    ) AS version
    WHERE {condition}
)""")


@dataclass(frozen=True)
class Scope:
    """The areas whose rows a caller may see: prefixes of the 12-digit ``area_code``.

    ``None`` means every row, also those outside all known areas; an empty tuple means none.
    A row whose ``area_code`` is NULL (outside every village) is seen only with ``None``.
    ``hidden`` are layers of which nothing is seen at all: the caller's role may not read them.
    """

    prefixes: tuple[str, ...] | None = ()
    hidden: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """A short text that is equal for equal scopes, for caches."""
        areas = "*" if self.prefixes is None else ",".join(sorted(self.prefixes))
        return areas + "".join(f"-{name}" for name in self.hidden)

    def holds(self, area_code: str | None) -> bool:
        """Tell whether a row with ``area_code`` lies inside, as ``area_condition`` does in SQL."""
        return self.prefixes is None or (area_code or "").startswith(self.prefixes)


EVERYTHING = Scope(None)
NOTHING = Scope(())


@dataclass(frozen=True)
class Versions:
    """What a statement reads of history: all versions of the rows of a layer, named ``alias``.

    Besides the layer's columns they have ``until``, when the version ended, and ``ended_by``,
    the change that ended it; both are NULL while it is current. It began with ``updated_at``.
    """

    alias: str
    layer: str


def area_condition(scope: Scope) -> sql.Composable:
    """Return the SQL condition on ``area_code`` that keeps a caller inside ``scope``."""
    if scope.prefixes is None:
        return sql.SQL("true")
    ranges = [
        ROW_FILTER.format(first=sql.Literal(first), after=sql.Literal(after))
        for first, after in code_ranges(scope.prefixes)
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(ranges)) if ranges else sql.SQL("false")


def code_ranges(prefixes: Iterable[str]) -> list[tuple[str, str]]:
    """Return the fewest ranges [first, after) of codes that begin with one of ``prefixes``.

    Each range is compared with every row read: twenty neighbouring towns as twenty ranges cost a
    sixth of a page.
    """
    ranges: list[tuple[str, str]] = []
    for prefix in sorted(prefixes):
        first, after = prefix, prefix_end(prefix)
        if ranges and first <= ranges[-1][1]:  # inside the last range, or right behind it
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], after))
        else:
            ranges.append((first, after))
    return ranges


def prefix_end(prefix: str) -> str:
    """Return the smallest text after all texts that begin with ``prefix`` (C collation)."""
    if not prefix.isdigit() or len(prefix) > 12:
        raise ValueError(f"not an area code prefix: {prefix!r}")
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)  # ':' follows '9'


def covers(scope: Scope, area: str) -> bool:
    """Tell whether rows of an area code lie inside ``scope``; the code is "" where there is none.

    The same rule as ``area_condition``, for what is known of rows outside the database.
    """
    return scope.prefixes is None or area.startswith(scope.prefixes)


def includes(scope: Scope, other: Scope) -> bool:
    """Tell whether everything that is seen in ``other`` is seen in ``scope``."""
    if not set(scope.hidden) <= set(other.hidden):
        return False
    if scope.prefixes is None:
        return True
    areas = other.prefixes
    return areas is not None and all(area.startswith(scope.prefixes) for area in areas)


def visible_as(name: str, layer: Layer, scope: Scope, *, was: bool = False) -> sql.Composed:
    """Return the WITH item that defines ``name`` as the rows of ``layer`` seen in ``scope``.

    With ``was`` they are the rows as they were at the moment of the parameter ``as_of``, each
    inside the scope by the area that it had then.
    """
    return define(WAS_VISIBLE if was else VISIBLE, name, layer, scope)


def define(form: sql.SQL, name: str, layer: Layer, scope: Scope) -> sql.Composed:
    """Return the WITH item that defines ``name`` in one of the forms above."""
    return form.format(
        name=sql.Identifier(name),
        table=sql.Identifier(layer.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns_of(layer))),
        condition=area_condition(layer_scope(layer, scope)),
    )


def layer_scope(layer: Layer, scope: Scope) -> Scope:
    """Return the scope that counts for a layer: context layers are seen whole by everyone."""
    if layer.name in scope.hidden:
        return NOTHING
    return scope if layer.access.scoped else EVERYTHING


def columns_of(layer: Layer) -> tuple[str, ...]:
    """Return the names of a layer's columns."""
    return (*(name for name, _ in SYSTEM_COLUMNS), *(field.name for field in layer.fields))


def with_visible(
    reads: Iterable[str | tuple[str, str] | Versions], scope: Scope, *, was: bool = False
) -> list[sql.Composed]:
    """Return WITH items for layer names, for (alias, layer name) pairs, or for versions."""
    items = []
    for entry in reads:
        if isinstance(entry, Versions):
            items.append(define(EVERY_VERSION, entry.alias, LAYERS[entry.layer], scope))
            continue
        alias, name = entry if isinstance(entry, tuple) else (entry, entry)
        items.append(visible_as(alias, LAYERS[name], scope, was=was))
    return items
