"""Facilities: fire stations, micro stations, hydrants along streets, and the places that serve."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.calendar import days_before
from geodata.demo.chance import Indices, Numbers, Texts, generator, numbered, pick, sprinkle
from geodata.demo.ground import Ground
from geodata.demo.streets import edge_names

Rows = list[tuple[str, str, str | None, shapely.Point]]  # kind, name, address, place

HYDRANTS = 1700  # at scale 1
LABELS = {
    "fire_station": "消防救援站（示例）", "micro_fire_station": "微型消防站", "police": "派出所（示例）",
    "service_centre": "党群服务中心", "clinic": "卫生站", "shelter": "应急避难场所",
    "water_source": "消防取水点", "other": "应急物资点",
}  # fmt: skip
STAFF = {
    "fire_station": 22,
    "micro_fire_station": 6,
    "police": 30,
    "service_centre": 7,
    "clinic": 8,
}


def hydrants(ground: Ground, chance: np.random.Generator) -> tuple[Numbers, Texts]:
    """Return places and addresses of hydrants: on kerbs of settled streets, denser in towns."""
    network = ground.network
    middles = shapely.line_interpolate_point(network.shapes, 0.5, normalized=True)
    edge, village = shapely.STRtree(ground.settled).query(middles, predicate="within")
    urban = np.array([site.urban for site in ground.layout.sites])[ground.layout.town_of][village]
    dry = chance.random(len(ground.villages)) < 0.12  # villages without any
    weights = shapely.length(network.shapes[edge]) * urban**2 * ~dry[village]
    weights *= np.where(network.rank[edge] <= 3, 2.5, 1.0)
    keys = np.log(np.maximum(weights, 1e-9)) + chance.gumbel(size=len(edge))
    best = np.sort(np.argsort(-keys, kind="stable")[: round(HYDRANTS * ground.scale)])
    edge, village = edge[best], village[best]
    lines = network.shapes[edge]
    place = chance.uniform(0.15, 0.85, len(edge)) * shapely.length(lines)
    here, there = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, place + step))
        for step in (0, 0.5)
    )
    along = (there - here) / np.hypot(*(there - here).T)[:, None]
    kerb = (network.widths[edge] / 2 + 0.7) * chance.choice([-1, 1], len(edge))
    points = here + np.column_stack([-along[:, 1], along[:, 0]]) * kerb[:, None]
    road = edge_names(network, ground.lines)[edge]
    address = [f"{a}{b}" for a, b in zip(ground.places[village], road, strict=True)]
    return points, np.array(address, object)


def nearest_buildings(
    ground: Ground, village: Indices, far: float, chance: np.random.Generator
) -> Indices:
    """Return a building of each village, the one nearest to a place ``far`` off its middle."""
    aim = ground.centres[village] + chance.normal(0, far, (len(village), 2))
    middles = shapely.get_coordinates(shapely.centroid(ground.prints.shapes))
    order = np.argsort(ground.village, kind="stable")
    first, last = (
        np.searchsorted(ground.village[order], village, side) for side in ("left", "right")
    )
    found = []
    for point, start, end in zip(aim, first, last, strict=True):
        here = order[start:end] if end > start else order
        found.append(here[((middles[here] - point) ** 2).sum(axis=1).argmin()])
    return np.array(found)


def in_buildings(ground: Ground, buildings: gpd.GeoDataFrame, chance: np.random.Generator) -> Rows:
    """Return kind, name, address and place of what is housed: one service centre a village."""
    count = len(ground.villages)
    firsts = np.unique(ground.layout.town_of, return_index=True)[1]
    hills = ground.terrain.hills(ground.centres)
    every = np.arange(count)
    where = {
        "service_centre": every,
        "police": firsts,
        "fire_station": firsts[chance.random(len(firsts)) < 0.6] if len(firsts) > 6 else firsts[:2],
        "clinic": np.union1d(firsts, every[chance.random(count) < 0.22]),
        "micro_fire_station": every[chance.random(count) < np.where(hills > 0.5, 0.2, 0.42)],
        "other": every[chance.random(count) < 0.05],
    }
    rows: Rows = []
    for kind, village in where.items():
        at = nearest_buildings(ground, village, 15 if kind == "service_centre" else 90, chance)
        points = shapely.point_on_surface(ground.prints.shapes[at])
        for place, building, point in zip(village, at, points, strict=True):
            town = ground.layout.towns[ground.layout.town_of[place]].name
            name = (
                town if kind in ("police", "fire_station") else ground.layout.villages[place].name
            )
            rows.append((kind, name + LABELS[kind], buildings["address"].iloc[building], point))
    return rows


def in_the_open(
    ground: Ground,
    key_areas: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
    chance: np.random.Generator,
) -> Rows:
    """Return shelters on school grounds and in parks, and places to draw water from."""
    rows: Rows = []
    grounds = key_areas[key_areas["kind"].isin(["school", "scenic"])]
    for name, point in zip(grounds["name"], grounds.representative_point(), strict=True):
        if chance.random() < 0.3:
            rows.append(("shelter", name + LABELS["shelter"], None, point))
    pools = water[water["kind"].isin(["pond", "reservoir"])]
    for shape in pools.geometry:
        if chance.random() < 0.14:
            bank = shapely.Point(shapely.get_coordinates(shape)[0])
            village = int(shapely.STRtree(ground.villages).nearest(bank))
            name = ground.layout.villages[village].name
            rows.append(("water_source", name + LABELS["water_source"], None, bank))
    return rows


def build_facilities(
    ground: Ground,
    buildings: gpd.GeoDataFrame,
    key_areas: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return all facilities; of some neither state nor check is known."""
    chance = generator(ground.seed, "facilities")
    rows = in_buildings(ground, buildings, chance) + in_the_open(ground, key_areas, water, chance)
    points, address = hydrants(ground, chance)
    names = numbered(f"{place}消火栓" for place in address)
    rows += [
        ("hydrant", name, place, shapely.Point(np.round(point, 2)))
        for name, place, point in zip(names, address, points, strict=True)
    ]
    frame = gpd.GeoDataFrame(rows, columns=["kind", "name", "address", "geometry"], crs=4548)
    frame = frame[shapely.intersects(ground.district, frame.geometry.array)].reset_index(drop=True)
    count, kind = len(frame), frame["kind"]
    hydrant = (kind == "hydrant").to_numpy()
    status = pick(chance, ("working", "faulty", "unknown"), (84, 8, 8), count)
    pressure = np.round(chance.normal(290, 70, count).clip(0, 600), -1)
    staff = kind.map(STAFF).to_numpy(float) * chance.lognormal(0, 0.3, count)
    return frame.assign(
        code=[f"SS{number:05d}" for number in range(1, count + 1)],
        status=np.where(hydrant | (kind == "micro_fire_station"), status, "working"),
        staff=np.where(chance.random(count) < 0.08, np.nan, np.round(staff)),
        vehicles=np.where(kind == "fire_station", chance.integers(3, 8, count), np.nan),
        pressure_kpa=np.where(hydrant & (chance.random(count) > 0.25), pressure, np.nan),
        checked_on=sprinkle(chance, days_before(chance, count, 120, 700), 0.12),
    )
