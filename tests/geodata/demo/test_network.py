"""The road network hangs together, and nothing stands on it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geodata.demo.ground import Ground

Frames = dict[str, gpd.GeoDataFrame]


def test_all_roads_hang_together(small: Frames) -> None:
    nodes = small["roads"][["from_node", "to_node"]].to_numpy()
    used, index = np.unique(nodes, return_inverse=True)
    pairs = index.reshape(-1, 2)
    graph = coo_matrix((np.ones(len(pairs)), pairs.T), (len(used), len(used)))
    assert connected_components(graph, directed=False)[0] == 1


def test_a_node_is_one_place(small: Frames) -> None:
    roads = small["roads"]
    places: dict[int, tuple[float, float]] = {}
    for shape, first, last in zip(
        roads.geometry, roads["from_node"], roads["to_node"], strict=True
    ):
        for node, place in ((first, shape.coords[0]), (last, shape.coords[-1])):
            assert places.setdefault(node, place) == place
    assert len(set(places.values())) == len(places)


def test_roads_meet_only_at_nodes(small: Frames) -> None:
    shapes = small["roads"].geometry.array
    first, second = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    assert not len(first), (first[:5], second[:5])


def test_all_classes_of_road_are_there(small: Frames) -> None:
    classes = small["roads"]["class"].value_counts()
    for name in ("trunk", "primary", "secondary", "tertiary", "residential", "service", "track"):
        assert classes[name] > 0
    assert classes["residential"] > classes["tertiary"] > classes["trunk"]


def test_every_village_is_on_a_road(small: Frames) -> None:
    areas = small["areas"]
    villages = areas[areas["level"] == "village"]
    tree = shapely.STRtree(small["roads"].geometry.array)
    reached = np.unique(tree.query(villages.geometry.array, predicate="intersects")[0])
    assert len(reached) == len(villages)


def test_the_hills_have_no_town_streets(ground: Ground) -> None:
    network = ground.network
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(network.shapes, 0.5, normalized=True)
    )
    hills = ground.terrain.hills(middles) > 0.6
    villages = ground.terrain.hills(ground.centres) > 0.6
    land = shapely.area(ground.villages)
    lanes = shapely.length(network.shapes) * (network.rank == 4)
    there = lanes[hills].sum() / land[villages].sum()
    elsewhere = lanes[~hills].sum() / land[~villages].sum()
    assert there < elsewhere / 4


def test_buildings_do_not_overlap(small: Frames) -> None:
    shapes = small["buildings"].geometry.array
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()


def test_no_building_stands_on_a_road_a_railway_or_water(small: Frames) -> None:
    tree = shapely.STRtree(small["buildings"].geometry.array)
    for name in ("roads", "railways", "water"):
        hit = tree.query(small[name].geometry.array, predicate="intersects")[0]
        assert not len(hit), name


def test_buildings_line_the_streets(small: Frames) -> None:
    roads = shapely.STRtree(small["roads"].geometry.array)
    far = roads.query_nearest(
        small["buildings"].geometry.array, return_distance=True, all_matches=False
    )[1]
    assert np.quantile(far, 0.99) < 25
