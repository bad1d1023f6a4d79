"""Roads: the network's edges as rows of the layer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.arterials import Lines
from geodata.demo.chance import Shape, Texts, generator, pick, sprinkle
from geodata.demo.network import CLASSES, Network

LANES = np.array([6, 4, 2, 2, 1, 1, 1])
SPEEDS = np.array([60.0, 60.0, 50.0, 40.0, 30.0, 15.0, 20.0])


def edge_names(network: Network, lines: Lines) -> Texts:
    """Return the name of the drawn line each edge was cut from; inner roads have none."""
    names = np.array(lines.names, object)[network.line]
    names[network.rank >= CLASSES.index("service")] = ""
    return np.asarray(names)


def build_roads(network: Network, lines: Lines, water: Shape, seed: int) -> gpd.GeoDataFrame:
    """Return the roads; one over water is a bridge. Few small ones have width or limit noted."""
    chance = generator(seed, "roads")
    rank = network.rank
    small = rank >= CLASSES.index("tertiary")
    names = edge_names(network, lines)
    names[names == ""] = None
    lane = rank == CLASSES.index("residential")
    oneway = pick(chance, ("both", "forward", "backward"), (94, 4, 2), len(rank))
    oneway[~lane] = "both"
    noted = chance.random(len(rank)) > 0.45
    bridge = shapely.intersects(network.shapes, water)
    return gpd.GeoDataFrame(
        {
            "code": [f"DL{number:06d}" for number in range(1, len(rank) + 1)],
            "name": names,
            "class": np.array(CLASSES, object)[rank],
            "oneway": sprinkle(chance, oneway, 0.08),
            "width_m": np.where(small & noted, np.nan, network.widths),
            "lanes": np.where(small & noted, np.nan, LANES[rank]),
            "speed_kmh": np.where(small & noted, np.nan, SPEEDS[rank]),
            "layer": bridge.astype(int),
            "from_node": network.nodes[:, 0],
            "to_node": network.nodes[:, 1],
        },
        geometry=network.shapes,
        crs=4548,
    )
