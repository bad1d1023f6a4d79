"""What each of some cameras sees: from rows and walls to polygons, with what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisapp.coverage.cameras import Cameras
from gisapp.coverage.facades import stand_outside
from gisapp.coverage.faults import COMPASS
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.sectors import Assumptions, Sectors, make_sectors
from gisapp.coverage.viewsheds import views_of

Floats = NDArray[np.float64]
Shapes = NDArray[Any]
ENCLOSED = "enclosed"  # the problem of a camera inside a building without an open façade


@dataclass(frozen=True)
class FoundViews:
    """Views in the cameras' order; ``reach`` boxes west, south, east, north, NaN where none.

    ``problems`` are texts ``field: reason`` with a bar between Chinese and English.
    """

    x: Floats
    y: Floats
    moved_m: Floats
    reach: Floats
    sure: Shapes
    possible: Shapes
    undirected: NDArray[np.bool_]
    problems: list[list[str]]


def reach_of(sectors: Sectors, margin: float = 0.0) -> Floats:
    """Return the boxes around sectors, n rows west, south, east, north; NaN for a radius of 0."""
    turns = np.arange(4) * 90.0  # north, east, south, west
    off = np.abs((turns[None, :] - sectors.centre[:, None] + 180) % 360 - 180)
    holds = off <= sectors.half_angle[:, None]
    ends = np.radians(sectors.centre[:, None] + sectors.half_angle[:, None] * np.array([-1, 1]))
    across = np.column_stack((np.zeros(len(sectors)), np.sin(ends)))
    up = np.column_stack((np.zeros(len(sectors)), np.cos(ends)))
    west = np.where(holds[:, 3], -1.0, across.min(axis=1))
    east = np.where(holds[:, 1], 1.0, across.max(axis=1))
    south = np.where(holds[:, 2], -1.0, up.min(axis=1))
    north = np.where(holds[:, 0], 1.0, up.max(axis=1))
    radius = np.where(sectors.radius > 0, sectors.radius, np.nan)
    boxes: Floats = np.column_stack(
        (
            sectors.x + west * radius - margin,
            sectors.y + south * radius - margin,
            sectors.x + east * radius + margin,
            sectors.y + north * radius + margin,
        )
    )
    return boxes


def looked_at(cameras: Cameras, assumptions: Assumptions) -> Floats:
    """Return the boxes that hold every wall that may matter to each camera; NaN where none does.

    Circles, with room for cameras that stand on the façade of the building they were drawn in.
    """
    possible = make_sectors(cameras, assumptions).possible
    whole = Sectors(
        possible.x, possible.y, possible.centre, np.full(len(possible), 180.0), possible.radius
    )
    return reach_of(whole, margin=1.0)


def find_views(
    cameras: Cameras, walls: Shapes, assumptions: Assumptions, *, threads: int = 2
) -> FoundViews:
    """Return what cameras see among ``walls``, the footprints of all buildings around them."""
    outlook = make_sectors(cameras, assumptions)
    footprints = make_footprints(walls)
    standing = stand_outside(outlook.possible.x, outlook.possible.y, footprints)
    sees = outlook.possible.radius > 0
    moved = np.where(
        standing.moved & sees,
        np.hypot(standing.x - outlook.possible.x, standing.y - outlook.possible.y),
        0.0,
    )
    problems: list[list[str]] = [[] for _ in range(len(cameras))]
    for fault in outlook.problems:
        problems[fault.index].append(f"{fault.field}: {fault.reason.zh} | {fault.reason.en}")
    for index in np.flatnonzero(standing.enclosed & sees):
        problems[index].append(f"{ENCLOSED}: 位于建筑物内部，没有朝外的墙面 | Inside a building")
    views = views_of(outlook, footprints, threads=threads)
    there = Sectors(
        standing.x,
        standing.y,
        outlook.possible.centre,
        outlook.possible.half_angle,
        outlook.possible.radius,
    )
    return FoundViews(
        np.where(sees, standing.x, cameras.x),
        np.where(sees, standing.y, cameras.y),
        moved,
        reach_of(there, margin=0.5),
        views.sure,
        views.possible,
        undirected(cameras),
        problems,
    )


def undirected(cameras: Cameras) -> NDArray[np.bool_]:
    """Return of which cameras nobody knows where they look; one that sees all around need not."""
    azimuth = np.isfinite(cameras.azimuth) & (cameras.azimuth >= 0) & (cameras.azimuth <= 360)
    compass = np.isfinite(COMPASS[np.maximum(cameras.direction_type, 0)])
    around = cameras.fov >= 360
    answer: NDArray[np.bool_] = ~azimuth & ~compass & ~around
    return answer


def boxes_of(reach: Floats) -> Shapes:
    """Return boxes as polygons; None where there is none."""
    drawn: Shapes = np.full(len(reach), None, dtype=object)
    known = np.isfinite(reach).all(axis=1)
    drawn[known] = shapely.box(*reach[known].T)
    return drawn
