"""The rows that every bench measures with: generated, the same for the same seed.

100,000 premises (rented housing) crowded around 200 villages of a district of 30 by 40 km, and
200,000 parcels with irregular outlines that tile 15 by 21 km of it, in EPSG:4548.
"""

from __future__ import annotations

import geopandas
import numpy
import pandas
import shapely

from gisapp.database.engine import Database
from gisapp.features.importing import load_frame, register_source
from layers.catalogue import LAYERS

CRS = 4548
WEST, SOUTH = 440_000.0, 2_600_000.0  # metres, EPSG:4548
WIDE, HIGH = 30_000.0, 40_000.0
VILLAGES_X, VILLAGES_Y = 10, 20
SOURCE = "bench"


def areas() -> geopandas.GeoDataFrame:
    """Return 200 rectangular villages that tile the district."""
    wide, high = WIDE / VILLAGES_X, HIGH / VILLAGES_Y
    column, row = (
        part.ravel() for part in numpy.meshgrid(numpy.arange(VILLAGES_X), numpy.arange(VILLAGES_Y))
    )
    west, south = WEST + column * wide, SOUTH + row * high
    codes = [
        f"4451031{town:02d}{village:03d}" for town, village in zip(row, 200 + column, strict=True)
    ]
    return frame(
        {
            "code": codes,
            "name": [f"村 {code[-5:]}" for code in codes],
            "level": "village",
            "kind": "villagers",
            "edition": "bench",
        },
        shapely.multipolygons(shapely.box(west, south, west + wide, south + high)[:, None]),
    )


def premises(count: int = 100_000, seed: int = 1) -> geopandas.GeoDataFrame:
    """Return rented houses, most within some hundred metres of a village's centre."""
    random = numpy.random.default_rng(seed)
    centres = numpy.column_stack(
        [random.uniform(0.05, 0.95, 200) * WIDE, random.uniform(0.05, 0.95, 200) * HIGH]
    )
    home = centres[random.integers(0, len(centres), count)]
    place = home + random.normal(0, 1, (count, 2)) * random.gamma(2.0, 250.0, (count, 1))
    place = numpy.clip(place, 1, (WIDE - 1, HIGH - 1)) + numpy.array([WEST, SOUTH])
    grades = numpy.array(["red", "orange", "yellow", "blue", "ungraded"])
    return frame(
        {
            "code": [f"R{number:08d}" for number in range(count)],
            "name": [f"出租屋 {number}" for number in range(count)],
            "address": [
                f"{number % 200} 村 {number % 97} 巷 {number % 31} 号" for number in range(count)
            ],
            "kind": random.choice(["house", "flat", "dormitory", "apartment"], count),
            "grade": random.choice(grades, count, p=[0.02, 0.08, 0.3, 0.5, 0.1]),
            "storeys": random.integers(1, 8, count),
            "rooms": random.integers(1, 40, count),
            "occupants": random.integers(0, 60, count),
        },
        shapely.points(numpy.round(place, 3)),
    )


def parcels(count: int = 200_000, seed: int = 2) -> geopandas.GeoDataFrame:
    """Return parcels of 8 vertices and about 1,600 m²; neighbours share their borders."""
    random = numpy.random.default_rng(seed)
    columns = int(numpy.ceil(numpy.sqrt(count * WIDE / HIGH)))
    rows = -(-count // columns)
    pitch = 40.0
    # A lattice of corners and of points half way along each edge, all pushed a little.
    shape = (2 * rows + 1, 2 * columns + 1)
    y, x = numpy.mgrid[0 : shape[0], 0 : shape[1]].astype(float)
    spread = 0.16 * pitch
    x = WEST + x * pitch / 2 + random.uniform(-spread, spread, shape)
    y = SOUTH + y * pitch / 2 + random.uniform(-spread, spread, shape)
    row, column = numpy.divmod(numpy.arange(count), columns)
    around = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
    corners = [
        (x[2 * row + down, 2 * column + right], y[2 * row + down, 2 * column + right])
        for down, right in around
    ]
    rings = numpy.round(numpy.array(corners).transpose(2, 0, 1), 3)
    return frame(
        {
            "code": [f"P{number:08d}" for number in range(count)],
            "name": [f"地块 {number}" for number in range(count)],
            "parcel_number": [f"445103{number:013d}" for number in range(count)],
            "land_use": random.choice(["01", "02", "03", "05", "06", "07", "08"], count),
            "ownership": random.choice(["state", "collective"], count),
            "dispute": random.choice(["none", "open", "settled"], count, p=[0.97, 0.01, 0.02]),
            "registered_area_m2": numpy.round(random.uniform(300, 4000, count), 1),
        },
        shapely.multipolygons(shapely.polygons(rings)[:, None]),
    )


def frame(columns: dict[str, object], shapes: numpy.ndarray) -> geopandas.GeoDataFrame:
    """Put columns and shapes together."""
    return geopandas.GeoDataFrame(pandas.DataFrame(columns), geometry=shapes, crs=CRS)


def fill(database: Database, premises_count: int = 100_000, parcels_count: int = 200_000) -> None:
    """Load the bench's rows into an empty, migrated database and let PostgreSQL analyse them."""
    rows = {
        "areas": areas(),
        "rented_housing": premises(premises_count),
        "parcels": parcels(parcels_count),
    }
    with database.write() as connection:
        register_source(connection, SOURCE, attribution="bench", generated=True)
        for name, table in rows.items():
            load_frame(connection, LAYERS[name], table, source=SOURCE)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
