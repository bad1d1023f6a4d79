"""Buildings as walls: flattened edges with an index of where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Footprints:
    """Edges of buildings, the inside on the left, and a grid over them."""


def make_footprints(shapes: Sequence[BaseGeometry]) -> Footprints:
    """Return the walls of building footprints."""
    raise NotImplementedError
