"""What differs in a layer between two moments: features added, removed and changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from psycopg2 import sql

from gisapp.access.scope import Versions
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.conditions import ALWAYS, Condition
from gisapp.features.history import properties_sql
from layers.catalogue import LAYERS
from layers.spec import Layer

MOST = 10_000
DEFAULT = 1_000

# Only versions that ended or began in between can make a difference. Written out again without
# any difference of its own, a feature is as it was.
DIFFERENCES = sql.SQL("""
SELECT count(*) FILTER (WHERE difference = 'added'),
    count(*) FILTER (WHERE difference = 'removed'),
    count(*) FILTER (WHERE difference = 'changed'),
    string_agg(json_build_object(
        'type', 'Feature', 'id', code,
        'geometry', ST_AsGeoJSON(ST_Transform(geom, 4326), 7)::json,
        'properties', json_build_object('code', code, 'title', title, 'difference', difference,
            'before', before, 'after', after, 'moved_m', moved_m, 'former',
            CASE WHEN moved_m IS NOT NULL THEN ST_AsGeoJSON(ST_Transform(former, 4326), 7)::json END)
    )::text, ',' ORDER BY place) FILTER (WHERE place <= %(limit)s)
FROM (
    SELECT *, row_number() OVER (ORDER BY code) AS place,
        CASE WHEN difference = 'changed' AND NOT ST_OrderingEquals(geom, former)
            THEN ST_HausdorffDistance(geom, former) END AS moved_m
    FROM (
        SELECT code, coalesce(later.title, earlier.title, code) AS title,
            coalesce(later.geom, earlier.geom) AS geom, earlier.geom AS former,
            CASE WHEN earlier.id IS NULL THEN 'added' WHEN later.id IS NULL THEN 'removed'
                ELSE 'changed' END AS difference,
            coalesce(earlier.properties, '{{}}') - same AS before,
            coalesce(later.properties, '{{}}') - same AS after
        FROM (
            SELECT id, code, geom, {title} AS title, {properties} AS properties FROM versions
            WHERE until > %(from)s AND until <= %(to)s AND updated_at <= %(from)s AND {box}
        ) AS earlier
        FULL JOIN (
            SELECT id, code, geom, {title} AS title, {properties} AS properties FROM versions
            WHERE updated_at > %(from)s AND updated_at <= %(to)s
                AND (until IS NULL OR until > %(to)s) AND {box}
        ) AS later USING (code)
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(key), '{{}}') AS same
            FROM jsonb_each(earlier.properties) AS one (key, value)
            WHERE later.properties -> key = value
        ) AS agreeing
    ) AS compared
    WHERE difference <> 'changed' OR before <> '{{}}' OR NOT ST_OrderingEquals(geom, former)
) AS told
""")


@dataclass(frozen=True)
class Differences:
    """Counts of all, and GeoJSON features with commas between them, at most as many as asked."""

    added: int
    removed: int
    changed: int
    features: str

    @property
    def total(self) -> int:
        """How many features differ."""
        return self.added + self.removed + self.changed

    def listed(self) -> list[dict[str, object]]:
        """Return the features as objects."""
        found: list[dict[str, object]] = json.loads(f"[{self.features}]")
        return found


def find_differences(
    reader: Reader,
    layer: Layer,
    moments: tuple[datetime, datetime],
    box: Condition = ALWAYS,
    limit: int = DEFAULT,
) -> Differences:
    """Return what differs in ``layer`` between an earlier and a later moment.

    Each feature is drawn as it is later (a removed one as it was) and says before and after of
    what differs; one that moved carries its ``former`` geometry and the metres (WGS 84 degrees
    outside, metres of the record inside).
    """
    asked = {**box.parameters, "from": moments[0], "to": moments[1], "limit": limit}
    added, removed, changed, features = reader.row(
        differences_statement(layer.name, box), asked
    ) or (0, 0, 0, None)
    return Differences(added, removed, changed, features or "")


@lru_cache(maxsize=256)
def differences_statement(name: str, box: Condition = ALWAYS) -> Statement:
    """Return the statement that compares two moments of the layer ``name`` within ``box``."""
    layer = LAYERS[name]
    text = DIFFERENCES.format(
        title=sql.Identifier(layer.title), properties=properties_sql(layer), box=box.text
    )
    example = {
        **box.parameters,
        "from": "2026-02-01T00:00:00Z",
        "to": "2026-02-02T00:00:00Z",
        "limit": DEFAULT,
    }
    return Statement(text, reads=(Versions("versions", name),), example=example)
