"""Boxes: their grammar, their axes, and exactly the right rows."""

from __future__ import annotations

import json
import math

import geopandas
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon
from shapely import box as rectangle

from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from gisapp.features.boxes import Box, box_condition, parse_box, to_mercator
from gisapp.features.crs import CRS84, crs_of
from gisapp.features.importing import load_frame, register_source
from gisapp.features.read import FeatureQuery, read_page
from layers.catalogue import LAYERS

CAMERAS, PARCELS = LAYERS["cameras"], LAYERS["parcels"]
TO_MERCATOR = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)


@pytest.mark.parametrize(
    ("text", "crs", "box"),
    [
        ("116.5,23.5,116.8,23.9", CRS84, Box(116.5, 23.5, 116.8, 23.9)),
        ("116.5,23.5,-10,116.8,23.9,900", CRS84, Box(116.5, 23.5, 116.8, 23.9)),
        ("23.5,116.5,23.9,116.8", crs_of(4326), Box(116.5, 23.5, 116.8, 23.9)),
        ("23.5,116.5,0,23.9,116.8,0", crs_of(4490), Box(116.5, 23.5, 116.8, 23.9)),
        ("2600000,460000,2600100,460200", crs_of(4548), Box(460000, 2600000, 460200, 2600100)),
        ("1e7,2e6,1.3e7,3e6", crs_of(3857), Box(1e7, 2e6, 1.3e7, 3e6)),
        (" 170 , -10 , -170 , 10 ", CRS84, Box(170, -10, -170, 10)),
        ("1,2,1,2", CRS84, Box(1, 2, 1, 2)),
    ],
)
def test_box_when_written_in_axis_order_has_x_east_y_north(text, crs, box) -> None:
    assert parse_box(text, crs) == box


@pytest.mark.parametrize(
    "text",
    [
        "", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "nan,1,2,3", "1,2,inf,4",
        "1,2,3,1e999", "1,2,3,91", "-181,0,0,0", "0,10,1,5", "1,,2,3", "1;2;3;4", "٣,1,4,2",
        "0x10,1,20,2", "1_0,1,20,2", "1,2,3,4\0", "1" * 3000, "1e400,2,3,4",
    ],
)  # fmt: skip
def test_box_when_not_a_box_on_the_earth_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="bbox"):
        parse_box(text, CRS84)


@pytest.mark.parametrize("text", ["2e9,1,3e9,2", "460200,2600000,460000,2600100"])
def test_box_when_out_of_a_metric_crs_or_upside_down_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        parse_box(text, crs_of(3857))


@given(
    lon=st.floats(-180, 180, allow_nan=False), lat=st.floats(-85, 85, allow_nan=False)
)  # within the square
def test_mercator_when_compared_with_proj_agrees(lon: float, lat: float) -> None:
    box = to_mercator(Box(lon, lat, lon, lat))
    expected = TO_MERCATOR.transform(lon, lat)
    assert (box.west, box.south) == pytest.approx(expected, abs=1e-6)


def test_mercator_when_at_the_poles_is_cut_at_its_square() -> None:
    whole = to_mercator(Box(-180, -90, 180, 90))
    edge = math.pi * 6378137.0
    assert (whole.west, whole.east) == pytest.approx((-edge, edge))
    assert (whole.south, whole.north) == pytest.approx((-edge, edge), abs=1e-3)


def load_points(database: Database, x: np.ndarray, y: np.ndarray) -> None:
    frame = geopandas.GeoDataFrame(
        {"code": [str(n) for n in range(len(x))], "name": "点", "status": "online"},
        geometry=geopandas.points_from_xy(x, y),
        crs=4548,
    )
    with database.write() as connection:
        register_source(connection, "test")
        load_frame(connection, CAMERAS, frame, source="test")


def codes_in(database: Database, text: str, crs, layer=CAMERAS) -> set[str]:
    """Return the codes of the rows in a box, as the API would find them."""
    condition = box_condition("bbox", parse_box(text, crs), crs, 4548)
    with database.read(EVERYTHING) as reader:
        page = read_page(reader, FeatureQuery(layer, limit=10_000, conditions=(condition,)))
    return {feature["id"] for feature in json.loads(b"[" + page.features + b"]")}


@pytest.mark.parametrize("srid", ["CRS84", 4326, 4490, 4548, 3857, 4527])
def test_rows_in_a_box_when_checked_one_by_one_are_exactly_those(database, srid) -> None:
    random = np.random.default_rng(7)
    x, y = random.uniform(460_000, 464_000, 3000), random.uniform(2_600_000, 2_604_000, 3000)
    load_points(database, x, y)
    crs = CRS84 if srid == "CRS84" else crs_of(srid)
    # The authority's own order, without always_xy: what a client of that CRS would compute.
    target = "OGC:CRS84" if srid == "CRS84" else f"EPSG:{srid}"
    own = pyproj.Transformer.from_crs("EPSG:4548", target)
    first, second = own.transform(y, x)
    low, high = own.transform(2_601_000, 461_000), own.transform(2_602_500, 463_000)
    inside = (first >= low[0]) & (first <= high[0]) & (second >= low[1]) & (second <= high[1])
    text = ",".join(repr(float(number)) for number in (*low, *high))
    expected = {str(n) for n in np.flatnonzero(inside)}
    assert len(expected) > 200
    assert codes_in(database, text, crs) == expected


def test_rows_at_a_box_edge_when_a_metre_outside_are_left_out(database) -> None:
    # Single precision would take them in: the index alone is not exact.
    x = np.array([461_000 - 0.2, 461_000 + 0.2])
    load_points(database, x, np.array([2_601_000.0, 2_601_000.0]))
    assert codes_in(database, "2600000,461000,2602000,462000", crs_of(4548)) == {"1"}


def test_box_across_the_antimeridian_when_asked_takes_both_halves(database) -> None:
    load_points(database, np.array([461_000.0]), np.array([2_601_000.0]))
    assert codes_in(database, "100,-80,-100,80", CRS84) == {"0"}
    assert codes_in(database, "170,-80,110,80", CRS84) == set()


def test_area_around_a_box_when_no_vertex_is_inside_is_found(database) -> None:
    grown = geopandas.GeoDataFrame(
        {"code": ["around", "beside"], "land_use": "07", "dispute": "none"},
        geometry=[square(460_000, 4_000), square(470_000, 100)],
        crs=4548,
    )
    with database.write() as connection:
        register_source(connection, "test")
        load_frame(connection, PARCELS, grown, source="test")
    box = "2601000,461000,2601010,461010"
    assert codes_in(database, box, crs_of(4548), PARCELS) == {"around"}


def square(x: float, side: float):
    """Return a square as the parcels layer holds it."""
    return MultiPolygon([rectangle(x, 2_600_000, x + side, 2_600_000 + side)])
