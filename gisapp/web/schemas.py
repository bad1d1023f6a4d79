"""What may be sent of a layer, as JSON Schema: the same rules as the server's own checks.

OGC API - Features - Part 5 in form: fields and geometry side by side, the database's own columns
read-only. QGIS builds its table and the pages their forms from it.
"""

from __future__ import annotations

from typing import Any

from geodata.mapping import CODE
from gisapp.features.geometry import DEPTHS
from gisapp.features.values import AREA_PATTERN, CODE_PATTERN
from gisapp.web.queryables import SHAPES, SYSTEM, field_schema, titles
from layers.catalogue import LAYERS
from layers.spec import Field, Layer, Text

DIALECT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRY = Text("几何", "Geometry")
READ_ONLY: dict[str, tuple[Text, dict[str, Any]]] = {
    "area_code": (SYSTEM["area_code"], {"type": "string"}),
    "source": (SYSTEM["source"], {"type": "string"}),
    "row_version": (Text("行版本", "Row version"), {"type": "integer"}),
    "change_id": (Text("修改编号", "Number of the change"), {"type": "integer"}),
    "updated_at": (Text("更新时间", "Updated at"), {"type": "string", "format": "date-time"}),
}
# No control characters but tabulator and new lines.
PRINTABLE = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$"
BIGGEST = 2**63 - 1
# What each type of geometry may be sent as.
SENT_AS = {
    "Point": ("Point", "MultiPoint"),
    "LineString": ("LineString", "MultiLineString"),
    "MultiLineString": ("LineString", "MultiLineString"),
    "MultiPolygon": ("Polygon", "MultiPolygon"),
}


def layer_schema(layer: Layer, language: str, address: str) -> dict[str, Any]:
    """Return the JSON Schema of a layer's features, with texts in ``language``."""
    geometry = {
        **titles(GEOMETRY, language),
        "format": SHAPES[layer.geometry],
        "x-ogc-role": "primary-geometry",
    }
    own = {
        name: {**titles(label, language), **kind, "readOnly": True}
        for name, (label, kind) in READ_ONLY.items()
    }
    properties = {"code": code_schema(layer, language), **field_schemas(layer, language)}
    return {
        "$schema": DIALECT,
        "$id": address,
        "type": "object",
        "title": layer.label.say(language),
        "description": layer.description.say(language),
        "required": [*required(layer), "geometry"],
        "properties": {**properties, "geometry": geometry, **own},
        "additionalProperties": False,
    }


def code_schema(layer: Layer, language: str) -> dict[str, Any]:
    """Return the schema of a new feature's code; without one it is made, but for areas."""
    pattern = AREA_PATTERN if layer.name == "areas" else CODE_PATTERN
    return {
        **titles(SYSTEM["code"], language),
        "type": "string",
        "minLength": 1,
        "maxLength": CODE.max_length,
        "pattern": pattern,
        "x-ogc-role": "id",
    }


def field_schemas(layer: Layer, language: str) -> dict[str, Any]:
    """Return the schemas of the declared fields, by name."""
    return {
        field.name: {**field_schema(layer, field, language), **limits(field)}
        for field in layer.fields
    }


def limits(field: Field) -> dict[str, Any]:
    """Return what may be sent of a field, besides what it can be filtered by."""
    if field.type == "text":
        return {"pattern": PRINTABLE, **({"minLength": 1} if field.required else {})}
    if field.type == "integer":
        low = -BIGGEST if field.minimum is None else int(field.minimum)
        high = BIGGEST if field.maximum is None else int(field.maximum)
        return {"minimum": low, "maximum": high}
    return {}


def required(layer: Layer) -> list[str]:
    """Return the names of what must be sent."""
    names = [field.name for field in layer.fields if field.required]
    return ["code", *names] if layer.name == "areas" else names


def feature_schemas(language: str) -> dict[str, Any]:
    """Return the components of the OpenAPI document: each layer's new feature, and its patch."""
    made: dict[str, Any] = {}
    for layer in LAYERS.values():
        properties = {"code": code_schema(layer, language), **field_schemas(layer, language)}
        members = {
            "type": {"type": "string", "enum": ["Feature"]},
            "geometry": geometry_schema(layer),
            "properties": {"type": "object", "properties": properties},
        }
        patch = {"type": "object", "properties": {name: members[name] for name in members}}
        whole = {**members, "properties": {**members["properties"], "required": required(layer)}}
        if not required(layer):
            del whole["properties"]["required"]
        new = {"type": "object", "required": list(members), "properties": whole}
        made |= {f"new_{layer.name}": new, f"patch_{layer.name}": patch}
    return made


def geometry_schema(layer: Layer) -> dict[str, Any]:
    """Return the schema of a geometry as it may be sent."""
    kinds = []
    for kind in SENT_AS[layer.geometry]:
        coordinates: dict[str, Any] = {
            "type": "array",
            "minItems": 2,
            "maxItems": 4,
            "items": {"type": "number"},
        }
        for _ in range(DEPTHS[kind]):
            coordinates = {"type": "array", "minItems": 1, "items": coordinates}
        members = {"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates}
        kinds.append({"type": "object", "required": list(members), "properties": members})
    return {"oneOf": kinds}
