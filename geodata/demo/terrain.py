"""The lie of the land: a river along the east, a plain in the south, hills north and west."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.demo.chance import Numbers, Shape, Waves
from geodata.demo.layout import Layout
from geodata.demo.river import river_line

SUMMIT = 620.0  # metres above the plain


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
