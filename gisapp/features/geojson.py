"""The SQL that writes a row as a GeoJSON Feature, made from the layer's declaration.

The database writes the text and the server passes it on. Concatenation of columns whose output
needs no escaping measured 15 % faster than row_to_json and 30 % faster than json_build_object.
"""

from __future__ import annotations

from functools import lru_cache

from psycopg2 import sql

from gisapp.features.crs import Crs
from layers.catalogue import LAYERS
from layers.spec import Field

FEATURE = sql.SQL(
    """concat('{{"type":"Feature","id":', to_json(code), ',"geometry":', {geometry},
    ',"properties":{{"code":', to_json(code){columns},
    ',"area_code":', coalesce(to_json(area_code)::text, 'null'), ',"source":', to_json(source),
    ',"row_version":', row_version, ',"change_id":', change_id,
    ',"updated_at":', to_json(updated_at), '}}}}')"""
)
ESCAPED = sql.SQL(", {key}, coalesce(to_json({column})::text, 'null')")
# Declared codes, numbers and dates hold nothing that JSON would escape.
QUOTED = sql.SQL(""", {key}, coalesce('"' || {column} || '"', 'null')""")
BARE = sql.SQL(", {key}, coalesce({column}::text, 'null')")
SHAPES = {
    "text": ESCAPED,
    "number": ESCAPED,  # NaN has no place in JSON but as a text
    "datetime": ESCAPED,
    "choice": QUOTED,
    "date": ESCAPED,
    "integer": BARE,
    "boolean": BARE,
}
# Maximum digits, and no "crs" member: the answer's header names the CRS.
GEOMETRY = sql.SQL("ST_AsGeoJSON({shape}, {digits}, 0)")
TRANSFORMED = sql.SQL("ST_Transform(geom, {srid})")
FLIPPED = sql.SQL("ST_FlipCoordinates({shape})")


@lru_cache(maxsize=512)
def feature_sql(name: str, crs: Crs) -> sql.Composable:
    """Return the expression that writes a row of the layer ``name`` in ``crs``'s axis order.

    Kept by the layer's name: hashing a whole declaration took a tenth of a small answer's time.
    """
    return FEATURE.format(
        geometry=GEOMETRY.format(shape=shape_sql(crs), digits=sql.Literal(crs.digits)),
        columns=sql.SQL("").join(property_sql(field) for field in LAYERS[name].fields),
    )


def property_sql(field: Field) -> sql.Composable:
    """Return the further arguments of concat that write one property."""
    key = sql.Literal(f',"{field.name}":')
    return SHAPES[field.type].format(key=key, column=sql.Identifier(field.name))


def shape_sql(crs: Crs) -> sql.Composable:
    """Return the geometry in ``crs``; the database keeps x east, y north."""
    shape = TRANSFORMED.format(srid=sql.Literal(crs.srid))
    return FLIPPED.format(shape=shape) if crs.north_first else shape
