"""What of some cells is to be seen, from their inputs: public space, roads, or all of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from gisapp.coverage.footprints import Footprints, make_footprints
from gisapp.coverage.freshness import TARGETS, Target
from gisapp.coverage.ground import Targets, public_space, road_space, whole_cells
from gisapp.coverage.inputs import CellInputs, Road, Shapes

# Metres; where a road's width is not known. Configured by the district.
WIDTHS = {
    "motorway": 25.0,
    "trunk": 20.0,
    "primary": 16.0,
    "secondary": 12.0,
    "tertiary": 9.0,
    "residential": 6.0,
    "service": 4.0,
    "track": 3.0,
    "path": 2.0,
}
OTHER_WIDTH = 6.0


def make_targets(
    cells: CellInputs, wanted: tuple[Target, ...] = tuple(TARGETS)
) -> dict[Target, Targets]:
    """Return the ground to be seen of each cell, by the kind of target; empty where there is none."""
    shapes, walls = sound(cells.shapes), make_footprints(cells.buildings)
    makers: dict[Target, Callable[[], Targets]] = {
        "public": lambda: public_space(shapes, walls, cells.water),
        "roads": lambda: roads_of(cells, shapes, walls),
        "whole": lambda: whole_cells(shapes),
    }
    return {target: makers[target]() for target in wanted}


def roads_of(cells: CellInputs, shapes: Shapes, walls: Footprints) -> Targets:
    """Return the ground of all roads of some cells, as wide as each is."""
    roads = list({id(road): road for listed in cells.roads for road in listed}.values())
    if not roads:
        nothing = np.full(len(shapes), shapely.Polygon(), dtype=object)
        return Targets(nothing)
    lines = np.array([road.shape for road in roads], dtype=object)
    return road_space(shapes, lines, walls, np.array([half_width(road) for road in roads]))


def half_width(road: Road) -> float:
    """Return half of a road's width in metres: its own, or that of its class."""
    return (road.width_m or WIDTHS.get(road.kind, OTHER_WIDTH)) / 2


def sound(shapes: Shapes) -> Shapes:
    """Return valid areas: what is invalid is made valid."""
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        shapes = shapes.copy()
        shapes[bad] = shapely.make_valid(shapes[bad], method="structure")
    return shapes
