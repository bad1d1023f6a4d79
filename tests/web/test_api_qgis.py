"""What QGIS sends when layers are edited in it, request by request (qgsoapif*.cpp, QGIS 3.34-3.44).

It works in the CRS of record with the authority's axes, writes Content-Crs without brackets, sends
no If-Match, and takes the new feature's code from Location.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from gisapp.database.engine import Database
from layers.catalogue import LAYERS
from tests.accounts import signed_in, token_of
from tests.web.writing import CAMERAS, WEST_TOWN, feature_of, send

PARCELS = "/api/collections/parcels"
EPSG_4548 = "http://www.opengis.net/def/crs/EPSG/0/4548"
Ask = Callable[..., TestResponse]


@pytest.fixture
def qgis(site: Flask, database: Database) -> Ask:
    """A function that asks as QGIS does, with a token as the password of basic authentication."""
    token = token_of(database, "planner", [WEST_TOWN])
    secret = base64.b64encode(f"qgis:{token}".encode()).decode()
    client = site.test_client()

    def ask(method: str, path: str, body: Any = None, **more: str) -> TestResponse:
        headers = {"Authorization": f"Basic {secret}", "User-Agent": "Mozilla/5.0 QGIS/34415/Linux"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        data = None if body is None else json.dumps(body)
        kind = None if body is None else "application/geo+json"
        return client.open(path, method=method, data=data, content_type=kind, headers=headers)

    return ask


def allowed(answer: TestResponse) -> set[str]:
    """Return the methods that an answer to OPTIONS offers, as QGIS reads them."""
    return {method.strip() for method in answer.headers["Allow"].split(",")}


def test_layer_when_opened_in_qgis_may_be_edited(qgis: Ask) -> None:
    conforms = qgis("GET", "/api/conformance").json["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas" in conforms
    collection = qgis("GET", PARCELS).json
    assert collection["storageCrs"] == EPSG_4548
    (link,) = [one for one in collection["links"] if one["rel"].endswith("/ogc/1.0/schema")]
    assert link["type"] == "application/schema+json"
    schema = qgis("GET", link["href"]).json["properties"]
    assert schema["geometry"]["format"] == "geometry-multipolygon"
    types = {name: one["type"] for name, one in schema.items() if "type" in one}
    assert set(types.values()) <= {"string", "number", "integer", "boolean"}
    assert {"row_version", "change_id"} <= set(types)  # so that QGIS sends them back
    assert "POST" in allowed(qgis("OPTIONS", f"{PARCELS}/items"))
    assert {"PUT", "DELETE"} <= allowed(qgis("OPTIONS", f"{PARCELS}/items/unknown_id"))
    assert "POST" not in allowed(qgis("OPTIONS", "/api/collections/areas/items"))


def test_feature_when_drawn_edited_and_deleted_in_qgis_is_what_was_drawn(
    qgis: Ask, site: Flask
) -> None:
    ring = [[2601000.123456, 460000.5], [2601000.5, 460010.25], [2601009.75, 460010.0]]
    drawn = {"type": "MultiPolygon", "coordinates": [[[*ring, ring[0]]]]}
    properties = dict.fromkeys(field.name for field in LAYERS["parcels"].fields)
    properties |= {"code": None, "land_use": "arable", "dispute": "none"}
    properties |= {"area_code": None, "source": None, "row_version": None, "change_id": None}
    for name in ("land_use", "dispute"):
        properties[name] = LAYERS["parcels"].field_named(name).choices[0].code
    sent = {"type": "Feature", "geometry": drawn, "properties": properties}
    created = qgis("POST", f"{PARCELS}/items", sent, Content_Crs=EPSG_4548)
    assert created.status_code == 201, created.text
    code = created.location.rpartition("/items/")[2]
    path = f"{PARCELS}/items/{code}"
    held = qgis("GET", f"{path}?crs={EPSG_4548}").json
    assert held["geometry"] == drawn
    # Attributes first, then the shape; QGIS does not learn the version in between.
    held["properties"]["note"] = "改"
    assert qgis("PUT", path, held, Content_Crs=EPSG_4548).status_code == 200
    held["geometry"]["coordinates"][0][0][1] = [2601000.5, 460012.25]
    moved = qgis("PUT", path, held, Content_Crs=EPSG_4548)
    assert (moved.status_code, moved.json["geometry"]) == (200, held["geometry"])
    assert moved.json["properties"]["row_version"] == 3
    other = signed_in(site)
    send(other, "PATCH", path, {"properties": {"note": "别人"}}, "*")
    assert qgis("PUT", path, held, Content_Crs=EPSG_4548).status_code == 412
    assert other.get(path).json["properties"]["note"] == "别人"
    assert qgis("DELETE", path).status_code == 428
    assert qgis("DELETE", path, If_Match="*").status_code == 204  # as its set-up may add


def test_code_of_digits_when_sent_back_as_a_number_is_the_same(qgis: Ask) -> None:
    created = qgis("POST", CAMERAS, feature_of(LAYERS["cameras"], code="00512"))
    assert created.status_code == 201
    created = qgis("POST", CAMERAS, feature_of(LAYERS["cameras"], code="512"))
    held = {**created.json, "id": 512}
    held["properties"]["azimuth"] = 3
    assert qgis("PUT", f"{CAMERAS}/512", held).status_code == 200
