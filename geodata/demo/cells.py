"""Grid cells: groups of blocks of about 300 households that tile each village exactly."""

from __future__ import annotations

import datetime

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.demo.blocks import merge
from geodata.demo.chance import Flags, Indices, Numbers, Texts, generator
from geodata.demo.ground import Ground

HOUSEHOLDS = {"urban": 360, "rural": 265}
SPECIAL = ("school", "hospital", "government", "industrial_park", "scenic")
ROUNDS = 10


def special_blocks(ground: Ground, key_areas: gpd.GeoDataFrame) -> tuple[Indices, Indices]:
    """Return the blocks with a cell of their own, and the row of the key area in each."""
    rows = np.flatnonzero(key_areas["kind"].isin(SPECIAL))
    points = shapely.point_on_surface(key_areas.geometry.array[rows])
    row, block = shapely.STRtree(ground.blocks.shapes).query(points, predicate="within")
    return block, rows[row]


def is_urban(ground: Ground) -> Flags:
    """Return which villages are urban: communities, and those near an urban town's centre."""
    layout = ground.layout
    firsts = np.unique(layout.town_of, return_index=True)[1]
    far = np.hypot(*(ground.centres - ground.centres[firsts][layout.town_of]).T)
    town = np.array([site.urban for site in layout.sites])[layout.town_of]
    community = np.array([int(place.code[9:]) < 200 for place in layout.villages])
    return np.asarray(community | ((town >= 1.3) & (far < 1300 * layout.size)))


def halve(points: Numbers, weights: Numbers, parts: int) -> list[int]:
    """Return one member for each of ``parts`` compact groups of about equal weight.

    Splits the longer side again and again; the member lies in the middle of its group.
    """

    def split(members: Indices, parts: int) -> list[int]:
        spread = points[members]
        if parts <= 1 or len(members) < 2:
            far = ((spread - np.average(spread, axis=0, weights=weights[members])) ** 2).sum(axis=1)
            return [int(members[far.argmin()])]
        order = members[np.argsort(spread[:, np.ptp(spread, axis=0).argmax()], kind="stable")]
        load = np.cumsum(weights[order])
        cut = int(np.searchsorted(load, load[-1] * (parts // 2) / parts))
        cut = min(max(cut, 1), len(order) - 1)
        return split(order[:cut], parts // 2) + split(order[cut:], parts - parts // 2)

    return split(np.arange(len(points)), parts)


def seed_blocks(ground: Ground, load: Numbers, ordinary: Flags, urban: Flags) -> Indices:
    """Return the blocks from which cells grow: one per 300 households or so, one at least."""
    seeds: list[int] = []
    middles = ground.blocks.middles
    for village in range(len(ground.villages)):
        here = np.flatnonzero((ground.blocks.village == village) & ordinary)
        if not len(here):
            continue
        size = HOUSEHOLDS["urban" if urban[village] else "rural"]
        parts = max(1, round(load[here].sum() / size))
        members = halve(middles[here], load[here] + 0.01, min(parts, len(here)))
        seeds += sorted({int(here[member]) for member in members})
    return np.array(seeds)


def grow(ground: Ground, seeds: Indices, load: Numbers, special: Indices) -> Indices:
    """Return for each block the seed whose cell it joins; cells hang together.

    Blocks join the seed that is nearest over shared edges; seeds with too many households
    are moved away step by step, those with too few drawn near.
    """
    blocks, count = ground.blocks, len(ground.blocks.shapes)
    step = np.hypot(*(blocks.middles[blocks.pairs[:, 0]] - blocks.middles[blocks.pairs[:, 1]]).T)
    step = step + 1e6 * np.isin(blocks.pairs, special).any(axis=1)  # only if there is no other way
    hubs = count + np.arange(len(seeds))
    offset = np.full(len(seeds), 100.0)
    mean = np.bincount(blocks.village[seeds], minlength=len(ground.villages))
    total = np.bincount(blocks.village, load, len(ground.villages))
    target = (total / mean)[blocks.village[seeds]] + 1.0
    for _ in range(ROUNDS):
        ends = np.vstack([blocks.pairs, np.column_stack([hubs, seeds])])
        graph = coo_matrix((np.concatenate([step, offset]), ends.T), (count + len(seeds),) * 2)
        nearest = dijkstra(
            graph.tocsr(), directed=False, indices=hubs, min_only=True, return_predecessors=True
        )[2]
        group = nearest[:count] - count
        got = np.bincount(group, load, len(seeds))
        offset = np.clip(offset + 45 * np.clip(got / target - 1, -1, 1), 1, 400)
    return np.asarray(group)


def build_cells(
    ground: Ground, buildings: gpd.GeoDataFrame, key_areas: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return ordinary cells of about 300 households and special ones, a block each."""
    count = len(ground.blocks.shapes)
    load = np.bincount(ground.block, buildings["households"].fillna(0), count).astype(float)
    people = np.bincount(ground.block, buildings["residents"].fillna(0), count)
    special, rows = special_blocks(ground, key_areas)
    ordinary = np.ones(count, bool)
    ordinary[special] = False
    urban = is_urban(ground)
    seeds = seed_blocks(ground, load, ordinary, urban)
    group = grow(ground, seeds, np.where(ordinary, load, 0), special)
    group[special] = len(seeds) + np.arange(len(special))
    used, group = np.unique(group, return_inverse=True)
    shapes = merge(ground.blocks.shapes, group, len(used))
    village = np.zeros(len(used), int)
    village[group] = ground.blocks.village
    labels = np.full(len(seeds) + len(special), "", object)
    labels[len(seeds) :] = key_areas["name"].to_numpy()[rows]
    homes = np.bincount(group, load).astype(float)
    residents = np.bincount(group, people).astype(float)
    return cell_rows(ground, shapes, village, labels[used], homes, residents, urban)


def cell_rows(
    ground: Ground,
    shapes: Texts,
    village: Indices,
    label: Texts,
    homes: Numbers,
    residents: Numbers,
    urban: Flags,
) -> gpd.GeoDataFrame:
    """Return the cells as rows, numbered in reading order within their village."""
    chance = generator(ground.seed, "cells")
    x, y = shapely.get_coordinates(shapely.centroid(shapes)).T
    order = np.lexsort((x, -np.round(y / 150), village))
    village, label, homes, residents = village[order], label[order], homes[order], residents[order]
    first = np.searchsorted(village, village)
    number = np.arange(len(village)) - first + 1
    places = [ground.layout.villages[item] for item in village]
    names = [
        f"{name}专属网格" if name else f"{place.name}第{n:02d}网格"
        for place, n, name in zip(places, number, label, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "code": [f"{place.code}{n:03d}" for place, n in zip(places, number, strict=True)],
            "name": names,
            "kind": np.where(label == "", "ordinary", "special"),
            "setting": np.where(urban[village], "urban", "rural"),
            "households": homes,
            "residents": residents,
            "workers": np.where(
                label == "", 1 + (homes > 380) + (chance.random(len(homes)) < 0.2), 1
            ),
            "station": [f"{place.name}网格工作站" for place in places],
            "locked": chance.random(len(homes)) < 0.04,
            "valid_from": datetime.date(2025, 1, 1),
        },
        geometry=shapes[order],
        crs=4548,
    )
