"""GCJ-02 and BD-09, the shifted degrees of Chinese map services, to and from WGS-84.

Amap, Tencent and Google's maps of China show GCJ-02 (300 to 700 m from WGS-84), Baidu BD-09
(GCJ-02 and about 1 km more). Neither is published; the formulas are those that the free
implementations agree upon, with the figures of PRCoords (Artoria2e5) and coordtransform
(wandergis), which reproduce the services' own answers. CGCS2000 counts as WGS-84 here: they
differ by less than the services' own rounding.

Everything takes longitudes and latitudes in degrees, arrays of any equal shape or single
numbers, and returns new float64 ones. NaN stays NaN. Outside the usual rectangle around China
(`WEST`, `SOUTH`, `EAST`, `NORTH`) nothing is shifted. The rectangle also holds Hong Kong, Taiwan,
Mongolia, Korea and more, where the services shift less or not at all: whoever undoes a shift
there must know that there is one.

The inverses solve the forward formulas by Newton's method, to far less than a millimetre;
the one-step inverse that is often copied is wrong by about a metre. What comes from inside the
rectangle goes back there; where a shifted and an unshifted position coincide (within a kilometre
of the rectangle's edge) the shifted one is meant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy
from numpy.typing import ArrayLike

from geodata.compiling import compiled

WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271
EDGE = 1e-9  # degrees (0.1 mm) by which an inverse may miss the rectangle that it came from
# Krassowsky's ellipsoid, and the middle from which the formulas count.
AXIS, FLATNESS = 6378245.0, 0.00669342162296594323
MIDDLE_LON, MIDDLE_LAT = 105.0, 35.0
# Baidu's: waves of 0.12 degrees, a turn, a stretch and a push.
WAVE = math.pi * 3000.0 / 180.0
TURN, STRETCH, PUSH_LON, PUSH_LAT = 3e-6, 2e-5, 0.0065, 0.006
NEAR = 1e-5  # a Newton step this short (degrees) leaves an error of less than 1e-9 (0.1 mm)
CRACK = 1e-3  # degrees beside 105 E in which a square root bends too sharply for that
SETTLED = 1e-11  # degrees: a thousandth of a millimetre
ROUNDS = 40

Pair: TypeAlias = tuple[numpy.ndarray, numpy.ndarray]


@compiled
def inside(lon: float, lat: float, margin: float) -> bool:
    """Tell whether a position lies in the rectangle widened by ``margin`` degrees."""
    return WEST - margin <= lon <= EAST + margin and SOUTH - margin <= lat <= NORTH + margin


@compiled
def sine_and_cosine(angle: float) -> tuple[float, float]:
    """Return both for an angle within 1 radian, for the price of a sine."""
    sine = math.sin(angle)
    return sine, math.sqrt(1.0 - sine * sine)


@compiled
def add(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Return sine and cosine of the sum of two angles given so."""
    return a[0] * b[1] + a[1] * b[0], a[1] * b[1] - a[0] * b[0]


@compiled
def waves(offset: float) -> tuple[float, float, float, float, float, float, float, float]:
    """Return sine and cosine of pi times ``offset`` over 30, 12, 3 and 1.

    All angles are multiples of one, so that one sine is enough: it doubles the formulas' speed.
    """
    one = sine_and_cosine(offset * (math.pi / 120.0))
    two = add(one, one)
    four = add(two, two)
    ten = add(add(four, four), two)
    twenty = add(ten, ten)
    forty = add(twenty, twenty)
    whole = add(add(forty, forty), forty)
    return four[0], four[1], ten[0], ten[1], forty[0], forty[1], whole[0], whole[1]


@compiled
def shift_and_slopes(lon: float, lat: float) -> tuple[float, float, float, float, float, float]:
    """Return GCJ-02 less WGS-84 in degrees (east, north), and its four slopes.

    The slopes are d east/d lon, d east/d lat, d north/d lon, d north/d lat, without those of
    the slow factors of the ellipsoid (less than 1e-4 of them).
    """
    x, y = lon - MIDDLE_LON, lat - MIDDLE_LAT
    s30, c30, s12, c12, s3, c3, s1, c1 = waves(x)
    u30, v30, u12, v12, u3, v3, u1, v1 = waves(y)
    s2, c2 = 2.0 * s1 * c1, c1 * c1 - s1 * s1
    s6 = s2 * (3.0 - 4.0 * s2 * s2)
    c6 = c2 * (4.0 * c2 * c2 - 3.0)
    root = math.sqrt(abs(x))
    fast = 20.0 * s6 + 20.0 * s2
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (fast + 20.0 * s1 + 40.0 * s3 + 150.0 * s12 + 300.0 * s30) * (2.0 / 3.0)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (fast + 20.0 * u1 + 40.0 * u3 + 160.0 * u12 + 320.0 * u30) * (2.0 / 3.0)
    # Slopes in metres a degree; that of the root is left to the rounds.
    quick = 120.0 * c6 + 40.0 * c2
    east_x = 1.0 + 0.2 * x + 0.1 * y
    east_x += (quick + 20.0 * c1 + 40.0 / 3.0 * c3 + 12.5 * c12 + 10.0 * c30) * (
        2.0 * math.pi / 3.0
    )
    east_y = 2.0 + 0.1 * x
    north_x = 2.0 + 0.1 * y + quick * (2.0 * math.pi / 3.0)
    north_y = 3.0 + 0.4 * y + 0.1 * x
    north_y += (20.0 * v1 + 40.0 / 3.0 * v3 + 160.0 / 12.0 * v12 + 320.0 / 30.0 * v30) * (
        2.0 * math.pi / 3.0
    )
    sine, cosine = sine_and_cosine(lat * (math.pi / 180.0))
    factor = 1.0 - FLATNESS * sine * sine
    along = math.sqrt(factor) * (180.0 / math.pi) / (AXIS * cosine)
    up = factor * math.sqrt(factor) * (180.0 / math.pi) / (AXIS * (1.0 - FLATNESS))
    return east * along, north * up, east_x * along, east_y * along, north_x * up, north_y * up


@compiled
def shift(lon: float, lat: float) -> tuple[float, float]:
    """Return a WGS-84 position in GCJ-02, wherever it is."""
    east, north, _, _, _, _ = shift_and_slopes(lon, lat)
    return lon + east, lat + north


@compiled
def unshift(lon: float, lat: float) -> tuple[float, float]:
    """Return a GCJ-02 position in WGS-84, wherever it is."""
    at_lon, at_lat = lon, lat
    for _ in range(ROUNDS):
        east, north, ex, ey, nx, ny = shift_and_slopes(at_lon, at_lat)
        miss_lon, miss_lat = at_lon + east - lon, at_lat + north - lat
        one = 1.0 / ((1.0 + ex) * (1.0 + ny) - ey * nx)
        step_lon = ((1.0 + ny) * miss_lon - ey * miss_lat) * one
        step_lat = ((1.0 + ex) * miss_lat - nx * miss_lon) * one
        at_lon -= step_lon
        at_lat -= step_lat
        step = abs(step_lon) + abs(step_lat)
        if step < SETTLED or (step < NEAR and abs(at_lon - MIDDLE_LON) > CRACK):
            break
    return at_lon, at_lat


@compiled
def push(lon: float, lat: float) -> tuple[float, float]:
    """Return a GCJ-02 position in BD-09, wherever it is.

    In Baidu's polar form: radius + STRETCH sin(lat WAVE), angle + TURN cos(lon WAVE).
    """
    turn = TURN * math.cos(lon * WAVE)  # at most 3e-6: its own sine to the last bit
    longer = 1.0 + STRETCH * math.sin(lat * WAVE) / math.sqrt(lon * lon + lat * lat)
    flat = 1.0 - 0.5 * turn * turn
    return (
        longer * (lon * flat - lat * turn) + PUSH_LON,
        longer * (lat * flat + lon * turn) + PUSH_LAT,
    )


@compiled
def unpush(lon: float, lat: float) -> tuple[float, float]:
    """Return a BD-09 position in GCJ-02, wherever it is: each round errs 50 times less."""
    at_lon, at_lat = lon - PUSH_LON, lat - PUSH_LAT
    for _ in range(ROUNDS):
        far_lon, far_lat = push(at_lon, at_lat)
        step_lon, step_lat = far_lon - lon, far_lat - lat
        at_lon -= step_lon
        at_lat -= step_lat
        if abs(step_lon) + abs(step_lat) < SETTLED:
            break
    return at_lon, at_lat


@compiled
def wgs_to_gcj(lon: numpy.ndarray, lat: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> None:
    """Write GCJ-02 into ``x`` and ``y``."""
    for i in range(lon.size):
        x[i], y[i] = lon[i], lat[i]
        if inside(lon[i], lat[i], 0.0):
            x[i], y[i] = shift(lon[i], lat[i])


@compiled
def gcj_to_wgs(lon: numpy.ndarray, lat: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> None:
    """Write WGS-84 into ``x`` and ``y``."""
    for i in range(lon.size):
        x[i], y[i] = lon[i], lat[i]
        if inside(lon[i], lat[i], 0.02):
            at_lon, at_lat = unshift(lon[i], lat[i])
            if inside(at_lon, at_lat, EDGE):
                x[i], y[i] = at_lon, at_lat


@compiled
def gcj_to_bd(lon: numpy.ndarray, lat: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> None:
    """Write BD-09 into ``x`` and ``y``."""
    for i in range(lon.size):
        x[i], y[i] = lon[i], lat[i]
        if inside(lon[i], lat[i], 0.0):
            x[i], y[i] = push(lon[i], lat[i])


@compiled
def bd_to_gcj(lon: numpy.ndarray, lat: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> None:
    """Write GCJ-02 into ``x`` and ``y``."""
    for i in range(lon.size):
        x[i], y[i] = lon[i], lat[i]
        if inside(lon[i], lat[i], 0.02):
            at_lon, at_lat = unpush(lon[i], lat[i])
            if inside(at_lon, at_lat, EDGE):
                x[i], y[i] = at_lon, at_lat


@compiled
def wgs_to_bd(lon: numpy.ndarray, lat: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> None:
    """Write BD-09 into ``x`` and ``y``: both shifts or, outside, none."""
    for i in range(lon.size):
        x[i], y[i] = lon[i], lat[i]
        if inside(lon[i], lat[i], 0.0):
            at_lon, at_lat = shift(lon[i], lat[i])
            x[i], y[i] = push(at_lon, at_lat)


@compiled
def bd_to_wgs(lon: numpy.ndarray, lat: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> None:
    """Write WGS-84 into ``x`` and ``y``."""
    for i in range(lon.size):
        x[i], y[i] = lon[i], lat[i]
        if inside(lon[i], lat[i], 0.04):
            gcj_lon, gcj_lat = unpush(lon[i], lat[i])
            at_lon, at_lat = unshift(gcj_lon, gcj_lat)
            if inside(at_lon, at_lat, EDGE):
                x[i], y[i] = at_lon, at_lat


def run(loop: Callable[..., None], lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return what a loop makes of positions of any shape; ValueError if the shapes differ."""
    east, north = numpy.asarray(lon, dtype=numpy.float64), numpy.asarray(lat, dtype=numpy.float64)
    if east.shape != north.shape:
        raise ValueError(f"longitudes {east.shape} and latitudes {north.shape} differ in shape")
    x, y = numpy.empty(east.size), numpy.empty(east.size)
    loop(numpy.ascontiguousarray(east).ravel(), numpy.ascontiguousarray(north).ravel(), x, y)
    return x.reshape(east.shape)[()], y.reshape(east.shape)[()]


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS-84 degrees in GCJ-02."""
    return run(wgs_to_gcj, lon, lat)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 degrees in WGS-84, exact to less than a millimetre."""
    return run(gcj_to_wgs, lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 degrees in BD-09."""
    return run(gcj_to_bd, lon, lat)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 degrees in GCJ-02, exact to less than a millimetre."""
    return run(bd_to_gcj, lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS-84 degrees in BD-09."""
    return run(wgs_to_bd, lon, lat)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 degrees in WGS-84, exact to less than a millimetre."""
    return run(bd_to_wgs, lon, lat)
