"""Gaps as a list: parts above a size, and what stands in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from gisapp.coverage.inputs import Road, Standing

NEAR_M = 30.0  # no door is farther from where its place is marked
SAME_M = 0.01
Kind = Literal["certain", "unsure"]


@dataclass(frozen=True)
class Gap:
    """One part of a cell's gap. ``part`` numbers those of one kind from 1, the largest first."""

    kind: Kind
    part: int
    shape: Any
    area_m2: float
    road_m: float
    standing: list[Standing]


def list_gaps(
    ground: Any,
    certain: Any,
    unsure: Any,
    smallest_m2: float,
    roads: Sequence[Road],
    standing: Sequence[Standing],
) -> list[Gap]:
    """Return the parts of a cell's gaps of at least ``smallest_m2``, with what stands in them.

    A feature counts in one gap: the one it stands in. What stands off the ``ground`` to be seen
    (premises are marked inside their building) counts where the nearest ground up to ``NEAR_M``
    away is a gap. A certain gap comes before an unsure one as near.
    """
    parts = [
        *large_parts("certain", certain, smallest_m2),
        *large_parts("unsure", unsure, smallest_m2),
    ]
    if not parts:
        return []
    shapes = np.array([shape for _, _, shape in parts], dtype=object)
    metres = road_metres(shapes, roads)
    held = nearest(shapes, ground, standing)
    return [
        Gap(kind, part, shape, float(shape.area), float(metres[at]), held[at])
        for at, (kind, part, shape) in enumerate(parts)
    ]


def large_parts(kind: Kind, gap: Any, smallest_m2: float) -> Iterator[tuple[Kind, int, Any]]:
    """Yield the parts of a gap that are large enough, the largest first."""
    parts = [part for part in shapely.get_parts(gap) if part.area >= max(smallest_m2, 1e-6)]
    parts.sort(key=lambda part: (-part.area, part.bounds))
    for number, part in enumerate(parts, start=1):
        yield kind, number, part


def road_metres(shapes: Any, roads: Sequence[Road]) -> Any:
    """Return how many metres of the roads' lines lie in each shape."""
    total = np.zeros(len(shapes))
    if roads:
        lines = np.array([road.shape for road in roads], dtype=object)
        at_line, at_shape = shapely.STRtree(shapes).query(lines)
        shapely.prepare(shapes)  # many have thousands of corners
        metres = shapely.length(lines[at_line])
        cut = ~shapely.contains_properly(shapes[at_shape], lines[at_line])  # most lie inside whole
        metres[cut] = 0
        cut[cut] = shapely.intersects(shapes[at_shape[cut]], lines[at_line[cut]])
        crossing = shapely.intersection(lines[at_line[cut]], shapes[at_shape[cut]])
        metres[cut] = shapely.length(crossing)
        np.add.at(total, at_shape, metres)
    return total


def nearest(shapes: Any, ground: Any, standing: Sequence[Standing]) -> list[list[Standing]]:
    """Return for each shape the features whose nearest ground it is; of equal ones, the first."""
    held: list[list[Standing]] = [[] for _ in shapes]
    if standing:
        points = shapely.points([[one.x, one.y] for one in standing])
        nearest_m = shapely.distance(points, ground)
        found, away = shapely.STRtree(shapes).query_nearest(
            points, max_distance=NEAR_M, return_distance=True
        )
        chosen: dict[int, int] = {}
        for point, shape, metres in zip(*found.tolist(), away.tolist(), strict=True):
            if metres <= nearest_m[point] + SAME_M:
                chosen[point] = min(shape, chosen.get(point, shape))
        for point, shape in chosen.items():
            held[shape].append(standing[point])
    return held
