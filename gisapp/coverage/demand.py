"""Points of demand: the target ground that ought to be seen, each with its weight and its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gisapp.coverage.candidates import points_at, within
from gisapp.coverage.found_gaps import NEAR_M
from gisapp.coverage.weights import Weights

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]
BARE, POSSIBLE, SURE = 0, 1, 2
MOST_POINTS = 150_000


@dataclass(frozen=True)
class Demand:
    """Points at ``x``, ``y`` (m, metric CRS), one for each square of ``step`` metres.

    ``weights`` are points by `Weights` for the square and what stands in it; ``states`` tell what
    the cameras that are there see of each: BARE, POSSIBLE or SURE.
    """

    x: Floats
    y: Floats
    weights: Floats
    states: States
    step: float

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.x)

    def wanted(self, possible_share: float) -> Floats:
        """Return what seeing each point surely adds: nothing where it is surely seen already."""
        shares = np.array([1.0, possible_share, 0.0])
        gained: Floats = self.weights * shares[self.states]
        return gained


def make_demand(
    ground: Any,
    hidden: npt.NDArray[Any],
    features: Mapping[str, Floats],
    roads: Sequence[Any] | npt.NDArray[Any],
    weights: Weights,
    step: float,
) -> Demand:
    """Return the demand of the polygon ``ground`` without what lies in ``hidden`` (houses, water).

    ``features`` are the positions (n rows x, y) of what stands there by layer; one within a
    building counts at the nearest ground within ``NEAR_M``, as in the figures of gaps. The step grows until there are at most
    MOST_POINTS.
    """
    step = max(step, float(np.sqrt(shapely.area(ground) / MOST_POINTS)))
    x, y = grid(ground, step)
    open_air = ~within(points_at(x, y), hidden)
    x, y = x[open_air], y[open_air]
    points = np.full(len(x), weights.ground * step * step)
    worths = weights.of_layers()
    if len(x):
        tree = shapely.STRtree(points_at(x, y))
        for layer, places in features.items():
            spread(tree, points, places, worths[layer], max(NEAR_M, step))
        for places, length in along(roads, step):
            spread(tree, points, places, weights.road_m * length, step)
    return Demand(x, y, points, np.zeros(len(x), dtype=np.int8), step)


def grid(ground: Any, step: float) -> tuple[Floats, Floats]:
    """Return the middles of the squares of ``step`` metres that lie in ``ground``."""
    nothing = np.zeros(0)
    if shapely.is_empty(ground):
        return nothing, nothing
    west, south, east, north = np.floor(np.array(shapely.bounds(ground)) / step)
    columns = (np.arange(west, east + 1) + 0.5) * step
    rows = (np.arange(south, north + 1) + 0.5) * step
    parts = shapely.get_parts(divided(ground))
    shapely.prepare(parts)
    x, y = (values.ravel() for values in np.meshgrid(columns, rows))
    inside = np.zeros(len(x), dtype=np.bool_)
    tree = shapely.STRtree(parts)
    found = tree.query(points_at(x, y), predicate="intersects")[0]
    inside[found] = True
    return x[inside], y[inside]


def divided(ground: Any, squares: int = 24) -> Any:
    """Return ``ground`` cut into squares: points are found faster in small polygons."""
    west, south, east, north = shapely.bounds(ground)
    size = max(east - west, north - south) / squares
    if not size > 0:
        return ground
    lefts, bottoms = np.meshgrid(np.arange(west, east, size), np.arange(south, north, size))
    boxes = shapely.box(lefts, bottoms, lefts + size, bottoms + size).ravel()
    parts = shapely.intersection(ground, boxes)
    return shapely.geometrycollections(parts[~shapely.is_empty(parts)])


def spread(
    tree: shapely.STRtree, points: Floats, places: Floats, worth: float, farthest: float
) -> None:
    """Add ``worth`` for each place to its nearest point, if that is not farther than said."""
    if not len(places) or worth == 0:
        return
    near = tree.query_nearest(shapely.points(places), max_distance=farthest, all_matches=False)
    np.add.at(points, near[1], worth)


def along(roads: Sequence[Any] | npt.NDArray[Any], step: float) -> list[tuple[Floats, float]]:
    """Return places every ``step`` metres along roads, and how many metres each stands for."""
    lines = np.asarray(roads, dtype=object)
    found = []
    for line, length in zip(lines, shapely.length(lines), strict=True):
        count = max(1, round(length / step))
        places = shapely.line_interpolate_point(line, (np.arange(count) + 0.5) * length / count)
        found.append((shapely.get_coordinates(places), float(length) / count))
    return found


def see(demand: Demand, sure: npt.NDArray[Any], possible: npt.NDArray[Any]) -> Demand:
    """Return the demand with the states that views (polygons) of cameras give it."""
    states = np.zeros(len(demand), dtype=np.int8)
    if len(demand):
        tree = shapely.STRtree(points_at(demand.x, demand.y))
        for views, state in ((possible, POSSIBLE), (sure, SURE)):
            if len(views):
                shapely.prepare(views)
                states[tree.query(views, predicate="intersects")[1]] = state
    return Demand(demand.x, demand.y, demand.weights, states, demand.step)
