"""Where cameras hang: on poles at junctions and on the street walls of buildings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo.chance import Flags, Numbers, Texts
from geodata.demo.ground import Ground, addresses
from geodata.demo.streets import edge_names


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
