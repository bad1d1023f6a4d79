"""What the API says about its tiles, and that tiles are found by following it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from flask.testing import FlaskClient

from layers.catalogue import LAYERS

BASE = "/api/collections/{name}/tiles/WebMercatorQuad"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"


def linked(document: dict[str, Any], rel: str) -> str:
    return next(link["href"] for link in document["links"] if link["rel"] == rel)


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Row and column of a tile, by the definition of the matrix set."""
    across = 2**zoom
    north = math.asinh(math.tan(math.radians(latitude))) / math.pi
    return int((1 - north) / 2 * across), int((longitude + 180) / 360 * across)


def some_place(api: FlaskClient, name: str) -> list[float]:
    """Longitude and latitude of a vertex of a layer's first feature."""
    (feature,) = api.get(f"/api/collections/{name}/items?limit=1").json["features"]
    place = feature["geometry"]["coordinates"]
    while isinstance(place[0], list):
        place = place[0]
    return place


def test_matrix_set_is_the_well_known_one(api: FlaskClient) -> None:
    listed = api.get("/api/tileMatrixSets").json["tileMatrixSets"]
    found = api.get(linked(listed[0], "self")).json
    assert found["id"] == listed[0]["id"] == "WebMercatorQuad"
    first, last = found["tileMatrices"][0], found["tileMatrices"][24]
    # Annex D.1 of OGC 17-083r4.
    assert first["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-12)
    assert first["cellSize"] == pytest.approx(156543.033928041, rel=1e-12)
    assert first["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    assert last["scaleDenominator"] == pytest.approx(33.3238997476, rel=1e-9)
    assert (last["id"], last["matrixWidth"]) == ("24", 16777216)


def test_unknown_matrix_set_is_not_found(api: FlaskClient) -> None:
    assert api.get("/api/tileMatrixSets/WorldCRS84Quad").status_code == 404


@pytest.mark.parametrize("name", LAYERS)
def test_tileset_leads_to_tiles_that_hold_what_it_says(
    name: str, api: FlaskClient, tmp_path: Path
) -> None:
    (entry,) = api.get(f"/api/collections/{name}/tiles").json["tilesets"]
    described = api.get(linked(entry, "self")).json
    assert described["dataType"] == "vector"
    assert api.get(linked(described, SCHEME)).json["id"] == described["tileMatrixSetId"]
    (layer,) = described["layers"]
    zoom, (row, column) = 15, tile_at(*some_place(api, name), 15)
    address = linked(described, "item").format(tileMatrix=zoom, tileRow=row, tileCol=column)
    (tmp_path / "tile.mvt").write_bytes(api.get(address).data)
    assert [found for found, _ in pyogrio.list_layers(tmp_path / "tile.mvt")] == [layer["id"]]
    columns = set(pyogrio.read_info(tmp_path / "tile.mvt")["fields"]) - {"mvt_id"}
    assert columns <= set(layer["propertiesSchema"]["properties"])


@pytest.mark.parametrize(
    "path", [*(BASE.format(name=name) for name in LAYERS), "/api/tiles/WebMercatorQuad"]
)
def test_tilejson_names_the_same_tiles(path: str, api: FlaskClient) -> None:
    found = api.get(f"{path}/tilejson.json?lang=en").json
    assert found["tilejson"] == "3.0.0"
    west, south, east, north = found["bounds"]
    assert 115 < west < east < 118 and 23 < south < north < 25
    assert found["tiles"] == [f"http://localhost{path}/{{z}}/{{y}}/{{x}}"]
    assert "generated, not real" in found["attribution"]
    assert all("code" in layer["fields"] for layer in found["vector_layers"])


def test_dataset_tileset_keeps_to_the_asked_collections(api: FlaskClient) -> None:
    found = api.get("/api/tiles/WebMercatorQuad?collections=roads,water").json
    assert [layer["id"] for layer in found["layers"]] == ["water", "roads"]
    assert linked(found, "item").endswith("{tileCol}?collections=roads%2Cwater")
    described = api.get(linked(found, "describedby")).json
    assert [layer["id"] for layer in described["vector_layers"]] == ["water", "roads"]
    (entry,) = api.get("/api/tiles").json["tilesets"]
    assert len(api.get(linked(entry, "self")).json["layers"]) == len(LAYERS)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/collections/nowhere/tiles", 404),
        ("/api/collections/nowhere/tiles/WebMercatorQuad", 404),
        ("/api/collections/nowhere/tiles/WebMercatorQuad/tilejson.json", 404),
        ("/api/tiles/WebMercatorQuad?collections=nowhere", 404),
        ("/api/tiles/WorldCRS84Quad", 404),
        ("/api/tiles?x=1", 400),
        ("/api/tileMatrixSets?x=1", 400),
    ],
)
def test_bad_request_is_a_problem(path: str, status: int, api: FlaskClient) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


@pytest.mark.parametrize("name", ["areas", "roads", "cameras"])
def test_limits_hold_the_layer(name: str, api: FlaskClient) -> None:
    found = api.get(BASE.format(name=name)).json
    row, column = tile_at(*some_place(api, name), 13)
    (limits,) = (one for one in found["tileMatrixSetLimits"] if one["tileMatrix"] == "13")
    assert limits["minTileRow"] <= row <= limits["maxTileRow"]
    assert limits["minTileCol"] <= column <= limits["maxTileCol"]
    assert limits["maxTileRow"] - limits["minTileRow"] < 40
