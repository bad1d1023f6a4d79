"""A small world of letters for coverage, and computing its figures."""

from __future__ import annotations

import math
from typing import Any

import geopandas
from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.coverage.figures import AreaFigures, area_figures
from gisapp.coverage.freshness import area_range
from gisapp.coverage.ranking import Asked, ranked_cells, ranked_gaps
from gisapp.coverage.refresh import Done, refresh
from gisapp.coverage.store import touch_everything
from gisapp.coverage.weights import Weights
from gisapp.database.engine import Database
from gisapp.features.importing import load_frame, register_source
from gisapp.settings import CoverageSettings, load_settings
from layers.catalogue import LAYERS
from tests.queries.loading import REQUIRED

X, Y = 460_000.0, 2_600_000.0
SETTINGS = load_settings({}).coverage
WEIGHTS = Weights(premises=2, hazards=5, incidents=1, road_m=0.02, ground=0)
TOWN = "445103101"
# A circle is drawn with 90 corners: a share of its area.
CIRCLE = 90 / 2 * math.sin(2 * math.pi / 90) / math.pi
ALSO_REQUIRED: dict[str, dict[str, object]] = {
    **{name: dict(columns) for name, columns in REQUIRED.items()},
    "water": {},
    "incidents": {
        "name": "火情",
        "kind": "fire",
        "level": "4",
        "occurred_at": "2026-11-01T08:00+08:00",
    },
}


def put(database: Database, layer: str, code: str, shape: BaseGeometry, **columns: object) -> None:
    """Put one feature into a layer, in a transaction of its own."""
    if isinstance(shape, Polygon) and "Multi" in LAYERS[layer].geometry:
        shape = MultiPolygon([shape])
    row = {"code": code, **ALSO_REQUIRED[layer], **columns}
    with database.write() as connection:
        register_source(connection, "drawn", generated=True)
        frame = geopandas.GeoDataFrame([row], geometry=[shape], crs=4548)
        load_frame(connection, LAYERS[layer], frame, source="drawn")


def square(west: float, south: float, east: float, north: float) -> Polygon:
    """Return a rectangle by metres from the world's corner."""
    return box(X + west, Y + south, X + east, Y + north)


def at(east: float, north: float) -> Point:
    """Return a point by metres from the world's corner."""
    return Point(X + east, Y + north)


def village(database: Database, code: str, shape: Polygon) -> None:
    """Put a village."""
    put(database, "areas", code, shape, name=f"村{code[-3:]}", level="village", kind="villagers")


def run(database: Database, text: str, *values: object) -> list[tuple[Any, ...]]:
    """Run one statement in a transaction of its own."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall()) if cursor.description else []


def computed(
    database: Database, settings: CoverageSettings = SETTINGS, *, everything: bool = False
) -> Done:
    """Compute anew what is out of date, or everything."""
    if everything:
        with database.write() as connection:
            touch_everything(connection)
    return refresh(database, settings)


def cells(
    database: Database, scope: Scope = EVERYTHING, target: Any = "public", **more: Any
) -> dict[str, dict[str, Any]]:
    """Return the figures of cells by their codes."""
    asked = Asked(target, area_range(more.pop("area", "")), limit=1000, **more)
    with database.read(scope) as reader:
        found, _ = ranked_cells(reader, asked, WEIGHTS)
    return {cell["code"]: cell for cell in found}


def gaps(
    database: Database, scope: Scope = EVERYTHING, target: Any = "public", **more: Any
) -> list[dict[str, Any]]:
    """Return the ranked gaps."""
    asked = Asked(target, area_range(more.pop("area", "")), limit=1000, **more)
    with database.read(scope) as reader:
        return ranked_gaps(reader, asked, WEIGHTS)[0]


def areas(database: Database, scope: Scope = EVERYTHING, area: str = "") -> list[AreaFigures]:
    """Return the sums of areas for public space."""
    with database.read(scope) as reader:
        return area_figures(reader, "public", area_range(area))


def states(database: Database) -> dict[str, str]:
    """Return whether each cell's figures are of today."""
    return {code: cell["state"] for code, cell in cells(database).items()}
