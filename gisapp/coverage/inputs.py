"""What coverage is computed from, read through the gate: cameras, walls, cells, what stands there.

Geometries are shapely's, in the deployment's metric CRS; invalid ones are made valid where areas are
computed. Every statement is limited to some cameras or some cells, found by index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisapp.coverage.cameras import Cameras, read_cameras
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement

Shapes = NDArray[Any]
Ids = NDArray[np.int64]
# By the order of their places, so that neighbours come together.
CAMERAS = Statement(
    """
SELECT id, row_version, code, ST_X(geom), ST_Y(geom), azimuth, direction_type, horizontal_fov,
    max_view_distance, width_px, ptz_type, room_type, status
FROM cameras WHERE id = ANY (%(ids)s) ORDER BY geom
""",
    reads=("cameras",),
    example={"ids": [1, 2]},
)
COLUMNS = (
    "code",
    "x",
    "y",
    "azimuth",
    "direction_type",
    "horizontal_fov",
    "max_view_distance",
    "width_px",
    "ptz_type",
    "room_type",
    "status",
)
WALLS = Statement(
    """
SELECT ST_AsBinary(geom) FROM buildings WHERE id IN (
    SELECT building.id
    FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
        AS box (west, south, east, north)
    CROSS JOIN (SELECT value::integer AS srid FROM gisapp.deployment WHERE key = 'metric_srid') AS own
    JOIN buildings AS building ON building.geom && ST_MakeEnvelope(west, south, east, north, srid)
) ORDER BY id
""",
    reads=("buildings",),
    example={"west": [460000.0], "south": [2600000.0], "east": [460100.0], "north": [2600100.0]},
)
CELLS = Statement(
    """
SELECT id, row_version, ST_AsBinary(geom) FROM grid_cells WHERE id = ANY (%(ids)s) ORDER BY id
""",
    reads=("grid_cells",),
    example={"ids": [1, 2]},
)
BUILDING = 1
OBSTACLES = Statement(
    """
SELECT cell.id, thing.kind, thing.id, ST_AsBinary(thing.geom)
FROM grid_cells AS cell CROSS JOIN LATERAL (
    SELECT 1 AS kind, id, geom FROM buildings WHERE geom && cell.geom
    UNION ALL
    SELECT 2, id, geom FROM water WHERE geom && cell.geom
) AS thing
WHERE cell.id = ANY (%(ids)s) ORDER BY cell.id, thing.kind, thing.id
""",
    reads=("grid_cells", "buildings", "water"),
    example={"ids": [1, 2]},
)
ROADS = Statement(
    """
SELECT cell.id, road.id, ST_AsBinary(road.geom), road.class, road.width_m
FROM grid_cells AS cell JOIN roads AS road ON road.geom && cell.geom
WHERE cell.id = ANY (%(ids)s) AND coalesce(road.layer, 0) >= 0 ORDER BY cell.id, road.id
""",
    reads=("grid_cells", "roads"),
    example={"ids": [1, 2]},
)
# Where cells overlap, what stands there counts in each.
CONTENTS = Statement(
    """
SELECT cell.id, thing.layer, thing.id, thing.area_code, ST_X(thing.geom), ST_Y(thing.geom)
FROM grid_cells AS cell CROSS JOIN LATERAL (
    SELECT 'hazard_sites' AS layer, id, area_code, geom FROM hazard_sites WHERE geom && cell.geom
    UNION ALL
    SELECT 'rented_housing', id, area_code, geom FROM rented_housing WHERE geom && cell.geom
    UNION ALL
    SELECT 'three_in_one', id, area_code, geom FROM three_in_one WHERE geom && cell.geom
    UNION ALL
    SELECT 'incidents', id, area_code, geom FROM incidents
    WHERE geom && cell.geom AND occurred_at >= %(since)s
) AS thing
WHERE cell.id = ANY (%(ids)s) AND ST_Covers(cell.geom, thing.geom)
ORDER BY cell.id, thing.layer, thing.id
""",
    reads=("grid_cells", "hazard_sites", "rented_housing", "three_in_one", "incidents"),
    example={"ids": [1, 2], "since": "2026-01-01T00:00Z"},
)
SEEN_FROM = Statement(
    """
SELECT cell.id, held.camera_id
FROM grid_cells AS cell JOIN gisapp.coverage_views AS held ON held.possible && cell.geom
WHERE cell.id = ANY (%(ids)s) AND ST_Intersects(held.possible, cell.geom)
ORDER BY cell.id, held.camera_id
""",
    reads=("grid_cells",),
    example={"ids": [1, 2]},
)
VIEWS = Statement(
    """
SELECT camera_id, ST_AsBinary(sure), ST_AsBinary(possible), unknown_direction
FROM gisapp.coverage_views WHERE camera_id = ANY (%(ids)s) ORDER BY camera_id
""",
    example={"ids": [1, 2]},
)


@dataclass(frozen=True)
class Standing:
    """Something that counts where it stands: layer, number, area code, place in metres."""

    layer: str
    id: int
    area_code: str | None
    x: float
    y: float


@dataclass(frozen=True)
class Road:
    """A road's line, its class and its width in metres, None where it is not known."""

    shape: Any
    kind: str
    width_m: float | None


@dataclass(frozen=True)
class Views:
    """What cameras see, by their numbers in order."""

    ids: Ids
    sure: Shapes
    possible: Shapes
    undirected: NDArray[np.bool_]


@dataclass(frozen=True)
class CellInputs:
    """Everything the figures of some cells are made of; lists are by the cells' places.

    ``obstacles`` are those of each cell as WKB, ``buildings`` and ``water`` all of them, once.
    ``seen_by[i]`` are places in ``views``.
    """

    ids: Ids
    versions: Ids
    shapes: Shapes
    obstacles: list[list[bytes]]
    buildings: Shapes
    water: Shapes
    roads: list[list[Road]]
    standing: list[list[Standing]]
    seen_by: list[list[int]]
    views: Views


def read_camera_rows(reader: Reader, ids: Sequence[int]) -> tuple[Ids, Ids, Cameras]:
    """Return numbers, row versions and cameras of those asked for that there are."""
    rows = reader.rows(CAMERAS, {"ids": list(ids)})
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(COLUMNS) + 2)
    cameras = read_cameras(dict(zip(COLUMNS, columns[2:], strict=True)))
    return np.array(columns[0], np.int64), np.array(columns[1], np.int64), cameras


def read_walls(reader: Reader, boxes: NDArray[np.float64]) -> Shapes:
    """Return the buildings that any of the boxes (west, south, east, north) touches."""
    names = ("west", "south", "east", "north")
    sides = {name: boxes[:, place].tolist() for place, name in enumerate(names)}
    return shapes_of(row[0] for row in reader.rows(WALLS, sides))


def read_cells(reader: Reader, ids: Sequence[int], since: datetime) -> CellInputs:
    """Return what the figures of the cells with these numbers are made of."""
    asked = {"ids": list(ids), "since": since}
    cells = reader.rows(CELLS, asked)
    known = [row[0] for row in cells]
    place = {number: at for at, number in enumerate(known)}
    seen = reader.rows(SEEN_FROM, asked)
    views = read_views(reader, sorted({camera for _, camera in seen}))
    at = {int(camera): number for number, camera in enumerate(views.ids)}
    # A view that went away in between has its cells stale again: they are found anew.
    pairs = [(cell, at[camera]) for cell, camera in seen if camera in at]
    obstacles = [
        (cell, (kind, number), bytes(shape))
        for cell, kind, number, shape in reader.rows(OBSTACLES, asked)
    ]
    once = {key: shape for _, key, shape in obstacles}
    return CellInputs(
        np.array(known, np.int64),
        np.array([row[1] for row in cells], np.int64),
        shapes_of(row[2] for row in cells),
        grouped(((cell, shape) for cell, _, shape in obstacles), place),
        shapes_of(shape for (kind, _), shape in once.items() if kind == BUILDING),
        shapes_of(shape for (kind, _), shape in once.items() if kind != BUILDING),
        grouped(read_roads(reader, asked), place),
        grouped(((row[0], Standing(*row[1:])) for row in reader.rows(CONTENTS, asked)), place),
        grouped(pairs, place),
        views,
    )


def read_roads(reader: Reader, asked: Mapping[str, object]) -> Iterator[tuple[int, Road]]:
    """Yield cells' numbers with their roads; one that several cells have is one object."""
    known: dict[int, Road] = {}
    for cell, number, shape, kind, width in reader.rows(ROADS, asked):
        if number not in known:
            known[number] = Road(shapely.from_wkb(bytes(shape)), kind, width)
        yield cell, known[number]


def read_views(reader: Reader, cameras: Sequence[int]) -> Views:
    """Return what is kept of the views of some cameras; what sees nothing is empty."""
    rows = reader.rows(VIEWS, {"ids": list(cameras)})
    sure, possible = shapes_of(row[1] for row in rows), shapes_of(row[2] for row in rows)
    for at, row in enumerate(rows):
        if row[1] is not None and bytes(row[1]) == bytes(row[2]):
            possible[at] = sure[at]  # the same object: looked at once
    return Views(
        np.array([row[0] for row in rows], np.int64),
        sure,
        possible,
        np.array([row[3] for row in rows], bool),
    )


def shapes_of(written: Iterable[Any]) -> Shapes:
    """Return WKB as shapes; None as an empty polygon."""
    read = [None if one is None else bytes(one) for one in written]
    shapes: Shapes = shapely.from_wkb(np.array(read, dtype=object))
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    return shapes


def grouped(pairs: Iterable[tuple[int, Any]], place: dict[int, int]) -> list[list[Any]]:
    """Return for each cell's place the list of what was paired with its number."""
    found: dict[int, list[Any]] = defaultdict(list)
    for cell, thing in pairs:
        if cell in place:
            found[place[cell]].append(thing)
    return [found[at] for at in range(len(place))]
