"""Buildings: use, storeys, households and residents of the footprints."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.chance import (
    Flags,
    Indices,
    Numbers,
    Texts,
    blank,
    generator,
    numbered,
    pick,
    sprinkle,
)
from geodata.demo.footprints import Footprints

HOME_M2 = 88.0  # floor area per household, stairs and walls included
# Buildings inside a key area serve it.
GROUNDS = {
    "school": "public", "hospital": "public", "government": "public", "scenic": "public",
    "station": "public", "market": "commercial", "industrial_park": "industrial", "other": "public",
}  # fmt: skip
NAMED = {"industrial": "示例厂房", "warehouse": "示例仓库", "public": "示例公共楼"}
STOREY_M = {"industrial": 5.2, "warehouse": 6.0, "public": 3.8, "commercial": 4.0}


def uses_of(works: Flags, main: Flags, outside: Flags, chance: np.random.Generator) -> Texts:
    """Return the use of each building: factories, shops along main roads, else homes."""
    count = len(works)
    home = pick(chance, ("residential", "mixed", "public", "other", "unknown"),
                (78, 14, 3, 2, 3), count)  # fmt: skip
    street = pick(chance, ("mixed", "commercial", "residential", "industrial", "public", "unknown"),
                  (46, 20, 20, 7, 4, 3), count)  # fmt: skip
    plant = pick(chance, ("industrial", "warehouse", "mixed", "residential", "unknown"),
                 (66, 15, 9, 6, 4), count)  # fmt: skip
    field = pick(chance, ("residential", "industrial", "agricultural", "mixed", "unknown"),
                 (55, 16, 16, 9, 4), count)  # fmt: skip
    return np.where(works, plant, np.where(main, street, np.where(outside, field, home)))


def storeys_of(use: Texts, urban: Numbers, chance: np.random.Generator) -> Numbers:
    """Return whole storeys: homes of 2 to 7, some towers in towns, low factories."""
    count = len(use)
    home = np.clip(np.round(chance.normal(3.4 + urban, 1.3, count)), 1, 8)
    tower = (chance.random(count) < 0.022 * np.clip(urban - 0.7, 0, None)) & (use == "residential")
    home[tower] = chance.integers(11, 27, int(tower.sum()))
    plant = chance.integers(1, 6, count)
    low = chance.integers(1, 3, count)
    return np.where(
        use == "industrial", plant,
        np.where(np.isin(use, ("warehouse", "agricultural")), low, home),
    ).astype(float)  # fmt: skip


def people_of(
    use: Texts, storeys: Numbers, area: Numbers, chance: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """Return households and residents; only homes have any, mixed buildings half as many."""
    share = np.select([use == "residential", use == "mixed"], [0.92, 0.55], 0.0)
    share *= chance.random(len(use)) > 0.03  # empty houses
    households = np.floor(area * storeys * share / HOME_M2 * chance.uniform(0.75, 1.15, len(use)))
    homes = share > 0
    households[homes] = np.maximum(households[homes], 1)
    residents = np.round(households * chance.normal(3.35, 0.5, len(use)).clip(1.6, 5.2))
    return households, residents


def names_of(use: Texts, places: Texts, chance: np.random.Generator) -> Texts:
    """Return made-up names for some works and public buildings; houses have none."""
    stems = np.array([NAMED.get(kind, "") for kind in use], object)
    named = (stems != "") & (chance.random(len(use)) < 0.4)
    return blank(numbered(places + stems), ~named)


def build_buildings(
    prints: Footprints,
    rank: Indices,
    outside: Flags,
    urban: Numbers,
    address: Texts,
    grounds: Texts,
    places: Texts,
    seed: int,
) -> gpd.GeoDataFrame:
    """Return the buildings.

    ``rank`` is the street's class, ``outside`` off settled land, ``grounds`` the kind of the
    key area it stands in, ``places`` the village's name.
    """
    chance = generator(seed, "buildings")
    count = len(prints.shapes)
    use = uses_of(prints.works, rank <= 2, outside, chance)
    use = np.array([GROUNDS.get(kind, one) for kind, one in zip(grounds, use, strict=True)], object)
    storeys = storeys_of(use, urban, chance)
    households, residents = people_of(use, storeys, shapely.area(prints.shapes), chance)
    rise = np.array([STOREY_M.get(kind, 3.1) for kind in use])
    households[use == "unknown"] = residents[use == "unknown"] = np.nan
    height = np.round(storeys * rise + chance.uniform(0.3, 1.6, count), 1)
    height[chance.random(count) < 0.35] = np.nan
    storeys[chance.random(count) < 0.03] = np.nan
    return gpd.GeoDataFrame(
        {
            "code": [f"JZ{number:06d}" for number in range(1, count + 1)],
            "name": names_of(use, places, chance),
            "address": sprinkle(chance, address, 0.04),
            "use": use,
            "storeys": storeys,
            "height_m": height,
            "households": households,
            "residents": residents,
            "rooms": np.full(count, np.nan),
            "occupants": np.full(count, np.nan),
        },
        geometry=prints.shapes,
        crs=4548,
    )
