"""Cameras: what is known of their view, their gear and their owners."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.demo.calendar import days_before
from geodata.demo.chance import Flags, Indices, Numbers, Texts, generator, numbered, pick, sprinkle
from geodata.demo.ground import Ground
from geodata.demo.mounts import join, on_facades, on_poles

COUNT = 3000  # at scale 1
POLES = 0.56  # of all cameras
# GB/T 28181 DirectionType by eighths of a turn, clockwise from north.
EIGHT_WAYS = np.array(["4", "6", "1", "5", "3", "7", "2", "8"], object)
Columns = dict[str, Any]


def view_columns(heading: Numbers, main: Flags, chance: np.random.Generator) -> Columns:
    """Return type and view: six in ten know their azimuth, some one of eight ways, some nothing."""
    count = len(heading)
    known = pick(chance, ("azimuth", "eight", "none"), (58, 24, 18), count)
    kind = pick(chance, ("1", "2", "3", "4", "5", "6", "7"), (22, 10, 48, 10, 3, 5, 2), count)
    fov = np.where(kind == "6", 360.0, chance.choice([36.0, 50, 68, 80, 90, 104], count))
    far, close = (
        chance.choice([80.0, 100, 120, 150], count),
        chance.choice([30.0, 40, 50, 60, 80], count),
    )
    pixels = pick(chance, (1920.0, 2560.0, 3840.0, 1280.0), (55, 25, 12, 8), count)
    way = EIGHT_WAYS[np.round(heading / 45).astype(int) % 8]
    return {
        "ptz_type": sprinkle(chance, kind, 0.06),
        "direction_type": np.where(known == "eight", way, None),
        "azimuth": np.where(known == "azimuth", heading, np.nan),
        "horizontal_fov": gaps(chance, fov, 0.12),
        "max_view_distance": gaps(chance, np.where(main, far, close), 0.15),
        "width_px": gaps(chance, pixels.astype(float), 0.1),
    }


def gear_columns(pole: Flags, chance: np.random.Generator) -> Columns:
    """Return height, light, state, storage, owner and date."""
    count = len(pole)
    height = np.where(pole, chance.normal(6, 0.6, count), chance.normal(3.6, 0.5, count))
    light = pick(chance, ("1", "2", "3", "4", "9"), (20, 55, 20, 2, 3), count)
    days = pick(chance, (30.0, 90.0, 15.0, 7.0, 60.0), (55, 20, 12, 5, 8), count)
    public = pick(chance, ("police", "town", "village", "unknown"), (50, 22, 22, 6), count)
    private = pick(
        chance, ("village", "enterprise", "town", "other", "unknown"), (40, 32, 15, 5, 8), count
    )
    return {
        "height_m": np.round(height.clip(2.2, 9), 1),
        "room_type": sprinkle(chance, np.full(count, "1", object), 0.05),
        "supply_light": sprinkle(chance, light, 0.15),
        "status": pick(chance, ("online", "offline", "planned", "unknown"), (86, 8, 3, 3), count),
        "retention_days": gaps(chance, days.astype(float), 0.12),
        "owner_kind": np.where(pole, public, private),
        "installed_on": sprinkle(chance, days_before(chance, count, 900, 4000), 0.12),
    }


def gaps(chance: np.random.Generator, values: Numbers, share: float) -> Numbers:
    """Return numbers with a share of them not known."""
    return np.where(chance.random(len(values)) < share, np.nan, values)


def device_ids(towns: Indices, chance: np.random.Generator) -> Texts:
    """Return GB/T 28181 ids: civil code 8, industry 2, type 3, network 1, serial 6 digits."""
    industry = pick(chance, ("00", "01", "02"), (5, 3, 2), len(towns))
    kind = pick(chance, ("132", "131"), (9, 1), len(towns))
    return np.array(
        [
            f"445103{town + 1:02d}{area}{device}7{number:06d}"
            for number, (town, area, device) in enumerate(
                zip(towns, industry, kind, strict=True), 1
            )
        ],
        object,
    )


def build_cameras(ground: Ground) -> gpd.GeoDataFrame:
    """Return the cameras of the district."""
    chance = generator(ground.seed, "cameras")
    count = round(COUNT * ground.scale)
    poles = round(POLES * count)
    mounts = join(on_poles(ground, poles, chance), on_facades(ground, count - poles, chance))
    points = np.asarray(shapely.points(np.round(mounts.places, 2)))
    inside, village = shapely.STRtree(ground.villages).query(points, predicate="within")
    place = ground.places[village]
    rows: Columns = {
        "code": [f"SP{number:06d}" for number in range(1, len(inside) + 1)],
        "name": numbered((f"{name}监控" for name in place), ""),
        "device_id": sprinkle(chance, device_ids(ground.layout.town_of[village], chance), 0.05),
        "address": sprinkle(chance, mounts.address[inside], 0.05),
        "mount": sprinkle(chance, mounts.mount[inside], 0.06, "unknown"),
        **view_columns(np.round(mounts.heading[inside]) % 360, mounts.main[inside], chance),
        **gear_columns((mounts.mount == "pole")[inside], chance),
    }
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=points[inside], crs=4548)
