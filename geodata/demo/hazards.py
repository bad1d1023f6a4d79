"""Hazard sites: in factories, along main roads, and on slopes and banks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.calendar import days_before
from geodata.demo.chance import Numbers, Shapes, Texts, blank, generator, numbered, pick, sprinkle
from geodata.demo.ground import Ground
from geodata.demo.premises import answers, choose_buildings, inside_points, rectification

COUNT = 500  # at scale 1
# Share of sites, name, substance, and which buildings suit (use: weight).
PLANT = {"industrial": 1.0, "warehouse": 0.5, "unknown": 0.1}
SHOP = {"mixed": 1.0, "commercial": 1.0, "residential": 0.1}
KINDS: dict[str, tuple[int, str, str, dict[str, float]]] = {
    "kiln": (15, "窑炉", "天然气", PLANT),
    "dust": (12, "抛光车间", "铝镁金属粉尘", PLANT),
    "chemicals": (9, "化工品仓点", "天那水、油漆", PLANT),
    "warehouse": (12, "仓库", "", {"warehouse": 3.0, "industrial": 0.4}),
    "confined": (7, "污水池", "硫化氢", PLANT),
    "gas": (9, "瓶装气供应点", "液化石油气", SHOP),
    "fuel": (7, "加油站", "汽油、柴油", SHOP),
    "delivery": (13, "快递网点", "", SHOP),
    "fireworks": (3, "烟花爆竹零售点", "烟花爆竹", SHOP),
    "charging": (8, "电动车集中充电点", "锂电池", SHOP),
    "other": (2, "其他风险点", "", SHOP),
}
IN_THE_OPEN = {"geological": (0.035, "地质灾害隐患点"), "flood": (0.03, "易涝点")}
TRACKSIDE = ("warehouse", 0.016, "铁路沿线堆场")  # some inside the safety zone, some just outside
TRACKSIDE_METRES = (4.0, 30.0)  # from the centre line
TOWN_KINDS = {"ceramics": "kiln", "steel": "dust", "printing": "chemicals", "food": "warehouse"}
LIKELY = {
    "chemicals": (22, 34, 30, 6),
    "fireworks": (20, 35, 30, 8),
    "geological": (12, 30, 40, 10),
}


def built_sites(
    ground: Ground, buildings: gpd.GeoDataFrame, count: int, chance: np.random.Generator
) -> tuple[Shapes, Texts, Texts]:
    """Return point, kind and address of sites in buildings; each town's trade weighs more."""
    own = np.array([TOWN_KINDS.get(site.trade, "") for site in ground.layout.sites], object)
    own = own[ground.layout.town_of][ground.village]
    free = np.ones(len(buildings))
    points, kinds, places = [], [], []
    use = buildings["use"].to_numpy()
    for kind, (share, _, _, suits) in KINDS.items():
        weights = free * np.array([suits.get(item, 0.0) for item in use])
        weights *= np.where(own == kind, 6.0, 1.0)
        if kind in ("fuel", "gas"):
            weights *= np.where(ground.network.rank[ground.prints.edge] <= 2, 8.0, 1.0)
        number = max(1, round(count * share / 104))
        at = choose_buildings(ground, buildings, weights, number, f"hazard {kind}", chance)
        free[at] = 0
        points.append(inside_points(buildings.geometry.array[at]))
        kinds += [kind] * len(at)
        places.append(buildings["address"].to_numpy()[at])
    return np.concatenate(points), np.array(kinds, object), np.concatenate(places)


def open_sites(
    ground: Ground, count: int, chance: np.random.Generator
) -> tuple[Shapes, Texts, Texts]:
    """Return point, kind and address of slopes near hill villages and low places by the water."""
    points: list[Numbers] = []
    kinds: list[str] = []
    hills = ground.terrain.hills(ground.centres)
    banks = shapely.distance(ground.terrain.river, shapely.points(ground.centres))
    weights = {"geological": np.where(hills > 0.5, 1.0, 0.01), "flood": np.exp(-banks / 900)}
    for kind, (share, _) in IN_THE_OPEN.items():
        number = max(2, round(count * share))
        share_of = weights[kind] / weights[kind].sum()
        village = chance.choice(len(ground.villages), number, p=share_of)
        points.append(ground.centres[village] + chance.normal(0, 130, (number, 2)))
        kinds += [kind] * number
    everything = np.asarray(shapely.points(np.round(np.vstack(points), 2)))
    at, village = shapely.STRtree(ground.villages).query(everything, predicate="within")
    return everything[at], np.array(kinds, object)[at], ground.places[village]


def trackside_sites(
    ground: Ground, count: int, chance: np.random.Generator
) -> tuple[Shapes, Texts, Texts]:
    """Return point, kind and address of storage yards beside the older railway."""
    kind, share, _ = TRACKSIDE
    line = ground.rails[-1]
    along = chance.uniform(0.05, 0.95, max(3, round(count * share))) * line.length
    aside = chance.uniform(*TRACKSIDE_METRES, len(along)) * chance.choice((-1, 1), len(along))
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 1.0))
    step = ahead - here
    across = np.column_stack([-step[:, 1], step[:, 0]]) / np.hypot(*step.T)[:, None]
    points = np.asarray(shapely.points(np.round(here + across * aside[:, None], 2)))
    at, village = shapely.STRtree(ground.villages).query(points, predicate="within")
    return points[at], np.full(len(at), kind, object), ground.places[village]


def hazard_grades(kind: Texts, chance: np.random.Generator) -> Texts:
    """Return grades: worse for chemicals, fireworks and slopes; one in nine not graded yet."""
    levels = ("red", "orange", "yellow", "blue")
    graded = pick(chance, levels, (5, 15, 40, 40), len(kind))
    for name, weights in LIKELY.items():
        here = kind == name
        graded[here] = pick(chance, levels, weights, int(here.sum()))
    return sprinkle(chance, graded, 0.11, "ungraded")


def build_hazards(ground: Ground, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the hazard sites; only delivery sites answer for the three 100 % duties."""
    chance = generator(ground.seed, "hazard sites")
    total = round(COUNT * ground.scale)
    parts = (
        built_sites(ground, buildings, total, chance),
        open_sites(ground, total, chance),
        trackside_sites(ground, total, chance),
    )
    points, kind, address = (np.concatenate(column) for column in zip(*parts, strict=True))
    count = len(points)
    village = shapely.STRtree(ground.villages).nearest(points)
    label = {
        **{name: row[1] for name, row in KINDS.items()},
        **{name: row[1] for name, row in IN_THE_OPEN.items()},
    }
    titles = np.array([label[item] for item in kind], object)
    titles[count - len(parts[-1][0]) :] = TRACKSIDE[2]
    names = numbered(
        ground.layout.villages[place].name + title
        for place, title in zip(village, titles, strict=True)
    )
    substance = np.array([KINDS[item][2] if item in KINDS else "" for item in kind], object)
    substance[substance == ""] = None
    grade = hazard_grades(kind, chance)
    delivery = kind == "delivery"
    duty = {
        name: blank(answers(chance, np.full(count, share), 0.08), ~delivery)
        for name, share in (("seal_inspection", 0.88), ("real_name", 0.93), ("x_ray", 0.7))
    }
    workers = np.round(chance.lognormal(2.1, 0.9, count))
    staffed = ~np.isin(kind, ("geological", "flood", "charging"))
    return gpd.GeoDataFrame(
        {
            "code": [f"FX{number:05d}" for number in range(1, count + 1)],
            "name": names,
            "address": address,
            "kind": kind,
            "grade": grade,
            "substance": sprinkle(chance, substance, 0.1),
            "workers": np.where(staffed & (chance.random(count) > 0.08), workers, np.nan),
            **duty,
            "rectification": rectification(chance, grade),
            "last_inspected_on": sprinkle(chance, days_before(chance, count, 70, 500), 0.08),
        },
        geometry=points,
        crs=4548,
    )
