"""A layer's queryables as a JSON Schema, from its declaration."""

from __future__ import annotations

from typing import Any

from layers.spec import Field, Layer, Text

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "choice": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}
SHAPES = {
    "Point": "geometry-point",
    "LineString": "geometry-linestring",
    "MultiLineString": "geometry-multilinestring",
    "MultiPolygon": "geometry-multipolygon",
}
SYSTEM: dict[str, Text] = {
    "code": Text("编号", "Code"),
    "area_code": Text("行政区划代码（可只写前几位）", "Area code (or its first digits)"),
    "source": Text("数据来源", "Source"),
}


def queryables_schema(layer: Layer, language: str, address: str) -> dict[str, Any]:
    """Return the JSON Schema whose properties are what ``layer`` can be filtered by.

    Titles are in ``language``, with both languages in ``x-titles``; units in ``x-ogc-unit``.
    """
    properties = {
        name: {**titles(label, language), "type": "string"} for name, label in SYSTEM.items()
    }
    properties |= {field.name: field_schema(layer, field, language) for field in layer.fields}
    properties["geom"] = {
        **titles(Text("几何", "Geometry"), language),
        "format": SHAPES[layer.geometry],
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": layer.label.say(language),
        "description": layer.description.say(language),
        "properties": properties,
        "additionalProperties": False,
    }


def field_schema(layer: Layer, field: Field, language: str) -> dict[str, Any]:
    """Return the schema of one declared field."""
    made = {**titles(field.label, language), **TYPES[field.type]}
    if field.type == "text":
        made["maxLength"] = field.max_length
    if field.choices:
        made["enum"] = [choice.code for choice in field.choices]
        made["x-enum-titles"] = {
            choice.code: {"zh": choice.label.zh, "en": choice.label.en} for choice in field.choices
        }
    if field.help or field.standard:
        said = field.help.say(language) if field.help else ""
        made["description"] = "; ".join(filter(None, (said, field.standard)))
    if field.unit:
        made["x-ogc-unit"] = field.unit
    limits = {"minimum": field.minimum, "maximum": field.maximum}
    made |= {name: limit for name, limit in limits.items() if limit is not None}
    return made | time_role(layer, field)


def time_role(layer: Layer, field: Field) -> dict[str, str]:
    """Return the role of a field that ``datetime`` looks at, else nothing."""
    if field.name == layer.time:
        role = "primary-interval-start" if layer.valid_until else "primary-instant"
        return {"x-ogc-role": role}
    return {"x-ogc-role": "primary-interval-end"} if field.name == layer.valid_until else {}


def titles(label: Text, language: str) -> dict[str, Any]:
    """Return a title in ``language`` and in both."""
    return {"title": label.say(language), "x-titles": {"zh": label.zh, "en": label.en}}
