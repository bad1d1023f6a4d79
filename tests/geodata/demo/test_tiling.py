"""Villages tile towns, towns tile the district, cells and blocks tile villages: exactly."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.demo.blocks import merge, touching
from geodata.demo.district import build_district
from geodata.demo.ground import Ground, build_ground

Frames = dict[str, gpd.GeoDataFrame]


def single(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return the parts of a frame's multi-polygons."""
    return np.asarray(shapely.get_parts(frame.geometry.array))


def of_level(frames: Frames, level: str) -> gpd.GeoDataFrame:
    areas = frames["areas"]
    return areas[areas["level"] == level]


@pytest.mark.parametrize("level", ["village", "town"])
def test_areas_of_one_level_share_every_vertex_of_their_borders(small: Frames, level: str) -> None:
    shapes = single(of_level(small, level))
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = of_level(small, "district").geometry.iloc[0]
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-12)


def test_a_town_is_the_union_of_its_villages(small: Frames) -> None:
    villages, towns = of_level(small, "village"), of_level(small, "town")
    for code, town in zip(towns["code"], towns.geometry, strict=True):
        own = single(villages[villages["parent_code"] == code])
        assert shapely.equals(shapely.coverage_union_all(own), town)
        assert len(shapely.get_parts(town)) == 1


def test_cells_tile_each_village(small: Frames) -> None:
    cells, villages = small["grid_cells"], of_level(small, "village")
    assert shapely.coverage_is_valid(single(cells))
    for code, village in zip(villages["code"], villages.geometry, strict=True):
        own = cells[cells["code"].str.startswith(code)]
        assert len(own) >= 1
        assert shapely.equals(shapely.coverage_union_all(single(own)), village)


def test_cells_are_sized_by_households_and_some_are_special(small: Frames) -> None:
    cells = small["grid_cells"]
    ordinary = cells[cells["kind"] == "ordinary"]
    assert 200 < ordinary["households"].mean() < 400
    assert (ordinary["households"] < 600).mean() > 0.9
    assert (cells["kind"] == "special").sum() >= 5
    assert cells["households"].sum() == small["buildings"]["households"].sum()
    assert cells["residents"].sum() == small["buildings"]["residents"].sum()


def test_cells_are_numbered_within_their_village(small: Frames) -> None:
    numbers = small["grid_cells"]["code"].str[12:].astype(int)
    village = small["grid_cells"]["code"].str[:12]
    for _, own in numbers.groupby(village):
        assert sorted(own) == list(range(1, len(own) + 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_seed_tiles(seed: int) -> None:
    other = build_ground(0.06, seed)
    assert shapely.coverage_is_valid(other.blocks.shapes)
    assert shapely.coverage_is_valid(other.villages)
    assert shapely.get_type_id(other.villages).tolist() == [3] * len(other.villages)
    towns = merge(other.villages, other.layout.town_of, len(other.layout.towns))
    assert shapely.get_type_id(towns).tolist() == [3] * len(towns)
    roads = shapely.STRtree(other.network.shapes)
    assert len(set(roads.query(other.villages, "intersects")[0])) == len(other.villages)
    assert len(set(other.village)) == len(other.villages)  # no village without a house


def test_blocks_touch_only_inside_their_village(ground: Ground) -> None:
    pairs, village = ground.blocks.pairs, ground.blocks.village
    assert len(pairs)
    assert (village[pairs[:, 0]] == village[pairs[:, 1]]).all()
    shared = shapely.length(
        shapely.intersection(*(shapely.boundary(ground.blocks.shapes[side]) for side in pairs.T))
    )
    assert (shared > 0).all()


def test_touching_finds_shared_edges_and_not_shared_corners() -> None:
    square = [shapely.box(x, y, x + 1, y + 1) for x, y in ((0, 0), (1, 0), (1, 1))]
    assert touching(np.array(square)).tolist() == [[0, 1], [1, 2]]


def test_a_small_district_still_has_several_towns_with_several_villages() -> None:
    frames = build_district(0.05, 9)
    villages = of_level(frames, "village")
    assert (villages.groupby("parent_code").size() >= 3).sum() >= 2
