"""Rented housing: let by the room near the factories."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.calendar import days_before
from geodata.demo.chance import generator, numbered, pick, sprinkle
from geodata.demo.ground import Ground
from geodata.demo.premises import (
    answers,
    choose_buildings,
    grades,
    inside_points,
    near_works,
    rectification,
)

COUNT = 4000  # at scale 1


def build_rented(ground: Ground, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rented houses, one per building; rooms and people follow the building's size."""
    chance = generator(ground.seed, "rented housing")
    homes = buildings["use"].isin(["residential", "mixed"]).to_numpy()
    weights = homes * (0.25 + near_works(ground))
    count = round(COUNT * ground.scale)
    at = choose_buildings(ground, buildings, weights, count, "rented patches", chance)
    chosen, count = buildings.iloc[at], len(at)
    storeys = chosen["storeys"].fillna(3).to_numpy()
    floor = shapely.area(chosen.geometry.array) * storeys
    rooms = np.clip(np.round(floor / 60 * chance.beta(1.6, 3.0, count)), 2, 160)
    occupants = np.maximum(np.round(rooms * chance.normal(1.55, 0.35, count).clip(0.5, 3)), 1)
    second, bars = (
        answers(chance, np.full(count, 0.45), 0.14),
        answers(chance, np.full(count, 0.3), 0.2),
    )
    charging = answers(chance, np.full(count, 0.22), 0.25)
    risk = rooms / 12 + 2 * (second == "no") + 2 * (bars == "yes") + 3 * (charging == "yes")
    grade = grades(chance, risk)
    # An owner fits all rooms, none, or some.
    fitted = np.round(
        rooms * pick(chance, (1.0, 0.0, 0.5, 0.8), (46, 26, 16, 12), count).astype(float)
    )
    village = ground.village[at]
    kind = np.where(
        storeys > 9, pick(chance, ("flat", "apartment"), (3, 1), count),
        np.where(rooms >= 30, pick(chance, ("apartment", "dormitory", "house"), (4, 3, 2), count),
                 pick(chance, ("house", "flat", "other"), (80, 15, 5), count)),
    )  # fmt: skip
    names = [ground.layout.villages[item].name for item in village]
    return gpd.GeoDataFrame(
        {
            "code": [f"CZ{number:06d}" for number in range(1, count + 1)],
            "name": numbered(f"{name}出租屋" for name in names),
            "address": chosen["address"].to_numpy(),
            "kind": sprinkle(chance, kind, 0.05),
            "grade": grade,
            "storeys": chosen["storeys"].to_numpy(),
            "rooms": sprinkle(chance, rooms, 0.04, np.nan).astype(float),
            "occupants": sprinkle(chance, occupants, 0.06, np.nan).astype(float),
            "rooms_with_detector": sprinkle(chance, fitted, 0.15, np.nan).astype(float),
            "second_exit": second,
            "barred_windows": bars,
            "indoor_charging": charging,
            "rectification": rectification(chance, grade),
            "last_inspected_on": sprinkle(chance, days_before(chance, count, 130, 900), 0.09),
        },
        geometry=inside_points(chosen.geometry.array),
        crs=4548,
    )
