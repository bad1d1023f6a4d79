"""Degrees of Amap and Baidu back to WGS-84: points a second of one core.

    python -m bench.china_offset [--points 2000000]

Against the pure-Python functions that users copy from one another (the shape of coordtransform:
one position a call, a one-step inverse that errs by about a metre), and against the same repeated
until it is exact, which is what ours gives. At least 5 million points a second, or 20 times a
peer, are wanted.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from functools import partial

import numpy

from bench.measure import rounds, verdict
from geodata.china_offset import gcj02_to_wgs84, wgs84_to_gcj02

WANTED_POINTS, WANTED_TIMES = 5e6, 20
PEER_POINTS = 20_000
AXIS, FLATNESS = 6378245.0, 0.00669342162296594323
PI = math.pi


def main() -> None:
    """Measure and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--points", type=int, default=2_000_000)
    count = wish.parse_args().points
    chance = numpy.random.default_rng(1)
    truth = chance.uniform(74, 134, count), chance.uniform(18, 52, count)
    lon, lat = wgs84_to_gcj02(*truth)
    some = list(zip(lon[:PEER_POINTS].tolist(), lat[:PEER_POINTS].tolist(), strict=True))
    print(f"GCJ-02 to WGS-84, {count:,} points (the peers {PEER_POINTS:,}); errors in metres")
    report("ours", truth, gcj02_to_wgs84(lon, lat))
    for name, peer in (("one step", one_step), ("repeated", repeated)):
        found = numpy.array([peer(*place) for place in some]).T
        report(name, (truth[0][:PEER_POINTS], truth[1][:PEER_POINTS]), (found[0], found[1]))
    seen = rounds(
        {
            "ours": partial(rate, lambda: gcj02_to_wgs84(lon, lat), count),
            "one step": partial(rate, lambda: [one_step(*place) for place in some], len(some)),
            "repeated": partial(rate, lambda: [repeated(*place) for place in some], len(some)),
        }
    )
    verdict("million points a second", seen["ours"] / 1e6, WANTED_POINTS / 1e6)
    verdict("times the exact function", seen["ours"] / seen["repeated"], WANTED_TIMES)
    print(f"  times the one-step function: {seen['ours'] / seen['one step']:.1f}")


def rate(work: Callable[[], object], count: int) -> float:
    """Return points for each second of processor time."""
    begun = time.process_time()
    work()
    return count / (time.process_time() - begun)


def report(
    name: str,
    truth: tuple[numpy.ndarray, numpy.ndarray],
    found: tuple[numpy.ndarray, numpy.ndarray],
) -> None:
    """Print how far a result is from the truth."""
    east = (found[0] - truth[0]) * numpy.cos(numpy.radians(truth[1]))
    far = numpy.hypot(east, found[1] - truth[1]) * 111_320
    print(f"  {name:10} median {numpy.median(far):.2g}, largest {far.max():.2g}")


def one_step(lon: float, lat: float) -> tuple[float, float]:
    """Take the shift at the shifted place for the shift, as the copied functions do."""
    if not (73.66 < lon < 135.05 and 3.86 < lat < 53.55):
        return lon, lat
    far_lon, far_lat = shifted(lon, lat)
    return lon * 2 - far_lon, lat * 2 - far_lat


def repeated(lon: float, lat: float) -> tuple[float, float]:
    """Repeat that until nothing moves."""
    at_lon, at_lat = lon, lat
    for _ in range(20):
        far_lon, far_lat = shifted(at_lon, at_lat)
        off_lon, off_lat = far_lon - lon, far_lat - lat
        at_lon, at_lat = at_lon - off_lon, at_lat - off_lat
        if max(abs(off_lon), abs(off_lat)) < 1e-9:
            break
    return at_lon, at_lat


def shifted(lon: float, lat: float) -> tuple[float, float]:
    """Return WGS-84 in GCJ-02."""
    north, east = shift_north(lon - 105.0, lat - 35.0), shift_east(lon - 105.0, lat - 35.0)
    angle = lat / 180.0 * PI
    magic = math.sin(angle)
    magic = 1 - FLATNESS * magic * magic
    root = math.sqrt(magic)
    north = (north * 180.0) / ((AXIS * (1 - FLATNESS)) / (magic * root) * PI)
    east = (east * 180.0) / (AXIS / root * math.cos(angle) * PI)
    return lon + east, lat + north


def shift_north(x: float, y: float) -> float:
    """Return the shift to the north, in metres of sorts."""
    far = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(math.fabs(x))
    far += (20.0 * math.sin(6.0 * x * PI) + 20.0 * math.sin(2.0 * x * PI)) * 2.0 / 3.0
    far += (20.0 * math.sin(y * PI) + 40.0 * math.sin(y / 3.0 * PI)) * 2.0 / 3.0
    far += (160.0 * math.sin(y / 12.0 * PI) + 320 * math.sin(y * PI / 30.0)) * 2.0 / 3.0
    return far


def shift_east(x: float, y: float) -> float:
    """Return the shift to the east."""
    far = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(math.fabs(x))
    far += (20.0 * math.sin(6.0 * x * PI) + 20.0 * math.sin(2.0 * x * PI)) * 2.0 / 3.0
    far += (20.0 * math.sin(x * PI) + 40.0 * math.sin(x / 3.0 * PI)) * 2.0 / 3.0
    far += (150.0 * math.sin(x / 12.0 * PI) + 300.0 * math.sin(x / 30.0 * PI)) * 2.0 / 3.0
    return far


if __name__ == "__main__":
    main()
