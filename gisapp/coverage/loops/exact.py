"""Which way three places turn, told exactly.

Places are whole numbers below 2**50 kept as floats.
"""

from __future__ import annotations

from geodata.compiling import compiled

SPLIT = 134217729.0  # 2**27 + 1, halves a float's digits (Dekker 1971)


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
