"""What a what-if is computed from, kept while someone drags a camera: walls, targets, views.

Kept in the process for a caller's scope, at the revisions of the layers and, for a cell, at the
digest of its figures: whatever changes makes another key, and nothing is ever kept of one scope for
another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisapp.coverage.freshness import Target
from gisapp.coverage.inputs import COLUMNS, CellInputs, read_cells, read_walls
from gisapp.coverage.targets import make_targets
from gisapp.coverage.viewsheds import Views
from gisapp.coverage.what_if_cells import CellKept
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.read import metric_srid

MOST_WORLDS = 6  # callers' scopes at work in one process
MOST_CELLS = 600  # kept for each
MOST_REGIONS = 8
AROUND_M = 150.0  # walls are read so far beyond what is looked at: the next step of a drag
LAYERS = ("cameras", "buildings", "water", "roads", "grid_cells")
REVISIONS = Statement(
    "SELECT layer, revision || '.' || xmin FROM gisapp.layer_revisions"
    " WHERE layer = ANY (%(layers)s) ORDER BY layer",
    example={"layers": list(LAYERS)},
)
HELD = Statement(
    """
SELECT camera.id, ST_AsBinary(held.possible), camera.code, ST_X(camera.geom), ST_Y(camera.geom),
    azimuth, direction_type, horizontal_fov, max_view_distance, width_px, ptz_type, room_type, status
FROM cameras AS camera LEFT JOIN gisapp.coverage_views AS held ON held.camera_id = camera.id
WHERE camera.code = ANY (%(codes)s)
""",
    reads=("cameras",),
    example={"codes": ["1", "2"]},
    present=True,
)
# Cells in force within some boxes; whether their figures are of today as in freshness.CELLS.
TOUCHED = Statement(
    """
SELECT cell.id, cell.code, cell.name, coalesce(held.digest, ''),
    coalesce(held.computed >= held.touched AND held.row_version = cell.row_version, false)
        AND NOT EXISTS (SELECT FROM gisapp.coverage_edits WHERE place IS NULL)
        AND NOT EXISTS (SELECT FROM gisapp.coverage_touched AS touched
            WHERE touched.place && cell.geom)
FROM grid_cells AS cell
LEFT JOIN gisapp.coverage_states AS held ON held.cell_id = cell.id
WHERE cell.id IN (
    SELECT inner_cell.id
    FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
        AS box (west, south, east, north)
    JOIN grid_cells AS inner_cell
        ON inner_cell.geom && ST_MakeEnvelope(west, south, east, north, %(srid)s)
) AND (cell.valid_from IS NULL OR cell.valid_from <= current_date)
    AND (cell.valid_to IS NULL OR cell.valid_to > current_date)
ORDER BY cell.code LIMIT %(limit)s
""",
    reads=("grid_cells",),
    example={
        "west": [460000.0],
        "south": [2600000.0],
        "east": [460100.0],
        "north": [2600100.0],
        "srid": 4548,
        "limit": 10,
    },
    present=True,
)
NO_INCIDENTS = datetime.max  # what stands in a gap is not asked


@dataclass(frozen=True)
class Held:
    """A camera that there is: its number, what it possibly sees by now, and its row."""

    id: int
    possible: Any
    row: dict[str, object]


@dataclass(frozen=True)
class Region:
    """Walls within a box (west, south, east, north)."""

    box: tuple[float, float, float, float]
    tree: shapely.STRtree


@dataclass
class World:
    """What is kept for one scope at one state of the layers."""

    srid: int
    regions: list[Region] = field(default_factory=list)
    known: OrderedDict[tuple[int, str, str], CellKept] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def cameras(self, reader: Reader, codes: Sequence[str]) -> dict[str, Held]:
        """Return the cameras with these codes that the reader sees."""
        rows = reader.rows(HELD, {"codes": list(codes)}) if codes else []
        return {
            code: Held(
                number,
                shapely.Polygon() if view is None else shapely.from_wkb(bytes(view)),
                dict(zip(COLUMNS, (code, *row), strict=True)),
            )
            for number, view, code, *row in rows
        }

    def walls(self, reader: Reader, boxes: NDArray[np.float64]) -> NDArray[Any]:
        """Return the buildings that any of the boxes touches."""
        found = [self.walls_in(reader, tuple(map(float, box))) for box in boxes]
        shapes = {id(shape): shape for walls in found for shape in walls}
        walls: NDArray[Any] = np.empty(len(shapes), dtype=object)
        walls[:] = list(shapes.values())
        return walls

    def walls_in(self, reader: Reader, box: tuple[float, ...]) -> NDArray[Any]:
        """Return the buildings that one box touches, of a region around it."""
        west, south, east, north = box
        with self.lock:
            regions = list(self.regions)
        for region in regions:
            left, bottom, right, top = region.box
            if left <= west and bottom <= south and right >= east and top >= north:
                break
        else:
            wide = (west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
            region = Region(wide, shapely.STRtree(read_walls(reader, np.array([wide]))))
            with self.lock:
                self.regions[:] = [region, *self.regions][:MOST_REGIONS]
        inside = np.sort(region.tree.query(shapely.box(west, south, east, north)))
        answer: NDArray[Any] = region.tree.geometries[inside]
        return answer

    def cells(
        self, reader: Reader, views: NDArray[Any], target: Target, most: int
    ) -> list[tuple[CellKept, bool]] | None:
        """Return the cells that any view reaches, and whether their figures are of today.

        None when there are more than ``most``.
        """
        names = ("west", "south", "east", "north")
        bounds = shapely.bounds(views)
        sides = {name: bounds[:, place].tolist() for place, name in enumerate(names)}
        rows = reader.rows(TOUCHED, {**sides, "srid": self.srid, "limit": most + 1})
        if len(rows) > most:
            return None
        with self.lock:
            missing = [row for row in rows if (row[0], row[3], target) not in self.known]
        found = {row[0]: row for row in missing}
        if found:
            made = make_cells(read_cells(reader, list(found), NO_INCIDENTS), found, target)
            with self.lock:
                self.known.update(made)
                while len(self.known) > MOST_CELLS:
                    self.known.popitem(last=False)
        else:
            made = dict[tuple[int, str, str], CellKept]()
        answer = []
        for number, _, _, digest, fresh in rows:
            key = (number, digest, target)
            cell = made.get(key) or self.known.get(key)
            if cell is not None and shapely.intersects(views, cell.shape).any():
                answer.append((cell, bool(fresh)))
        return answer


def make_cells(
    inputs: CellInputs, rows: dict[int, tuple[Any, ...]], target: Target
) -> dict[tuple[int, str, str], CellKept]:
    """Return cells ready for the computation, by number, digest and target."""
    grounds = make_targets(inputs, (target,))[target]
    made: dict[tuple[int, str, str], CellKept] = {}
    for at, number in enumerate(inputs.ids.tolist()):
        _, code, name, digest, _ = rows[number]
        shape = inputs.shapes[at]
        shapely.prepare(shape)
        seen_by = np.array(inputs.seen_by[at], dtype=np.int64)
        made[(number, digest, target)] = CellKept(
            code,
            name,
            shape,
            grounds.shapes[at],
            inputs.views.ids[seen_by],
            Views(inputs.views.sure[seen_by], inputs.views.possible[seen_by]),
        )
    return made


class Worlds:
    """The worlds of one process, the least recently used forgotten first."""

    def __init__(self) -> None:
        self.worlds: OrderedDict[tuple[object, ...], World] = OrderedDict()
        self.lock = Lock()

    def of(self, reader: Reader) -> World:
        """Return what is kept for the reader's scope at the revisions of now."""
        revisions = reader.rows(REVISIONS, {"layers": list(LAYERS)})
        key = (reader.scope.key, *map(tuple, revisions))
        with self.lock:
            world = self.worlds.get(key)
            if world is not None:
                self.worlds.move_to_end(key)
                return world
        world = World(metric_srid(reader))
        with self.lock:
            self.worlds[key] = world
            while len(self.worlds) > MOST_WORLDS:
                self.worlds.popitem(last=False)
        return world
