"""Demand and what sites cover of it as bytes in the database, and the figures that follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gisapp.coverage.candidates import points_at
from gisapp.coverage.demand import BARE, POSSIBLE, SURE, Demand

SQUARE = 250.0  # m
POINT = np.dtype([("index", "<i4"), ("x", "<f8"), ("y", "<f8"), ("weight", "<f8"), ("state", "i1")])
COVERED = np.dtype([("index", "<i4"), ("weight", "<f8"), ("state", "i1")])
Table = npt.NDArray[Any]


@dataclass(frozen=True)
class Figures:
    """Weights of the demand: all of it, what is seen before and after, surely and possibly."""

    total: float
    sure_before: float
    possible_before: float
    sure_after: float
    possible_after: float
    value: float

    def written(self) -> dict[str, float]:
        """Return the figures as JSON holds them."""
        return {name: float(value) for name, value in vars(self).items()}


def as_points(demand: Demand) -> Table:
    """Return the demand as a table of POINT."""
    table = np.zeros(len(demand), dtype=POINT)
    table["index"] = np.arange(len(demand))
    for name, values in (("x", demand.x), ("y", demand.y)):
        table[name] = values
    table["weight"], table["state"] = demand.weights, demand.states
    return table


def squares(points: Table) -> Iterator[tuple[int, int, bytes]]:
    """Yield column, row and bytes of each square of the demand."""
    if not len(points):
        return
    places = np.column_stack((square_of(points["x"]), square_of(points["y"])))
    order = np.lexsort((points["index"], places[:, 1], places[:, 0]))
    changes = np.flatnonzero(np.any(np.diff(places[order], axis=0) != 0, axis=1)) + 1
    for part in np.split(order, changes):
        col, row = places[part[0]]
        yield int(col), int(row), points[part].tobytes()


def square_of(values: Any) -> Any:
    """Return the number of the square in which a coordinate lies."""
    return np.floor(np.asarray(values) / SQUARE).astype(np.int64)


def covers_of(points: Table, indices: Any) -> bytes:
    """Return what a site covers, given the places in ``points``, as bytes of COVERED."""
    table = np.zeros(len(indices), dtype=COVERED)
    for name in ("index", "weight", "state"):
        table[name] = points[name][indices]
    return table.tobytes()


def seen_of(points: Table, view: Any) -> Table:
    """Return the places in ``points`` of the demand not surely seen that a view covers."""
    bare = np.flatnonzero(points["state"] < SURE)
    if not len(bare):
        return bare
    tree = shapely.STRtree(points_at(points["x"][bare], points["y"][bare]))
    shapely.prepare(view)
    return bare[np.sort(tree.query(view, predicate="intersects"))]


def figures(before: dict[str, float], covers: Iterable[bytes], possible_share: float) -> Figures:
    """Return the figures of sites that cover ``covers``; ``before`` are those without any."""
    parts = [np.frombuffer(held, dtype=COVERED) for held in covers]
    union = np.concatenate(parts) if parts else np.zeros(0, dtype=COVERED)
    union = union[np.unique(union["index"], return_index=True)[1]]
    bare = float(union["weight"][union["state"] == BARE].sum())
    possible = float(union["weight"][union["state"] == POSSIBLE].sum())
    return Figures(
        before["total"],
        before["sure_before"],
        before["possible_before"],
        before["sure_before"] + bare + possible,
        before["possible_before"] + bare,
        bare + possible_share * possible,
    )


def before(demand: Demand) -> dict[str, float]:
    """Return the weights of all demand, of what is surely and of what is possibly seen."""
    weights, states = demand.weights, demand.states
    return {
        "total": float(weights.sum()),
        "sure_before": float(weights[states == SURE].sum()),
        "possible_before": float(weights[states >= POSSIBLE].sum()),
    }
