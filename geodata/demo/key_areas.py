"""Key areas: whole blocks taken by schools, hospitals, markets, parks, offices and factories."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.blocks import Blocks
from geodata.demo.chance import Flags, Indices, Numbers, Shapes, Texts, generator, sprinkle
from geodata.demo.ground import Ground


@dataclass(frozen=True)
class Want:
    """How many grounds of a kind there are at scale 1, and which blocks suit."""

    kind: str
    name: str
    count: int
    least: float  # m²
    most: float
    per_town: bool = False  # at least one in each town, near its centre
    works: bool = False  # among factories


WANTS = (
    Want("government", "人民政府（示例）", 0, 2500, 12000, per_town=True),
    Want("hospital", "示例卫生院", 6, 3000, 16000, per_town=True),
    Want("industrial_park", "示例工业园", 44, 6000, 60000, works=True),
    Want("school", "示例学校", 150, 4500, 18000),
    Want("market", "示例市场", 56, 2500, 9000),
    Want("scenic", "示例公园", 30, 4000, 20000),
    Want("station", "示例客运站", 5, 3000, 12000),
    Want("other", "示例文化广场", 24, 2000, 6000),
)
VISITORS = {"school": 900, "hospital": 500, "market": 2200, "station": 1500, "scenic": 300}


def block_facts(ground: Ground) -> tuple[Flags, Numbers, Indices]:
    """Return which blocks lie on settled land, their factory floor share, and buildings in each."""
    blocks = ground.blocks
    middles = shapely.points(blocks.middles)
    settled = np.zeros(len(blocks.shapes), bool)
    settled[shapely.STRtree(ground.settled).query(middles, predicate="within")[0]] = True
    area = shapely.area(ground.prints.shapes) * ground.prints.works
    works = np.bincount(ground.block, area, len(blocks.shapes)) / shapely.area(blocks.shapes)
    return settled, works, np.bincount(ground.block, minlength=len(blocks.shapes))


def build_key_areas(ground: Ground) -> gpd.GeoDataFrame:
    """Return the key areas; each fills one block up to its kerbs."""
    chance = generator(ground.seed, "key areas")
    blocks = ground.blocks
    settled, works, _ = block_facts(ground)
    area, free = shapely.area(blocks.shapes), settled.copy()
    kinds, names, chosen = [], [], []
    for want in WANTS:
        fits = free & (area > want.least) & (area < want.most)
        fits &= (works > 0.03) if want.works else (works < 0.03)
        for block in pick_blocks(ground, blocks, fits, want, chance):
            free[block] = False
            chosen.append(block)
            kinds.append(want.kind)
            names.append(place_name(ground, block, want))
    shapes = shapely.buffer(blocks.shapes[chosen], -5.0, join_style="mitre")
    count = len(chosen)
    kind = np.array(kinds, object)
    visitors = np.array([VISITORS.get(item, 0) for item in kinds]) * chance.lognormal(0, 0.4, count)
    consent = np.where(np.isin(kind, ("school", "hospital", "government")), "yes", "no")
    return gpd.GeoDataFrame(
        {
            "code": [f"ZD{number:05d}" for number in range(1, count + 1)],
            "name": unique(names),
            "kind": kind,
            "consent_needed": sprinkle(chance, consent, 0.12, "unknown"),
            "visitors": np.where(visitors > 0, np.round(visitors, -1), np.nan),
        },
        geometry=shapes,
        crs=4548,
    )[~shapely.is_empty(shapes)]


def pick_blocks(
    ground: Ground, blocks: Blocks, fits: Flags, want: Want, chance: np.random.Generator
) -> list[int]:
    """Return the blocks for one kind: the towns' own first, the rest by lot."""
    found: list[int] = []
    if want.per_town:
        town = ground.layout.town_of[blocks.village]
        firsts = np.unique(ground.layout.town_of, return_index=True)[1]
        far = np.hypot(*(blocks.middles - ground.centres[firsts][town]).T)
        for number in range(len(ground.layout.towns)):
            here = np.flatnonzero(fits & (town == number))
            if len(here):
                found.append(int(here[far[here].argmin()]))
    left = np.setdiff1d(np.flatnonzero(fits), found)
    count = min(len(left), max(2 if not want.per_town else 0, round(want.count * ground.share)))
    return found + sorted(chance.choice(left, count, replace=False).tolist())


def place_name(ground: Ground, block: int, want: Want) -> str:
    """Return a name that is plainly made up."""
    village = ground.blocks.village[block]
    town = ground.layout.towns[ground.layout.town_of[village]]
    place = town if want.per_town else ground.layout.villages[village]
    return f"{place.name}{want.name}"


def unique(names: list[str]) -> Texts:
    """Return the names, numbered where one occurs again."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}{seen[name]}")
    return np.array(result, object)


def kinds_at(frame: gpd.GeoDataFrame, points: Shapes) -> Texts:
    """Return the kind of the key area each point lies in; empty outside all."""
    point, area = shapely.STRtree(frame.geometry.array).query(points, predicate="within")
    kinds = np.full(len(points), "", dtype=np.object_)
    kinds[point] = frame["kind"].to_numpy()[area]
    return kinds
