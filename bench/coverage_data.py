"""A made-up quarter for the bench of coverage: cells, buildings and cameras, the same for a seed.

At scale 1: 1,500 cells of about 200 m, 150,000 footprints (a third with a corner cut out), and
20,000 cameras of 30 to 50 m range, near each of which about 16 footprints stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisapp.coverage.cameras import Cameras, read_cameras

ORIGIN = (450_000.0, 2_600_000.0)
CELL, PLOT = 200.0, 20.0
COLUMNS = 50  # cells from west to east; scale changes the rows


@dataclass(frozen=True)
class Quarter:
    """What the bench computes on."""

    cells: NDArray[Any]
    footprints: NDArray[Any]
    cameras: Cameras


def make_quarter(scale: float, seed: int = 7) -> Quarter:
    """Return a quarter of ``1500 * scale`` cells."""
    random = np.random.default_rng(seed)
    rows = max(round(30 * scale), 1)
    footprints = buildings(random, rows)
    return Quarter(cells(random, rows), footprints, cameras(random, rows, footprints))


def cells(random: np.random.Generator, rows: int) -> NDArray[Any]:
    """Return a partition into quadrilaterals whose inner corners are shaken."""
    x, y = np.meshgrid(np.arange(COLUMNS + 1) * CELL, np.arange(rows + 1) * CELL)
    x[:, 1:-1] += random.uniform(-30, 30, x[:, 1:-1].shape)
    y[1:-1] += random.uniform(-30, 30, y[1:-1].shape)
    corners = np.stack((x, y), axis=-1) + ORIGIN
    around = (corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1])
    return shapely.polygons(np.stack(around, axis=2).reshape(-1, 4, 2))


def buildings(random: np.random.Generator, rows: int) -> NDArray[Any]:
    """Return turned rectangles and L-shapes, one to a plot of 20 m."""
    per_row, per_column = int(COLUMNS * CELL / PLOT), int(rows * CELL / PLOT)
    x, y = np.meshgrid(np.arange(per_row) + 0.5, np.arange(per_column) + 0.5)
    count = x.size
    middle = np.column_stack((x.ravel(), y.ravel())) * PLOT + random.uniform(-2, 2, (count, 2))
    a, b = random.uniform(3, 6, (2, count))
    cut = np.where(random.random(count) < 1 / 3, random.uniform(1, 2.5, count), 0)
    ring = [(-a, -b), (a, -b), (a, b - cut), (a - cut, b - cut), (a - cut, b), (-a, b)]
    local = np.stack([np.column_stack(corner) for corner in ring], axis=1)
    turn = random.normal(0, 0.15, count) + random.integers(0, 2, count) * np.pi / 2
    cosine, sine = np.cos(turn)[:, None], np.sin(turn)[:, None]
    world = (
        np.stack(
            (
                local[..., 0] * cosine - local[..., 1] * sine,
                local[..., 0] * sine + local[..., 1] * cosine,
            ),
            axis=-1,
        )
        + (middle + ORIGIN)[:, None, :]
    )
    plain = cut == 0
    shapes = np.empty(count, dtype=object)
    shapes[plain] = shapely.polygons(world[plain][:, [0, 1, 2, 5]])
    shapes[~plain] = shapely.polygons(world[~plain])
    return shapes


def cameras(random: np.random.Generator, rows: int, footprints: NDArray[Any]) -> Cameras:
    """Return cameras outside the buildings, a tenth of them panoramic."""
    count = round(20_000 * rows / 30)
    size = np.array([COLUMNS * CELL, rows * CELL])
    points = shapely.points(random.uniform(0, 1, (count * 2, 2)) * size + ORIGIN)
    inside, _ = shapely.STRtree(footprints).query(points, predicate="within")
    free = np.setdiff1d(np.arange(len(points)), inside)[:count]
    angles = np.where(random.random(count) < 0.1, 360.0, random.uniform(60, 110, count))
    return read_cameras(
        {
            "code": [f"C{number:06d}" for number in range(count)],
            "x": shapely.get_x(points[free]),
            "y": shapely.get_y(points[free]),
            "azimuth": random.uniform(0, 360, count),
            "horizontal_fov": angles,
            "max_view_distance": random.uniform(30, 50, count),
            "status": ["online"] * count,
        }
    )
