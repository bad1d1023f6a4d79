"""Reading features: every layer, every page, in any CRS, as the scope allows, by index."""

from __future__ import annotations

import json
from collections.abc import Iterator

import geopandas
import pyproj
import pytest
from psycopg2 import sql
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry import shape

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database, Reader
from gisapp.features.boxes import box_condition, parse_box
from gisapp.features.conditions import all_of
from gisapp.features.crs import CRS84, crs_of
from gisapp.features.importing import load_frame, register_source
from gisapp.features.read import (
    FeatureQuery,
    extent,
    feature_geojson,
    page_geojson,
    page_statement,
    read_page,
    revision,
)
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from tests.filled import filled_database

CAMERAS = LAYERS["cameras"]
NASTY = '${alert(1)} ` </script> <img onerror=x> " \\ \t\n 潮'
HOLE = Polygon([(0, 0), (900, 0), (900, 900), (0, 900)], [[(9, 9), (9, 99), (99, 99), (99, 9)]])
SHAPES = {
    "Point": Point(460_000.1234, 2_600_000.5678),
    "LineString": LineString([(460_000, 2_600_000), (460_100, 2_600_050)]),
    "MultiLineString": MultiLineString([[(460_000, 2_600_000), (460_100, 2_600_050)]]),
    "MultiPolygon": MultiPolygon([HOLE]),
}


def value_for(field) -> object:
    """Return a value that fits a field and is as hard to write as can be."""
    if field.type == "choice":
        return field.choices[-1].code
    least = field.minimum or 0
    plain = {
        "text": NASTY[: field.max_length], "integer": int(least) + 1, "number": least + 0.1,
        "boolean": True, "date": "2024-05-01", "datetime": "2024-05-01T08:00:00+08:00",
    }  # fmt: skip
    return plain[field.type]


@pytest.fixture(scope="module")
def store(cluster: Cluster, names: Iterator[str]) -> Iterator[Database]:
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    database = Database(load_settings({}).database, cluster.url(name))
    yield database
    database.close()


@pytest.mark.parametrize("given", [True, False], ids=["full", "bare"])
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_feature_of_any_layer_when_written_is_what_was_loaded(store, layer, given) -> None:
    row = {field.name: value_for(field) for field in layer.fields if given or field.required}
    code = f"44510310020{int(given)}" if layer.name == "areas" else f'co"de/{given}'
    geometry = SHAPES[layer.geometry]
    frame = geopandas.GeoDataFrame([{"code": code, **row}], geometry=[geometry], crs=4548)
    with store.write() as connection:
        register_source(connection, "test")
        load_frame(connection, layer, frame, source="test")
    with store.read(EVERYTHING) as reader:
        feature = json.loads(feature_geojson(reader, layer, code, crs_of(4548)))
        listed = json.loads(page_geojson(reader, FeatureQuery(layer, crs_of(4548))))
    assert listed["type"] == "FeatureCollection"
    assert feature in listed["features"]
    properties = feature["properties"]
    assert feature["id"] == properties["code"] == code
    assert properties["source"] == "test"
    assert properties["row_version"] == 1
    for field in layer.fields:
        expected = row.get(field.name)
        found = properties[field.name]
        if field.type == "datetime" and expected:
            assert found.startswith("2024-05-0")
        else:
            assert found == (pytest.approx(expected) if field.type == "number" else expected)
    flipped = shape(feature["geometry"])  # northing first, as the authority of EPSG:4548 says
    assert type(flipped) is type(geometry)
    assert (flipped.bounds[1], flipped.bounds[0]) == pytest.approx(geometry.bounds[:2], abs=1e-4)


@pytest.mark.parametrize("srid", [0, 4326, 4490, 4548, 3857])
def test_coordinates_when_in_a_crs_are_in_its_axis_order(store: Database, srid: int) -> None:
    frame = geopandas.GeoDataFrame(
        [{"code": f"axes-{srid}", "name": "点", "status": "online"}],
        geometry=[SHAPES["Point"]],
        crs=4548,
    )
    with store.write() as connection:
        register_source(connection, "test")
        load_frame(connection, CAMERAS, frame, source="test")
    crs = crs_of(srid) if srid else CRS84
    with store.read(EVERYTHING) as reader:
        feature = json.loads(feature_geojson(reader, CAMERAS, f"axes-{srid}", crs))
    # A transformer that follows the authority's axes: EPSG:4548 is northing, easting.
    target = f"EPSG:{srid}" if srid else "OGC:CRS84"
    own = pyproj.Transformer.from_crs("EPSG:4548", target).transform(2_600_000.5678, 460_000.1234)
    near = 1e-8 if crs.geographic else 1e-3
    assert feature["geometry"]["coordinates"] == pytest.approx(own, abs=near)


def test_point_on_the_central_meridian_when_written_is_where_the_projection_says(database) -> None:
    # 500,000 m east is the central meridian, 117 degrees, in any Gauss-Krueger zone.
    frame = geopandas.GeoDataFrame(
        [{"code": "x", "name": "点", "status": "online"}],
        geometry=[Point(500_000, 2_600_000)],
        crs=4548,
    )
    with database.write() as connection:
        register_source(connection, "test")
        load_frame(connection, CAMERAS, frame, source="test")
    with database.read(EVERYTHING) as reader:
        lon, lat = json.loads(feature_geojson(reader, CAMERAS, "x"))["geometry"]["coordinates"]
    assert lon == 117.0
    assert lat == pytest.approx(23.5, abs=0.01)  # 2,600 km of meridian from the equator


def fill_cameras(database: Database, count: int, first: int = 0, area: str = "445103") -> None:
    frame = geopandas.GeoDataFrame(
        {
            "code": [f"c{n:05}" for n in range(first, first + count)],
            "name": "点",
            "status": "online",
        },
        geometry=[Point(460_000 + n, 2_600_000) for n in range(count)],
        crs=4548,
    )
    with database.write() as connection, connection.cursor() as cursor:
        register_source(connection, "test")
        load_frame(connection, CAMERAS, frame, source="test")
        cursor.execute(
            "UPDATE cameras SET area_code = %s WHERE code = ANY (%s)", (area, list(frame["code"]))
        )


def pages(reader: Reader, limit: int) -> Iterator[list[str]]:
    """Yield the codes of each page to the last."""
    after = None
    while True:
        page = read_page(reader, FeatureQuery(CAMERAS, limit=limit, after=after))
        yield [feature["id"] for feature in json.loads(b"[" + page.features + b"]")]
        after = page.next_key
        if after is None:
            return


def test_pages_when_followed_hold_every_row_once(database: Database) -> None:
    fill_cameras(database, 10)
    for limit in (1, 3, 9, 10, 11):
        with database.read(EVERYTHING) as reader:
            found = list(pages(reader, limit))
        assert all(len(page) == limit for page in found[:-1])
        assert len(found) == -(-10 // limit)  # no empty page at the end
        assert sorted(code for page in found for code in page) == [f"c{n:05}" for n in range(10)]


def test_pages_when_rows_come_and_go_meanwhile_repeat_and_lose_nothing(database) -> None:
    fill_cameras(database, 10)
    with database.read(EVERYTHING) as reader:
        following = pages(reader, 3)
        seen = next(following)
        gone = seen[0]
        fill_cameras(database, 5, first=100)
        with database.write() as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM cameras WHERE code = %s", (gone,))
        for page in following:
            seen += page
    assert len(seen) == len(set(seen)) == 15


def test_rows_outside_the_scope_when_read_do_not_exist(database: Database) -> None:
    fill_cameras(database, 2, area="445103100201")
    fill_cameras(database, 1, first=50, area="445103101201")
    with database.read(Scope(("445103101",))) as reader:
        assert [code for page in pages(reader, 10) for code in page] == ["c00050"]
        assert feature_geojson(reader, CAMERAS, "c00000") is None
        assert extent(reader, CAMERAS).total == 1


def test_revision_when_rows_change_is_another(database: Database) -> None:
    with database.read(EVERYTHING) as reader:
        before = revision(reader, CAMERAS)
        assert revision(reader, CAMERAS) == before
        fill_cameras(database, 1)
        assert revision(reader, CAMERAS) != before
        page = read_page(reader, FeatureQuery(CAMERAS))
        assert page.revision == revision(reader, CAMERAS)


def test_extent_when_empty_or_filled_tells_bounds_and_times(database: Database) -> None:
    incidents = LAYERS["incidents"]
    with database.read(EVERYTHING) as reader:
        assert extent(reader, incidents) == type(extent(reader, incidents))(None, None, 0)
        rows = [
            {"code": str(n), "name": "火", "kind": "fire", "level": "4", "occurred_at": time}
            for n, time in enumerate(["2024-05-01T08:00:00+08:00", "2025-01-01T00:00:00Z"])
        ]
        places = [Point(460_000, 2_600_000), Point(461_000, 2_601_000)]
        frame = geopandas.GeoDataFrame(rows, geometry=places, crs=4548)
        with database.write() as connection:
            register_source(connection, "test")
            load_frame(connection, incidents, frame, source="test")
        found = extent(reader, incidents)
    assert found.interval == ("2024-05-01T00:00:00Z", "2025-01-01T00:00:00Z")
    expected = frame.to_crs(4326).total_bounds
    assert found.bbox == pytest.approx(tuple(expected), abs=1e-5)


@pytest.fixture(scope="module")
def filled(cluster, tmp_path_factory) -> Iterator[Database]:
    settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("filled"))})
    opened = filled_database(cluster, settings, Database)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", [name for name, layer in LAYERS.items() if layer.large])
@pytest.mark.parametrize(
    ("text", "srid", "index"),
    [
        ("116.65,23.45,116.66,23.46", 0, "geom_web"),
        ("2600000,450000,2601000,451000", 4548, "geom"),
        ("2600000,39450000,2601000,39451000", 4527, "geom_web"),
    ],
)
def test_box_when_rows_are_many_is_found_by_the_spatial_index(
    filled: Database, name: str, text: str, srid: int, index: str
) -> None:
    crs = crs_of(srid) if srid else CRS84
    where = all_of([box_condition("bbox", parse_box(text, crs), crs, 4548)])
    statement = page_statement(LAYERS[name], CRS84, where)
    with filled.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
        text_of_plan = sql.SQL("EXPLAIN ") + reader.compose(statement)
        cursor.execute(text_of_plan, {**statement.example, "limit": 1000})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"using {name}_{index} " in plan or f"on {name}_{index} " in plan
    assert f"Seq Scan on {name}" not in plan
    assert f"{name}_pkey" not in plan
