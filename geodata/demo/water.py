"""Water: the river, canals and brooks, ponds by the villages, reservoirs in the hills."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.chance import Numbers, Shape, Shapes, generator
from geodata.demo.footprints import clear_of, without_collisions
from geodata.demo.ground import Ground

PONDS, RESERVOIRS = 420, 16  # at scale 1


def blobs(middles: Numbers, radius: Numbers, chance: np.random.Generator, rough: float) -> Shapes:
    """Return uneven rounded shapes about ``middles``."""
    angles = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    reach = radius[:, None] * np.ones(28)
    for wave in (2, 3, 4):
        phase = chance.uniform(0, 2 * np.pi, (len(middles), 1))
        reach *= 1 + rough * chance.random((len(middles), 1)) * np.cos(wave * angles + phase)
    east = middles[:, :1] + reach * np.cos(angles)
    north = middles[:, 1:] + reach * np.sin(angles)
    return np.asarray(shapely.polygons(np.round(np.stack([east, north], axis=2), 3)))


def basins(ground: Ground, count: int, low: float, high: float, hilly: bool, stage: str) -> Shapes:
    """Return ponds or reservoirs with radii from ``low`` to ``high`` that touch nothing built."""
    chance = generator(ground.seed, stage)
    tries = 12 * count
    village = chance.integers(0, len(ground.villages), tries)
    spread = np.sqrt(shapely.area(ground.villages[village]))[:, None]
    middles = ground.centres[village] + chance.normal(0, 0.3, (tries, 2)) * spread
    radius = chance.uniform(low, high, tries) * np.sqrt(ground.layout.size)
    shapes = blobs(middles, radius, chance, 0.45 if hilly else 0.25)
    hills = ground.terrain.hills(middles)
    good = (hills > 0.6) if hilly else (hills < 0.45)
    inner = shapely.buffer(ground.villages[village], -12)
    good &= shapely.within(shapes, ground.district.buffer(-25) if hilly else inner)
    shapes, middles = shapes[good], middles[good]
    network = ground.network
    roads = shapely.buffer(network.shapes, network.widths / 2 + 2, cap_style="flat")
    obstacles = np.concatenate([roads, ground.prints.shapes, [ground.terrain.river.buffer(30)]])
    obstacles = np.concatenate([obstacles, [line.buffer(20) for *_, line in ground.channels]])
    obstacles = np.concatenate([obstacles, [line.buffer(24) for line in ground.rails]])
    clear = clear_of(shapes, obstacles)
    shapes, middles = shapes[clear], middles[clear]
    low_first = ground.terrain.height(middles) if hilly else chance.random(len(shapes))
    apart = without_collisions(shapes, low_first, 15.0)
    return np.asarray(shapes[apart][np.argsort(low_first[apart], kind="stable")[:count]])


def build_water(ground: Ground) -> gpd.GeoDataFrame:
    """Return all water; every shape lies inside the district."""
    reservoirs = basins(
        ground, max(2, round(RESERVOIRS * ground.share)), 90, 260, True, "reservoirs"
    )
    ponds = basins(ground, max(12, round(PONDS * ground.share)), 14, 42, False, "ponds")
    district = ground.district.buffer(-0.5)
    river = shapely.intersection(ground.terrain.river, district)
    rows: list[tuple[str | None, str, str, Shape]] = [("韩江", "river", "surveyed", river)]
    for name, kind, line in ground.channels:
        wide = shapely.buffer(line, 7.5 if kind == "canal" else 2.0)
        shape = wide.intersection(district).difference(ground.terrain.river)
        rows.append((name or None, kind, "from_centreline", shape))
    village = shapely.STRtree(ground.villages).nearest(shapely.centroid(reservoirs))
    for place, shape in zip(village, reservoirs, strict=True):
        stem = ground.layout.villages[place].name.removesuffix("村")
        rows.append((f"{stem}示例水库", "reservoir", "surveyed", shape))
    rows += [(None, "pond", "surveyed", shape) for shape in ponds]
    frame = gpd.GeoDataFrame(rows, columns=["name", "kind", "outline", "geometry"], crs=4548)
    frame.loc[frame.index[-len(ponds) // 9 :], "kind"] = None  # of some ponds nothing is known
    frame = frame[~frame.geometry.is_empty]
    frame["code"] = [f"SY{number:05d}" for number in range(1, len(frame) + 1)]
    return frame
