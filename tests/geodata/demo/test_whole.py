"""The whole district at scale 1: one test, because it takes a while to build."""

from __future__ import annotations

import shapely

from geodata.demo.district import build_district
from layers.catalogue import LAYERS

COUNTS = {
    "areas": (472, 472),
    "roads": (12_000, 30_000),
    "buildings": (20_000, 20_000),
    "grid_cells": (1_200, 1_800),
    "cameras": (2_900, 3_100),
    "rented_housing": (3_900, 4_100),
    "three_in_one": (1_150, 1_250),
    "hazard_sites": (450, 550),
    "parcels": (12_000, 20_000),
    "facilities": (2_000, 4_000),
    "incidents": (3_000, 4_000),
    "visits": (6_000, 10_000),
    "key_areas": (250, 450),
    "water": (300, 600),
    "railways": (20, 200),
}


def test_the_whole_district() -> None:
    told: list[str] = []
    frames = build_district(1, 445103, told.append)
    assert told == list(frames)
    assert set(frames) == set(LAYERS)
    for name, (least, most) in COUNTS.items():
        assert least <= len(frames[name]) <= most, (name, len(frames[name]))
    areas = frames["areas"]
    assert areas["level"].value_counts().to_dict() == {"village": 453, "town": 18, "district": 1}
    villages = shapely.get_geometry(areas[areas["level"] == "village"].geometry.array, 0)
    assert shapely.coverage_is_valid(villages)
    district = areas.geometry.iloc[0]
    shapely.prepare(district)
    for name, frame in frames.items():
        if name != "areas":
            assert shapely.covers(district, frame.geometry.array).all(), name
    roads = shapely.STRtree(frames["roads"].geometry.array)
    assert len(set(roads.query(villages, predicate="intersects")[0])) == 453
    classes = set(frames["railways"]["segment_class"])
    assert classes == {"city", "suburb_residential", "village_residential", "elsewhere", "unknown"}
    assert set(frames["railways"]["kind"]) == {"high_speed", "other"}
    people = frames["buildings"]["residents"].sum()
    assert 700_000 < people < 1_500_000
    west, south, east, north = areas.to_crs(4326).total_bounds
    assert (116.4 < west < east < 116.9) and (23.4 < south < north < 23.85)
