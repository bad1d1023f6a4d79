"""Read the features of any layer: pages, single features, counts and extents."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Preparation, Statement
from gisapp.features.conditions import Condition, all_of, bind
from gisapp.features.crs import CRS84, Crs
from gisapp.features.geojson import feature_sql
from layers.catalogue import LAYERS
from layers.spec import Layer

MAX_LIMIT = 10_000
DEFAULT_LIMIT = 100

METRIC_SRID = Statement(
    "SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'",
)
# The number grows with every change; the transaction tells apart databases built anew.
REVISION = Statement(
    "SELECT revision || '.' || xmin FROM gisapp.layer_revisions WHERE layer = %(layer)s",
    example={"layer": "cameras"},
)
# One row more than the page is fetched, to know whether there is a next page; it is not written.
PAGE = sql.SQL("""
SELECT string_agg({feature}, ',') FILTER (WHERE place <= %(limit)s),
    max(id) FILTER (WHERE place <= %(limit)s),
    count(*),
    (SELECT revision || '.' || xmin FROM gisapp.layer_revisions WHERE layer = %(layer)s),
    (SELECT string_agg(DISTINCT attribution, '; ') FILTER (WHERE NOT generated AND attribution > '')
        FROM gisapp.sources),
    (SELECT bool_or(generated) FROM gisapp.sources)
FROM (
    SELECT *, row_number() OVER () AS place
    FROM (SELECT * FROM feature WHERE {where} ORDER BY id LIMIT %(limit)s + 1) AS page
) AS numbered
""")
ONE = sql.SQL(
    "SELECT {feature}, row_version || '-' || change_id FROM feature WHERE code = %(code)s"
)
COUNT = sql.SQL("SELECT count(*) FROM feature WHERE {where}")
# A layer's bounds and times need every row; the web keeps them until the layer changes.
EXTENT = sql.SQL("""
SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box), first_time, last_time, total
FROM (
    SELECT ST_Transform(ST_SetSRID(ST_Extent(geom_web), 3857), 4326) AS box,
        to_char(min({time})::timestamptz AT TIME ZONE 'UTC', {format}) AS first_time,
        to_char(max({time})::timestamptz AT TIME ZONE 'UTC', {format}) AS last_time,
        count(*) AS total
    FROM feature
) AS whole
""")
NO_TIME = sql.SQL("NULL::date")
RFC_3339 = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
AFTER = sql.SQL("{column} > {key}")
FAR_KEY = 2**62  # keys are bigint


@dataclass(frozen=True)
class FeatureQuery:
    """Which features of a layer are asked for, and in which CRS they are written.

    Pages are ordered by the row's key; ``after`` is the key that the page before ended with.
    """

    layer: Layer
    crs: Crs = CRS84
    limit: int = DEFAULT_LIMIT
    after: int | None = None
    conditions: tuple[Condition, ...] = field(default=())


@dataclass(frozen=True)
class Page:
    """``features`` are GeoJSON features behind one another with commas, as bytes.

    ``next_key`` is where the next page begins, None on the last one. ``attribution`` and
    ``generated`` say what must be told about the database's sources.
    """

    features: bytes
    returned: int
    next_key: int | None
    revision: str
    attribution: str
    generated: bool


@dataclass(frozen=True)
class Extent:
    """Bounds in degrees (west, south, east, north), first and last time, number of rows."""

    bbox: tuple[float, float, float, float] | None
    interval: tuple[str | None, str | None] | None
    total: int


def read_page(reader: Reader, query: FeatureQuery) -> Page:
    """Return one page of features in key order."""
    conditions = list(query.conditions)
    if query.after is not None:
        conditions.append(bind(AFTER, "after", "id", key=query.after))
    where = all_of(conditions)
    statement = page_statement(query.layer, query.crs, where)
    parameters = {**where.parameters, "limit": query.limit, "layer": query.layer.name}
    found = reader.row(statement, parameters, raw=True)
    features, last, count, revision, credit, generated = found or (None, None, 0, *[None] * 3)
    more = count > query.limit
    return Page(
        features=features or b"",
        returned=min(count, query.limit),
        next_key=last if more else None,
        revision=(revision or b"").decode(),
        attribution=(credit or b"").decode(),
        generated=bool(generated),
    )


def page_statement(layer: Layer, crs: Crs, where: Condition) -> Statement:
    """Return the statement that writes a page of ``layer``."""
    return kept_page(layer.name, crs, where)


@lru_cache(maxsize=1024)
def kept_page(name: str, crs: Crs, where: Condition) -> Statement:
    """Return the statement that writes a page of the layer ``name`` under a kind of condition."""
    text = PAGE.format(feature=feature_sql(name, crs), where=where.text)
    example = {**where.parameters, "limit": 10, "layer": name}
    if "after_key" in example:
        example["after_key"] = FAR_KEY
    preparation: Preparation = "parsed" if is_plain(where) else None
    return Statement(text, reads=(("feature", name),), example=example, prepared=preparation)


def is_plain(where: Condition) -> bool:
    """Tell whether a page is asked for by place and key alone: its parameters' types are known."""
    return all(
        name == "after_key" or (name.startswith("bbox_") and isinstance(value, int | float))
        for name, value in where.parameters.items()
    )


def page_geojson(reader: Reader, query: FeatureQuery) -> bytes:
    """Return a page as a bare FeatureCollection."""
    page = read_page(reader, query)
    return b'{"type":"FeatureCollection","features":[' + page.features + b"]}"


def read_feature(reader: Reader, layer: Layer, code: str, crs: Crs) -> tuple[bytes, str] | None:
    """Return one feature as GeoJSON and its version (``3-17``: row version, change), or None."""
    found = reader.row(one_statement(layer, crs), {"code": code}, raw=True)
    return (found[0], found[1].decode()) if found else None


def feature_geojson(reader: Reader, layer: Layer, code: str, crs: Crs = CRS84) -> bytes | None:
    """Return one feature as GeoJSON, or None."""
    found = read_feature(reader, layer, code, crs)
    return found[0] if found else None


def one_statement(layer: Layer, crs: Crs) -> Statement:
    """Return the statement that writes one feature of ``layer`` in ``crs``."""
    return kept_statement(layer.name, crs)


@lru_cache(maxsize=512)
def kept_statement(name: str, crs: Crs) -> Statement:
    """Return the statement that writes one feature of the layer ``name`` in ``crs``."""
    text = ONE.format(feature=feature_sql(name, crs))
    example = {"code": "x"}
    return Statement(text, reads=(("feature", name),), example=example, prepared="planned")


def count(reader: Reader, query: FeatureQuery) -> int:
    """Return how many features match, whatever the page."""
    where = all_of(query.conditions)
    text = COUNT.format(where=where.text)
    reads = (("feature", query.layer.name),)
    # Without a filter that an index knows, counting looks at every row: only when asked for.
    statement = Statement(text, reads=reads, whole=(query.layer.name,))
    found: int = reader.value(statement, where.parameters)
    return found


def extent(reader: Reader, layer: Layer) -> Extent:
    """Return the bounds of a layer in space and time; reads the whole layer."""
    found = reader.row(extent_statement(layer.name))
    west, south, east, north, first, last, total = found or (None,) * 6 + (0,)
    has_time = bool(layer.time) and first is not None
    still = layer.valid_until != ""  # rows that are still valid leave the interval open
    return Extent(
        bbox=None if west is None else rounded_out(west, south, east, north),
        interval=(first, None if still else last) if has_time else None,
        total=total,
    )


def rounded_out(
    west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float]:
    """Return bounds in degrees with as many digits as coordinates are written with.

    Rounded outwards: every coordinate that is written lies within.
    """
    scale = 10**CRS84.digits
    low = [math.floor(bound * scale) / scale for bound in (west, south)]
    high = [math.ceil(bound * scale) / scale for bound in (east, north)]
    return low[0], low[1], high[0], high[1]


@lru_cache(maxsize=64)
def extent_statement(name: str) -> Statement:
    """Return the statement for the bounds of the layer ``name``. It needs every row."""
    layer = LAYERS[name]
    time = sql.Identifier(layer.time) if layer.time else NO_TIME
    return Statement(
        EXTENT.format(time=time, format=sql.Literal(RFC_3339)),
        reads=(("feature", layer.name),),
        whole=(layer.name,),
    )


def metric_srid(reader: Reader) -> int:
    """Return the EPSG number of the CRS that geometry is kept in."""
    found: int = reader.value(METRIC_SRID)
    return found


def revision(reader: Reader, layer: Layer) -> str:
    """Return a text that changes with every change of the layer."""
    return str(reader.value(REVISION, {"layer": layer.name}))
