"""Tiles and clusters over HTTP: right after every change, cheap when nothing changed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pyogrio
import pytest
from flask.testing import FlaskClient
from shapely import MultiPolygon, Point, box

from gisapp.app import create_app
from gisapp.settings import Settings, load_settings
from layers.catalogue import LAYERS
from tests.accounts import signed_in
from tests.features.rows import insert_row

EAST, NORTH = 455_000.0, 2_615_000.0
CAMERAS = "/api/collections/cameras/tiles/WebMercatorQuad"
HERE = "14/7084/13496"
VIEW = "/api/collections/cameras/clusters?bbox=116.4,23.4,116.7,23.8&zoom=12"
MVT = "application/vnd.mapbox-vector-tile"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings under which a statement that waits for a lock is soon stopped."""
    return load_settings(
        {"GISAPP_VAR": str(tmp_path / "var"), "GISAPP_STATEMENT_TIMEOUT_MS": "300"}
    )


def open_client(settings: Settings, url: str) -> FlaskClient:
    return signed_in(create_app(settings, url))


@pytest.fixture
def tiles(settings: Settings, database_url: str) -> FlaskClient:
    """A client of an application over a fresh database of one camera."""
    insert(database_url, "cameras", "C1")
    return open_client(settings, database_url)


def insert(url: str, name: str, code: str, east: float = 0) -> None:
    shape: Any = Point(EAST + east, NORTH)
    if LAYERS[name].geometry == "MultiPolygon":
        shape = MultiPolygon([box(EAST, NORTH, EAST + 100, NORTH + 100)])
    connection = psycopg2.connect(url, options="-c search_path=gisapp,public")
    with connection:
        insert_row(connection, LAYERS[name], code, shape)
    connection.close()


@contextmanager
def locked(url: str, name: str) -> Iterator[None]:
    """Hold a lock under which nobody can read the layer's table."""
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE gisapp.{name} IN ACCESS EXCLUSIVE MODE")
    yield
    connection.close()


def codes(tile: bytes, folder: Path, layer: str = "cameras") -> set[str]:
    path = folder / "tile.mvt"
    path.write_bytes(tile)
    return set(pyogrio.read_dataframe(path, layer=layer)["code"])


def test_tile_has_its_type_and_asks_browsers_to_revalidate(
    tiles: FlaskClient, tmp_path: Path
) -> None:
    answer = tiles.get(f"{CAMERAS}/{HERE}")
    assert (answer.status_code, answer.content_type) == (200, MVT)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert codes(answer.data, tmp_path) == {"C1"}


def test_address_order_is_zoom_row_column(tiles: FlaskClient) -> None:
    assert tiles.get(f"{CAMERAS}/14/13496/7084").status_code == 204


@pytest.mark.parametrize("path", [f"{CAMERAS}/{HERE}", VIEW])
def test_next_answer_shows_a_committed_change(
    path: str, tiles: FlaskClient, settings: Settings, database_url: str
) -> None:
    other = open_client(settings, database_url)  # a second server process with its own memory
    for number in range(5):
        before = tiles.get(path)
        assert other.get(path).data == before.data
        insert(database_url, "cameras", f"NEW{number}", east=number * 20)
        for client in (tiles, other):
            after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
            assert after.status_code == 200
            assert f"NEW{number}".encode() in after.data


def test_unchanged_answer_is_304_and_not_made_anew(tiles: FlaskClient, database_url: str) -> None:
    for path in (f"{CAMERAS}/{HERE}", VIEW, f"{CAMERAS}/3/0/0"):
        tag = tiles.get(path).headers["ETag"]
        with locked(database_url, "cameras"):
            again = tiles.get(path, headers={"If-None-Match": tag})
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == tag


def test_kept_tile_is_served_without_reading_rows(
    tiles: FlaskClient, settings: Settings, database_url: str
) -> None:
    first = tiles.get(f"{CAMERAS}/{HERE}")
    restarted = open_client(settings, database_url)
    with locked(database_url, "cameras"):
        assert tiles.get(f"{CAMERAS}/{HERE}").data == first.data
        assert restarted.get(f"{CAMERAS}/{HERE}").data == first.data
        assert tiles.get(f"{CAMERAS}/15/14168/26993").status_code == 503


def test_rolled_back_change_leaves_the_tile_kept(tiles: FlaskClient, database_url: str) -> None:
    first = tiles.get(f"{CAMERAS}/{HERE}")
    connection = psycopg2.connect(database_url, options="-c search_path=gisapp,public")
    insert_row(connection, LAYERS["cameras"], "C2", Point(EAST, NORTH))
    connection.rollback()
    connection.close()
    assert tiles.get(f"{CAMERAS}/{HERE}").headers["ETag"] == first.headers["ETag"]


def test_scopes_never_share_a_tile(tiles: FlaskClient, database_url: str) -> None:
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE gisapp.cameras SET area_code = '445103101201'")
    connection.close()
    whole = tiles.get(f"{CAMERAS}/{HERE}")
    tags = {whole.headers["ETag"]}
    for prefix, seen in (("445103101", True), ("445103102", False), ("445103101201", True)):
        client = signed_in(tiles.application, "viewer", [prefix])
        answer = client.get(f"{CAMERAS}/{HERE}", headers={"If-None-Match": whole.headers["ETag"]})
        assert (answer.status_code == 200) == seen
        assert b"C1" in answer.data or not seen
        tags.add(answer.headers["ETag"])
    assert len(tags) == 4


def test_context_layers_share_tiles_across_scopes(settings: Settings, database_url: str) -> None:
    insert(database_url, "water", "W1")
    client = open_client(settings, database_url)
    path = f"/api/tiles/WebMercatorQuad/{HERE}?collections=water,buildings"
    first = client.get(path)
    other = signed_in(client.application, "viewer", ["445103"])
    with locked(database_url, "water"):
        assert other.get(path).data == first.data


def test_dataset_tile_holds_the_asked_layers(
    tiles: FlaskClient, database_url: str, tmp_path: Path
) -> None:
    insert(database_url, "water", "W1")
    answer = tiles.get(f"/api/tiles/WebMercatorQuad/{HERE}?collections=cameras,water")
    (tmp_path / "tile.mvt").write_bytes(answer.data)
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "tile.mvt")] == ["water", "cameras"]
    everything = tiles.get(f"/api/tiles/WebMercatorQuad/{HERE}")
    assert everything.data == answer.data


def test_change_of_any_layer_changes_the_dataset_tile(
    tiles: FlaskClient, database_url: str
) -> None:
    path = f"/api/tiles/WebMercatorQuad/{HERE}?collections=cameras,water"
    before = tiles.get(path)
    insert(database_url, "water", "W1")
    assert tiles.get(path).data != before.data
    tag = tiles.get(path).headers["ETag"]
    insert(database_url, "parcels", "P1")
    assert tiles.get(path).headers["ETag"] == tag


def test_large_tile_is_packed_for_those_who_take_it(tiles: FlaskClient, database_url: str) -> None:
    for number in range(60):
        insert(database_url, "cameras", f"MANY{number}", east=number)
    plain = tiles.get(f"{CAMERAS}/{HERE}")
    packed = tiles.get(f"{CAMERAS}/{HERE}", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{CAMERAS}/14/-1/0", 400),
        (f"{CAMERAS}/x/0/0", 400),
        (f"{CAMERAS}/1.5/0/0", 400),
        (f"{CAMERAS}/1e1/0/0", 400),
        (f"{CAMERAS}/٣/0/0", 400),
        (f"{CAMERAS}/%00/0/0", 400),
        (f"{CAMERAS}/nan/inf/0", 400),
        (f"{CAMERAS}/0/0/1", 404),
        (f"{CAMERAS}/25/0/0", 404),
        (f"{CAMERAS}/99999999999999999999/0/0", 404),
        (f"{CAMERAS}/5/{'9' * 3000}/0", 404),
        (f"{CAMERAS}/14/7084/13496/1", 404),
        (f"{CAMERAS}/{HERE}?style=x", 400),
        ("/api/collections/nowhere/tiles/WebMercatorQuad/0/0/0", 404),
        ("/api/collections/cameras%00/tiles/WebMercatorQuad/0/0/0", 404),
        ("/api/collections/cameras/tiles/WorldCRS84Quad/0/0/0", 404),
        ("/api/tiles/WebMercatorQuad/0/0/0?collections=water,nowhere", 404),
        ("/api/tiles/WebMercatorQuad/0/0/0?collections=", 404),
        ("/api/collections/water/clusters?bbox=1,2,3,4&zoom=5", 404),
        ("/api/collections/cameras/clusters", 400),
        ("/api/collections/cameras/clusters?bbox=1,2,3,4", 400),
        ("/api/collections/cameras/clusters?bbox=1,2,3&zoom=5", 400),
        ("/api/collections/cameras/clusters?bbox=nan,2,3,4&zoom=5", 400),
        ("/api/collections/cameras/clusters?bbox=1,2,3,1e999&zoom=5", 400),
        ("/api/collections/cameras/clusters?bbox=3,2,1,4&zoom=5", 400),
        ("/api/collections/cameras/clusters?bbox=1,4,3,2&zoom=5", 400),
        ("/api/collections/cameras/clusters?bbox=1,2,3,4&zoom=-1", 400),
        ("/api/collections/cameras/clusters?bbox=1,2,3,4&zoom=99", 400),
        ("/api/collections/cameras/clusters?bbox=1,2,3,4&zoom=5&x=1", 400),
    ],
)
def test_bad_request_is_a_problem(path: str, status: int, tiles: FlaskClient) -> None:
    answer = tiles.get(path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


@pytest.mark.parametrize("bbox", ["-180,-90,180,90", "0,0,0,0", "116.5,23.6,116.5,23.6"])
@pytest.mark.parametrize("zoom", [0, 11, 24])
def test_any_view_on_earth_is_answered(bbox: str, zoom: int, tiles: FlaskClient) -> None:
    answer = tiles.get(f"/api/collections/cameras/clusters?bbox={bbox}&zoom={zoom}")
    assert (answer.status_code, answer.content_type) == (200, "application/geo+json")
    assert answer.get_json()["type"] == "FeatureCollection"


def test_database_of_other_rows_never_answers_from_the_same_cache(
    settings: Settings, database_url: str, cluster: Any, names: Iterator[str]
) -> None:
    """Two databases at equal revisions, one var: as after a restore or a changed setting."""
    insert(database_url, "cameras", "OURS")
    other = next(names)
    cluster.create_database(other, "gisapp_template")
    insert(cluster.url(other), "cameras", "THEIRS")
    ours = open_client(settings, database_url).get(f"{CAMERAS}/{HERE}")
    theirs = open_client(settings, cluster.url(other)).get(f"{CAMERAS}/{HERE}")
    assert b"OURS" in ours.data
    assert b"THEIRS" in theirs.data
