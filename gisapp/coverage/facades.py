"""Where a camera stands that was drawn inside a building: on its nearest open façade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.footprints import Footprints

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Truths = NDArray[np.bool_]
NEAR = 1e-3  # m: a camera so near a wall hangs on it, and a wall so near a wall covers it
OUTWARDS = 2e-3  # m in front of a façade must be open air
SHORTEST = 1e-3  # m of open façade that holds a camera


@dataclass(frozen=True)
class Standing:
    """Where cameras stand; ``enclosed``: inside a building without an open façade."""

    x: Floats
    y: Floats
    moved: Truths
    enclosed: Truths


def stand_outside(x: Floats, y: Floats, footprints: Footprints) -> Standing:
    """Return positions outside all buildings, in metres, moved by the façade rule."""
    here = np.column_stack((x - NEAR, y - NEAR, x + NEAR, y + NEAR))
    first, parts = footprints.near(here)
    walls = (footprints.first, footprints.x, footprints.y, footprints.following)
    holders = np.repeat(np.arange(len(x)), np.diff(first))
    inside = holds(x[holders], y[holders], parts, *walls)
    holders, parts = holders[inside], parts[inside]
    beside_first, beside = footprints.near(footprints.boxes[parts] + (-NEAR, -NEAR, NEAR, NEAR))
    at_x, at_y, away = nearest_open(
        x[holders], y[holders], parts, beside_first, beside, footprints.boxes, *walls
    )
    best = np.lexsort((away, holders))
    chosen = best[np.unique(holders[best], return_index=True)[1]]
    new_x, new_y = x.copy(), y.copy()
    moved, enclosed = np.zeros(len(x), bool), np.zeros(len(x), bool)
    new_x[holders[chosen]], new_y[holders[chosen]] = at_x[chosen], at_y[chosen]
    moved[holders[chosen]] = np.isfinite(away[chosen])
    enclosed[holders[chosen]] = ~np.isfinite(away[chosen])
    return Standing(np.where(enclosed, x, new_x), np.where(enclosed, y, new_y), moved, enclosed)


@compiled
def within(
    px: float, py: float, part: int, first: Indices, x: Floats, y: Floats, following: Indices
) -> tuple[bool, float]:
    """Say whether a part holds a point, and how far the point is from its walls (m)."""
    inside, nearest = False, np.inf
    for i in range(first[part], first[part + 1]):
        j = following[i]
        ax, ay, bx, by = x[i] - px, y[i] - py, x[j] - px, y[j] - py
        if (ay > 0) != (by > 0) and (ax * by - ay * bx > 0) == (by > ay):
            inside = not inside
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        along = min(max(-(ax * dx + ay * dy) / square, 0.0), 1.0) if square > 0 else 0.0
        nearest = min(nearest, np.hypot(ax + along * dx, ay + along * dy))
    return inside, nearest


@compiled
def holds(
    px: Floats, py: Floats, parts: Indices,
    first: Indices, x: Floats, y: Floats, following: Indices,
) -> Truths:  # fmt: skip
    """Say of each point whether it is inside its part or within a millimetre of it."""
    answer = np.zeros(len(px), np.bool_)
    for k in range(len(px)):
        inside, nearest = within(px[k], py[k], parts[k], first, x, y, following)
        answer[k] = inside or nearest <= NEAR
    return answer


@compiled
def breaks(
    ax: float, ay: float, bx: float, by: float, other: int, found: Floats, count: int,
    first: Indices, x: Floats, y: Floats, following: Indices,
) -> int:  # fmt: skip
    """Collect where, as shares of a wall from a to b, another part may begin to cover it."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    for i in range(first[other], first[other + 1]):
        j = following[i]
        cx, cy = x[i] - ax, y[i] - ay
        ex, ey = x[j] - x[i], y[j] - y[i]
        along = (cx * dx + cy * dy) / square
        off = cx - along * dx, cy - along * dy
        if 0 < along < 1 and np.hypot(off[0], off[1]) <= OUTWARDS:
            found[count] = along
            count += 1
        slope = dx * ey - dy * ex
        if slope != 0:
            along, across = (cx * ey - cy * ex) / slope, (cx * dy - cy * dx) / slope
            if 0 < along < 1 and -1e-9 <= across <= 1 + 1e-9:
                found[count] = along
                count += 1
    return count


@compiled
def open_air(
    px: float, py: float, parts: Indices,
    first: Indices, x: Floats, y: Floats, following: Indices,
) -> bool:  # fmt: skip
    """Say whether no part holds a point."""
    held = False
    for part in parts:
        held = held or within(px, py, part, first, x, y, following)[0]
    return not held


@compiled
def open_share(
    ax: float, ay: float, bx: float, by: float, wish: float, shares: Floats, others: Indices,
    first: Indices, x: Floats, y: Floats, following: Indices,
) -> float:  # fmt: skip
    """Return where a wall from a to b is open to the air, nearest to ``wish``; NaN if nowhere.

    All are shares of the wall; between two neighbours of ``shares`` it is open or covered.
    """
    dx, dy = bx - ax, by - ay
    length = np.hypot(dx, dy)
    best = np.nan
    for k in range(len(shares) - 1):
        if (shares[k + 1] - shares[k]) * length < SHORTEST:
            continue
        at = min(max(wish, shares[k]), shares[k + 1])
        if abs(at - wish) >= abs(best - wish):
            continue
        middle = (shares[k] + shares[k + 1]) / 2
        mx = ax + middle * dx + OUTWARDS * dy / length
        my = ay + middle * dy - OUTWARDS * dx / length
        if open_air(mx, my, others, first, x, y, following):
            best = at
    return best


@compiled
def meets(bounds: Floats, ax: float, ay: float, bx: float, by: float) -> bool:
    """Say whether a wall from a to b comes near a box."""
    beside = bounds[0] > max(ax, bx) + NEAR or bounds[2] < min(ax, bx) - NEAR
    above = bounds[1] > max(ay, by) + NEAR or bounds[3] < min(ay, by) - NEAR
    return not (beside or above)


@compiled
def nearest_open(
    px: Floats, py: Floats, parts: Indices, beside_first: Indices, beside: Indices, boxes: Floats,
    first: Indices, x: Floats, y: Floats, following: Indices,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Return the nearest open façade point of each point's part, and how far it is.

    ``beside`` are the parts that may cover its façades; infinity where they cover all.
    """
    best_x, best_y, best = np.zeros(len(px)), np.zeros(len(px)), np.full(len(px), np.inf)
    for k in range(len(px)):
        others = beside[beside_first[k] : beside_first[k + 1]]
        size = 0
        for other in others:
            size += 2 * (first[other + 1] - first[other])
        found = np.empty(size + 4)
        for i in range(first[parts[k]], first[parts[k] + 1]):
            j = following[i]
            dx, dy = x[j] - x[i], y[j] - y[i]
            length = np.hypot(dx, dy)
            if length < SHORTEST:
                continue
            here = ((px[k] - x[i]) * dx + (py[k] - y[i]) * dy) / (length * length)
            here = min(max(here, 0.0), 1.0)
            if np.hypot(x[i] + here * dx - px[k], y[i] + here * dy - py[k]) >= best[k]:
                continue
            found[0], found[1], count = 0.0, 1.0, 2
            for other in others:
                if other != parts[k] and meets(boxes[other], x[i], y[i], x[j], y[j]):
                    count = breaks(
                        x[i], y[i], x[j], y[j], other, found, count, first, x, y, following
                    )
            share = open_share(
                x[i], y[i], x[j], y[j], here, np.sort(found[:count]), others,
                first, x, y, following,
            )  # fmt: skip
            qx, qy = x[i] + share * dx, y[i] + share * dy
            away = np.hypot(qx - px[k], qy - py[k])
            if away < best[k]:  # no share is NaN
                best_x[k], best_y[k], best[k] = qx, qy, away
    return best_x, best_y, best
