"""The arithmetic of WebMercatorQuad: tile addresses, views of a map, the cells of clusters.

Rows and cells count from the north-west corner of the EPSG:3857 square.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gisapp.errors import BadParameter, NotFound
from gisapp.features.boxes import Box
from layers.spec import Text

MAX_ZOOM = 24  # the last matrix of WebMercatorQuad
EARTH = 40075016.6855784861  # metres around the square of EPSG:3857
EXTENT = 4096  # units across a tile
FINEST_CELLS = 17  # the finest zoom whose clusters are kept
MOST_ACROSS = 128  # cells along one side of a view; a coarser zoom is taken beyond

BAD_ADDRESS = Text("瓦片地址必须是非负整数。", "A tile's address is made of whole numbers.")
NO_TILE = Text("没有这个瓦片。", "There is no such tile.")
ADDRESS_HINT = Text(
    "地址为 z/row/col，z 从 0 到 24，行列小于 2 的 z 次方。",
    "The address is z/row/col, with z from 0 to 24 and row and col below 2 to the power of z.",
)


@dataclass(frozen=True)
class TileAddress:
    """One tile: row 0 is the northernmost, column 0 the westernmost."""

    zoom: int
    row: int
    column: int

    @property
    def unit(self) -> float:
        """Metres of EPSG:3857 in one of the tile's 4096 units."""
        return EARTH / (1 << self.zoom) / EXTENT

    @property
    def true_unit(self) -> float:
        """Metres on the ground in one unit, in the middle of the tile."""
        north = math.pi * (1 - (2 * self.row + 1) / (1 << self.zoom))
        return self.unit / math.cosh(north)


def tile_address(zoom: str, row: str, column: str) -> TileAddress:
    """Read an address. Raises BadParameter for what is no number, NotFound outside the matrix."""
    texts = (zoom, row, column)
    if not all(text.isascii() and text.isdigit() for text in texts):
        raise BadParameter(BAD_ADDRESS, ADDRESS_HINT)
    if max(map(len, texts)) > 10:
        raise NotFound(NO_TILE, ADDRESS_HINT)
    address = TileAddress(*map(int, texts))
    if address.zoom > MAX_ZOOM or max(address.row, address.column) >= 1 << address.zoom:
        raise NotFound(NO_TILE, ADDRESS_HINT)
    return address


@dataclass(frozen=True)
class View:
    """What a map shows: a box in metres of EPSG:3857, and the zoom of 256-pixel tiles."""

    box: Box
    zoom: int

    def cells(self) -> dict[str, int]:
        """Return the range of kept cells that touch the view, at the zoom that suits it.

        The view's own zoom, or the finest kept; a view far larger than a screen gets a coarser
        one, so that an answer stays small.
        """
        zoom = min(self.zoom, FINEST_CELLS)
        cells = self.cells_at(zoom)
        while zoom > 0 and cells_across(cells) > MOST_ACROSS:
            zoom -= 1
            cells = self.cells_at(zoom)
        return cells

    def cells_at(self, zoom: int) -> dict[str, int]:
        """Return the range of 64-pixel cells of ``zoom`` that touch the view."""
        across = 1 << zoom + 2

        def cell(metres: float) -> int:
            return max(0, min(across - 1, math.floor((metres / EARTH + 0.5) * across)))

        return {
            "zoom": zoom,
            "across": across,
            "first_x": cell(self.box.west),
            "last_x": cell(self.box.east),
            "first_y": cell(-self.box.north),
            "last_y": cell(-self.box.south),
        }


def cells_across(cells: dict[str, int]) -> int:
    """Return the longer side of a range of cells."""
    wide = cells["last_x"] - cells["first_x"]
    return max(wide, cells["last_y"] - cells["first_y"]) + 1
