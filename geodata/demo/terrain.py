"""The lie of the land: a river along the east, a plain in the south, hills north and west."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.interpolate import CubicSpline

from geodata.demo.chance import Numbers, Shape, Waves

if TYPE_CHECKING:
    from geodata.demo.layout import Layout

CENTRE = np.array([463_000.0, 2_608_500.0])  # about 116.64°E 23.58°N, metres in EPSG:4548
SUMMIT = 620.0  # metres above the plain
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


class Terrain:
    """Height and water of one district, as functions of the place."""

    def __init__(self, layout: Layout, seed: int) -> None:
        self.size = layout.size
        self.centres = layout.centres
        self.hilly = np.array([site.hilly for site in layout.sites])
        self.ridges = Waves(seed, "ridges", 3000 * layout.size)
        self.folds = Waves(seed, "folds", 900 * layout.size)
        self.widths = Waves(seed, "river width", 1800)
        self.river_line = river_line(layout.size)
        self.river = self._river()

    def hills(self, points: Numbers) -> Numbers:
        """Return how far into the hills ``points`` lie: 0 on the plain, 1 in the mountains."""
        square = ((points[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=2)
        square -= square.min(axis=1, keepdims=True)  # far away the nearest town decides
        near = np.exp(-square / (2 * (2200 * self.size) ** 2))
        return np.asarray((near * self.hilly).sum(axis=1) / near.sum(axis=1))

    def height(self, points: Numbers) -> Numbers:
        """Return metres above the plain: ridges and valleys where there are hills."""
        relief = 0.55 + 0.3 * self.ridges(points) + 0.15 * self.folds(points)
        banks = shapely.distance(self.river_line, shapely.points(points)) / (1500 * self.size)
        valley = np.clip(banks, 0.05, 1.0)
        return np.asarray(SUMMIT * self.hills(points) ** 1.5 * np.clip(relief, 0.05, None) * valley)

    def _river(self) -> Shape:
        """Return the river's surface, 220 to 420 m wide (less in a small district)."""
        line = shapely.get_coordinates(self.river_line)
        along = np.gradient(line, axis=0)
        across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
        half = (155 + 30 * self.widths(line))[:, None] * np.sqrt(self.size)
        return shapely.Polygon(
            np.vstack([line + across * half, (line - across * half)[::-1]])
        ).buffer(0)
