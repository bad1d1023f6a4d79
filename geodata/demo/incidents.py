"""Incidents over two years: more fires in dry winters, floods in summer, never persons."""

from __future__ import annotations

import datetime

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.calendar import CHINA, REFERENCE
from geodata.demo.chance import Numbers, Shapes, Texts, blank, generator, pick, sprinkle
from geodata.demo.ground import Ground

COUNT = 3600  # at scale 1
DAYS = 730
LABELS = {
    "fire": "火情", "dispute": "矛盾纠纷", "accident": "生产安全事故", "traffic": "交通事故",
    "flood": "内涝险情", "environment": "环境污染投诉", "other": "其他事件",
}  # fmt: skip
SHARES = (20, 32, 7, 24, 6, 8, 3)
# Weight of each month, January first.
MONTHS = {
    "fire": (15, 13, 10, 12, 6, 4, 4, 4, 5, 8, 10, 14),
    "dispute": (16, 10, 7, 7, 7, 7, 7, 7, 7, 7, 9, 12),
    "flood": (0.3, 0.5, 2, 6, 14, 22, 20, 22, 12, 2, 0.5, 0.2),
}
# Weight of each hour, midnight first.
HOURS = {
    "fire": (5, 5, 4, 3, 3, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5, 6, 7, 7, 7, 6, 6, 5),
    "traffic": (2, 1, 1, 1, 1, 2, 5, 9, 7, 5, 4, 5, 5, 4, 5, 5, 7, 9, 8, 6, 5, 4, 3, 2),
}
DAYTIME = (1, 1, 1, 1, 1, 1, 2, 4, 7, 8, 8, 6, 4, 6, 8, 8, 7, 6, 5, 5, 4, 3, 2, 1)


def times(kind: str, count: int, chance: np.random.Generator) -> list[datetime.datetime]:
    """Return times in the two years before the reference date, by season and time of day."""
    first = REFERENCE - datetime.timedelta(DAYS)
    days = [first + datetime.timedelta(day) for day in range(DAYS)]
    weights = np.array([MONTHS.get(kind, (1,) * 12)[day.month - 1] for day in days], float)
    day = chance.choice(DAYS, count, p=weights / weights.sum())
    hours = np.array(HOURS.get(kind, DAYTIME), float)
    hour = chance.choice(24, count, p=hours / hours.sum())
    minute = chance.integers(0, 60, count)
    start = datetime.time(tzinfo=CHINA)
    return [
        datetime.datetime.combine(days[d], start.replace(hour=int(h), minute=int(m)))
        for d, h, m in zip(day, hour, minute, strict=True)
    ]


def around(
    points: Shapes, weights: Numbers, spread: float, count: int, chance: np.random.Generator
) -> Numbers:
    """Return places near ``points``, a few of which draw many: hot spots."""
    hot = weights * chance.pareto(1.6, len(points))
    at = chance.choice(len(points), count, p=hot / hot.sum())
    return np.asarray(shapely.get_coordinates(points[at]) + chance.normal(0, spread, (count, 2)))


def places(
    kind: str,
    count: int,
    ground: Ground,
    frames: dict[str, gpd.GeoDataFrame],
    chance: np.random.Generator,
) -> Numbers:
    """Return where incidents of a kind happened: at premises, on roads, near water, at home."""
    network = ground.network
    houses = shapely.centroid(ground.prints.shapes)
    works = np.where(ground.prints.works, 1.0, 0.03)
    if kind == "fire":
        premises = np.concatenate([frames[name].geometry.array for name in ("three_in_one", "rented_housing", "hazard_sites")])  # fmt: skip
        grade = np.concatenate([frames[name]["grade"] for name in ("three_in_one", "rented_housing", "hazard_sites")])  # fmt: skip
        weights = np.select(
            [grade == "red", grade == "orange", grade == "yellow"], [6.0, 3.0, 1.5], 1.0
        )
        return around(premises, weights, 12, count, chance)
    if kind == "traffic":
        middles = shapely.line_interpolate_point(network.shapes, 0.0)
        weights = np.array([8, 6, 4, 1.5, 0.2, 0.1, 0.02])[network.rank]
        return around(middles, weights, 6, count, chance)
    if kind == "flood":
        banks = shapely.distance(ground.terrain.river, houses)
        return around(houses, np.exp(-banks / 700) + 0.02, 25, count, chance)
    weights = works if kind in ("accident", "environment") else np.ones(len(houses))
    return around(houses, weights, 15, count, chance)


def levels(kind: Texts, chance: np.random.Generator) -> Texts:
    """Return levels: nearly all ordinary, a handful serious, some not graded."""
    level = pick(chance, ("4", "3", "2", "1", "unknown"), (900, 28, 5, 0.6, 60), len(kind))
    level[(kind == "dispute") & (level == "1")] = "4"
    return level


def build_incidents(ground: Ground, frames: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the incidents in order of time; only recent ones are still open."""
    chance = generator(ground.seed, "incidents")
    numbers = np.round(np.array(SHARES) / 100 * COUNT * ground.scale).astype(int)
    kind = np.repeat(np.array(list(LABELS), object), numbers)
    when = [
        time
        for name, count in zip(LABELS, numbers, strict=True)
        for time in times(name, count, chance)
    ]
    where = np.vstack([places(name, int(count), ground, frames, chance) for name, count in zip(LABELS, numbers, strict=True)])  # fmt: skip
    points = np.asarray(shapely.points(np.round(where, 2)))
    at, village = shapely.STRtree(ground.villages).query(points, predicate="within")
    occurred = np.array(when, object)[at]
    order = np.argsort(occurred, kind="stable")
    at, village, occurred = at[order], village[order], occurred[order]
    kind, count = kind[at], len(at)
    level = levels(kind, chance)
    end = datetime.datetime.combine(REFERENCE, datetime.time(23, 59), CHINA)
    hours = chance.exponential(np.where(kind == "dispute", 500, 60))
    closed = np.array([time + datetime.timedelta(minutes=round(60 * h)) for time, h in zip(occurred, hours, strict=True)], object)  # fmt: skip
    status = np.where(closed < end, "closed", "open").astype(object)
    closed[status == "open"] = None
    status[(status == "closed") & (chance.random(count) < 0.03)] = "unknown"
    hurt = chance.poisson(
        np.select([level == "3", level == "2", level == "1"], [1.5, 4.0, 12.0], 0.03)
    )
    return gpd.GeoDataFrame(
        {
            "code": [f"SJ{number:06d}" for number in range(1, count + 1)],
            "name": [f"{a}{LABELS[b]}" for a, b in zip(ground.places[village], kind, strict=True)],
            "address": sprinkle(chance, ground.places[village], 0.05),
            "kind": kind,
            "level": level,
            "occurred_at": occurred,
            "closed_at": blank(closed, status == "unknown"),
            "casualties": np.where(np.isin(kind, ("fire", "accident", "traffic")), hurt, np.nan),
            "status": status,
        },
        geometry=points[at],
        crs=4548,
    )
