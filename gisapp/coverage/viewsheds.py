"""What sectors see among buildings: exact visibility in the plane."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from gisapp.coverage.footprints import Footprints
from gisapp.coverage.sectors import Sectors

CORNERS = 90  # of the polygon that stands for a circle; its arcs lack at most 0.082 % of the area


def visible(
    sectors: Sectors, footprints: Footprints, *, corners: int = CORNERS, threads: int = 2
) -> NDArray[Any]:
    """Return what each sector sees: polygons in metres, empty where it sees nothing."""
    raise NotImplementedError
