"""Geometry drawn as a grid of letters, so that a test shows the situation it is about.

    grid = draw(
        '''
        A   A   B
        A   AB  Bp
        .   q   .
        '''
    )

Cells are separated by blanks; the first line is the north. An upper-case letter claims its cell
for an area (``AB``: both claim it), a lower-case letter or digit stands for a point in the middle
of its cell, ``.`` is nobody's. Cells are squares of ``scale`` metres; ``origin`` is the
south-west corner of the drawing in the metric CRS (by default in the demonstration district,
EPSG:4548).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas
from shapely import LineString, MultiPolygon, Point, box, union_all
from shapely.geometry.base import BaseGeometry

ORIGIN = (460_000.0, 2_600_000.0)
NOBODY = "."


@dataclass(frozen=True)
class Grid:
    """A drawing: for every letter the (column, row from the south) of its cells."""

    places: Mapping[str, tuple[tuple[int, int], ...]]
    scale: float
    origin: tuple[float, float]

    def area(self, letter: str) -> MultiPolygon:
        """Return the union of a letter's cells; separate parts and holes are kept."""
        union = union_all([self._square(place) for place in self._places(letter)])
        return union if isinstance(union, MultiPolygon) else MultiPolygon([union])

    def points(self, letter: str) -> list[Point]:
        """Return the middles of a letter's cells, in reading order."""
        return [self._square(place).centroid for place in self._places(letter)]

    def point(self, letter: str) -> Point:
        """Return the middle of a letter's only cell."""
        (only,) = self.points(letter)
        return only

    def line(self, letters: str) -> LineString:
        """Return the line through the middles of single-celled letters, in the order given."""
        return LineString([self.point(letter) for letter in letters])

    def shape(self, letters: str) -> BaseGeometry:
        """Return an area (``A``), a point (``a``) or a line (``abc``)."""
        if len(letters) > 1:
            return self.line(letters)
        return self.area(letters) if letters.isupper() else self.point(letters)

    def frame(
        self, rows: Mapping[str, Mapping[str, object]], crs: int = 4548
    ) -> geopandas.GeoDataFrame:
        """Return a table as importers take it: ``code`` is the letters, other columns are given."""
        records = [{"code": letters, **columns} for letters, columns in rows.items()]
        shapes = [self.shape(letters) for letters in rows]
        return geopandas.GeoDataFrame(records, geometry=shapes, crs=crs)

    def _places(self, letter: str) -> tuple[tuple[int, int], ...]:
        if letter not in self.places:
            raise KeyError(f"{letter!r} is not in the drawing")
        return self.places[letter]

    def _square(self, place: tuple[int, int]) -> BaseGeometry:
        x, y = (start + step * self.scale for start, step in zip(self.origin, place, strict=True))
        return box(x, y, x + self.scale, y + self.scale)


def draw(picture: str, scale: float = 100.0, origin: tuple[float, float] = ORIGIN) -> Grid:
    """Read a drawing. Raises ValueError when its lines are not equally long."""
    lines = [line.split() for line in picture.splitlines() if line.strip()]
    if len({len(line) for line in lines}) != 1:
        raise ValueError("every line of a drawing needs the same number of cells")
    places: dict[str, list[tuple[int, int]]] = {}
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            for letter in cell.replace(NOBODY, ""):
                places.setdefault(letter, []).append((column, len(lines) - 1 - row))
    return Grid({letter: tuple(found) for letter, found in places.items()}, scale, origin)
