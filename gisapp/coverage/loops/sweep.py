"""The compiled heart of visibility: the nearest wall in every direction, found by merging.

Directions are numbers from 0 to 4 that grow counter-clockwise from east (the position on the
diamond |x| + |y| = 1), so that no angle is computed. A wall's line is kept as its dual ``q``:
the line is where ``q . p = 1``, and along a direction ``u`` it is met at ``u / (q . u)``; of two
walls the nearer one has the greater ``q . u``, which is linear in ``u``: so two lines change
places where ``(q1 - q2) . u = 0``. An envelope is a sorted list of disjoint pieces
``(from, to, qx, qy)`` with the number of the line that each lies on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled
from gisapp.coverage.loops.tables import grown

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
TOUCH = 1e-6  # m: a wall so near is the one that the camera hangs on
EDGE_ON = 1e-9  # m beside a wall's line: it shows no face
THIN = 1e-8  # of a direction: nothing is seen through so narrow a gap (0.5 µm at 50 m)
BREAK = 1e-7  # of a direction: a wider gap in an envelope is no rounding
BITE = 1e-6  # m: views end so far behind a wall's face, see `gisapp.coverage.viewsheds`
SAME = 4e-6  # m: corners so near are one
STRAIGHT = 1e-7  # m: a corner that is so little off the straight line is none


@compiled
def diamond(x: float, y: float) -> float:
    """Return the direction of a vector as a number in [0, 4]."""
    if y >= 0:
        return y / (x + y) if x >= 0 else 1 - x / (y - x)
    return 2 + y / (x + y) if x < 0 else 3 + x / (x - y)


@compiled
def towards(direction: float) -> tuple[float, float]:
    """Return a vector of that direction; its length is not 1."""
    quarter = int(direction)
    rest = direction - quarter
    if quarter == 1:
        return -rest, 1 - rest
    if quarter == 2:
        return rest - 1, -rest
    if quarter == 3:
        return rest, rest - 1
    return 1 - rest, rest


@compiled
def push(
    pieces: Floats, lines: Indices, at: int, begin: int, start: float, end: float,
    qx: float, qy: float, line: int,
) -> int:  # fmt: skip
    """Add a piece, or lengthen the last one since ``begin`` where it lies on the same line."""
    if end - start <= THIN:
        return at
    if at > begin and lines[at - 1] == line and start - pieces[at - 1, 1] <= THIN:
        pieces[at - 1, 1] = end
        return at
    pieces[at, 0], pieces[at, 1] = start, end
    pieces[at, 2], pieces[at, 3] = qx, qy
    lines[at] = line
    return at + 1


@compiled
def nearer(
    one: Floats, one_line: int, two: Floats, two_line: int, start: float, end: float,
    out: Floats, out_lines: Indices, at: int, begin: int,
) -> int:  # fmt: skip
    """Append the nearer of two walls between two directions: one, the other, or each in turn."""
    ux, uy = towards(start)
    vx, vy = towards(end)
    dx, dy = one[2] - two[2], one[3] - two[3]
    before, after = dx * ux + dy * uy, dx * vx + dy * vy
    if before >= 0 and after >= 0:
        return push(out, out_lines, at, begin, start, end, one[2], one[3], one_line)
    if before <= 0 and after <= 0:
        return push(out, out_lines, at, begin, start, end, two[2], two[3], two_line)
    ours, theirs = abs(after), abs(before)
    turn = min(max(diamond(ux * ours + vx * theirs, uy * ours + vy * theirs), start), end)
    if before > 0:
        at = push(out, out_lines, at, begin, start, turn, one[2], one[3], one_line)
        return push(out, out_lines, at, begin, turn, end, two[2], two[3], two_line)
    at = push(out, out_lines, at, begin, start, turn, two[2], two[3], two_line)
    return push(out, out_lines, at, begin, turn, end, one[2], one[3], one_line)


@compiled
def merge(
    one: Floats, one_lines: Indices, i: int, i_end: int,
    two: Floats, two_lines: Indices, j: int, j_end: int,
    out: Floats, out_lines: Indices, at: int, within: bool,
) -> int:  # fmt: skip
    """Append the nearer of two envelopes in every direction; ``within``: only where the first is.

    Returns where ``out`` ends.
    """
    begin, now = at, -1.0
    while i < i_end or j < j_end:
        if within and i >= i_end:
            break
        a_from = one[i, 0] if i < i_end else 9.0
        b_from = two[j, 0] if j < j_end else 9.0
        now = max(now, min(a_from, b_from))
        has_a, has_b = a_from <= now, b_from <= now
        end = one[i, 1] if has_a else a_from
        end = min(end, two[j, 1] if has_b else b_from)
        if has_a and has_b:
            at = nearer(
                one[i], one_lines[i], two[j], two_lines[j], now, end, out, out_lines, at, begin
            )
        elif has_a:
            at = push(out, out_lines, at, begin, now, end, one[i, 2], one[i, 3], one_lines[i])
        elif has_b and not within:
            at = push(out, out_lines, at, begin, now, end, two[j, 2], two[j, 3], two_lines[j])
        now = end
        if i < i_end and one[i, 1] <= now:
            i += 1
        if j < j_end and two[j, 1] <= now:
            j += 1
    return at


@compiled
def carve(pieces: Floats, lines: Indices, count: int, start: float, end: float) -> int:
    """Take the directions from ``start`` counter-clockwise to ``end`` out of an envelope."""
    if end < start:
        count = carve_plain(pieces, lines, count, start, 5.0)
        return carve_plain(pieces, lines, count, -1.0, end)
    return carve_plain(pieces, lines, count, start, end)


@compiled
def carve_plain(pieces: Floats, lines: Indices, count: int, start: float, end: float) -> int:
    """Take out directions that do not pass east."""
    at = 0
    old, old_lines = pieces[:count].copy(), lines[:count].copy()
    for k in range(count):
        qx, qy, line = old[k, 2], old[k, 3], old_lines[k]
        if old[k, 0] < start:
            at = push(pieces, lines, at, 0, old[k, 0], min(old[k, 1], start), qx, qy, line)
        if old[k, 1] > end:
            at = push(pieces, lines, at, 0, max(old[k, 0], end), old[k, 1], qx, qy, line)
    return at


@compiled
def between(direction: float, low: float, high: float) -> bool:
    """Say whether a direction lies from ``low`` counter-clockwise to ``high``."""
    if low <= high:
        return low <= direction <= high
    return direction >= low or direction <= high


@compiled
def wall(
    ax: float, ay: float, bx: float, by: float, low: float, high: float, line: int,
    pieces: Floats, lines: Indices, count: int,
) -> int:  # fmt: skip
    """Add a wall from a to b, seen from the origin, if it shows its face between two directions.

    Two pieces where it passes east.
    """
    dx, dy = bx - ax, by - ay
    length = np.hypot(dx, dy)
    cross = ax * by - ay * bx
    if cross >= -EDGE_ON * length:
        return count
    start, end = diamond(bx, by), diamond(ax, ay)
    if not (between(start, low, high) or between(low, start, end)):
        return count
    cross -= BITE * length
    qx, qy = dy / cross, -dx / cross
    if end < start:
        count = push(pieces, lines, count, count, 0.0, end, qx, qy, line)
        end = 4.0
    return push(pieces, lines, count, count, start, end, qx, qy, line)


@compiled
def distance(ax: float, ay: float, bx: float, by: float) -> float:
    """Return how far the origin is from a wall."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    along = min(max(-(ax * dx + ay * dy) / square, 0.0), 1.0) if square > 0 else 0.0
    return float(np.hypot(ax + along * dx, ay + along * dy))


@compiled
def gather(
    cx: float, cy: float, radius: float, low: float, high: float, parts: Indices,
    first: Indices, x: Floats, y: Floats, following: Indices,
    pieces: Floats, lines: Indices, wedges: Floats,
) -> tuple[int, int]:  # fmt: skip
    """Collect the walls that show their face in a sector, each an envelope of its own.

    ``wedges`` receives the directions into buildings that the camera itself hangs on. Returns
    how many walls and how many wedges there are.
    """
    count, blocked = 0, 0
    for part in parts:
        for i in range(first[part], first[part + 1]):
            j = following[i]
            ax, ay, bx, by = x[i] - cx, y[i] - cy, x[j] - cx, y[j] - cy
            away = distance(ax, ay, bx, by)
            if TOUCH < away <= radius:
                count = wall(ax, ay, bx, by, low, high, i, pieces, lines, count)
            elif away <= TOUCH and np.hypot(ax, ay) > TOUCH and blocked < len(wedges):
                dx, dy = bx - ax, by - ay
                if np.hypot(bx, by) <= TOUCH:
                    dx, dy = x[following[j]] - x[j], y[following[j]] - y[j]
                wedges[blocked, 0], wedges[blocked, 1] = diamond(dx, dy), diamond(ax - bx, ay - by)
                blocked += 1
    return count, blocked


@compiled
def envelope(
    one: Floats, one_lines: Indices, two: Floats, two_lines: Indices, count: int
) -> tuple[int, bool]:
    """Merge ``count`` walls to the nearest ones; says how many pieces, and whether in ``two``."""
    ends = np.arange(count + 1)
    lists, swapped = count, False
    while lists > 1:
        at, made = 0, 0
        for k in range(0, lists, 2):
            last = ends[min(k + 2, lists)]
            middle = ends[k + 1]
            at = merge(
                one, one_lines, ends[k], middle, one, one_lines, middle, last,
                two, two_lines, at, False,
            )  # fmt: skip
            made += 1
            ends[made] = at
        one, one_lines, two, two_lines = two, two_lines, one, one_lines
        lists, swapped = made, not swapped
    return (ends[lists] if count else 0), swapped


@compiled
def corner(outline: Floats, begin: int, at: int, px: float, py: float) -> int:
    """Add a corner to an outline unless it is where the last one is; drop one on a straight."""
    if at > begin and np.hypot(px - outline[at - 1, 0], py - outline[at - 1, 1]) <= SAME:
        return at
    if at - begin >= 2:
        ax, ay = outline[at - 2, 0], outline[at - 2, 1]
        dx, dy = px - ax, py - ay
        off = abs(dx * (outline[at - 1, 1] - ay) - dy * (outline[at - 1, 0] - ax))
        if off <= STRAIGHT * np.hypot(dx, dy):
            at -= 1
    outline[at, 0], outline[at, 1] = px, py
    return at + 1


@compiled
def outline_of(
    pieces: Floats, count: int, outline: Floats, at: int, ends: Indices, rings: int
) -> tuple[int, int]:
    """Turn an envelope into rings around the origin; a break in it leads through the origin.

    Returns where ``outline`` ends and how many ``ends`` of rings there are.
    """
    whole = pieces[0, 0] <= BREAK and pieces[count - 1, 1] >= 4 - BREAK
    first, broken = 0, not whole
    for k in range(1, count):
        if pieces[k, 0] - pieces[k - 1, 1] > BREAK:
            first, broken = k, True
            break
    if not whole:
        first = 0
    begin = at
    for step in range(count):
        k = (first + step) % count
        fresh = pieces[k, 0] - pieces[k - 1, 1] > BREAK if k > 0 else not whole
        if broken and (step == 0 or fresh):
            if at - begin > 2:
                ends[rings] = at
                rings += 1
                begin = at
            at = corner(outline, begin, begin, 0.0, 0.0)
        for side in range(2):
            ux, uy = towards(pieces[k, side])
            far = 1 / (pieces[k, 2] * ux + pieces[k, 3] * uy)
            at = corner(outline, begin, at, ux * far, uy * far)
    if at - begin > 2:
        ends[rings] = at
        return at, rings + 1
    return begin, rings


@compiled
def opened(
    circle: Floats, radius: float, whole: bool, low: float, high: float, wedges: Floats,
    pieces: Floats, lines: Indices,
) -> int:  # fmt: skip
    """Lay out the envelope of a sector before walls, without the directions of ``wedges``."""
    count = 0
    for k in range(len(circle)):
        start, end = circle[k, 0], circle[k, 1]
        if whole or between(start, low, high) or between(low, start, end):
            pieces[count, 0], pieces[count, 1] = start, end
            pieces[count, 2], pieces[count, 3] = circle[k, 2] / radius, circle[k, 3] / radius
            lines[count] = -1 - k
            count += 1
    if not whole:
        count = carve(pieces, lines, count, high, low)
    for k in range(len(wedges)):
        count = carve(pieces, lines, count, wedges[k, 0], wedges[k, 1])
    return count


@compiled
def see(
    cx: Floats, cy: Floats, radius: Floats, low: Floats, high: Floats, whole: Any,
    near_first: Indices, near: Indices,
    first: Indices, x: Floats, y: Floats, following: Indices, circle: Floats,
) -> tuple[Floats, Indices, Indices]:  # fmt: skip
    """Return outlines of what sectors see: corners, where each ring ends, whose it is.

    ``low`` to ``high`` are the directions of each sector, ``circle`` the envelope of the polygon
    that stands for a circle of radius 1, ``near`` the parts near each sector.
    """
    most = 1
    for s in range(len(cx)):
        parts = near[near_first[s] : near_first[s + 1]]
        most = max(most, np.sum(first[parts + 1] - first[parts]))
    room = 32 * most + 64
    sides = len(circle)
    one, two = np.empty((room, 4)), np.empty((room, 4))
    one_lines, two_lines = np.empty(room, np.int64), np.empty(room, np.int64)
    open_, open_lines = np.empty((sides + 64, 4)), np.empty(sides + 64, np.int64)
    final = np.empty((room + 2 * sides + 64, 4))
    final_lines = np.empty(room + 2 * sides + 64, np.int64)
    wedges = np.empty((16, 2))
    outline = np.empty((64 * len(cx) + 4 * len(final), 2))
    ends, owners = np.empty(4 * len(cx) + 64, np.int64), np.empty(4 * len(cx) + 64, np.int64)
    at, rings = 0, 0
    for s in range(len(cx)):
        outline = grown(outline, at + 4 * len(final))
        ends, owners = grown(ends, rings + 64), grown(owners, rings + 64)
        parts = near[near_first[s] : near_first[s + 1]]
        count, blocked = gather(
            cx[s], cy[s], radius[s], 0.0 if whole[s] else low[s], 4.0 if whole[s] else high[s],
            parts, first, x, y, following, one, one_lines, wedges,
        )  # fmt: skip
        left = opened(
            circle, radius[s], whole[s], low[s], high[s], wedges[:blocked], open_, open_lines
        )
        pieces, swapped = envelope(one, one_lines, two, two_lines, count)
        seen = merge(
            open_, open_lines, 0, left,
            two if swapped else one, two_lines if swapped else one_lines, 0, pieces,
            final, final_lines, 0, True,
        )  # fmt: skip
        if seen == 0:
            continue
        begin, before = at, rings
        at, rings = outline_of(final, seen, outline, at, ends, rings)
        for k in range(begin, at):
            outline[k, 0] += cx[s]
            outline[k, 1] += cy[s]
        for k in range(before, rings):
            owners[k] = s
    return outline[:at].copy(), ends[:rings].copy(), owners[:rings].copy()
