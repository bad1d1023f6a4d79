"""What has to be run so that every loop of coverage is compiled: all of it, very small."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely

from gisapp.coverage.cameras import read_cameras
from gisapp.coverage.candidates import CameraModel, Surroundings
from gisapp.coverage.cover import cover_cells
from gisapp.coverage.demand import make_demand
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.found_views import find_views
from gisapp.coverage.ground import public_space
from gisapp.coverage.optimise import Effort
from gisapp.coverage.sectors import Assumptions
from gisapp.coverage.siting import Wish, propose
from gisapp.coverage.viewsheds import Views
from gisapp.coverage.weights import Weights
from layers.spec import Text

Step = tuple[Text, Callable[[], object]]


def steps() -> list[Step]:
    """Return what has to be run so that everything is compiled, on a house and two cameras."""
    cell, house = shapely.box(0, 0, 100, 60), shapely.box(40, 30, 60, 50)
    grounds, houses = np.array([cell], dtype=object), np.array([house], dtype=object)
    walls = make_footprints(houses)
    assumptions = Assumptions()
    columns: dict[str, Sequence[object]] = {
        "code": ["1", "2"],
        "x": [20.0, 50.0],
        "y": [20.0, 40.0],  # the second hangs on the house
        "azimuth": [90.0, None],
        "horizontal_fov": [90.0, 90.0],
        "max_view_distance": [40.0, 40.0],
        "room_type": ["1", "1"],
        "status": ["online", "online"],
    }
    seen: list[Views] = []

    def look() -> None:
        found = find_views(read_cameras(columns), houses, assumptions)
        seen.append(Views(found.sure, found.possible))

    def cut() -> None:
        both = np.arange(2)
        cover_cells(public_space(grounds, walls), np.zeros_like(both), both, seen[0])
        public_space(grounds, walls).shapes.tolist()

    def place() -> None:
        road = np.array([shapely.LineString([(0, 10), (100, 10)])], dtype=object)
        around = Surroundings(
            cell, road, np.array([2.0]), houses, np.zeros((0, 2)), np.zeros((0, 2)), houses[:0]
        )
        ground = Weights(premises=0, hazards=0, incidents=0, road_m=0, ground=1)
        demand = make_demand(cell, houses, {}, road, ground, 5.0)
        model = CameraModel("", 90, 30)
        wish = Wish((model,), 2, effort=Effort(rounds=3, steps=5))
        propose(wish, around, walls, demand)

    return [
        (Text("视野", "views"), look),
        (Text("网格", "cells"), cut),
        (Text("选点", "siting"), place),
    ]
