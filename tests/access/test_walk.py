"""Every route, role and scope: nothing of another town shows anywhere.

One walk over the URL map: each address with each layer, query and telling parameters is asked by
each role of town A in two worlds that differ only in town B's rows. The answers must be the same.
An administrator of everything asks first, so that what is kept of his answers is put to the test.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlencode

import numpy
import pyproj
import pytest
import shapely
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gisapp.access.accounts import find_account
from gisapp.app import create_app
from gisapp.coverage.exporting import TABLES
from gisapp.features.times import LOCAL
from gisapp.features.web_mercator import TileAddress
from gisapp.queries.catalogue import QUERIES
from gisapp.settings import load_settings
from gisapp.web.admin_actions import DEEDS
from gisapp.web.api_imports import DEEDS as IMPORT_DEEDS
from gisapp.web.gate import COOKIE, PUBLIC
from layers.catalogue import LAYERS
from layers.spec import ROLES
from tests.access.sent import SENT
from tests.access.two_towns import (
    MARK,
    NUMBER_OF_B,
    SIDE,
    SOUTH,
    WEST,
    A,
    B,
    build,
    import_for_b,
)
from tests.accounts import SignedIn, session_of
from tests.features.test_tiles import decode

TO_DEGREES = pyproj.Transformer.from_crs(4548, 4326, always_xy=True)
BOX = (*TO_DEGREES.transform(WEST - 500, SOUTH - 500),)
FAR = (*TO_DEGREES.transform(WEST + 2 * SIDE + 500, SOUTH + SIDE + 500),)
IN_A = TO_DEGREES.transform(WEST + SIDE / 2, SOUTH + SIDE / 2)
IN_B = TO_DEGREES.transform(WEST + SIDE * 1.5, SOUTH + SIDE / 2)
BBOX = ",".join(f"{value:.6f}" for value in (*BOX, *FAR))
SPOT = ",".join(f"{value:.6f}" for value in (IN_A[0] - 0.005, IN_A[1] - 0.005, *IN_A))
FEW = 20  # points in a view or tile that are sent one by one
CALLERS = (*ROLES, "village")
START = datetime.now(UTC).isoformat()  # before the towns are built
TODAY = datetime.now(LOCAL).date().isoformat()
# What differs between two answers that say the same.
VARYING = (
    re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?"),
    re.compile(rb"as-of=[\w%.-]+"),
    re.compile(rb"nonce[-=]\"?[\w-]+"),
    re.compile(rb'("proof":\s*"|name="proof" value=")[\w-]+'),
)
# Headers that go by all changes of a layer, as the threat model says, or by what is taken out here.
OF_CHANGES = ("ETag", "Content-Length")
# Parameters by the end of a rule; every rule is asked without any too.
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "/items": [
        {"limit": 5},
        {"limit": 1, "count": "true"},
        {"bbox": BBOX, "limit": 1000},
        {"area_code": B},
        {"source": "walk", "f": "html"},
        {"crs": "http://www.opengis.net/def/crs/EPSG/0/4548"},
        {"as-of": TODAY, "limit": 1000},
    ],
    "/coverage/tables/cells/export": [{"f": "csv"}, {"f": "geojson", "area": B}],
    "/coverage/tables/gaps/export": [{"f": "csv"}, {"f": "geojson", "target": "whole"}],
    "/export": [{"f": "geojson"}, {"f": "csv", "as-of": TODAY}],
    "/difference": [{"from": START}, {"from": START, "bbox": BBOX}],
    "/clusters": [
        {"bbox": box, "zoom": zoom, **more}
        for box, zoom in ((BBOX, 5), (BBOX, 11), (BBOX, 13), (BBOX, 17), (SPOT, 17))
        for more in ({}, {"as-of": TODAY})
    ],
    "/api/identify": [
        {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "zoom": zoom}
        for (lon, lat), zoom in itertools.product((IN_A, IN_B), (6, 12))
    ],
    "/rows": [{"where": "outside"}, {"action": "reject", "limit": 5}],
    "/findings": [{"after": 1}],
    "/api/coverage": [{"target": "roads"}],
    "/coverage/areas": [{"area": B}, {"target": "whole"}],
    "/coverage/cells": [{"area": B}, {"sort": "cameras", "limit": 5}, {"target": "whole"}],
    "/coverage/gaps": [{"area": B}, {"bbox": BBOX, "limit": 5000}, {"kind": "unsure"}],
    "/api/search": [{"q": text, "limit": 50} for text in (MARK, "乙", "甲", "cameras-", "1003")],
    "/map/places.json": [{"level": "village"}],
    "/coverage/print": [{"area": A}, {"area": B, "paper": "A3"}, {"target": "whole"}],
}
# Endpoints that tell of the last seconds, one without end: tests/live/test_streams.py changes rows
# meanwhile and looks at every byte of theirs.
OF_THE_MOMENT = frozenset({"live.follow_changes", "live.tell_state"})
# What each query is asked beside what it is asked without.
ASKED: dict[str, list[dict[str, Any]]] = {
    "contents": [{"code": code} for code in (A, B, "445103", f"grid_cells-{MARK}-1001")],
    "nearest": [{"layer": name, "near": f"{IN_B[0]:.6f},{IN_B[1]:.6f}", "n": 5} for name in LAYERS],
    "within": [
        {"layer": name, "of_layer": "cameras", "of_code": f"cameras-{MARK}-1001", "distance": 3000}
        for name in LAYERS
    ],
}


@pytest.fixture(scope="module")
def worlds(cluster, names, tmp_path_factory) -> Iterator[tuple[Flask, Flask]]:
    """The application over both towns, and over the world without B's rows.

    What is sent one by one where it is few is few here, so that kept clusters are walked too.
    """
    made = []
    patch = pytest.MonkeyPatch()
    patch.setattr("gisapp.features.tiles.MANY_POINTS", ((12, FEW),))
    for module in ("clusters", "clusters_in_time"):
        patch.setattr(f"gisapp.features.{module}.FEW", FEW)
    for with_b in (True, False):
        name = next(names)
        cluster.create_database(name, "gisapp_template")
        var = str(tmp_path_factory.mktemp("walk"))
        settings = load_settings({"GISAPP_VAR": var, "GISAPP_COSTLY_PER_MINUTE": "100000"})
        app = create_app(settings, cluster.url(name))
        build(app.extensions["gisapp"].database, with_b=with_b)
        if with_b:
            import_for_b(app, settings)
        made.append(app)
    yield made[0], made[1]
    patch.undo()
    for app in made:
        app.extensions["gisapp"].database.close()


def caller(app: Flask, name: str) -> SignedIn:
    """Return a client that is signed in as the account ``name``."""
    database = app.extensions["gisapp"].database
    with database.write() as connection:
        account = find_account(connection, name)
    app.test_client_class = SignedIn
    client = app.test_client()
    cookie, client.proof = session_of(database, account.id)
    client.set_cookie(COOKIE, cookie)
    return client


def tile_places() -> Iterator[dict[str, str]]:
    """Yield tiles that hold both towns, and one in the middle of B."""
    for zoom, (lon, lat) in itertools.product((0, 9, 12, 14), (IN_A, IN_B)):
        merc = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
        across, half = 1 << zoom, 20037508.342789244
        col, row = (int((value / half + 1) / 2 * across) for value in (merc[0], -merc[1]))
        yield {"z": str(zoom), "row": str(row), "col": str(col)}


def values_of(rule: Rule) -> Iterator[dict[str, str]]:
    """Yield what to fill into a rule's places. A rule with a place unknown here fails."""
    wanted = set(rule.arguments)
    known: list[dict[str, str]] = [{}]
    if "name" in wanted:
        table = QUERIES if "queries" in rule.rule else LAYERS
        table = TABLES if "coverage" in rule.rule else table
        table = {"WebMercatorQuad": None} if "tileMatrixSets" in rule.rule else table
        known = [{"name": name} for name in table]
    if "code" in wanted:
        layer = "grid_cells" if "cells" in rule.rule else "cameras"
        known = [
            {**one, "code": f"{one.get('name', layer)}-{word}"}
            for one in known
            for word in ("甲-1", "甲-3", "甲-7", f"{MARK}-1001", f"{MARK}-1003", "邻-1001", "none")
        ]
    if "z" in wanted:
        known = [{**one, **place} for one in known for place in tile_places()]
    if "number" in wanted:
        # Of town A's callers, of the other town's, of nobody.
        numbers = ("1", str(NUMBER_OF_B), "99")
        known = [{**one, "number": number} for one in known for number in numbers]
    if "site" in wanted:
        known = [{**one, "site": "1"} for one in known]
    if "deed" in wanted:
        deeds = DEEDS if "accounts" in rule.rule else IMPORT_DEEDS
        known = [{**one, "deed": deed} for one in known for deed in (*deeds, "none")]
    for one in known:
        assert set(one) == wanted, f"say what to fill into {rule.rule}"
        yield one


def filled(rule: Rule) -> Iterator[str]:
    """Yield the paths of a rule, its places filled."""
    for values in values_of(rule):
        path = rule.rule.replace("path:", "").replace("int:", "")
        for name, value in values.items():
            path = path.replace(f"<{name}>", quote(value, safe=""))
        yield path


def addresses(app: Flask) -> Iterator[str]:
    """Yield every address of the walk."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if rule.endpoint in PUBLIC | OF_THE_MOMENT or "GET" not in rule.methods:
            continue
        for values, path in zip(values_of(rule), filled(rule), strict=True):
            asked = list(next((v for end, v in PARAMETERS.items() if path.endswith(end)), []))
            if rule.endpoint == "api_exports.export_answer":
                asked = [{"f": "csv", **one} for one in ASKED.get(values["name"], [{}])[:2]]
            elif "queries" in rule.rule and "name" in values:
                asked += ASKED.get(values["name"], [{"area": A}, {"area": B}, {"f": "csv"}])
            for parameters in [{}, *asked]:
                yield path + (f"?{urlencode(parameters)}" if parameters else "")


def sendings(app: Flask) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, address and what is sent of the walk over all that changes something."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            if rule.endpoint in PUBLIC:
                continue
            assert rule.endpoint in SENT, f"say what to send to {method} {rule.rule}"
            sent = SENT[rule.endpoint]
            for address, one in itertools.product(
                filled(rule), [] if isinstance(sent, str) else sent
            ):
                yield method, address, one


def say(client: SignedIn, address: str) -> tuple[int, bytes]:
    """Return status and what an answer says, without what varies by itself."""
    answer = client.get(address)
    if answer.mimetype.endswith("vector-tile") and answer.data:
        return answer.status_code, tile_text(address, answer.data)
    return told(client, answer)


def told(client: SignedIn, answer: TestResponse) -> tuple[int, bytes]:
    """Return status, headers and body of an answer, without what varies by itself."""
    told = [f"{name}: {value}" for name, value in answer.headers if name not in OF_CHANGES]
    said = "\n".join(sorted(told)).encode() + b"\n" + answer.data
    said = said.replace(client.proof.encode(), b"")
    for pattern in VARYING:
        said = pattern.sub(b"", said)
    return answer.status_code, said


def tile_text(address: str, tile: bytes) -> bytes:
    """Return what a tile holds, in an order of its own: neighbours unseen change the order."""
    zoom, row, col = address.partition("?")[0].rsplit("/", 3)[1:]
    with TemporaryDirectory() as folder:
        frames = decode(tile, TileAddress(int(zoom), int(row), int(col)), Path(folder))
    lines = [
        f"{name} {line}"
        for name, frame in frames.items()
        for line in frame.to_csv(index=False).splitlines()
    ]
    return "\n".join(sorted(lines)).encode()


@pytest.fixture(scope="module")
def walk(worlds) -> list[str]:
    """Every address, each already asked by an administrator of everything."""
    found = list(addresses(worlds[0]))
    client = caller(worlds[0], "everywhere")
    marked = sum(MARK.encode() in client.get(address).data for address in found)
    assert len(found) > 500
    assert marked > 100  # the mark is to be seen by whoever may
    for part in ("", "/rows", "/findings", "/rejects"):  # of town B's import, all in it is told
        answer = client.get(f"/api/imports/{NUMBER_OF_B}{part}")
        assert answer.status_code == 200, answer.text
        assert MARK in answer.text, part
    return found


@pytest.mark.parametrize("name", CALLERS)
def test_walk_when_asked_by_a_caller_of_one_town_shows_nothing_of_the_other(
    worlds, walk: list[str], name: str
) -> None:
    full, bare = (caller(world, name) for world in worlds)
    refused = 0
    for address in walk:
        seen, expected = say(full, address), say(bare, address)
        assert quote(MARK) in address or MARK.encode() not in seen[1], address
        assert seen == expected, address
        assert seen[0] < 500, address
        refused += seen[0] in (401, 403) and "/export" not in address
    assert refused < len(walk) / 4


def test_walk_when_a_code_of_the_other_town_is_asked_is_as_if_there_were_none(worlds) -> None:
    client = caller(worlds[0], "planner")
    theirs = client.get(f"/api/collections/cameras/items/cameras-{MARK}-1001")
    none = client.get("/api/collections/cameras/items/cameras-x")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.json["detail"].replace(f"cameras-{MARK}-1001", "cameras-x") == none.json["detail"]


@pytest.mark.parametrize("name", CALLERS)
def test_what_if_when_asked_near_the_border_tells_nothing_of_the_other_town(
    worlds, name: str
) -> None:
    """After an administrator of everything has asked, of whose answer something may be kept."""
    new = {"name": "n", "azimuth": 90, "fov": 360, "range": 400}
    theirs = {"code": f"cameras-{MARK}-1001", "off": True}
    for place in (IN_A, IN_B, ((IN_A[0] + IN_B[0]) / 2, IN_A[1])):
        for cameras in ([{**new, "position": place}], [theirs, {**new, "position": place}]):
            asked = {"cameras": cameras, "target": "whole"}
            everything = caller(worlds[0], "everywhere").post("/api/coverage/what-if", json=asked)
            assert everything.status_code == 200, everything.text
            full, bare = (
                caller(world, name).post("/api/coverage/what-if", json=asked) for world in worlds
            )
            assert full.status_code == bare.status_code, full.text
            assert full.status_code == (404 if len(cameras) == 2 else 200)
            assert quote(MARK) not in full.text.replace(theirs["code"], "")
            if full.status_code == 200:
                assert full.json == bare.json


@pytest.mark.parametrize("name", CALLERS)
def test_whatever_is_sent_by_a_caller_of_one_town_is_answered_as_if_there_were_no_other(
    worlds, name: str
) -> None:
    full, bare = (caller(world, name) for world in worlds)
    asked = list(sendings(worlds[0]))
    assert len(asked) > 60
    for method, address, sent in asked:
        seen, expected = (
            told(client, client.open(address, method=method, **sent)) for client in (full, bare)
        )
        assert seen == expected, (method, address, sent)
        assert seen[0] < 500, (method, address, sent)


# What is sent to rows of the other town; each must be answered as if there were no such row.
PATCH = {"json": {"properties": {"source": "x"}}, "content_type": "application/merge-patch+json"}
UNSAFE: dict[str, dict[str, Any]] = {
    "PUT": {"json": {"type": "Feature", "properties": {}, "geometry": None}},
    "PATCH": PATCH,
    "DELETE": {},
    "restore": {},
}
STATE = "SELECT string_agg(layer || revision, ',' ORDER BY layer) FROM gisapp.layer_revisions"


@pytest.mark.parametrize("name", CALLERS)
def test_writes_when_sent_to_the_other_towns_rows_find_nothing_there(worlds, name: str) -> None:
    app = worlds[0]
    client, database = caller(app, name), app.extensions["gisapp"].database
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(STATE)
        before = cursor.fetchone()
    scoped = [layer.name for layer in LAYERS.values() if layer.access.scoped]
    for layer, (verb, sent) in itertools.product(scoped, UNSAFE.items()):
        answers = []
        # One that is there, one that was deleted, and one that never was.
        for code in (f"{layer}-{MARK}-1001", f"{layer}-{MARK}-1007", f"{layer}-none"):
            path = f"/api/collections/{layer}/items/{quote(code)}"
            path, method = (f"{path}/restore", "POST") if verb == "restore" else (path, verb)
            answer = client.open(path, method=method, headers={"If-Match": '"1-1"'}, **sent)
            answers.append((answer.status_code, answer.text.replace(code, "")))
        assert answers[0] == answers[1] == answers[2], (layer, verb)
        assert answers[0][0] in (400, 403, 404, 415, 422), (layer, verb)
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(STATE)
        assert cursor.fetchone() == before


@pytest.mark.parametrize("layer", LAYERS)
def test_feature_when_made_or_moved_into_the_other_town_is_refused(worlds, layer: str) -> None:
    """By an administrator of town A, who may do everything with every layer inside it."""
    client = caller(worlds[0], "administrator")
    declared = LAYERS[layer]
    held = client.get(f"/api/collections/{layer}/items?area_code={A}&limit=1").json["features"]
    assert held or layer == "areas"
    feature = held[0] if held else client.get("/api/collections/areas/items").json["features"][0]
    dx = IN_B[0] - IN_A[0]
    moved = {"type": "Feature", "geometry": shift(feature["geometry"], dx)}
    moved["properties"] = {
        field.name: feature["properties"][field.name] for field in declared.fields
    }
    made = client.post(f"/api/collections/{layer}/items", json={**moved, "id": f"{layer}-new"})
    assert made.status_code in (403, 409, 422), made.text
    path = f"/api/collections/{layer}/items/{quote(feature['id'])}"
    tag = client.get(path).headers["ETag"]
    answer = client.put(path, json=moved, headers={"If-Match": tag})
    assert answer.status_code in (403, 409, 422), answer.text
    assert client.get(path).headers["ETag"] == tag


def shift(geometry: dict[str, Any], dx: float) -> dict[str, Any]:
    """Return a GeoJSON geometry moved east by ``dx`` degrees."""
    east = numpy.array([dx, 0])
    moved = shapely.transform(shapely.from_geojson(json.dumps(geometry)), lambda xy: xy + east)
    found: dict[str, Any] = json.loads(shapely.to_geojson(moved))
    return found
