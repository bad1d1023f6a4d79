"""What lies under a click on the map, topmost first."""

from __future__ import annotations

import math
from functools import lru_cache

from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.boxes import Box, to_mercator
from layers.catalogue import LAYERS
from layers.spec import Layer

MAX_ZOOM = 24
MOST = 20  # features named for one click
WORLD = 2 * math.pi * 6378137.0  # metres around EPSG:3857
TILE = 256  # pixels of the tile that holds the world at zoom 0
# How far from the click a feature may be, in pixels; points have their radius besides.
REACH = {"Point": 4.0, "LineString": 5.0, "MultiLineString": 5.0, "MultiPolygon": 1.0}

NEAR = sql.SQL("""
(
    SELECT {name} AS layer, {order} AS place, code, coalesce({title}, code) AS title, geom_web,
        geom_web <-> ST_Point(%(x)s, %(y)s, 3857) AS away
    FROM {table}
    WHERE ST_DWithin(geom_web, ST_Point(%(x)s, %(y)s, 3857), {pixels} * %(pixel)s)
    ORDER BY geom_web <-> ST_Point(%(x)s, %(y)s, 3857), code LIMIT %(most)s
)
""")
# Later drawn is nearer to the eye; of areas, the smaller.
IDENTIFY = sql.SQL("""
SELECT coalesce(json_agg(json_build_object(
    'layer', layer, 'code', code, 'title', title,
    'lon', round(ST_X(spot)::numeric, 7), 'lat', round(ST_Y(spot)::numeric, 7),
    'bbox', json_build_array(
        round(ST_XMin(box)::numeric, 7), round(ST_YMin(box)::numeric, 7),
        round(ST_XMax(box)::numeric, 7), round(ST_YMax(box)::numeric, 7)),
    'distance_m', round((away * %(scale)s)::numeric, 2)
    ) ORDER BY place DESC, away, size, code), '[]')::text
FROM (
    SELECT *, ST_Area(geom_web) AS size, ST_Transform(ST_PointOnSurface(geom_web), 4326) AS spot,
        ST_Transform(ST_Envelope(geom_web), 4326) AS box
    FROM ({near}) AS near
    ORDER BY place DESC, away, size, code LIMIT %(most)s
) AS top
""")


def identify(reader: Reader, lon: float, lat: float, zoom: float, layers: tuple[str, ...]) -> bytes:
    """Return what lies within a few pixels of a point (degrees) as a JSON array.

    Each has layer, code, title, lon, lat, bbox (degrees) and distance_m (metres).
    """
    if not layers:
        return b"[]"
    found: str = reader.value(identify_statement(layers), click(lon, lat, zoom))
    return found.encode()


def visible_layers(zoom: float) -> tuple[str, ...]:
    """Return the names of the layers that are drawn at ``zoom``."""
    return tuple(name for name, layer in LAYERS.items() if layer.style.min_zoom <= zoom)


def click(lon: float, lat: float, zoom: float) -> dict[str, object]:
    """Return the parameters of the statement: metres of EPSG:3857, and its scale there."""
    at = to_mercator(Box(lon, lat, lon, lat))
    return {
        "x": at.west,
        "y": at.south,
        "pixel": WORLD / TILE / 2**zoom,
        "scale": math.cos(math.radians(lat)),
        "most": MOST,
    }


@lru_cache(maxsize=256)
def identify_statement(layers: tuple[str, ...]) -> Statement:
    """Return the statement that looks into ``layers``."""
    near = sql.SQL(" UNION ALL ").join(near_sql(LAYERS[name]) for name in layers)
    example = click(116.65, 23.6, 16)
    return Statement(IDENTIFY.format(near=near), reads=layers, example=example)


def near_sql(layer: Layer) -> sql.Composable:
    """Return the statement that finds one layer's features near the click."""
    radius = layer.style.radius if layer.geometry == "Point" else layer.style.width / 2
    return NEAR.format(
        name=sql.Literal(layer.name),
        order=sql.Literal(layer.order),
        title=sql.Identifier(layer.title),
        table=sql.Identifier(layer.name),
        pixels=sql.Literal(radius + REACH[layer.geometry]),
    )


IDENTIFY_ALL = identify_statement(tuple(LAYERS))
