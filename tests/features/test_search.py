"""Search by code, name and address; and what lies under a click."""

from __future__ import annotations

import json
from collections.abc import Iterator

import geopandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from gisapp.features.identify import identify
from gisapp.features.importing import load_frame, register_source
from gisapp.features.search import bigrams, search
from gisapp.settings import load_settings
from layers.catalogue import LAYERS

INERT = "<img src=x onerror=alert(1)> ${alert(1)}"
HERE = Point(460_000, 2_600_000)
ROWS: dict[str, list[dict[str, object]]] = {
    "rented_housing": [
        {"code": "FZ-001", "name": "文里公寓", "address": "安南路12号"},
        {"code": "FZ-002", "name": "新文里公寓", "address": "安北路 7 号"},
        {"code": "FZ-003", "name": "出租屋", "address": "文里村安南路14号"},
        {"code": "FZ-004", "name": "100%实木_家具", "address": ""},
        {"code": "FZ-005", "name": INERT, "address": "a\\b"},
    ],
    "facilities": [
        {"code": "SS-1", "name": "文里消防站", "address": "安南路1号"},
        {"code": "文里", "name": "编号即地名", "address": ""},
    ],
    "parcels": [
        {"code": "ZD-1", "parcel_number": "4451030000123"},
        {"code": "ZD-2", "parcel_number": "GB00042"},
    ],
}
MUST: dict[str, dict[str, object]] = {
    "rented_housing": {"grade": "blue"},
    "facilities": {"kind": "hydrant", "status": "working"},
    "cameras": {"name": "点", "status": "online"},
    "grid_cells": {"name": "格", "kind": "ordinary", "setting": "urban"},
    "parcels": {"land_use": "07", "dispute": "none"},
}


def load(database: Database, name: str, rows: list[dict[str, object]], shapes) -> None:
    rows = [{**MUST[name], **row} for row in rows]
    frame = geopandas.GeoDataFrame(rows, geometry=shapes, crs=4548)
    with database.write() as connection:
        register_source(connection, "test")
        load_frame(connection, LAYERS[name], frame, source="test")


@pytest.fixture(scope="module")
def named(cluster: Cluster, names: Iterator[str]) -> Iterator[Database]:
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    database = Database(load_settings({}).database, cluster.url(name))
    for layer, rows in ROWS.items():
        here = HERE if LAYERS[layer].geometry == "Point" else MultiPolygon([HERE.buffer(5)])
        load(database, layer, rows, [here] * len(rows))
    yield database
    database.close()


def find(database: Database, text: str, limit: int = 10, scope: Scope = EVERYTHING) -> list[str]:
    with database.read(scope) as reader:
        return [found["code"] for found in json.loads(search(reader, text, limit))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The code itself, names that begin so (layers in turns), that hold it, the address.
        ("文里", ["文里", "FZ-001", "SS-1", "FZ-002", "FZ-003"]),
        ("fz-00", ["FZ-001", "FZ-002", "FZ-003", "FZ-004", "FZ-005"]),
        ("FZ-003", ["FZ-003"]),
        ("安南路", ["FZ-001", "SS-1", "FZ-003"]),
        ("安南路 公寓", ["FZ-001"]),
        ("安北路7号", ["FZ-002"]),
        ("公寓", ["FZ-001", "FZ-002"]),
        ("%", []),
        ("_", []),
        ("%实", ["FZ-004"]),
        ("木_", ["FZ-004"]),
        ("100%实", ["FZ-004"]),
        ("0实", []),
        ("\\b", ["FZ-005"]),
        ("a\\b", ["FZ-005"]),
        ("<img", ["FZ-005"]),
        ("${ALERT(1)}", ["FZ-005"]),
        ("'; DROP TABLE gisapp.cameras; --", []),
        ("无此名称", []),
        ("{name}", []),
        ("%(code)s", []),
        # A single character is found where a word begins, two anywhere.
        ("文", ["文里", "FZ-001", "SS-1", "FZ-003"]),
        ("里", []),
        ("安", ["FZ-001", "SS-1", "FZ-002"]),
        ("里公", ["FZ-001", "FZ-002"]),
        # Numbers by their beginning.
        ("44510300001", ["ZD-1"]),
        ("gb", ["ZD-2"]),
        ("0300001", []),
        ("\u3000 文里公寓 \u3000", ["FZ-001", "FZ-002"]),
    ],
)
def test_search_when_asked_ranks_code_name_and_address(named, text, expected) -> None:
    assert find(named, text) == expected


def test_search_when_limited_gives_the_best(named: Database) -> None:
    assert find(named, "文里", limit=2) == ["文里", "FZ-001"]


def test_search_when_outside_the_scope_finds_nothing(named: Database) -> None:
    assert find(named, "文里", scope=Scope(("4401",))) == []
    assert find(named, "FZ-001", scope=Scope(("4401",))) == []


def test_search_result_when_found_says_where(named: Database) -> None:
    with named.read(EVERYTHING) as reader:
        (found,) = json.loads(search(reader, "FZ-001"))
    lon, lat = geopandas.GeoSeries([HERE], crs=4548).to_crs(4326).iloc[0].coords[0]
    assert found["layer"] == "rented_housing"
    assert (found["title"], found["subtitle"]) == ("文里公寓", "安南路12号")
    assert (found["lon"], found["lat"]) == pytest.approx((lon, lat), abs=1e-7)
    assert found["bbox"] == pytest.approx([lon, lat, lon, lat], abs=1e-7)


@pytest.mark.parametrize("text", ["", " \t\u3000", "\0", "a\0b", "x" * 101, "\ud800"])
def test_search_when_empty_or_unusable_is_refused(named: Database, text: str) -> None:
    with named.read(EVERYTHING) as reader, pytest.raises(BadParameter):
        search(reader, text)


@given(word=st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=12))
def test_bigrams_when_made_here_are_those_of_the_index(named: Database, word: str) -> None:
    with named.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
        cursor.execute("SELECT regexp_replace(%(w)s, '\\s+', '', 'g'), gisapp.bigrams(%(w)s)",
                       {"w": word})  # fmt: skip
        squeezed, terms = cursor.fetchone()
    assert set(terms) == bigrams(squeezed) | bigrams(squeezed[0])


def test_bigrams_when_words_stand_apart_hold_their_beginnings_and_neighbours(named) -> None:
    with named.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
        cursor.execute("SELECT gisapp.bigrams(' 文里 \u3000村')")
        (terms,) = cursor.fetchone()
    assert set(terms) == bigrams("文里村") | bigrams("文") | bigrams("村")


@pytest.fixture(scope="module")
def stacked(cluster: Cluster, names: Iterator[str]) -> Iterator[Database]:
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    database = Database(load_settings({}).database, cluster.url(name))
    x, y = HERE.x, HERE.y
    load(database, "cameras", [{"code": "k1"}, {"code": "k2"}], [HERE, Point(x + 30, y)])
    small, large = box(x - 50, y - 50, x + 50, y + 50), box(x - 900, y - 900, x + 900, y + 900)
    cells = [{"code": "large"}, {"code": "small"}]
    load(database, "grid_cells", cells, [MultiPolygon([large]), MultiPolygon([small])])
    load(database, "parcels", [{"code": "p"}], [MultiPolygon([large])])
    yield database
    database.close()


@pytest.mark.parametrize(
    ("zoom", "layers", "expected"),
    [
        (18, ("cameras", "grid_cells", "parcels"), ["k1", "small", "large", "p"]),
        (18, ("parcels", "cameras"), ["k1", "p"]),
        (15, ("cameras",), ["k1", "k2"]),  # 30 m are seven pixels there
        (20, ("cameras",), ["k1"]),
        (18, (), []),
    ],
)
def test_click_when_on_a_stack_names_the_topmost_first(stacked, zoom, layers, expected) -> None:
    lon, lat = geopandas.GeoSeries([HERE], crs=4548).to_crs(4326).iloc[0].coords[0]
    with stacked.read(EVERYTHING) as reader:
        found = json.loads(identify(reader, lon, lat, zoom, layers))
    assert [one["code"] for one in found] == expected


def test_click_when_beside_a_point_tells_metres(stacked: Database) -> None:
    beside = geopandas.GeoSeries([Point(HERE.x, HERE.y + 3)], crs=4548).to_crs(4326).iloc[0]
    with stacked.read(EVERYTHING) as reader:
        (found,) = json.loads(identify(reader, beside.x, beside.y, 18, ("cameras",)))
    assert found["distance_m"] == pytest.approx(3, abs=0.05)
    with stacked.read(Scope(("4401",))) as reader:
        assert json.loads(identify(reader, beside.x, beside.y, 18, ("cameras",))) == []
