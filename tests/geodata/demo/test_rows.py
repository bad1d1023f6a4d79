"""Every row of the demonstration obeys its layer's declaration, and what is unknown stays so."""

from __future__ import annotations

import datetime
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.demo.calendar import REFERENCE
from layers.catalogue import LAYERS
from layers.spec import Field

Frames = dict[str, gpd.GeoDataFrame]
PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")


def complaint(field: Field, value: object) -> str | None:
    """Say what is wrong with a known value of a field, or return None."""
    if field.type == "choice":
        return None if field.choice(str(value)) else "no such choice"
    if field.type == "text":
        fits = isinstance(value, str) and 0 < len(value) <= field.max_length
        return None if fits else "not a text of the right length"
    if field.type in ("integer", "number"):
        assert isinstance(value, int | float | np.number)
        number = float(value)
        if field.type == "integer" and number != int(number):
            return "not whole"
        low = field.minimum is not None and number < field.minimum
        return (
            "out of range"
            if low or (field.maximum is not None and number > field.maximum)
            else None
        )
    kinds = {"boolean": bool | np.bool_, "date": datetime.date, "datetime": datetime.datetime}
    return None if isinstance(value, kinds[field.type]) else "wrong type"


@pytest.mark.parametrize("name", LAYERS)
def test_layer_has_rows_of_its_geometry_with_unique_codes(small: Frames, name: str) -> None:
    frame = small[name]
    assert len(frame) > 0
    assert frame["code"].is_unique
    assert frame["code"].str.len().between(1, 64).all()
    assert set(frame.geom_type) == {LAYERS[name].geometry}
    assert shapely.is_valid(frame.geometry.array).all()
    assert not shapely.has_z(frame.geometry.array).any()
    assert frame.crs.to_epsg() == 4548


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name, layer in LAYERS.items() for field in layer.fields],
    ids=lambda value: getattr(value, "name", value),
)
def test_values_obey_the_declaration(small: Frames, name: str, field: Field) -> None:
    if field.name not in small[name].columns:
        assert not field.required
        return
    values = small[name][field.name]
    assert not (field.required and values.isna().any())
    for value in values.dropna().unique():
        assert complaint(field, value) is None, (value, complaint(field, value))


@pytest.mark.parametrize("name", LAYERS)
def test_columns_are_declared(small: Frames, name: str) -> None:
    declared = {field.name for field in LAYERS[name].fields}
    assert set(small[name].columns) - {"code", "geometry"} <= declared


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("buildings", "storeys"),
        ("buildings", "households"),
        ("buildings", "height_m"),
        ("cameras", "azimuth"),
        ("cameras", "direction_type"),
        ("cameras", "horizontal_fov"),
        ("cameras", "device_id"),
        ("rented_housing", "rooms"),
        ("rented_housing", "last_inspected_on"),
        ("three_in_one", "occupants"),
        ("roads", "width_m"),
        ("parcels", "parcel_number"),
        ("incidents", "closed_at"),
    ],
)
def test_some_values_are_missing_and_some_known(small: Frames, name: str, column: str) -> None:
    missing = small[name][column].isna()
    assert missing.any()
    assert not missing.all()


@pytest.mark.parametrize(
    ("name", "column", "code"),
    [
        ("rented_housing", "grade", "ungraded"),
        ("three_in_one", "grade", "ungraded"),
        ("hazard_sites", "grade", "ungraded"),
        ("rented_housing", "second_exit", "unknown"),
        ("buildings", "use", "unknown"),
        ("cameras", "status", "offline"),
        ("cameras", "mount", "unknown"),
        ("railways", "segment_class", "unknown"),
        ("incidents", "level", "unknown"),
        ("facilities", "status", "unknown"),
    ],
)
def test_what_is_unknown_or_broken_is_there(
    small: Frames, name: str, column: str, code: str
) -> None:
    share = (small[name][column] == code).mean()
    assert 0 < share < 0.3


def test_cameras_know_their_direction_exactly_roughly_or_not(small: Frames) -> None:
    cameras = small["cameras"]
    exact, rough = cameras["azimuth"].notna(), cameras["direction_type"].notna()
    assert not (exact & rough).any()
    for share in (exact.mean(), rough.mean(), (~exact & ~rough).mean()):
        assert 0.1 < share < 0.7
    ids = cameras["device_id"].dropna()
    assert ids.is_unique
    assert ids.str.fullmatch(r"445103\d{2}\d{2}13[12]\d\d{6}").all()


def test_cameras_hang_on_walls_and_at_junctions(small: Frames) -> None:
    cameras = small["cameras"]
    walls = cameras[cameras["mount"] == "facade"].geometry.array
    houses = small["buildings"].geometry.array
    near = shapely.STRtree(shapely.boundary(houses)).query_nearest(
        walls, return_distance=True, all_matches=False
    )[1]
    assert near.max() < 2
    inside = shapely.STRtree(houses).query(walls, predicate="within")[0]
    assert 0 < len(np.unique(inside)) < 0.2 * len(walls)
    roads = small["roads"]
    ends = shapely.get_point(roads.geometry.array, np.tile([0, -1], (len(roads), 1)).T).ravel()
    poles = cameras[cameras["mount"] == "pole"].geometry.array
    gap = shapely.STRtree(ends).query_nearest(poles, return_distance=True, all_matches=False)[1]
    assert gap.max() < 17


@pytest.mark.parametrize("name", ["rented_housing", "three_in_one"])
def test_premises_stand_in_buildings_and_cluster(small: Frames, name: str) -> None:
    points, houses = small[name].geometry.array, small["buildings"].geometry.array
    hit = shapely.STRtree(houses).query(points, predicate="within")
    assert len(np.unique(hit[0])) == len(points)
    assert len(np.unique(hit[1])) == len(points)
    # Against as many buildings drawn evenly, premises have nearer neighbours.
    chance = np.random.default_rng(5)
    even = shapely.centroid(houses[chance.choice(len(houses), len(points), replace=False)])
    assert mean_gap(points) < 0.9 * mean_gap(even)


def mean_gap(points: np.ndarray) -> float:
    """Return the mean distance to the nearest other point."""
    tree = shapely.STRtree(points)
    gaps = tree.query_nearest(points, return_distance=True, exclusive=True, all_matches=False)[1]
    return float(gaps.mean())


def test_buildings_count_what_is_let_in_them(small: Frames) -> None:
    rented, shops = small["rented_housing"], small["three_in_one"]
    buildings = small["buildings"]
    assert buildings["rooms"].sum() == rented["rooms"].sum()
    assert buildings["occupants"].sum() == rented["occupants"].sum() + shops["occupants"].sum()


def test_detectors_do_not_outnumber_rooms(small: Frames) -> None:
    rented = small["rented_housing"].dropna(subset=["rooms", "rooms_with_detector"])
    assert (rented["rooms_with_detector"] <= rented["rooms"]).all()


def test_parcels_tile_their_blocks_and_some_are_claimed_twice(small: Frames) -> None:
    parcels = small["parcels"]
    shapes = np.asarray(parcels.geometry.array)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    pair = first < second
    overlap = shapely.area(shapely.intersection(shapes[first[pair]], shapes[second[pair]]))
    real = overlap > 1.0
    assert real.sum() >= 0.005 * len(shapes)
    assert overlap[~real].max(initial=0) < 0.05  # no slivers besides
    claimed = np.unique(np.concatenate([first[pair][real], second[pair][real]]))
    others = np.setdiff1d(np.arange(len(shapes)), claimed)
    assert shapely.coverage_is_valid(shapely.get_geometry(shapes[others], 0))
    disputed = parcels["dispute"].isin(["open", "mediation"])
    assert disputed.iloc[claimed].mean() > 0.3 > disputed.mean()


def test_incidents_have_seasons_and_hot_spots(small: Frames) -> None:
    incidents = small["incidents"]
    when = pd.to_datetime(incidents["occurred_at"])
    assert when.dt.date.max() <= REFERENCE
    assert when.dt.date.min() >= REFERENCE - datetime.timedelta(730)
    flood = when[incidents["kind"] == "flood"]
    assert flood.dt.month.isin(range(4, 10)).mean() > 0.8
    fire = when[incidents["kind"] == "fire"]
    winter = fire.dt.month.isin([11, 12, 1, 2, 3, 4]).mean()
    assert winter > 0.55
    done = incidents[incidents["closed_at"].notna()]
    assert (pd.to_datetime(done["closed_at"]) >= pd.to_datetime(done["occurred_at"])).all()
    assert incidents[incidents["status"] == "open"]["closed_at"].isna().all()


def test_the_last_visit_is_the_day_the_premises_remember(small: Frames) -> None:
    visits = small["visits"]
    last = pd.to_datetime(visits["visited_at"]).dt.date.groupby(visits["subject_code"]).max()
    for layer in ("hazard_sites", "rented_housing", "three_in_one"):
        known = small[layer].dropna(subset=["last_inspected_on"]).set_index("code")
        assert (known["last_inspected_on"] == last.reindex(known.index)).all()
        gone = set(visits[visits["subject_layer"] == layer]["subject_code"])
        assert gone == set(known.index)


def test_only_delivery_sites_answer_for_the_three_duties(small: Frames) -> None:
    sites = small["hazard_sites"]
    delivery = sites["kind"] == "delivery"
    for duty in ("seal_inspection", "real_name", "x_ray"):
        assert sites[duty].notna().equals(delivery)


def test_every_village_has_its_service_centre_and_some_no_hydrant(small: Frames) -> None:
    areas, facilities = small["areas"], small["facilities"]
    villages = shapely.STRtree(areas[areas["level"] == "village"].geometry.array)

    def reached(kind: str) -> int:
        points = facilities[facilities["kind"] == kind].geometry.array
        return len(np.unique(villages.query(points, predicate="within")[1]))

    assert reached("service_centre") == len(villages.geometries)
    assert 0.3 * len(villages.geometries) < reached("hydrant") < len(villages.geometries)


def test_everything_lies_inside_the_villages(small: Frames) -> None:
    district = small["areas"].geometry.iloc[0]
    shapely.prepare(district)
    for name, frame in small.items():
        if name != "areas":
            assert shapely.covers(district, frame.geometry.array).all(), name


def test_no_person_is_named(small: Frames) -> None:
    for name, frame in small.items():
        for field in LAYERS[name].fields:
            if field.type == "text" and field.name in frame.columns:
                texts = frame[field.name].dropna()
                found = texts[texts.str.contains(PERSONAL)]
                assert found.empty, (name, field.name, found.head(3).tolist())


def test_hazard_sites_when_beside_the_railway_stand_in_and_out_of_the_zone(small: Frames) -> None:
    sites = small["hazard_sites"]
    yards = sites[sites["name"].str.contains("铁路沿线堆场")]
    metres = yards.distance(small["railways"].union_all())
    assert metres.min() < 15 < metres.max() < 31
