"""The course of the river, to which towns, villages and roads keep."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.interpolate import CubicSpline

from geodata.demo.chance import Numbers

CENTRE = np.array([463_000.0, 2_608_500.0])  # about 116.64°E 23.58°N, metres in EPSG:4548
# Kilometres from CENTRE, from the hills to the sea.
RIVER = (
    (-0.6, 23.0),
    (0.2, 18.2),
    (1.0, 14.6),
    (3.0, 12.2),
    (6.4, 9.6),
    (6.9, 5.6),
    (5.5, 1.8),
    (5.4, -2.6),
    (6.0, -5.6),
    (7.5, -9.2),
    (6.0, -13.4),
    (3.4, -18.5),
)


def smooth_line(points: Numbers, step: float = 60.0) -> shapely.LineString:
    """Return a smooth curve through ``points``, with a vertex about every ``step`` metres."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.linspace(0, along[-1], max(2, int(along[-1] / step)))
    return shapely.LineString(CubicSpline(along, points)(places))


def river_line(size: float) -> shapely.LineString:
    """Return the middle of the river of a district of ``size``."""
    return smooth_line(CENTRE + size * 1000 * np.array(RIVER))
