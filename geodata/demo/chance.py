"""Chance that repeats: one generator per stage, and smooth noise over the plane.

Stages do not share a generator, so a change of one stage leaves the others as they were.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Shape

__all__ = [
    "Flags",
    "Indices",
    "Numbers",
    "Shape",
    "Shapes",
    "Texts",
    "Warp",
    "Waves",
    "blank",
    "generator",
    "numbered",
    "pick",
    "sprinkle",
]

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]
Shapes = NDArray[np.object_]  # of shapely geometries


def generator(seed: int, stage: str) -> np.random.Generator:
    """Return the random numbers of one stage."""
    return np.random.default_rng([seed, zlib.crc32(stage.encode())])


class Waves:
    """Smooth noise: a sum of sine waves of about one length, with mean 0 and deviation 1."""

    def __init__(self, seed: int, stage: str, length: float, count: int = 9) -> None:
        chance = generator(seed, stage)
        turn = 2 * np.pi * (np.arange(count) + chance.random(count)) / count
        number = 2 * np.pi / (length * chance.uniform(0.7, 1.5, count))
        self.numbers = np.column_stack([np.cos(turn), np.sin(turn)]) * number[:, None]
        self.phases = chance.uniform(0, 2 * np.pi, count)

    def __call__(self, points: Numbers) -> Numbers:
        """Return the noise at ``points`` (n, 2), metres."""
        total = np.zeros(len(points))
        for (east, north), phase in zip(self.numbers, self.phases, strict=True):
            total += np.sin(points[:, 0] * east + points[:, 1] * north + phase)
        return np.asarray(total * np.sqrt(2 / len(self.phases)))


class Warp:
    """A smooth shift of the plane; small against its wave length, so that nothing crosses."""

    def __init__(self, seed: int, stage: str, sizes: Sequence[tuple[float, float]]) -> None:
        self.parts = [
            (
                size,
                Waves(seed, f"{stage} x{length}", length),
                Waves(seed, f"{stage} y{length}", length),
            )
            for size, length in sizes
        ]

    def shift(self, points: Numbers) -> Numbers:
        """Return the shift (n, 2) at ``points`` (n, 2), metres."""
        total = np.zeros_like(points)
        for size, east, north in self.parts:
            total += size * np.column_stack([east(points), north(points)])
        return total


def pick(
    chance: np.random.Generator, options: Sequence[Any], weights: Sequence[float], count: int
) -> Texts:
    """Return ``count`` values of ``options`` drawn by ``weights``."""
    share = np.asarray(weights, float) / np.sum(weights)
    return np.array(options, object)[chance.choice(len(options), count, p=share)]


def sprinkle(chance: np.random.Generator, values: Texts, share: float, blank: Any = None) -> Texts:
    """Return ``values`` with ``share`` of them replaced by ``blank``: what nobody wrote down."""
    lost = np.asarray(values, object).copy()
    lost[chance.random(len(lost)) < share] = blank
    return lost


def numbered(stems: Iterable[str], ending: str = "号") -> Texts:
    """Return each stem with a running number of its own: 甲1号, 乙1号, 甲2号."""
    seen: dict[str, int] = {}
    names = []
    for stem in stems:
        seen[stem] = seen.get(stem, 0) + 1
        names.append(f"{stem}{seen[stem]}{ending}")
    return np.array(names, object)


def blank(values: Texts, where: Flags) -> Texts:
    """Return ``values`` with None wherever ``where`` is true."""
    result = np.asarray(values, object).copy()
    result[where] = None
    return result
