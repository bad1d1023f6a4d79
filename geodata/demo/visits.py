"""Visits: inspections of premises, the last of which each premises remembers."""

from __future__ import annotations

import datetime

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.demo.calendar import CHINA
from geodata.demo.chance import Texts, blank, generator, pick, sprinkle
from geodata.demo.ground import Ground

SUBJECTS = ("hazard_sites", "rented_housing", "three_in_one")
DUE_DAYS = {"red": 30, "orange": 60, "yellow": 90, "blue": 180, "ungraded": 90}
RESULTS = ("passed", "rectified", "findings", "sealed", "no_access")
CHANCES = {"red": (20, 22, 42, 6, 10), "orange": (30, 25, 34, 2, 9), "blue": (68, 14, 10, 0.3, 8)}


def visits_to(layer: str, frame: gpd.GeoDataFrame, chance: np.random.Generator) -> gpd.GeoDataFrame:
    """Return one visit on the day the premises were last inspected, and earlier ones."""
    known = frame[frame["last_inspected_on"].notna()]
    times = 1 + chance.poisson(0.5, len(known))
    rows = known.iloc[np.repeat(np.arange(len(known)), times)]
    first = np.cumsum(times) - times
    back = np.arange(len(rows)) - np.repeat(first, times)  # 0 is the last visit
    gap = np.array([DUE_DAYS[grade] for grade in rows["grade"]])
    days = (back * gap * chance.uniform(0.7, 1.6, len(rows))).astype(int)
    clock = chance.integers(8 * 60 + 30, 17 * 60 + 30, len(rows))
    at = [
        datetime.datetime.combine(day - datetime.timedelta(int(b)), datetime.time(0), CHINA)
        + datetime.timedelta(minutes=int(m))
        for day, b, m in zip(rows["last_inspected_on"], days, clock, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "subject_layer": layer,
            "subject_code": rows["code"].to_numpy(),
            "visited_at": np.array(at, object),
            "grade": rows["grade"].to_numpy(),
            "last": back == 0,
        },
        geometry=rows.geometry.to_numpy(),
        crs=4548,
    )


def results(grade: Texts, chance: np.random.Generator) -> Texts:
    """Return results: the worse the grade, the more findings."""
    result = pick(chance, RESULTS, (50, 20, 20, 1, 9), len(grade))
    for level, weights in CHANCES.items():
        here = grade == level
        result[here] = pick(chance, RESULTS, weights, int(here.sum()))
    return result


def build_visits(ground: Ground, frames: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the visits to all premises in order of time."""
    chance = generator(ground.seed, "visits")
    every = pd.concat([visits_to(name, frames[name], chance) for name in SUBJECTS])
    every = every.sort_values(["visited_at", "subject_code"], kind="stable").reset_index(drop=True)
    count = len(every)
    result = results(every["grade"].to_numpy(), chance)
    findings = np.where(
        np.isin(result, ("rectified", "findings", "sealed")), 1 + chance.poisson(1.4, count), 0
    )
    due = [
        time.date() + datetime.timedelta(DUE_DAYS[grade])
        for time, grade in zip(every["visited_at"], every["grade"], strict=True)
    ]
    noted = every["last"].to_numpy() & (result != "sealed")
    return every.assign(
        code=[f"XC{number:06d}" for number in range(1, count + 1)],
        result=result,
        findings=np.where(result == "no_access", np.nan, findings),
        next_due_on=sprinkle(chance, blank(np.array(due, object), ~noted), 0.1),
    )
