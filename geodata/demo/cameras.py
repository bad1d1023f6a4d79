"""Cameras: on poles at junctions and on façades, with what is known of their view."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.calendar import days_before
from geodata.demo.chance import Flags, Numbers, Texts, generator, numbered, pick, sprinkle
from geodata.demo.ground import Ground, addresses
from geodata.demo.streets import edge_names

COUNT = 3000  # at scale 1
# GB/T 28181 DirectionType by eighths of a turn, clockwise from north.
EIGHT_WAYS = np.array(["4", "6", "1", "5", "3", "7", "2", "8"], object)


@dataclass(frozen=True)
class Mounts:
    """Where cameras hang: place (n, 2), heading in degrees from north, kind and address."""

    places: Numbers
    heading: Numbers
    mount: Texts
    address: Texts
    main: Flags  # on a main road


def compass(vectors: Numbers) -> Numbers:
    """Return the heading of vectors in degrees clockwise from north, 0 to 360."""
    return np.asarray(np.degrees(np.arctan2(vectors[:, 0], vectors[:, 1])) % 360)


def on_poles(ground: Ground, count: int, chance: np.random.Generator) -> Mounts:
    """Return cameras at junctions, more on larger roads, looking along one of the roads."""
    network = ground.network
    degree = np.bincount(network.nodes.ravel())
    ends = [(edge, side) for side in (0, 1) for edge in range(len(network.line))]
    edge, side = np.array(ends).T
    node = network.nodes[edge, side]
    weights = np.array([6, 6, 5, 2.0, 1.0, 0.5, 0.05])[network.rank[edge]] * (degree[node] > 2)
    settled = shapely.STRtree(ground.settled).query(
        shapely.get_point(network.shapes[edge], -side), predicate="within"
    )[0]
    weights[settled] *= 2.5
    keys = np.log(np.maximum(weights, 1e-9)) + chance.gumbel(size=len(weights))
    best = np.argsort(-keys, kind="stable")[:count]
    edge, side = edge[best], side[best]
    lines, length = network.shapes[edge], shapely.length(network.shapes[edge])
    near, far = np.where(side == 0, 0.0, length), np.where(side == 0, 1, -1)
    start = shapely.get_coordinates(shapely.line_interpolate_point(lines, near))
    ahead = near + far * np.minimum(25.0, length)
    view = shapely.get_coordinates(shapely.line_interpolate_point(lines, ahead)) - start
    unit = view / np.maximum(np.hypot(*view.T), 0.1)[:, None]
    hand = chance.choice([-1.0, 1.0], len(best))
    kerb = (
        np.column_stack([-unit[:, 1], unit[:, 0]])
        * (hand * (network.widths[edge] / 2 + 0.6))[:, None]
    )
    village = shapely.STRtree(ground.villages).nearest(shapely.points(start))
    road = edge_names(network, ground.lines)[edge]
    address = np.array(
        [f"{a}{b or '内部道路'}路口" for a, b in zip(ground.places[village], road, strict=True)],
        object,
    )
    heading = (compass(unit) + chance.normal(0, 9, len(best))) % 360
    places = start + kerb + 2.0 * unit
    return Mounts(
        places,
        heading,
        np.full(len(best), "pole", object),
        address,
        network.rank[edge] <= 2,
    )


def on_facades(ground: Ground, count: int, chance: np.random.Generator) -> Mounts:
    """Return cameras on the street walls of buildings; a few were digitised inside them."""
    prints, network = ground.prints, ground.network
    weights = np.where(ground.outside, 0.4, 1.0) * np.where(prints.works, 1.5, 1.0)
    keys = np.log(weights) + chance.gumbel(size=len(weights))
    best = np.sort(np.argsort(-keys, kind="stable")[:count])
    walls = shapely.boundary(prints.shapes[best])
    kerb = shapely.line_interpolate_point(network.shapes[prints.edge[best]], prints.along[best])
    ends = shapely.get_coordinates(shapely.shortest_line(walls, kerb)).reshape(-1, 2, 2)
    out = ends[:, 1] - ends[:, 0]
    unit = out / np.maximum(np.hypot(*out.T), 0.1)[:, None]
    shift = np.where(chance.random(len(best)) < 0.08, -1.5, 0.25)
    heading = (compass(unit) + chance.choice([-55, -25, 0, 25, 55], len(best)) + 360) % 360
    address = addresses(ground)[best]
    return Mounts(
        ends[:, 0] + shift[:, None] * unit, heading, np.full(len(best), "facade", object), address,
        network.rank[prints.edge[best]] <= 2,
    )  # fmt: skip


def join(first: Mounts, second: Mounts) -> Mounts:
    """Return both groups of mounts as one."""
    return Mounts(
        np.vstack([first.places, second.places]),
        np.concatenate([first.heading, second.heading]),
        np.concatenate([first.mount, second.mount]),
        np.concatenate([first.address, second.address]),
        np.concatenate([first.main, second.main]),
    )


def build_cameras(ground: Ground) -> gpd.GeoDataFrame:
    """Return cameras: six in ten with an azimuth, some with one of eight ways, some with none."""
    chance = generator(ground.seed, "cameras")
    count = round(COUNT * ground.scale)
    mounts = join(
        on_poles(ground, round(0.56 * count), chance),
        on_facades(ground, count - round(0.56 * count), chance),
    )
    inside, village = shapely.STRtree(ground.villages).query(
        shapely.points(np.round(mounts.places, 2)), predicate="within"
    )
    count = len(inside)
    pole = (mounts.mount == "pole")[inside]
    heading = np.round(mounts.heading[inside], 0) % 360
    known = pick(chance, ("azimuth", "eight", "none"), (58, 24, 18), count)
    kind = pick(chance, ("1", "2", "3", "4", "5", "6", "7"), (22, 10, 48, 10, 3, 5, 2), count)
    fov = np.where(kind == "6", 360.0, chance.choice([36, 50, 68, 80, 90, 104], count))
    reach = np.where(mounts.main[inside], chance.choice([80, 100, 120, 150], count), chance.choice([30, 40, 50, 60, 80], count))  # fmt: skip
    place = ground.places[village]
    towns = ground.layout.town_of[village]
    device = [
        f"445103{town + 1:02d}{area}{132 if kind_ != '7' else 131}7{number:06d}"
        for number, (town, area, kind_) in enumerate(
            zip(towns, pick(chance, ("00", "01", "02"), (5, 3, 2), count), kind, strict=True), 1
        )
    ]
    return gpd.GeoDataFrame(
        {
            "code": [f"SP{number:06d}" for number in range(1, count + 1)],
            "name": numbered((f"{name}监控" for name in place), ""),
            "device_id": sprinkle(chance, np.array(device, object), 0.05),
            "address": sprinkle(chance, mounts.address[inside], 0.05),
            "mount": sprinkle(chance, mounts.mount[inside], 0.06, "unknown"),
            "ptz_type": sprinkle(chance, kind, 0.06),
            "direction_type": np.where(
                known == "eight", EIGHT_WAYS[np.round(heading / 45).astype(int) % 8], None
            ),
            "azimuth": np.where(known == "azimuth", heading, np.nan),
            "horizontal_fov": sprinkle(chance, fov, 0.12, np.nan).astype(float),
            "max_view_distance": sprinkle(chance, reach, 0.15, np.nan).astype(float),
            "width_px": sprinkle(
                chance, pick(chance, (1920, 2560, 3840, 1280), (55, 25, 12, 8), count), 0.1, np.nan
            ).astype(float),
            "height_m": np.round(
                np.where(pole, chance.normal(6, 0.6, count), chance.normal(3.6, 0.5, count)).clip(
                    2.2, 9
                ),
                1,
            ),
            "room_type": sprinkle(chance, np.full(count, "1", object), 0.05),
            "supply_light": sprinkle(
                chance, pick(chance, ("1", "2", "3", "4", "9"), (20, 55, 20, 2, 3), count), 0.15
            ),
            "status": pick(
                chance, ("online", "offline", "planned", "unknown"), (86, 8, 3, 3), count
            ),
            "retention_days": sprinkle(
                chance, pick(chance, (30, 90, 15, 7, 60), (55, 20, 12, 5, 8), count), 0.12, np.nan
            ).astype(float),
            "owner_kind": np.where(
                pole,
                pick(chance, ("police", "town", "village", "unknown"), (50, 22, 22, 6), count),
                pick(
                    chance,
                    ("village", "enterprise", "town", "other", "unknown"),
                    (40, 32, 15, 5, 8),
                    count,
                ),
            ),
            "installed_on": sprinkle(chance, days_before(chance, count, 900, 4000), 0.12),
        },
        geometry=shapely.points(np.round(mounts.places, 2)[inside]),
        crs=4548,
    )
