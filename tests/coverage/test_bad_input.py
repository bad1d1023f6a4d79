"""Nonsense in, a clear answer out: impossible cameras, odd buildings, crowds, another CRS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas
import psycopg2
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from gisapp.access.scope import EVERYTHING
from gisapp.coverage.details import camera_view
from gisapp.database.engine import Database
from gisapp.features.importing import load_frame, register_source
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from tests.coverage.world import X, Y, at, cells, computed, gaps, put, run, square

SEES = {"azimuth": 0, "horizontal_fov": 90, "max_view_distance": 40}


@pytest.fixture
def cell(module_database: Database) -> Database:
    for layer in ("grid_cells", "cameras", "buildings"):
        run(module_database, f"DELETE FROM gisapp.{layer}")
    put(module_database, "grid_cells", "c1", square(0, 0, 100, 100))
    return module_database


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"horizontal_fov": 0}, "horizontal_fov"),
        ({"max_view_distance": 0}, "max_view_distance"),
        ({"azimuth": 90, "direction_type": "4"}, "azimuth"),
    ],
)
def test_camera_when_it_cannot_be_true_is_told_and_its_value_unknown(
    cell: Database, columns: dict[str, Any], field: str
) -> None:
    put(cell, "cameras", "odd", at(50, 20), **{**SEES, **columns})
    computed(cell)
    with cell.read(EVERYTHING) as reader:
        found = camera_view(reader, "odd", "public")
    assert found is not None
    assert [text.partition(":")[0] for text in found["problems"]] == [field]
    assert 0 <= (found["sure_m2"] or 0) < found["possible_m2"]
    figures = cells(cell)["c1"]
    assert 0 <= figures["sure_m2"] < figures["possible_m2"] <= figures["target_m2"]


BOW = Polygon([(X + 60, Y + 60), (X + 80, Y + 80), (X + 80, Y + 60), (X + 60, Y + 80)])


@pytest.mark.parametrize(
    ("layer", "shape", "columns"),
    [
        ("cameras", at(50, 20), {**SEES, "horizontal_fov": 400}),
        ("cameras", at(50, 20), {**SEES, "max_view_distance": -5}),
        ("cameras", at(50, 20), {**SEES, "azimuth": 720}),
        ("buildings", BOW, {}),
    ],
)
def test_row_when_it_is_nonsense_never_gets_in(
    cell: Database, layer: str, shape: Any, columns: dict[str, Any]
) -> None:
    with pytest.raises(psycopg2.errors.CheckViolation):
        put(cell, layer, "odd", shape, **columns)


def test_camera_when_outside_every_cell_touches_nothing(cell: Database) -> None:
    put(cell, "cameras", "far", at(90_000, 0), **SEES)
    computed(cell)
    assert (cells(cell)["c1"]["cameras"], cells(cell)["c1"]["sure_m2"]) == (0, 0)


def test_footprints_when_they_overlap_count_once(cell: Database) -> None:
    put(cell, "buildings", "one", square(10, 10, 30, 30))
    put(cell, "buildings", "two", square(20, 10, 40, 30))
    computed(cell)
    assert cells(cell)["c1"]["target_m2"] == pytest.approx(10_000 - 600)


def test_camera_when_inside_a_building_stands_on_its_wall(cell: Database) -> None:
    put(cell, "buildings", "house", square(40, 40, 60, 60))
    put(cell, "cameras", "in", at(50, 58), **SEES)
    computed(cell)
    with cell.read(EVERYTHING) as reader:
        found = camera_view(reader, "in", "public")
    assert found is not None
    assert found["moved_m"] == pytest.approx(2, abs=0.01)
    assert cells(cell)["c1"]["sure_m2"] == pytest.approx(1256.6, rel=0.01)  # a quarter circle


def test_cameras_when_ten_thousand_stand_on_one_point_are_answered(cell: Database) -> None:
    run(
        cell,
        "INSERT INTO gisapp.cameras (code, geom, name, status, azimuth, horizontal_fov,"
        " max_view_distance) SELECT 'm' || n, ST_Point(460050, 2600050, 4548), 'x', 'online',"
        " mod(n, 360), 30, 20 FROM generate_series(1, 10000) AS n",
    )
    computed(cell)
    figures = cells(cell)["c1"]
    assert figures["cameras"] == 10_000
    assert figures["sure_m2"] == pytest.approx(1256.6, rel=0.01)
    assert figures["twice_m2"] == pytest.approx(figures["sure_m2"], rel=1e-9)
    assert len(gaps(cell)) == 1


def test_cells_when_there_are_none_give_nothing(module_database: Database) -> None:
    run(module_database, "DELETE FROM gisapp.grid_cells")
    computed(module_database)
    assert (cells(module_database), gaps(module_database)) == ({}, [])


@pytest.fixture
def helsinki(database: Database) -> Iterator[Database]:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT gisapp.use_metric_crs(3067)")
        register_source(connection, "drawn", generated=True)
        x, y = 385_000, 6_672_000
        rows: list[tuple[str, dict[str, Any], Any]] = [
            (
                "grid_cells",
                {"name": "x", "kind": "ordinary", "setting": "urban"},
                MultiPolygon([box(x, y, x + 100, y + 100)]),
            ),
            (
                "cameras",
                {"name": "x", "status": "online", "horizontal_fov": 360, "max_view_distance": 30},
                Point(x + 50, y + 50),
            ),
        ]
        for layer, columns, shape in rows:
            frame = geopandas.GeoDataFrame([{"code": "h", **columns}], geometry=[shape], crs=3067)
            load_frame(connection, LAYERS[layer], frame, source="drawn")
    yield database


def test_figures_when_the_metric_crs_is_another_are_the_same(helsinki: Database) -> None:
    computed(helsinki, load_settings({}).coverage)
    assert cells(helsinki)["h"]["sure_share"] == pytest.approx(28.27, rel=0.01)
    assert cells(helsinki)["h"]["state"] == "fresh"
    assert '"Polygon"' in gaps(helsinki)[0]["geometry"]
