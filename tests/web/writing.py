"""Features to send and places to send them to, for the tests of editing over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pyproj
from flask.testing import FlaskClient
from shapely import MultiPolygon, box
from werkzeug.test import TestResponse

from gisapp.database.engine import Database
from layers.catalogue import LAYERS
from layers.spec import Field, Layer
from tests.features.rows import insert_row

GEOJSON, PATCH = "application/geo+json", "application/merge-patch+json"
# Two towns side by side, and a place in the middle of each, in EPSG:4548 and in degrees.
WEST_TOWN, EAST_TOWN = "445103101", "445103102"
MIDDLES = {WEST_TOWN: (460_000, 2_601_000), EAST_TOWN: (465_000, 2_601_000)}
TO_DEGREES = pyproj.Transformer.from_crs(4548, 4326, always_xy=True)
WEST, EAST = (TO_DEGREES.transform(*middle) for middle in MIDDLES.values())
CAMERAS = "/api/collections/cameras/items"


def add_towns(database: Database) -> None:
    """Make the two towns, each one village of 4 by 4 km."""
    with database.write() as connection:
        for town, (x, y) in MIDDLES.items():
            shape = MultiPolygon([box(x - 2000, y - 2000, x + 2000, y + 2000)])
            values = {"name": town, "level": "village", "kind": "villagers"}
            insert_row(connection, LAYERS["areas"], f"{town}201", shape, **values)


def geometry_at(layer: Layer, place: tuple[float, float], size: float = 0.001) -> dict[str, Any]:
    """Return a GeoJSON geometry of the layer's type that begins at a place in degrees."""
    x, y = (round(part, 8) for part in place)
    far = [round(x + size, 8), round(y + size, 8)]
    ring = [[x, y], [far[0], y], far, [x, far[1]], [x, y]]
    line = [[x, y], far]
    coordinates = {
        "Point": [x, y],
        "LineString": line,
        "MultiLineString": [line],
        "MultiPolygon": [[ring]],
    }
    return {"type": layer.geometry, "coordinates": coordinates[layer.geometry]}


def value_of(field: Field, number: int = 0) -> Any:
    """Return one of the values that a field takes, as JSON has it; another for another number."""
    if field.type == "choice":
        return field.choices[number % len(field.choices)].code
    if field.type in ("integer", "number"):
        low = 0 if field.minimum is None else field.minimum
        value = low + 1 + number if field.maximum is None else min(low + 1 + number, field.maximum)
        return int(value) if field.type == "integer" else value + (0.25 if value > low + 1 else 0)
    return {
        "boolean": number % 2 == 0,
        "date": f"2024-05-{1 + number:02}",
        "datetime": f"2024-05-{1 + number:02}T08:30:00+08:00",
        "text": f"{number}文${{x}}`<b>"[: field.max_length],
    }[field.type]


def feature_of(
    layer: Layer, place: tuple[float, float] = WEST, number: int = 0, **values: object
) -> dict[str, Any]:
    """Return a feature of ``layer`` with every field filled."""
    properties = {field.name: value_of(field, number) for field in layer.fields}
    if layer.name == "areas":
        properties |= {"code": f"{WEST_TOWN}30{number}", "level": "village", "valid_to": None}
    return {
        "type": "Feature",
        "geometry": geometry_at(layer, place),
        "properties": properties | values,
    }


def items_of(layer: Layer, code: str = "") -> str:
    """Return the path of a layer's items, or of the one with ``code``."""
    path = f"/api/collections/{layer.name}/items"
    return f"{path}/{quote(code, safe='')}" if code else path


def send(
    client: FlaskClient, method: str, path: str, body: Any = None, tag: str = "", **headers: str
) -> TestResponse:
    """Send JSON as QGIS and our pages do, with the version in If-Match."""
    kind = {"PATCH": PATCH}.get(method, GEOJSON)
    sent = {"If-Match": tag} if tag else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else json.dumps(body)
    return client.open(path, method=method, data=data, content_type=kind, headers=sent)


def made(client: FlaskClient, layer: Layer, **values: Any) -> tuple[str, str]:
    """Make a feature; return its path and its tag."""
    answer = send(client, "POST", items_of(layer), feature_of(layer, **values))
    assert answer.status_code == 201, answer.text
    return answer.location.removeprefix("http://localhost"), answer.headers["ETag"]
