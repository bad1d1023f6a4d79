"""Vector tiles, read back with GDAL's own decoder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database
from gisapp.features.tiles import make_tile
from gisapp.features.web_mercator import EARTH, TileAddress
from layers.catalogue import LAYERS
from layers.spec import Layer
from tests.features.rows import insert_row

EAST, NORTH = 455_000.0, 2_615_000.0
TO_WEB = Transformer.from_crs(4548, 3857, always_xy=True).transform
CROWD = """
INSERT INTO gisapp.hazard_sites (code, name, kind, grade, area_code, geom)
SELECT 'H' || number, 'name', 'fuel', CASE number %% 10 WHEN 0 THEN 'red' ELSE 'blue' END,
    CASE number %% 4 WHEN 0 THEN '445103101201' ELSE '445103102201' END,
    ST_SetSRID(ST_MakePoint(%(east)s + number %% 40 * 50, %(north)s + number / 40 * 50), 4548)
FROM generate_series(1, %(count)s) AS number
"""


def to_web(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, TO_WEB, interleaved=False)


def address_of(zoom: int, east: float = EAST, north: float = NORTH) -> TileAddress:
    x, y = TO_WEB(east, north)
    across = 2**zoom
    return TileAddress(zoom, int((0.5 - y / EARTH) * across), int((x / EARTH + 0.5) * across))


def tile_box(address: TileAddress, margin_units: float = 0) -> BaseGeometry:
    side, margin = address.unit * 4096, margin_units * address.unit
    west, north = address.column * side - EARTH / 2, EARTH / 2 - address.row * side
    return shapely.box(west - margin, north - side - margin, west + side + margin, north + margin)


def decode(tile: bytes, address: TileAddress, folder: Path) -> dict[str, geopandas.GeoDataFrame]:
    """Return the layers of a tile in EPSG:3857."""
    path = folder / "tile.mvt"
    path.write_bytes(tile)
    where = {"X": address.column, "Y": address.row, "Z": address.zoom, "CLIP": "NO"}
    return {
        name: pyogrio.read_dataframe(path, layer=name, **where).drop(columns="mvt_id")
        for name, _ in pyogrio.list_layers(path)
    }


def read_tile(
    database: Database,
    folder: Path,
    address: TileAddress,
    *names: str,
    scope: Scope = EVERYTHING,
) -> dict[str, geopandas.GeoDataFrame]:
    with database.read(scope) as reader:
        tile = make_tile(reader, tuple(LAYERS[name] for name in names), address)
    return decode(tile, address, folder) if tile else {}


def insert(
    database: Database, layer: Layer | str, shapes: dict[str, Any], **values: object
) -> None:
    layer = LAYERS[layer] if isinstance(layer, str) else layer
    with database.write() as connection:
        for code, shape in shapes.items():
            insert_row(connection, layer, code, shape, **values)


def crowd(database: Database, count: int) -> None:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(CROWD, {"count": count, "east": EAST, "north": NORTH})


def sample(kind: str) -> BaseGeometry:
    """A shape of some hundred metres with curves that simplification could spoil."""
    angle = numpy.linspace(0, 2 * numpy.pi, 180)
    reach = 350 + 60 * numpy.cos(5 * angle)
    ring = numpy.column_stack([EAST + reach * numpy.cos(angle), NORTH + reach * numpy.sin(angle)])
    ring[-1] = ring[0]
    if kind == "Point":
        return shapely.Point(EAST + 1.234, NORTH - 5.678)
    if kind == "LineString":
        return shapely.LineString(ring[:-20])
    if kind == "MultiLineString":
        return shapely.MultiLineString([ring[:70], ring[80:-10]])
    hole = shapely.Point(EAST, NORTH).buffer(80).exterior
    return shapely.MultiPolygon([shapely.Polygon(ring, [hole])])


@pytest.mark.parametrize("name", LAYERS)
def test_tile_holds_shape_and_declared_columns(
    name: str, database: Database, tmp_path: Path
) -> None:
    layer = LAYERS[name]
    shape = sample(layer.geometry)
    insert(database, layer, {"code-1": shape})
    for zoom in (12, 13, 15, 18):
        address = address_of(zoom, *shapely.get_coordinates(shape)[0])
        (found,) = read_tile(database, tmp_path, address, name).values()
        joined = layer.geometry in ("LineString", "MultiLineString") and zoom <= 12
        expected = {*layer.tile_fields, "geometry"} | (set() if joined else {"code"})
        assert set(found.columns) == expected
        truth = to_web(shape).intersection(tile_box(address, 64))
        outline, drawn = (
            part.boundary if layer.geometry == "MultiPolygon" else part
            for part in (truth, shapely.union_all(found.geometry))
        )
        assert shapely.hausdorff_distance(drawn, outline, densify=0.01) <= address.unit


def test_small_areas_appear_when_they_can_be_seen(database: Database, tmp_path: Path) -> None:
    squares = {
        f"P{side}": shapely.MultiPolygon([shapely.box(EAST, NORTH, EAST + side, NORTH + side)])
        for side in (4, 25, 60, 300)
    }
    insert(database, "parcels", squares)
    seen = {
        zoom: sorted(read_tile(database, tmp_path, address_of(zoom), "parcels")["parcels"]["code"])
        for zoom in (11, 12, 13, 14)
    }
    assert seen == {
        11: ["P300"],
        12: ["P300"],
        13: ["P25", "P300", "P60"],
        14: ["P25", "P300", "P4", "P60"],
    }


def test_short_pieces_of_one_road_stay_one_line(database: Database, tmp_path: Path) -> None:
    """A road noded every 30 m would vanish at low zoom if its pieces were judged alone."""
    pieces = {
        f"L{number}": shapely.LineString(
            [(EAST + number * 30, NORTH), (EAST + number * 30 + 30, NORTH)]
        )
        for number in range(100)
    }
    insert(database, "roads", pieces, name="护堤路", **{"class": "primary"})
    found = read_tile(database, tmp_path, address_of(11), "roads")["roads"]
    assert list(found["name"]) == ["护堤路"]
    assert len(read_tile(database, tmp_path, address_of(13), "roads")["roads"]) > 30
    length = to_web(shapely.LineString([(EAST, NORTH), (EAST + 3000, NORTH)])).length
    assert abs(found.length.sum() - length) < 3 * address_of(11).unit
    assert set(read_tile(database, tmp_path, address_of(14), "roads")["roads"]["code"]) <= set(
        pieces
    )


def test_crowded_tile_carries_clusters_that_count_every_point(
    database: Database, tmp_path: Path
) -> None:
    crowd(database, 1500)
    address = address_of(10)
    found = read_tile(database, tmp_path, address, "hazard_sites")["hazard_sites"]
    assert set(found.columns) == {"point_count", "grade", "geometry"}
    assert found["point_count"].sum() == 1500
    assert len(found) < 200
    assert "red" in set(found["grade"])
    inside = tile_box(address)
    assert all(shapely.within(found.geometry, inside))


def test_crowded_tile_shows_only_the_scope(database: Database, tmp_path: Path) -> None:
    crowd(database, 4500)
    found = read_tile(
        database, tmp_path, address_of(10), "hazard_sites", scope=Scope(("445103101",))
    )["hazard_sites"]
    assert found["point_count"].sum() == 1125
    outside = read_tile(
        database, tmp_path, address_of(10), "hazard_sites", scope=Scope(("445199",))
    )
    assert outside == {}


def test_tile_of_few_points_holds_each(database: Database, tmp_path: Path) -> None:
    crowd(database, 1000)
    found = read_tile(database, tmp_path, address_of(10), "hazard_sites")["hazard_sites"]
    assert len(set(found["code"])) == 1000


def test_several_layers_share_a_tile_in_the_asked_order(database: Database, tmp_path: Path) -> None:
    names = ["water", "buildings", "roads", "facilities"]
    for name in names:
        insert(database, name, {"code-1": sample(LAYERS[name].geometry)})
    found = read_tile(database, tmp_path, address_of(15), *names)
    assert list(found) == names


def test_tile_without_rows_is_empty(database: Database) -> None:
    insert(database, "water", {"code-1": sample("MultiPolygon")})
    with database.read(EVERYTHING) as reader:
        assert make_tile(reader, tuple(LAYERS.values()), TileAddress(14, 0, 0)) == b""
        assert make_tile(reader, tuple(LAYERS.values()), TileAddress(24, 2**24 - 1, 0)) == b""


@pytest.mark.parametrize("zoom", [0, 1, 24])
def test_outermost_zooms_answer(zoom: int, database: Database, tmp_path: Path) -> None:
    insert(database, "cameras", {"code-1": sample("Point")})
    where = shapely.get_coordinates(sample("Point"))[0]
    found = read_tile(database, tmp_path, address_of(zoom, *where), "cameras")
    assert list(found["cameras"]["code"]) == ["code-1"]


@pytest.mark.parametrize("zoom", [14, 15])
def test_crowd_in_a_deep_tile_is_clustered_for_those_who_see_it(
    zoom: int, database: Database, tmp_path: Path
) -> None:
    """More than 20,000 points in one tile, of which a scope may see a few."""
    crowd(database, 20_100)
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gisapp.hazard_sites SET geom = ST_SetSRID(ST_MakePoint(%s, %s), 4548)",
            (EAST, NORTH),
        )
        cursor.execute("UPDATE gisapp.hazard_sites SET area_code = '445103102201'")
        cursor.execute(
            "UPDATE gisapp.hazard_sites SET area_code = '445103101201' WHERE code <= 'H102'"
        )
    found = read_tile(database, tmp_path, address_of(zoom), "hazard_sites")["hazard_sites"]
    assert list(found["point_count"]) == [20_100]
    few = read_tile(
        database, tmp_path, address_of(zoom), "hazard_sites", scope=Scope(("445103101",))
    )["hazard_sites"]
    assert 0 < len(few) == len(set(few["code"])) < 1000
