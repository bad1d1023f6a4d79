"""GeoJSON: RFC 7946 in WGS 84; other systems by the older ``crs`` member, told in the note."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import shapely

from geodata.crs import find_crs
from geodata.writers.spec import Chunk, Chunks, Export
from geodata.writers.values import as_text, finite, rounded
from layers.spec import Field, Text

RFC_7946 = "EPSG:4326"


def write_geojson(export: Export, chunks: Chunks, path: Path) -> list[Text]:
    """Write a FeatureCollection, one feature to a line; the note is its member ``note``."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        head = json.dumps(head_of(export), ensure_ascii=False)
        file.write(f'{head[:-1]}, "features": [')
        comma = "\n"
        for chunk in chunks:
            for line in features(export, chunk):
                file.write(comma + line)
                comma = ",\n"
        file.write("\n]}\n")
    return []


def head_of(export: Export) -> dict[str, Any]:
    """Return the members before the features."""
    head: dict[str, Any] = {"type": "FeatureCollection", "name": export.name}
    if export.crs and export.crs != RFC_7946:
        authority, code = find_crs(export.crs).to_authority() or ("OGC", "CRS84")
        name = f"urn:ogc:def:crs:{authority}::{code}"
        head["crs"] = {"type": "name", "properties": {"name": name}}
    return {**head, "note": export.note_lines()}


def features(export: Export, chunk: Chunk) -> Iterator[str]:
    """Yield a chunk's features as JSON; by RFC 7946 outer rings run to the left."""
    shapes = rounded(chunk.shapes, export.digits)
    standard = export.crs == RFC_7946
    texts = shapely.to_geojson(shapely.orient_polygons(shapes) if standard else shapes)
    numbered = bool(export.fields) and export.fields[0].name == "code"
    for values, shape in zip(chunk.lines(), texts, strict=True):
        properties = {
            field.name: json_value(field, value)
            for field, value in zip(export.fields, values, strict=True)
        }
        identity = f'"id": {write(values[0])}, ' if numbered and values[0] is not None else ""
        yield (
            f'{{"type": "Feature", {identity}"properties": {write(properties)}, '
            f'"geometry": {shape if isinstance(shape, str) else "null"}}}'
        )


def json_value(field: Field, value: object) -> object:
    """Return a value as JSON holds it: dates and times as ISO 8601, no number that is none."""
    if isinstance(value, date) or (isinstance(value, float) and not finite(value)):
        return as_text(field, value)
    return value


def write(value: object) -> str:
    """Return JSON on one line."""
    return json.dumps(value, ensure_ascii=False, default=str)
