"""The compiled heart of cells' figures: the plane cut up by all edges, and what covers each face.

Everything compiled that calls each other stands in this module, because numba's disk cache
notices changes of a function's own file only.

Places are whole numbers of `UNIT` (15 nm) kept as floats, so that `turn` tells exactly on which
side of a line a place lies. Edges are cut wherever they cross or pass within half a unit of a
node (snap rounding, after Hobby 1999 and Guibas and Marimont 1998): then pieces meet in nodes only,
whatever touches, coincides or nearly does, and no edge has moved by more than a unit. A sweep from
west to east says what covers the faces on both sides of each piece. Pieces run from the node of the
lower number to that of the higher one, numbered from west to east, on one meridian from south to
north; "above" is to their left.

``counts`` of a face has six columns: how often the ground, what is no ground, sure views and
possible views cover it, and the sums of the numbers of these views: where only one covers it,
the sum is its number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.compiling import compiled

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
UNIT = 2.0**-26  # m
COARSEST = 1e-2  # m: a unit at which cutting is given up
SPLIT = 134217729.0  # 2**27 + 1, halves a float's digits (Dekker 1971)
GROUND, WALL, SURE, POSSIBLE, SURE_SUM, POSSIBLE_SUM = range(6)
COUNTS = 6
FEW = 24  # sorted by insertion
TARGET, UNSEEN, CERTAIN = 1, 2, 4  # to be seen; of this, not surely seen; of this, not possibly
ROUNDS = 8  # of cutting, until nothing crosses: the second is rare, a third was never seen


@compiled
def rest(a: float, b: float, product: float) -> float:
    """Return what rounding took off a product of two floats, exactly."""
    a_high = SPLIT * a - (SPLIT * a - a)
    b_high = SPLIT * b - (SPLIT * b - b)
    a_low, b_low = a - a_high, b - b_high
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


@compiled
def turn(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    """Return twice the area of a triangle: above 0 where c is to the left of the way from a to b.

    The sign is exact for whole numbers below 2**50, the value to some 13 digits.
    """
    ux, uy, vx, vy = bx - ax, by - ay, cx - ax, cy - ay
    one, two = ux * vy, uy * vx
    if abs(one - two) > 1e-3 * (abs(one) + abs(two)):
        return one - two
    return (one - two) + (rest(ux, vy, one) - rest(uy, vx, two))


@compiled
def grown(values: Any, needed: int) -> Any:
    """Return an array, or a longer one that begins with it where it is too short."""
    if needed <= len(values):
        return values
    longer = np.empty((needed + len(values), *values.shape[1:]), values.dtype)
    longer[: len(values)] = values
    return longer


@compiled
def starts(owners: Indices, count: int) -> tuple[Indices, Indices]:
    """Return the rows by owner, compressed: those of ``i`` are ``rows[first[i]:first[i + 1]]``."""
    first = np.zeros(count + 1, np.int64)
    for owner in owners:
        first[owner + 1] += 1
    for k in range(count):
        first[k + 1] += first[k]
    at, rows = first[:-1].copy(), np.empty(len(owners), np.int64)
    for row in range(len(owners)):
        rows[at[owners[row]]] = row
        at[owners[row]] += 1
    return first, rows


@compiled
def numbered(places: Floats) -> tuple[Floats, Indices]:
    """Return the different places from west to east and south to north, and which each is."""
    count = len(places)
    west, east = places[:, 0].min(), places[:, 0].max()
    strips = (places[:, 0] - west) * ((count - 1) / (east - west + 1))
    first, order = starts(strips.astype(np.int64), count)
    for strip in range(count):
        if first[strip + 1] - first[strip] > 1:
            sort_places(places, order[first[strip] : first[strip + 1]])
    nodes, which = np.empty_like(places), np.empty(count, np.int64)
    found = 0
    for k in order:
        x, y = places[k, 0], places[k, 1]
        if found == 0 or nodes[found - 1, 0] != x or nodes[found - 1, 1] != y:
            nodes[found, 0], nodes[found, 1] = x, y
            found += 1
        which[k] = found - 1
    return nodes[:found], which


@compiled
def sort_places(places: Floats, order: Indices) -> None:
    """Sort a few places by x and y, or many that stand close together."""
    if len(order) > FEW:
        order[:] = order[np.argsort(places[order, 1])]
        order[:] = order[np.argsort(places[order, 0], kind="mergesort")]
        return
    for k in range(1, len(order)):
        place, i = order[k], k
        x, y = places[place, 0], places[place, 1]
        while i > 0 and (
            places[order[i - 1], 0] > x
            or (places[order[i - 1], 0] == x and places[order[i - 1], 1] > y)
        ):
            order[i] = order[i - 1]
            i -= 1
        order[i] = place


@compiled
def columns(edges: Floats, e: int, south: float, north: float) -> tuple[float, float]:
    """Return between which x an edge passes between two latitudes, with two units to spare."""
    ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    low, high = min(ax, bx), max(ax, bx)
    if ay != by:
        one = ax + (bx - ax) * ((south - ay) / (by - ay))
        two = ax + (bx - ax) * ((north - ay) / (by - ay))
        low, high = max(low, min(one, two)), min(high, max(one, two))
    return low - 2, high + 2


@compiled
def binned(edges: Floats, frame: Floats, side: int) -> tuple[Indices, Indices]:
    """Return which edges pass through each square of a grid, compressed.

    ``frame``: west and south of the grid, and the inverse width and height of a square.
    """
    squares, passing = (
        np.empty(8 * len(edges) + 64, np.int64),
        np.empty(8 * len(edges) + 64, np.int64),
    )
    count = 0
    for e in range(len(edges)):
        south, north = min(edges[e, 1], edges[e, 3]) - 2, max(edges[e, 1], edges[e, 3]) + 2
        for row in range(square(south, frame[1], frame[3], side),
                         square(north, frame[1], frame[3], side) + 1):  # fmt: skip
            low, high = frame[1] + row / frame[3] - 2, frame[1] + (row + 1) / frame[3] + 2
            west, east = columns(edges, e, max(low, south), min(high, north))
            one = square(west, frame[0], frame[2], side)
            two = square(east, frame[0], frame[2], side)
            squares = grown(squares, count + side)
            passing = grown(passing, count + side)
            for column in range(one, two + 1):
                squares[count], passing[count] = row * side + column, e
                count += 1
    first, rows = starts(squares[:count], side * side)
    return first, passing[rows]


@compiled
def square(value: float, origin: float, inverse: float, side: int) -> int:
    """Return the row or column of a grid."""
    return int(min(max((value - origin) * inverse, 0.0), side - 1.0))


@compiled
def crossing(edges: Floats, i: int, j: int) -> tuple[bool, float, float]:
    """Say whether two edges cross inside both, and in which unit."""
    ax, ay, bx, by = edges[i, 0], edges[i, 1], edges[i, 2], edges[i, 3]
    cx, cy, dx, dy = edges[j, 0], edges[j, 1], edges[j, 2], edges[j, 3]
    if (
        max(ax, bx) < min(cx, dx)
        or max(cx, dx) < min(ax, bx)
        or max(ay, by) < min(cy, dy)
        or max(cy, dy) < min(ay, by)
    ):
        return False, 0.0, 0.0
    c, d = turn(ax, ay, bx, by, cx, cy), turn(ax, ay, bx, by, dx, dy)
    if c == 0 or d == 0 or (c > 0) == (d > 0):
        return False, 0.0, 0.0
    a, b = turn(cx, cy, dx, dy, ax, ay), turn(cx, cy, dx, dy, bx, by)
    if a == 0 or b == 0 or (a > 0) == (b > 0):
        return False, 0.0, 0.0
    share = a / (a - b)
    return True, np.rint(ax + (bx - ax) * share), np.rint(ay + (by - ay) * share)


@compiled
def crossings(
    edges: Floats, first: Indices, passing: Indices, frame: Floats, side: int
) -> tuple[Floats, Indices]:
    """Return where edges cross, and the two edges of each crossing."""
    places, pairs = np.empty((2 * len(edges) + 64, 2)), np.empty((2 * len(edges) + 64, 2), np.int64)
    count = 0
    for here in range(side * side):
        for i in range(first[here], first[here + 1]):
            for j in range(i + 1, first[here + 1]):
                crosses, x, y = crossing(edges, passing[i], passing[j])
                if not crosses:
                    continue
                row = square(y, frame[1], frame[3], side)
                if row * side + square(x, frame[0], frame[2], side) != here:
                    continue  # found in the square where it is
                places, pairs = grown(places, count + 1), grown(pairs, count + 1)
                places[count, 0], places[count, 1] = x, y
                pairs[count, 0], pairs[count, 1] = passing[i], passing[j]
                count += 1
    return places[:count], pairs[:count]


@compiled
def passes(edges: Floats, e: int, x: float, y: float) -> bool:
    """Say whether an edge passes within half a unit of a place, in x and y, inside its ends."""
    ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    if not (min(ax, bx) - 0.5 <= x <= max(ax, bx) + 0.5):
        return False
    if not (min(ay, by) - 0.5 <= y <= max(ay, by) + 0.5):
        return False
    return bool(abs(turn(ax, ay, bx, by, x, y)) <= 0.5 * (abs(bx - ax) + abs(by - ay)))


@compiled
def cut(edges: Floats) -> tuple[Floats, Indices, Indices]:
    """Return nodes, and the nodes along each edge from its start to its end, compressed."""
    count = len(edges)
    side = int(np.sqrt(count)) + 1
    west, south = (
        min(edges[:, 0].min(), edges[:, 2].min()),
        min(edges[:, 1].min(), edges[:, 3].min()),
    )
    east, north = (
        max(edges[:, 0].max(), edges[:, 2].max()),
        max(edges[:, 1].max(), edges[:, 3].max()),
    )
    frame = np.array([west, south, side / (east - west + 1), side / (north - south + 1)])
    first, passing = binned(edges, frame, side)
    places, pairs = crossings(edges, first, passing, frame, side)
    nodes, which = numbered(np.concatenate((edges[:, :2], edges[:, 2:], places)))
    on, at = np.empty(4 * count + 64, np.int64), np.empty(4 * count + 64, np.int64)
    on[:count], on[count : 2 * count] = np.arange(count), np.arange(count)
    at[: 2 * count] = which[: 2 * count]
    found = 2 * count
    on, at = grown(on, found + 2 * len(pairs)), grown(at, found + 2 * len(pairs))
    for k in range(len(pairs)):
        for two in range(2):
            on[found], at[found] = pairs[k, two], which[2 * count + k]
            found += 1
    for node in range(len(nodes)):
        x, y = nodes[node, 0], nodes[node, 1]
        here = square(y, frame[1], frame[3], side) * side + square(x, frame[0], frame[2], side)
        on, at = (
            grown(on, found + first[here + 1] - first[here]),
            grown(at, found + first[here + 1] - first[here]),
        )
        for e in passing[first[here] : first[here + 1]]:
            if which[e] != node and which[count + e] != node and passes(edges, e, x, y):
                on[found], at[found] = e, node
                found += 1
    begins, rows = starts(on[:found], count)
    along, keys = at[:found][rows], np.empty(found)
    for e in range(count):
        in_order(edges, e, nodes, along, begins[e], begins[e + 1], keys)
    return nodes, begins, along


@compiled
def in_order(
    edges: Floats, e: int, nodes: Floats, along: Indices, begin: int, end: int, keys: Floats
) -> None:
    """Sort the nodes along an edge, of which its own ends come first in the list."""
    ax, ay = edges[e, 0], edges[e, 1]
    dx, dy = edges[e, 2] - ax, edges[e, 3] - ay
    first, last = along[begin], along[begin + 1]
    for k in range(begin, end):
        node = along[k]
        key = (nodes[node, 0] - ax) * dx + (nodes[node, 1] - ay) * dy
        if node == first:
            key = -np.inf
        elif node == last:
            key = np.inf
        i = k
        while i > begin and keys[i - 1] > key:
            keys[i], along[i] = keys[i - 1], along[i - 1]
            i -= 1
        keys[i], along[i] = key, node


@compiled
def steps(begins: Indices, along: Indices) -> tuple[Indices, Indices, Indices, Indices]:
    """Return the ways between successive nodes of edges: lower and higher node, sign, and edge.

    The sign is 1 where the edge runs from the lower to the higher node, else -1.
    """
    most = len(along)
    low, high = np.empty(most, np.int64), np.empty(most, np.int64)
    sign, edge = np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    for e in range(len(begins) - 1):
        for k in range(begins[e] + 1, begins[e + 1]):
            one, two = along[k - 1], along[k]
            if one != two:
                low[count], high[count] = min(one, two), max(one, two)
                sign[count], edge[count] = (1 if one < two else -1), e
                count += 1
    return low[:count], high[:count], sign[:count], edge[:count]


@compiled
def pieces_of(
    begins: Indices, along: Indices, gains: Indices, nodes: Floats
) -> tuple[Indices, Indices, Indices, Indices]:
    """Return the pieces of edges between nodes, each once, by where they start and from below.

    Returns where those of each node begin, their starts and ends, and what each adds to the counts
    when it is passed from below.
    """
    low, high, sign, edge = steps(begins, along)
    count = len(low)
    first, rows = starts(low, len(nodes))
    start, end = np.empty(count, np.int64), np.empty(count, np.int64)
    gain = np.empty((count, COUNTS), np.int64)
    fans = np.zeros(len(nodes) + 1, np.int64)
    at = 0
    for node in range(len(nodes)):
        begin = at
        for row in rows[first[node] : first[node + 1]]:
            other = high[row]
            k = at
            while k > begin and rises(nodes, node, other, end[k - 1]):
                k -= 1
            if k == begin or end[k - 1] != other:
                for i in range(at, k, -1):
                    copy_piece(end, gain, i - 1, i)
                start[at], end[k] = node, other
                for column in range(COUNTS):
                    gain[k, column] = 0
                at += 1
                k += 1
            for column in range(COUNTS):
                gain[k - 1, column] += sign[row] * gains[edge[row], column]
        at = without_idle(begin, at, end, gain)
        fans[node + 1] = at
    return fans, start[:at], end[:at], gain[:at]


@compiled
def without_idle(begin: int, at: int, end: Indices, gain: Indices) -> int:
    """Drop pieces that add nothing, as the border of two cells' walls does; return where they end."""
    kept = begin
    for k in range(begin, at):
        idle = True
        for column in range(COUNTS):
            idle &= gain[k, column] == 0
        if not idle:
            copy_piece(end, gain, k, kept)
            kept += 1
    return kept


@compiled
def copy_piece(end: Indices, gain: Indices, one: int, two: int) -> None:
    """Put one piece in the place of another."""
    end[two] = end[one]
    for column in range(COUNTS):
        gain[two, column] = gain[one, column]


@compiled
def rises(nodes: Floats, node: int, one: int, two: int) -> bool:
    """Say whether the way from a node to ``two`` is steeper than that to ``one``."""
    return turn(
        nodes[node, 0], nodes[node, 1], nodes[one, 0], nodes[one, 1], nodes[two, 0], nodes[two, 1]
    ) > 0  # fmt: skip


@compiled
def moved(values: Indices, begin: int, end: int, by: int) -> None:
    """Move some values within their array."""
    if by < 0:
        for k in range(begin, end):
            values[k + by] = values[k]
    else:
        for k in range(end - 1, begin - 1, -1):
            values[k + by] = values[k]


@compiled
def below_place(
    nodes: Floats, start: Indices, end: Indices, active: Indices, held: int, x: float, y: float
) -> int:
    """Return how many of the pieces that the sweep holds, from below, are below a place."""
    low, high = 0, held
    while low < high:
        middle = (low + high) // 2
        a, b = start[active[middle]], end[active[middle]]
        if turn(nodes[a, 0], nodes[a, 1], nodes[b, 0], nodes[b, 1], x, y) > 0:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def swept(
    nodes: Floats, fans: Indices, start: Indices, end: Indices, gain: Indices
) -> tuple[Indices, Indices, bool]:
    """Return what covers the face above each piece, and the piece under its start, -1 for none.

    False where pieces turn out to cross, which rounding may leave behind: cut them again.
    """
    counts, under = np.empty((len(start), COUNTS), np.int64), np.empty(len(start), np.int64)
    coming = np.zeros(len(nodes), np.int64)
    for node in end:
        coming[node] += 1
    active, held = np.empty(len(start), np.int64), 0
    for node in range(len(nodes)):
        x, y = nodes[node, 0], nodes[node, 1]
        low = below_place(nodes, start, end, active, held, x, y)
        gone = 0
        while low + gone < held and end[active[low + gone]] == node:
            gone += 1
        if gone != coming[node]:
            return counts, under, False
        fresh = fans[node + 1] - fans[node]
        if fresh != gone:
            moved(active, low + gone, held, fresh - gone)
        held += fresh - gone
        below = active[low - 1] if low > 0 else -1
        for k in range(fresh):
            piece = fans[node] + k
            active[low + k], under[piece] = piece, below
            for column in range(COUNTS):
                counts[piece, column] = gain[piece, column]
                if below >= 0:
                    counts[piece, column] += counts[below, column]
            below = piece
    return counts, under, held == 0


@compiled
def kind(counts: Indices, gain: Indices, piece: int, below: int) -> int:
    """Return what the face above a piece is, or with ``below`` 1 the one below it.

    TARGET, UNSEEN and CERTAIN together.
    """
    if counts[piece, GROUND] - below * gain[piece, GROUND] <= 0:
        return 0
    if counts[piece, WALL] - below * gain[piece, WALL] > 0:
        return 0
    if counts[piece, SURE] - below * gain[piece, SURE] > 0:
        return TARGET
    possible = counts[piece, POSSIBLE] - below * gain[piece, POSSIBLE]
    return TARGET | UNSEEN | (CERTAIN if possible <= 0 else 0)


@compiled
def measured(
    nodes: Floats, start: Indices, end: Indices, counts: Indices, gain: Indices,
    square_unit: float, figures: Floats, sure_alone: Floats, possible_alone: Floats,
) -> None:  # fmt: skip
    """Add up areas (m²): of the target, seen surely, possibly, twice; by one view alone.

    Each piece adds the strip below it to the face below, and takes it from the face above.
    """
    for piece in range(len(start)):
        a, b = start[piece], end[piece]
        strip = (nodes[b, 0] - nodes[a, 0]) * (nodes[a, 1] + nodes[b, 1]) / 2 * square_unit
        for below in range(2):
            what = kind(counts, gain, piece, below)
            if not what & TARGET:
                continue
            area = strip if below else -strip
            figures[0] += area
            if not what & UNSEEN:
                figures[1] += area
            if not what & CERTAIN:
                figures[2] += area
            if counts[piece, SURE] - below * gain[piece, SURE] > 1:
                figures[3] += area
            alone(counts, gain, piece, below, SURE, area, sure_alone)
            alone(counts, gain, piece, below, POSSIBLE, area, possible_alone)


@compiled
def alone(
    counts: Indices, gain: Indices, piece: int, below: int, column: int, area: float, areas: Floats
) -> None:
    """Add an area to that of the view that alone covers a face."""
    if counts[piece, column] - below * gain[piece, column] == 1:
        whose = counts[piece, column + 2] - below * gain[piece, column + 2]
        if 0 <= whose < len(areas):
            areas[whose] += area


@compiled
def sides(counts: Indices, gain: Indices, wanted: int, unwanted: int) -> Indices:
    """Return of each piece whether the wanted faces are above it (1), below it (-1), or neither."""
    answer = np.zeros(len(counts), np.int64)
    for piece in range(len(counts)):
        for below in range(2):
            what = kind(counts, gain, piece, below)
            if what & wanted != 0 and what & unwanted == 0:
                answer[piece] += 1 - 2 * below
    return answer


@compiled
def rightmost(nodes: Floats, came: int, here: int, leaving: Indices, heads: Indices) -> int:
    """Return which of the ways that leave a node comes next, clockwise from the one come by."""
    best, best_class = -1, 4
    x, y, rx, ry = nodes[here, 0], nodes[here, 1], nodes[came, 0], nodes[came, 1]
    for way in leaving:
        head = heads[way]
        side = turn(x, y, rx, ry, nodes[head, 0], nodes[head, 1])
        place = 0 if side < 0 else (2 if side > 0 else 1)
        if place < best_class:
            best, best_class = way, place
        elif place == best_class:
            other = heads[best]
            if turn(x, y, nodes[head, 0], nodes[head, 1], nodes[other, 0], nodes[other, 1]) < 0:
                best = way
    return best


@compiled
def rings_along(
    nodes: Floats, start: Indices, end: Indices, side: Indices
) -> tuple[Indices, Indices, Indices]:
    """Return simple rings with the wanted faces to the left: nodes, where each begins, by piece.

    The last array says which ring each piece belongs to.
    """
    tails, heads = np.where(side > 0, start, end), np.where(side > 0, end, start)
    border = np.flatnonzero(side)
    first, rows = starts(tails[border], len(nodes))
    leaving = border[rows]
    ring_of, on_path = np.full(len(start), -1), np.full(len(nodes), -1)
    corners, begins = np.empty(len(border), np.int64), np.zeros(len(border) + 1, np.int64)
    path, rings, at = np.empty(len(border) + 1, np.int64), 0, 0
    for opening in border:
        if ring_of[opening] >= 0:
            continue
        way, length = opening, 0
        while True:
            path[length] = way
            on_path[tails[way]] = length
            length += 1
            here = heads[way]
            if on_path[here] >= 0:
                back = on_path[here]
                for k in range(back, length):
                    corners[at], ring_of[path[k]] = tails[path[k]], rings
                    on_path[tails[path[k]]] = -1
                    at += 1
                length, rings = back, rings + 1
                begins[rings] = at
            ways = leaving[first[here] : first[here + 1]]
            onward: Any = ways[0]
            if len(ways) > 1:
                onward = rightmost(nodes, tails[way], here, ways, heads)
            if ring_of[onward] >= 0:
                break
            way = onward
    return corners[:at], begins[: rings + 1], ring_of


@compiled
def shells_of(
    nodes: Floats, corners: Indices, begins: Indices, ring_of: Indices,
    start: Indices, under: Indices, side: Indices,
) -> Indices:  # fmt: skip
    """Return the shell that each ring belongs to: itself, or the one around a hole.

    Going down from the westernmost node of a hole one comes to its shell, or to another hole of it.
    """
    rings = len(begins) - 1
    shells, lowest = np.arange(rings), np.full(rings, -1)
    for ring in range(rings):
        area = 0.0
        ox, oy = nodes[corners[begins[ring]], 0], nodes[corners[begins[ring]], 1]
        for k in range(begins[ring] + 1, begins[ring + 1] - 1):
            a, b = corners[k], corners[k + 1]
            area += turn(ox, oy, nodes[a, 0], nodes[a, 1], nodes[b, 0], nodes[b, 1])
        if area < 0:
            shells[ring] = -1
    for piece in range(len(start)):  # by where they start, and from below
        ring = ring_of[piece]
        if ring >= 0 and lowest[ring] < 0:
            lowest[ring] = piece
    for ring in range(rings):
        around, steps = ring, 0
        while shells[around] < 0 and steps <= rings:
            below = under[lowest[around]]
            while below >= 0 and side[below] == 0:
                below = under[below]
            if below < 0:
                break
            around, steps = ring_of[below], steps + 1
        shells[ring] = shells[around]
    return shells


@compiled
def added(
    edges: Floats, gains: Indices, count: int, ring: Floats, box: Floats, unit: float, gain: Indices
) -> tuple[Floats, Indices, int]:
    """Append the edges of a ring within a box, in units from its corner."""
    ring = clipped(ring, box)
    edges, gains = grown(edges, count + len(ring)), grown(gains, count + len(ring))
    for k in range(len(ring)):
        ax, ay = (
            np.rint((ring[k - 1, 0] - box[0]) / unit),
            np.rint((ring[k - 1, 1] - box[1]) / unit),
        )
        bx, by = np.rint((ring[k, 0] - box[0]) / unit), np.rint((ring[k, 1] - box[1]) / unit)
        if ax != bx or ay != by:
            edges[count, 0], edges[count, 1], edges[count, 2], edges[count, 3] = ax, ay, bx, by
            gains[count] = gain
            count += 1
    return edges, gains, count


@compiled
def clipped(ring: Floats, box: Floats) -> Floats:
    """Return a ring within a box (west, south, east, north); it may run to and fro on the border.

    One side after the other (Sutherland and Hodgman 1974).
    """
    for axis in range(2):
        for sign in range(-1, 2, 2):
            limit = box[axis] if sign < 0 else box[axis + 2]
            beyond = (ring[:, axis] - limit) * sign > 0
            if not beyond.any():
                continue
            kept, count = np.empty((2 * len(ring), 2)), 0
            for k in range(len(ring)):
                if beyond[k] != beyond[k - 1]:
                    share = (limit - ring[k - 1, axis]) / (ring[k, axis] - ring[k - 1, axis])
                    across = ring[k - 1, 1 - axis]
                    kept[count, axis] = limit
                    kept[count, 1 - axis] = across + (ring[k, 1 - axis] - across) * share
                    count += 1
                if not beyond[k]:
                    kept[count] = ring[k]
                    count += 1
            ring = kept[:count]
    return ring


@compiled
def arranged(
    edges: Floats, gains: Indices
) -> tuple[Floats, Indices, Indices, Indices, Indices, Indices, bool]:
    """Cut up the plane: nodes, starts, ends and gains of pieces, counts above, pieces under them.

    Equal edges are made one first: ten thousand cameras may hang on one point. False where pieces still cross, after so many rounds.
    """
    ends, which = numbered(np.concatenate((edges[:, :2], edges[:, 2:])))
    begins, along = 2 * np.arange(len(edges) + 1), np.empty(2 * len(edges), np.int64)
    along[0::2], along[1::2] = which[: len(edges)], which[len(edges) :]
    nodes = ends
    fans, start, end, gain = pieces_of(begins, along, gains, nodes)
    counts, under, planar, rounds = gain, start, len(start) == 0, 0
    while not planar and rounds < ROUNDS:
        edges = np.empty((len(start), 4))
        for k in range(len(start)):
            edges[k, :2], edges[k, 2:] = nodes[start[k]], nodes[end[k]]
        gains = gain
        nodes, begins, along = cut(edges)
        fans, start, end, gain = pieces_of(begins, along, gains, nodes)
        counts, under, planar = swept(nodes, fans, start, end, gain)
        rounds += 1
    return nodes, start, end, gain, counts, under, planar


@compiled
def edges_of(
    shapes: Indices, gains: Indices, box: Floats, unit: float,
    ring_first: Indices, corner_first: Indices, corners: Floats, edges: Floats, edge_gains: Indices,
) -> tuple[Floats, Indices, int]:  # fmt: skip
    """Fill in the edges of shapes within a box and what each adds; return how many there are."""
    count = 0
    for k in range(len(shapes)):
        for ring in range(ring_first[shapes[k]], ring_first[shapes[k] + 1]):
            edges, edge_gains, count = added(
                edges, edge_gains, count,
                corners[corner_first[ring] : corner_first[ring + 1]], box, unit, gains[k],
            )  # fmt: skip
    return edges, edge_gains, count


@compiled
def nothing() -> tuple[Floats, Indices, Indices, Indices, Indices, Indices]:
    """Return an arrangement of nothing."""
    none, table = np.empty(0, np.int64), np.empty((0, COUNTS), np.int64)
    return np.empty((0, 2)), none, none, table, table, none


@compiled
def cover(
    boxes: Floats, first: Indices, shapes: Indices, gains: Indices, views: Indices,
    ring_first: Indices, corner_first: Indices, corners: Floats, regions: Indices,
) -> tuple[Floats, Floats, Floats, Floats, Indices, Indices]:  # fmt: skip
    """Return of each cell figures, what each of its views sees alone, and rings of its regions.

    Cell ``c`` with its box (west, south, east, north: whole metres) is made of ``shapes`` from
    ``first[c]`` to ``first[c + 1]``, which add ``gains`` to what covers a face; the numbers of its
    views start at ``views[c]``. Shape ``s`` has the rings ``ring_first[s]`` to
    ``ring_first[s + 1]``, ring ``r`` the ``corners`` from ``corner_first[r]``; shells run
    counter-clockwise, the last corner is not the first again. ``regions``: rows of faces wanted and
    not wanted.

    Figures: square metres of the target, seen surely, possibly, twice; NaN where pieces cross
    whatever the unit. Rings: corners in metres, where each ends, and rows of cell, region, shell.
    """
    figures = np.zeros((len(boxes), 4))
    sure_alone, possible_alone = np.zeros(views[-1]), np.zeros(views[-1])
    drawn, ends, owners = np.empty((1024, 2)), np.empty(256, np.int64), np.empty((256, 3), np.int64)
    at, rings = 0, 0
    for cell in range(len(boxes)):
        edges, edge_gains = np.empty((1024, 4)), np.empty((1024, COUNTS), np.int64)
        unit, planar, count = UNIT, False, 0
        nodes, start, end, gain, counts, under = nothing()
        while not planar and unit < COARSEST:
            edges, edge_gains, count = edges_of(
                shapes[first[cell] : first[cell + 1]], gains[first[cell] : first[cell + 1]],
                boxes[cell], unit, ring_first, corner_first, corners, edges, edge_gains,
            )  # fmt: skip
            if count == 0:
                break
            nodes, start, end, gain, counts, under, planar = arranged(
                edges[:count], edge_gains[:count]
            )
            unit *= 1 if planar else 256
        if not planar:
            figures[cell] = np.nan if count else 0.0
            continue
        ours = slice(views[cell], views[cell + 1])
        measured(
            nodes, start, end, counts, gain, unit * unit,
            figures[cell], sure_alone[ours], possible_alone[ours],
        )  # fmt: skip
        for region in range(len(regions)):
            side = sides(counts, gain, regions[region, 0], regions[region, 1])
            along, begins, ring_of = rings_along(nodes, start, end, side)
            shells = shells_of(nodes, along, begins, ring_of, start, under, side)
            drawn = grown(drawn, at + len(along))
            ends, owners = grown(ends, rings + len(shells)), grown(owners, rings + len(shells))
            for ring in range(len(shells)):
                for k in range(begins[ring], begins[ring + 1]):
                    drawn[at, 0] = nodes[along[k], 0] * unit + boxes[cell, 0]
                    drawn[at, 1] = nodes[along[k], 1] * unit + boxes[cell, 1]
                    at += 1
                ends[rings + ring] = at
                owners[rings + ring, 0], owners[rings + ring, 1] = cell, region
                owners[rings + ring, 2] = rings + shells[ring]
            rings += len(shells)
    return figures, sure_alone, possible_alone, drawn[:at], ends[:rings], owners[:rings]
