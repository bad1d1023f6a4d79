"""Three-in-one premises: family workshops and shops where people also sleep."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.calendar import days_before
from geodata.demo.chance import Indices, Texts, generator, numbered, pick, sprinkle
from geodata.demo.ground import Ground
from geodata.demo.premises import (
    answers,
    choose_buildings,
    grades,
    inside_points,
    near_works,
    rectification,
)

COUNT = 1200  # at scale 1
TRADES = {
    "ceramics": "陶瓷作坊",
    "steel": "不锈钢制品作坊",
    "food": "食品作坊",
    "printing": "印刷包装作坊",
    "garments": "服装加工点",
    "plastics": "塑料制品作坊",
    "repair": "维修加工点",
    "retail": "零售商铺",
    "catering": "餐饮店",
    "other": "综合门店",
}
WEIGHTS = (6, 6, 7, 5, 8, 6, 14, 30, 14, 4)


def trades(ground: Ground, village: Indices, chance: np.random.Generator) -> Texts:
    """Return the trade of each premises: more than half follow the town's own."""
    towns = ground.layout.town_of[village]
    own = np.array([site.trade for site in ground.layout.sites], object)[towns]
    mixed = pick(chance, tuple(TRADES), WEIGHTS, len(village))
    return np.where((chance.random(len(village)) < 0.58) & (own != "other"), own, mixed)


def build_workshops(ground: Ground, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return three-in-one premises in mixed and industrial buildings and in homes near works."""
    chance = generator(ground.seed, "three in one")
    use = buildings["use"]
    weights = 1.0 * (use == "mixed") + 0.6 * (use == "industrial") + 0.12 * (use == "residential")
    weights = weights.to_numpy() * (0.2 + near_works(ground))
    count = round(COUNT * ground.scale)
    at = choose_buildings(ground, buildings, weights, count, "workshop patches", chance)
    chosen, count = buildings.iloc[at], len(at)
    village = ground.village[at]
    trade = trades(ground, village, chance)
    floor = shapely.area(chosen.geometry.array) * chosen["storeys"].fillna(2).to_numpy()
    floor = np.round(floor * chance.uniform(0.08, 0.5, count), 0)
    shop = np.isin(trade, ("retail", "catering", "repair"))
    workers = np.maximum(
        np.round(floor / np.where(shop, 90, 45) * chance.uniform(0.4, 1.4, count)), 1
    )
    occupants = np.maximum(np.round(workers * chance.uniform(0.15, 0.9, count)), 1)
    separated, exits = (
        answers(chance, np.full(count, 0.4), 0.12),
        answers(chance, np.full(count, 0.42), 0.1),
    )
    alarm, sprinkler = (
        answers(chance, np.full(count, 0.5), 0.1),
        answers(chance, np.full(count, 0.2), 0.08),
    )
    charging = answers(chance, np.full(count, 0.28), 0.22)
    risk = 3 * (separated == "no") + 2 * (exits == "no") + 2 * (charging == "yes") + occupants / 15
    grade = grades(chance, risk + 1.5 * np.isin(trade, ("plastics", "garments", "printing")))
    names = [ground.layout.villages[item].name for item in village]
    return gpd.GeoDataFrame(
        {
            "code": [f"SH{number:06d}" for number in range(1, count + 1)],
            "name": numbered(
                f"{name}{TRADES[kind]}" for name, kind in zip(names, trade, strict=True)
            ),
            "address": chosen["address"].to_numpy(),
            "trade": sprinkle(chance, trade, 0.03),
            "grade": grade,
            "floor_area_m2": sprinkle(chance, floor, 0.07, np.nan).astype(float),
            "storeys": chosen["storeys"].to_numpy(),
            "workers": sprinkle(chance, workers, 0.06, np.nan).astype(float),
            "occupants": sprinkle(chance, occupants, 0.08, np.nan).astype(float),
            "separated": separated,
            "second_exit": exits,
            "alarm": alarm,
            "sprinkler": sprinkler,
            "indoor_charging": charging,
            "rectification": rectification(chance, grade),
            "last_inspected_on": sprinkle(chance, days_before(chance, count, 110, 800), 0.07),
        },
        geometry=inside_points(chosen.geometry.array),
        crs=4548,
    )
