"""What would be seen if cameras stood, looked or worked otherwise; nothing is written.

Both sides are computed by the same functions from the same rows, so that they differ by the asked
changes alone. "Before" takes the views that are kept, as the figures of the pages do; a cell whose
kept figures are out of date is marked so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely

from gisapp.coverage.cameras import Cameras, read_cameras
from gisapp.coverage.found_views import FoundViews, find_views, looked_at
from gisapp.coverage.freshness import Target
from gisapp.coverage.inputs import COLUMNS
from gisapp.coverage.sectors import Assumptions
from gisapp.coverage.viewsheds import Views
from gisapp.coverage.what_if_cells import LEAST_M2, CellKept, Seen, Who, look, lost_by
from gisapp.coverage.what_if_kept import Held, World
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter, NotFound
from layers.spec import Text

MOST_CAMERAS = 20  # changed at once
MOST_CELLS = 150  # that they may touch
FARTHEST_M = 2000.0  # that an added camera sees
MOST_FAILURES = 10
SIDES = ("before", "after")
NAMES = Statement(
    "SELECT id, code, coalesce(name, code) FROM cameras WHERE id = ANY (%(numbers)s)",
    reads=("cameras",),
    example={"numbers": [1, 2]},
)
NO_CAMERA = Text("没有编号为 {code} 的摄像机。", "There is no camera {code}.")
TOO_WIDE = BadParameter(
    Text(
        f"这些改动涉及的网格超过 {MOST_CELLS} 个，请减少摄像机或缩短可视距离。",
        f"These changes touch more than {MOST_CELLS} cells: change fewer cameras or shorter views.",
    )
)


@dataclass(frozen=True)
class Change:
    """One camera as it would be. What is None stays as its row says.

    ``code`` names a camera that there is; for one that is added it is "" and ``name`` tells it
    apart. ``place`` is longitude and latitude, angles are degrees, ``range`` is metres. ``works``:
    switched on or off; an added camera works.
    """

    name: str
    code: str = ""
    place: tuple[float, float] | None = None
    azimuth: float | None = None
    fov: float | None = None
    range: float | None = None
    works: bool | None = None


@dataclass(frozen=True)
class CellChange:
    """A cell with what is seen of it before and after; ``fresh``: its kept figures are of today."""

    code: str
    name: str | None
    fresh: bool
    before: Seen
    after: Seen


@dataclass(frozen=True)
class Failure:
    """A camera and what nobody else surely sees of the touched cells (m²), before and after."""

    code: str
    name: str
    before_m2: float
    after_m2: float


@dataclass(frozen=True)
class WhatIf:
    """The touched cells by code, and what each changed camera would see, in their order.

    ``failures`` are cameras with more or less to themselves than before, the largest change first.
    """

    cells: list[CellChange]
    failures: list[Failure]
    changes: Sequence[Change]
    views: FoundViews
    srid: int


def find_what_if(
    reader: Reader,
    world: World,
    changes: Sequence[Change],
    target: Target,
    assumptions: Assumptions,
) -> WhatIf:
    """Return what the changes do to the cells that the reader sees. Raises NotFound, BadParameter."""
    held = world.cameras(reader, [change.code for change in changes if change.code])
    for change in changes:
        if change.code and change.code not in held:
            raise NotFound(NO_CAMERA.format(code=change.code))
    cameras = changed_cameras(changes, held, world.srid)
    boxes = looked_at(cameras, assumptions)
    walls = world.walls(reader, boxes[np.isfinite(boxes).all(axis=1)])
    views = find_views(cameras, walls, assumptions, threads=1)
    old = [one.possible for one in held.values()]
    shapes = np.array([one for one in (*old, *views.possible) if not one.is_empty], dtype=object)
    touched = world.cells(reader, shapes, target, MOST_CELLS) if len(shapes) else []
    if touched is None:
        raise TOO_WIDE
    who: list[Who] = [held[one.code].id if one.code else one.name for one in changes]
    cells = [
        CellChange(cell.code, cell.name, fresh, cell.seen(), seen_after(cell, who, views))
        for cell, fresh in touched
    ]
    return WhatIf(cells, find_failures(reader, cells, changes, who), changes, views, world.srid)


def changed_cameras(changes: Sequence[Change], held: Mapping[str, Held], srid: int) -> Cameras:
    """Return the cameras as they would be, as columns."""
    rows = [changed_row(change, held.get(change.code), srid) for change in changes]
    columns: list[Sequence[object]] = [list(column) for column in zip(*rows, strict=True)]
    return read_cameras(dict(zip(COLUMNS, columns or [[]] * len(COLUMNS), strict=True)))


def changed_row(change: Change, held: Held | None, srid: int) -> tuple[object, ...]:
    """Return one camera's values in the order of ``COLUMNS``."""
    added: dict[str, object] = {"code": change.name, "room_type": "1", "status": "online"}
    row: dict[str, object] = {**dict.fromkeys(COLUMNS), **(held.row if held else added)}
    if change.place is not None:
        row["x"], row["y"] = to_metric(srid).transform(*change.place)
    if change.azimuth is not None:
        # A direction that was set by hand leaves nothing to an 8-way one.
        row["azimuth"], row["direction_type"] = change.azimuth, None
    if change.fov is not None:
        row["horizontal_fov"] = change.fov
    if change.range is not None:
        row["max_view_distance"] = change.range
    if change.works is not None:
        row["status"] = "online" if change.works else "offline"
    return tuple(row[name] for name in COLUMNS)


def seen_after(cell: CellKept, who: Sequence[Who], new: FoundViews) -> Seen:
    """Return what is seen of a cell with other views of the cameras ``who``."""
    stay = np.array([one not in who for one in cell.view_ids.tolist()], dtype=bool)
    reach = shapely.intersects(new.possible, cell.shape) if len(new.possible) else stay[:0]
    views = Views(
        np.concatenate((cell.views.sure[stay], new.sure[reach])),
        np.concatenate((cell.views.possible[stay], new.possible[reach])),
    )
    come = [one for one, reaches in zip(who, reach, strict=True) if reaches]
    return look(cell.target, views, [*cell.view_ids[stay].tolist(), *come])


def find_failures(
    reader: Reader, cells: Sequence[CellChange], changes: Sequence[Change], who: Sequence[Who]
) -> list[Failure]:
    """Return cameras whose failure costs more or less than before; of those the reader sees.

    What is switched off cannot fail: it is left out.
    """
    before, after = (lost_by(getattr(cell, side) for cell in cells) for side in SIDES)
    off = {one for one, change in zip(who, changes, strict=True) if change.works is False}
    differs = {
        one: (before.get(one, 0.0), after.get(one, 0.0))
        for one in {*before, *after} - off
        if abs(after.get(one, 0.0) - before.get(one, 0.0)) >= LEAST_M2
    }
    numbers = [one for one in differs if isinstance(one, int)]
    rows = reader.rows(NAMES, {"numbers": numbers}) if numbers else []
    named: dict[Who, tuple[str, str]] = {number: (code, name) for number, code, name in rows}
    named |= {one: ("", one) for one in differs if isinstance(one, str)}
    found = [Failure(*named[one], *areas) for one, areas in differs.items() if one in named]
    found.sort(key=lambda one: (-abs(one.after_m2 - one.before_m2), one.code, one.name))
    return found[:MOST_FAILURES]


@lru_cache(maxsize=8)
def to_metric(srid: int) -> pyproj.Transformer:
    """Return the way from longitude and latitude to metres."""
    return pyproj.Transformer.from_crs(4326, srid, always_xy=True)


@lru_cache(maxsize=8)
def to_degrees(srid: int) -> pyproj.Transformer:
    """Return the way from metres to longitude and latitude."""
    return pyproj.Transformer.from_crs(srid, 4326, always_xy=True)


def as_geojson(shape: Any, srid: int) -> str | None:
    """Return a shape in longitude and latitude to a centimetre, None for an empty one."""
    if shape is None or shape.is_empty:
        return None

    def move(places: Any) -> Any:
        degrees = to_degrees(srid).transform(places[:, 0], places[:, 1])
        return np.column_stack(degrees).round(7)

    written: str = shapely.to_geojson(shapely.transform(shape, move))
    return written
