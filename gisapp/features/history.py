"""What became of a feature, and which changes an account made last.

A version begins with its ``updated_at`` and ends with ``until``; who sees only some areas sees
only the versions that lay in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from psycopg2 import sql

from gisapp.access.scope import Versions
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from layers.catalogue import LAYERS
from layers.spec import Layer

Happening = Literal["added", "changed", "removed"]
MOST_VERSIONS = 200  # of one feature, the newest
BESIDES = ("source", "area_code")  # system columns whose differences are told

# A shape's move is the farthest that any of its points went.
TIMELINE = sql.SQL("""
SELECT updated_at, until, change_id, ended_by, row_version, {properties},
    NOT ST_OrderingEquals(geom, former), ST_HausdorffDistance(geom, former)
FROM (
    SELECT *, lag(geom) OVER (ORDER BY updated_at) AS former
    FROM versions WHERE code = %(code)s
) AS told
ORDER BY updated_at DESC LIMIT %(most)s
""")
CHANGES = Statement(
    """
SELECT id, at, name, kind, reason, undoes, account,
    (SELECT max(id) FROM gisapp.changes AS later WHERE later.undoes = made.id)
FROM gisapp.changes AS made WHERE id = ANY (%(numbers)s)
""",
    example={"numbers": [1]},
)
LATEST = Statement(
    "SELECT id FROM gisapp.changes WHERE account = %(account)s ORDER BY id DESC LIMIT %(most)s",
    example={"account": 1, "most": 20},
)
TOUCHED = sql.SQL("""
    SELECT change_id AS change, {name} AS layer, count(*) AS made, 0 AS ended, count(until) AS since
    FROM {versions} WHERE change_id = ANY (%(numbers)s) GROUP BY 1
    UNION ALL
    SELECT ended_by, {name}, 0, count(*), 0
    FROM {versions} WHERE ended_by = ANY (%(numbers)s) GROUP BY 1
""")
TOUCHED_OF_ALL = Statement(
    sql.SQL(
        "SELECT change, layer, sum(made), sum(ended), sum(since) FROM ({}) AS t GROUP BY 1, 2"
    ).format(
        sql.SQL(" UNION ALL ").join(
            TOUCHED.format(name=sql.Literal(name), versions=sql.Identifier(name)) for name in LAYERS
        )
    ),
    reads=tuple(Versions(name, name) for name in LAYERS),
    example={"numbers": [1_000_001]},  # of few rows; an import's own number is of very many
)


class Touched(NamedTuple):
    """What a change did in a layer: versions made and ended, and how many made have ended since."""

    made: int
    ended: int
    since: int


@dataclass(frozen=True)
class Made:
    """A change that was made: who, when, how and why; ``undone_by`` took it back."""

    id: int
    at: datetime
    name: str
    kind: str
    reason: str
    undoes: int | None
    account: int | None
    undone_by: int | None
    layers: Mapping[str, Touched] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """What one change did to a feature.

    ``differences`` holds before and after of each field that differs; ``moved_m`` the farthest
    that a point of the shape went (metres), None when it stayed. ``removed`` also stands for
    what left the caller's areas.
    """

    at: datetime
    what: Happening
    change: Made | None
    row_version: int
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    moved_m: float | None = None


@dataclass(frozen=True)
class Version:
    """One row of the timeline as the database tells it."""

    began: datetime
    until: datetime | None
    change: int
    ended_by: int | None
    row_version: int
    properties: Mapping[str, Any]
    moved: bool | None
    metres: float | None


@lru_cache(maxsize=64)
def timeline_statement(name: str) -> Statement:
    """Return the statement that tells the versions of one feature of a layer, newest first."""
    text = TIMELINE.format(properties=properties_sql(LAYERS[name]))
    example = {"code": "x", "most": MOST_VERSIONS}
    return Statement(text, reads=(Versions("versions", name),), example=example)


def properties_sql(layer: Layer) -> sql.Composable:
    """Return the expression of a row's declared fields, source and area code as jsonb."""
    names = (*(one.name for one in layer.fields), *BESIDES)
    pairs = [part for name in names for part in (sql.Literal(name), sql.Identifier(name))]
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs))


def timeline(reader: Reader, layer: Layer, code: str) -> tuple[list[Event], bool]:
    """Return what happened to a feature, newest first, and whether older versions are left out.

    Empty when no version of it was ever inside the reader's scope.
    """
    asked = {"code": code, "most": MOST_VERSIONS + 1}
    versions = [Version(*row) for row in reader.rows(timeline_statement(layer.name), asked)]
    numbers = {one.change for one in versions} | {one.ended_by for one in versions} - {None}
    changes = changes_made(reader, [number for number in numbers if number is not None])
    cut = len(versions) > MOST_VERSIONS
    events = list(events_of(versions, changes, cut))
    return events, cut


def events_of(versions: list[Version], changes: Mapping[int, Made], cut: bool) -> Iterator[Event]:
    """Yield what happened between versions that are given newest first."""
    if versions and versions[0].until is not None:
        yield ended(versions[0], changes)
    for newer, older in pairwise(versions):
        if older.until == newer.began:
            yield Event(
                newer.began,
                "changed",
                changes.get(newer.change),
                newer.row_version,
                differences(older.properties, newer.properties),
                newer.metres if newer.moved else None,
            )
        else:
            yield added(newer, changes)
            yield ended(older, changes)
    if versions and not cut:
        yield added(versions[-1], changes)


def added(version: Version, changes: Mapping[int, Made]) -> Event:
    """Return the event that a feature came."""
    return Event(version.began, "added", changes.get(version.change), version.row_version)


def ended(version: Version, changes: Mapping[int, Made]) -> Event:
    """Return the event that a feature went, out of the table or out of the caller's areas."""
    by = changes.get(version.ended_by or 0)
    return Event(version.until or version.began, "removed", by, version.row_version)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the fields that differ, each with both values."""
    return {
        name: (before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    }


def changes_made(reader: Reader, numbers: list[int]) -> dict[int, Made]:
    """Return the changes with these numbers."""
    return {row[0]: Made(*row) for row in reader.rows(CHANGES, {"numbers": numbers})}


def latest_changes(reader: Reader, account: int, most: int = 20) -> list[Made]:
    """Return the last changes of an account, newest first, with what they touched by layer."""
    numbers = [row[0] for row in reader.rows(LATEST, {"account": account, "most": most})]
    return with_layers(reader, numbers)


def with_layers(reader: Reader, numbers: list[int]) -> list[Made]:
    """Return the changes with these numbers and what they touched by layer, in the same order."""
    touched: dict[int, dict[str, Touched]] = {number: {} for number in numbers}
    for change, layer, *counts in reader.rows(TOUCHED_OF_ALL, {"numbers": numbers}):
        touched[change][layer] = Touched(*map(int, counts))
    found = changes_made(reader, numbers)
    return [
        Made(**{**vars(found[number]), "layers": touched[number]})
        for number in numbers
        if number in found
    ]
