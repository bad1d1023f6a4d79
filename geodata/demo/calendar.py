"""Dates of the demonstration. They end on a fixed day: the same seed gives the same district."""

from __future__ import annotations

import datetime

import numpy as np

from geodata.demo.chance import Texts

REFERENCE = datetime.date(2026, 9, 30)  # "today" of the demonstration
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def days_before(chance: np.random.Generator, count: int, mean: float, longest: int) -> Texts:
    """Return dates before REFERENCE, mostly recent: ``mean`` days, at most ``longest``."""
    days = np.minimum(chance.exponential(mean, count), longest).astype(int) + 1
    return np.array([REFERENCE - datetime.timedelta(int(day)) for day in days], object)
