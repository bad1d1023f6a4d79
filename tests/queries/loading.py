"""Loading drawn features and asking queries, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas
from psycopg2 import sql
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database
from gisapp.features.importing import load_frame, register_source
from gisapp.queries.answer import Answer
from gisapp.queries.catalogue import QUERIES
from gisapp.queries.run import ROWS, run_query
from layers.catalogue import LAYERS
from tests.letter_grid import Grid

# What a row must have and a test does not care about.
REQUIRED: Mapping[str, Mapping[str, object]] = {
    "areas": {"name": "甲", "level": "village", "kind": "villagers", "edition": "2023"},
    "grid_cells": {"name": "甲网格", "kind": "ordinary", "setting": "urban"},
    "cameras": {"name": "路口", "status": "online"},
    "facilities": {"name": "设施", "kind": "hydrant", "status": "working"},
    "rented_housing": {"name": "出租屋", "grade": "blue"},
    "three_in_one": {"name": "作坊", "grade": "red"},
    "hazard_sites": {"name": "加油站", "kind": "fuel", "grade": "ungraded"},
    "key_areas": {"name": "学校", "kind": "school"},
    "parcels": {"land_use": "07", "dispute": "none"},
    "railways": {"kind": "other", "segment_class": "elsewhere"},
    "roads": {"class": "residential"},
    "buildings": {},
}
VILLAGE = "445103100201"


def load(database: Database, layer: str, *frames: geopandas.GeoDataFrame) -> None:
    """Load frames into a layer; what is required and not given is filled in."""
    with database.write() as connection:
        register_source(connection, "drawn", generated=True)
        for frame in frames:
            given = {name: value for name, value in REQUIRED[layer].items() if name not in frame}
            shapes = (
                frame.geometry.map(multi) if "Multi" in LAYERS[layer].geometry else frame.geometry
            )
            ready = frame.assign(**given).set_geometry(shapes)
            load_frame(connection, LAYERS[layer], ready, source="drawn")


def multi(shape: BaseGeometry) -> BaseGeometry:
    """Return a polygon as a multipolygon."""
    return MultiPolygon([shape]) if isinstance(shape, Polygon) else shape


def place(grid: Grid, letters: str, code: str = "", **columns: object) -> geopandas.GeoDataFrame:
    """Return one drawn feature as a frame; its code is its letters unless given."""
    return shape_frame(code or letters, grid.shape(letters), **columns)


def shape_frame(code: str, shape: BaseGeometry, **columns: object) -> geopandas.GeoDataFrame:
    """Return one feature as a frame."""
    return geopandas.GeoDataFrame([{"code": code, **columns}], geometry=[shape], crs=4548)


def village(grid: Grid, letter: str, code: str = VILLAGE) -> geopandas.GeoDataFrame:
    """Return a drawn village as a row of ``areas``."""
    return place(grid, letter, code)


def ask(
    database: Database, name: str, scope: Scope = EVERYTHING, limit: int = ROWS, **given: object
) -> Answer:
    """Ask a query with parameters given as they come from outside: as text."""
    texts = {key: str(value) for key, value in given.items()}
    with database.read(scope) as reader:
        return run_query(reader, QUERIES[name], texts, limit=limit)


def found(answer: Answer, *columns: str) -> list[Any]:
    """Return the rows' values of ``columns``: bare for one column, else tuples."""
    rows = [row["properties"] for row in answer.rows()]
    if len(columns) == 1:
        return [row[columns[0]] for row in rows]
    return [tuple(row[name] for name in columns) for row in rows]


def near(grid: Grid, letter: str) -> str:
    """Return a drawn point as the text lon,lat."""
    point = geopandas.GeoSeries([grid.point(letter)], crs=4548).to_crs(4326).iloc[0]
    return f"{point.x!r},{point.y!r}".replace("np.float64(", "").replace(")", "")


def replace(database: Database, layer: str, frame: geopandas.GeoDataFrame) -> None:
    """Leave a layer with the rows of ``frame`` only."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(layer)))
    load(database, layer, frame)


def frame_of(shapes: Sequence[BaseGeometry], **columns: object) -> geopandas.GeoDataFrame:
    """Return shapes as a frame with the codes 0000, 0001, …"""
    codes = [f"{number:04}" for number in range(len(shapes))]
    return geopandas.GeoDataFrame({"code": codes, **columns}, geometry=list(shapes), crs=4548)
