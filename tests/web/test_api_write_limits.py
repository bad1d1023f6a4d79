"""Nonsense sent to be stored: a clear 4xx that says what is wrong, and nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.cluster import Cluster
from gisapp.features.geometry import MOST_POSITIONS
from gisapp.settings import load_settings
from gisapp.web.api_body import LARGEST
from layers.catalogue import LAYERS
from tests.accounts import SignedIn, signed_in
from tests.conftest import TEMPLATE, drop_database
from tests.web.writing import CAMERAS, GEOJSON, PATCH, WEST, add_towns, feature_of, made, send


# One database for all: what is refused leaves nothing behind.
@pytest.fixture(scope="module")
def editor(
    cluster: Cluster, names: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SignedIn]:
    """An administrator of an application over two towns."""
    name = next(names)
    cluster.create_database(name, TEMPLATE)
    settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("var"))})
    app = create_app(settings, cluster.url(name))
    database = app.extensions["gisapp"].database
    add_towns(database)
    yield signed_in(app)
    database.close()
    drop_database(cluster, name)


CAMERA = LAYERS["cameras"]
POINT = f'{{"type":"Point","coordinates":[{WEST[0]},{WEST[1]}]}}'


def raw(properties: str = "", geometry: str = POINT) -> str:
    """Return a feature as text, with further properties."""
    start = '{"type":"Feature","geometry":' + geometry
    return start + ',"properties":{"name":"x","status":"online"' + properties + "}}"


def post(client: FlaskClient, body: str | bytes, kind: str = GEOJSON):
    return client.post(CAMERAS, data=body, content_type=kind)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("null", 400),
        ('"x"', 400),
        ("{", 400),
        (b"\xff\xfe", 400),
        (raw(',"azimuth":NaN'), 400),
        (raw(',"azimuth":-Infinity'), 400),
        (raw(',"note":"a","note":"b"'), 400),
        ("[" * 100_000, 400),
        ('{"a":' * 100_000, 400),
        ("1" * 5000, 400),
        (raw(',"azimuth":' + "9" * 4000), 422),
        (raw(',"azimuth":1e999'), 422),
        (raw(',"width_px":' + "9" * 400), 422),
        (raw(',"width_px":1e300'), 422),
        (raw(',"azimuth":true'), 422),
        (raw(',"azimuth":"12"'), 422),
        (raw(',"azimuth":{"a":[1]}'), 422),
        (raw(',"note":"a\\u0000b"'), 422),
        (raw(',"note":"\\ud800"'), 422),
        (raw(',"\\ud800":1'), 422),
        (raw(',"mount":"\\udfff"'), 422),
        (raw(',"installed_on":"0000-00-00"'), 422),
        (raw(',"installed_on":"2024-W01-1"'), 422),
        (raw(',"note":' + "[" * 500 + "]" * 500), 422),
        (raw(f',"note":"{"长" * 2001}"'), 422),
        ("{}", 422),
        ('{"type":"FeatureCollection","features":[]}', 422),
        ('{"type":"Feature","geometry":null,"properties":null}', 422),
        ('{"type":"Feature","id":[1],"geometry":null,"properties":[]}', 422),
    ],
)
def test_body_when_it_is_nonsense_is_refused(editor: SignedIn, body, status: int) -> None:
    answer = post(editor, body)
    assert answer.status_code == status, answer.text[:500]
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert editor.get(f"{CAMERAS}?name=x").json["features"] == []


@pytest.mark.parametrize(
    "geometry",
    [
        "null",
        "[]",
        '"POINT(1 2)"',
        "{}",
        '{"type":"Point"}',
        '{"type":7,"coordinates":[1,2]}',
        '{"type":"\\ud800","coordinates":[1,2]}',
        '{"type":"Point","coordinates":[]}',
        '{"type":"Point","coordinates":[1]}',
        '{"type":"Point","coordinates":[1,2,3,4,5]}',
        '{"type":"Point","coordinates":["1","2"]}',
        '{"type":"Point","coordinates":[true,false]}',
        '{"type":"Point","coordinates":[[1,2]]}',
        '{"type":"Point","coordinates":[1e308,1e308]}',
        '{"type":"MultiPoint","coordinates":[[-1e308,0],[1e308,0]]}',
        '{"type":"Point","coordinates":[1e999,2]}',
        '{"type":"Point","coordinates":[' + "9" * 400 + ",2]}",
        '{"type":"Point","coordinates":[23.5,116.6]}',  # exchanged
        '{"type":"Point","coordinates":[0,0]}',
        '{"type":"Point","coordinates":' + "[" * 900 + "]" * 900 + "}",
        '{"type":"MultiPoint","coordinates":[[116.6,23.5],[116.7,23.5]]}',
        '{"type":"LineString","coordinates":[[116.6,23.5],[116.7,23.5]]}',
        '{"type":"GeometryCollection","geometries":[]}',
    ],
)
def test_geometry_when_it_fits_not_is_refused_and_named(editor: SignedIn, geometry: str) -> None:
    answer = post(editor, raw(geometry=geometry))
    assert answer.status_code == 422, answer.text[:500]
    assert [one["field"] for one in answer.json["errors"]] == ["geometry"]


@pytest.mark.parametrize(
    "rings",
    [
        [[[0, 0], [1, 1]]],
        [[[0, 0], [1, 0], [1, 1], [0, 1]]],  # open
        [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]],  # a bow tie
        [[[0, 0], [0, 0], [0, 0], [0, 0]]],
        [[[0, 0], [4000, 0], [4000, 4000], [0, 0]]],  # around the world
    ],
)
def test_polygon_when_it_is_none_is_refused(editor: SignedIn, rings: list) -> None:
    shifted = [[[WEST[0] + x / 50, WEST[1] + y / 50] for x, y in ring] for ring in rings]
    sent = feature_of(LAYERS["parcels"])
    sent["geometry"] = {"type": "Polygon", "coordinates": shifted}
    answer = send(editor, "POST", "/api/collections/parcels/items", sent)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == ["geometry"]


def test_geometry_when_it_is_single_or_has_heights_is_fitted(editor: SignedIn) -> None:
    sent = feature_of(LAYERS["parcels"])
    (rings,) = sent["geometry"]["coordinates"]
    high = [[[*position, 12.5] for position in ring] for ring in rings]
    single = {**sent, "geometry": {"type": "Polygon", "coordinates": high}}
    answer = send(editor, "POST", "/api/collections/parcels/items", single)
    assert answer.json["geometry"] == sent["geometry"]
    point = {"type": "MultiPoint", "coordinates": [[*WEST, 1, 2]]}
    answer = send(editor, "POST", CAMERAS, {**feature_of(CAMERA), "geometry": point})
    assert answer.json["geometry"]["coordinates"] == pytest.approx(WEST, abs=1e-8)


def test_body_when_too_large_is_refused_before_it_is_read(editor: SignedIn) -> None:
    answer = post(editor, b" " * (LARGEST + 1))
    assert answer.status_code == 413
    sent = feature_of(LAYERS["roads"])
    line = [[WEST[0] + n * 1e-9, WEST[1]] for n in range(MOST_POSITIONS + 1)]
    sent["geometry"] = {"type": "LineString", "coordinates": line}
    many = send(editor, "POST", "/api/collections/roads/items", sent)
    assert many.status_code == 422
    assert str(MOST_POSITIONS) in many.json["errors"][0]["message"]


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "application/xml"])
def test_content_when_of_another_type_is_refused(editor: SignedIn, kind: str) -> None:
    assert post(editor, raw(), kind).status_code == 415
    path, tag = made(editor, CAMERA)
    for method in ("PUT", "PATCH"):
        sent = {"If-Match": tag}
        answer = editor.open(path, method=method, data=raw(), content_type=kind, headers=sent)
        assert answer.status_code == 415
    bulk = editor.post("/api/collections/cameras/bulk", data="{}", content_type=kind)
    assert bulk.status_code == 415


@pytest.mark.parametrize("patch", ["[]", "null", '{"properties":null}', '{"geometry":null}'])
def test_patch_when_it_would_empty_the_feature_is_refused(editor: SignedIn, patch: str) -> None:
    path, tag = made(editor, CAMERA)
    sent = {"If-Match": tag}
    answer = editor.patch(path, data=patch, content_type=PATCH, headers=sent)
    assert answer.status_code in (400, 422)
    assert editor.get(path).headers["ETag"] == tag


def test_texts_when_hostile_are_only_texts(editor: SignedIn) -> None:
    hostile = "${alert(1)}`<img src=x onerror=alert(1)>'; DROP TABLE x; --\u202e🏠"
    path, _ = made(editor, CAMERA, name=hostile, code="x'\";--<b>")
    assert editor.get(path).json["properties"]["name"] == hostile
    page = editor.get(f"{path}?f=html").text
    assert "<img src=x" not in page
    refused = send(editor, "PATCH", path, {"properties": {"<script>": 1}}, "*")
    assert refused.content_type == "application/problem+json"
    assert json.loads(refused.data)["errors"][0]["field"] == "<script>"
