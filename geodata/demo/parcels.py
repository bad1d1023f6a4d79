"""Parcels: blocks divided into plots, some of them claimed twice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.chance import Flags, Indices, Numbers, Shapes, Texts, generator, pick, sprinkle
from geodata.demo.ground import Ground
from geodata.demo.key_areas import block_facts, kinds_at
from geodata.demo.plots import divide, overreach, snap_together

COUNT = 15_000  # at scale 1
YARD = 15_000.0  # m², the largest plot with a building at scale 1
KERB = 5.0  # metres from the middle of a street to the plots
GROUNDS = {
    "school": "08", "hospital": "08", "government": "08", "scenic": "08", "other": "08",
    "station": "10", "market": "05", "industrial_park": "06",
}  # fmt: skip
USES = {
    "residential": "07", "mixed": "07", "commercial": "05", "industrial": "06",
    "warehouse": "06", "public": "08", "agricultural": "01", "other": "12", "unknown": "07",
}  # fmt: skip
# What a plot's number says of the kind of right, by land use (last letter).
RIGHTS = {"01": "D", "02": "D", "03": "E", "04": "E", "07": "C", "11": "W", "12": "W"}


def plot_sizes(ground: Ground, area: Numbers, settled: Flags, hills: Numbers) -> Numbers:
    """Return the largest plot of each block, m²: small on settled land, vast in the hills.

    Most plots lie on settled land, fewer in the fields, fewest in the hills.
    """
    count = COUNT * ground.scale
    sizes = np.zeros(len(area))
    fields = ~settled & (hills < 0.5)
    for where, share in ((settled, 0.24), (fields, 0.08), (~settled & ~fields, 0.05)):
        # Halving leaves plots between half and all of the largest size.
        sizes[where] = 1.42 * area[where].sum() / (share * count)
    return sizes


def land_uses(
    plots: Shapes,
    buildings: gpd.GeoDataFrame,
    grounds: Texts,
    water: Numbers,
    hills: Numbers,
    settled: Flags,
    chance: np.random.Generator,
) -> Texts:
    """Return the land use: that of the ground, of the water, of most built floor, or open land."""
    count = len(plots)
    field = pick(chance, ("01", "02", "12", "06", "04"), (80, 13, 4, 1, 2), count)
    wood = pick(chance, ("03", "02", "04", "01"), (70, 22, 4, 4), count)
    empty = pick(chance, ("07", "12", "01", "08", "06"), (45, 20, 20, 8, 7), count)
    use = np.where(settled, empty, np.where(hills > 0.5, wood, field))
    inner = shapely.point_on_surface(buildings.geometry.array)
    building, plot = shapely.STRtree(plots).query(inner, predicate="within")
    codes = np.array([USES[kind] for kind in buildings["use"]], object)[building]
    known, number = np.unique(codes, return_inverse=True)
    floor = np.zeros((count, len(known)))
    np.add.at(floor, (plot, number), shapely.area(buildings.geometry.array)[building])
    built = floor.sum(axis=1) > 0.06 * shapely.area(plots)
    use = np.where(built, known[floor.argmax(axis=1)], use)
    use = np.where(water > 0.4, "11", use)
    return np.array(
        [GROUNDS.get(kind, one) for kind, one in zip(grounds, use, strict=True)], object
    )


def water_share(plots: Shapes, water: gpd.GeoDataFrame) -> Numbers:
    """Return which part of each plot is water, from 0 to 1."""
    tree = shapely.STRtree(plots)
    pool, plot = tree.query(water.geometry.array, predicate="intersects")
    wet = shapely.area(shapely.intersection(plots[plot], water.geometry.array[pool]))
    return np.asarray(np.bincount(plot, wet, len(plots)) / shapely.area(plots))


def build_parcels(
    ground: Ground,
    buildings: gpd.GeoDataFrame,
    key_areas: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return the parcels; one in thirty reaches into its neighbour."""
    chance = generator(ground.seed, "parcels")
    settled = block_facts(ground)[0]
    inner = shapely.buffer(ground.blocks.shapes, -KERB, join_style="mitre")
    parts, block = shapely.get_parts(inner, return_index=True)
    big = shapely.area(parts) > 60
    parts, block = parts[big], block[big]
    hills = ground.terrain.hills(ground.blocks.middles)
    sizes = plot_sizes(ground, shapely.area(parts), settled[block], hills[block])
    homes = buildings.geometry.array
    plots, origin = divide(parts, sizes, homes, chance)
    yard = np.full(len(plots), YARD / max(1.0, ground.scale))
    plots, again = divide(plots, yard, homes, chance, built_only=True)
    plots, whole = snap_together(plots, ground.blocks.village[block[origin[again]]])
    block = block[origin[again[whole]]]
    grounds = kinds_at(key_areas, shapely.point_on_surface(plots))
    use = land_uses(
        plots, buildings, grounds, water_share(plots, water), hills[block], settled[block], chance
    )
    claims, taker, loser = overreach(plots, 0.033, chance)
    return rows_of(ground, claims, ground.blocks.village[block], use, (taker, loser), chance)


def disputes(count: int, taker: Indices, loser: Indices, chance: np.random.Generator) -> Texts:
    """Return the state of dispute: most overlaps are known, some are not; a few are settled."""
    state = np.full(count, "none", object)
    state[chance.random(count) < 0.008] = "settled"
    state[chance.random(count) < 0.003] = "open"
    known = chance.random(len(taker)) < 0.62
    state[taker[known]] = pick(
        chance, ("open", "mediation", "settled"), (45, 35, 20), int(known.sum())
    )
    state[loser[known]] = state[taker[known]]
    return state


def rows_of(
    ground: Ground,
    claims: Shapes,
    village: Indices,
    use: Texts,
    pair: tuple[Indices, Indices],
    chance: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Return the parcels as rows."""
    count = len(claims)
    state = disputes(count, *pair, chance)
    rural = np.isin(use, ("01", "02", "03", "04", "07", "11", "12"))
    owner = np.where(rural | (chance.random(count) < 0.5), "collective", "state")
    claimant = np.where(
        owner == "state", pick(chance, ("enterprise", "agency", "other"), (45, 45, 10), count),
        np.where(use == "07", pick(chance, ("household", "village", "enterprise"), (84, 10, 6), count),
                 pick(chance, ("village", "group", "household", "enterprise"), (38, 34, 16, 12), count)),
    )  # fmt: skip
    area = shapely.area(claims) * chance.normal(1, 0.012, count)
    area *= np.where(chance.random(count) < 0.03, chance.uniform(0.6, 1.5, count), 1)
    number = [
        f"{place.code[:9]}{place.code[9:]}{'G' if kind == 'state' else 'J'}{RIGHTS.get(code, 'B')}{n:05d}"
        for n, (place, kind, code) in enumerate(
            zip((ground.layout.villages[item] for item in village), owner, use, strict=True), 1
        )
    ]
    names = [f"{ground.layout.villages[item].name}宗地{n}" for n, item in enumerate(village, 1)]
    return gpd.GeoDataFrame(
        {
            "code": [f"DK{n:06d}" for n in range(1, count + 1)],
            "name": sprinkle(chance, np.array(names, object), 0.3),
            "parcel_number": sprinkle(chance, np.array(number, object), 0.07),
            "land_use": use,
            "ownership": sprinkle(chance, owner, 0.06, "unknown"),
            "claimant_kind": sprinkle(chance, claimant, 0.05),
            "registered_area_m2": sprinkle(chance, np.round(area, 1), 0.12, np.nan).astype(float),
            "dispute": state,
        },
        geometry=claims,
        crs=4548,
    )
