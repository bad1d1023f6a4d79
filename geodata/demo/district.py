"""The whole demonstration district: every layer as a frame, from a scale and a seed."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.areas import build_areas
from geodata.demo.buildings import build_buildings
from geodata.demo.cameras import build_cameras
from geodata.demo.cells import build_cells, is_urban
from geodata.demo.facilities import build_facilities
from geodata.demo.ground import Ground, addresses, build_ground
from geodata.demo.hazards import build_hazards
from geodata.demo.incidents import build_incidents
from geodata.demo.key_areas import build_key_areas, kinds_at
from geodata.demo.parcels import build_parcels
from geodata.demo.railways import build_railways
from geodata.demo.rented import build_rented
from geodata.demo.streets import build_roads
from geodata.demo.visits import build_visits
from geodata.demo.water import build_water
from geodata.demo.workshops import build_workshops
from layers.catalogue import LAYERS
from layers.spec import Layer

Progress = Callable[[str], None]  # told the name of each layer that is ready
Frames = dict[str, gpd.GeoDataFrame]


def build_district(
    scale: float, seed: int, progress: Progress | None = None
) -> dict[str, gpd.GeoDataFrame]:
    """Return the district's layers by name, in EPSG:4548, areas first.

    ``scale`` multiplies the counts (1 is 20,000 buildings); the same ``scale`` and ``seed``
    always give the same rows. Raises SetupNeeded when the list of names is not installed.
    """
    ground = build_ground(scale, seed)
    frames: dict[str, gpd.GeoDataFrame] = {}
    for name, build in STAGES.items():
        frames[name] = finish(LAYERS[name], build(ground, frames))
        if progress:
            progress(name)
    count_premises(frames)
    return frames


def count_premises(frames: Frames) -> None:
    """Write the rooms let and the people sleeping on premises into the buildings' rows."""
    buildings = frames["buildings"]
    tree = shapely.STRtree(buildings.geometry.array)
    for name, column in (
        ("rented_housing", "rooms"),
        ("rented_housing", "occupants"),
        ("three_in_one", "occupants"),
    ):
        premises = frames[name][frames[name][column].notna()]
        point, at = tree.query(premises.geometry.array, predicate="within")
        total = np.bincount(at, premises[column].to_numpy()[point], len(buildings))
        held = buildings[column].fillna(0).to_numpy() + total
        buildings[column] = np.where(held > 0, held, np.nan)


def areas_of(ground: Ground, frames: Frames) -> gpd.GeoDataFrame:
    """Return the areas."""
    return build_areas(ground.layout, ground.villages)


def roads_of(ground: Ground, frames: Frames) -> gpd.GeoDataFrame:
    """Return the roads; those over the river are bridges."""
    return build_roads(ground.network, ground.lines, ground.terrain.river, ground.seed)


def railways_of(ground: Ground, frames: Frames) -> gpd.GeoDataFrame:
    """Return the railways; the urban villages count as city."""
    urban = ground.settled[is_urban(ground)]
    return build_railways(ground.rails, ground.settled, urban, ground.terrain)


def finish(layer: Layer, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``frame`` with the layer's kind of geometry and its columns in declared order."""
    if layer.geometry == "MultiPolygon":
        parts, owner = shapely.get_parts(frame.geometry.array, return_index=True)
        frame = frame.set_geometry(shapely.multipolygons(parts, indices=owner), crs=4548)
    names = [field.name for field in layer.fields if field.name in frame.columns]
    return frame[["code", *names, "geometry"]]


def buildings_of(ground: Ground, frames: Frames) -> gpd.GeoDataFrame:
    """Return the buildings that stand on the ground's footprints."""
    urban = np.array([site.urban for site in ground.layout.sites])
    return build_buildings(
        ground.prints,
        ground.network.rank[ground.prints.edge],
        ground.outside,
        urban[ground.layout.town_of][ground.village],
        addresses(ground),
        kinds_at(frames["key_areas"], shapely.point_on_surface(ground.prints.shapes)),
        np.array([place.name for place in ground.layout.villages], object)[ground.village],
        ground.seed,
    )


# What makes each layer, in the order of making: later ones stand on earlier ones.
STAGES: dict[str, Callable[[Ground, Frames], gpd.GeoDataFrame]] = {
    "areas": areas_of,
    "roads": roads_of,
    "railways": railways_of,
    "water": lambda ground, made: build_water(ground),
    "key_areas": lambda ground, made: build_key_areas(ground),
    "buildings": buildings_of,
    "grid_cells": lambda ground, made: build_cells(ground, made["buildings"], made["key_areas"]),
    "parcels": lambda ground, made: build_parcels(
        ground, made["buildings"], made["key_areas"], made["water"]
    ),
    "cameras": lambda ground, made: build_cameras(ground),
    "rented_housing": lambda ground, made: build_rented(ground, made["buildings"]),
    "three_in_one": lambda ground, made: build_workshops(ground, made["buildings"]),
    "hazard_sites": lambda ground, made: build_hazards(ground, made["buildings"]),
    "facilities": lambda ground, made: build_facilities(
        ground, made["buildings"], made["key_areas"], made["water"]
    ),
    "incidents": build_incidents,
    "visits": build_visits,
}
