"""What must hold of every view, whatever stands around."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, affinity
from shapely.geometry.base import BaseGeometry

from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.sectors import Sectors
from gisapp.coverage.viewsheds import visible
from tests.coverage.seeing import FINE, plain, reference, same, sector, view

FEW = settings(deadline=None, max_examples=60)
NEXT_TO_NOTHING = 5e-4  # m²: walls of some 100 m, behind which views end by a micrometre
place = st.integers(-30, 30).map(float) | st.floats(-30, 30)


@st.composite
def house(draw: st.DrawFn) -> Polygon:
    """Draw a rectangle, upright at round coordinates (so that walls align) or turned."""
    x, y = draw(place), draw(place)
    width, depth = draw(st.integers(1, 15)), draw(st.integers(1, 15))
    turn = draw(st.sampled_from([0.0, 0.0, 45.0, 13.7]))
    return affinity.rotate(shapely.box(x, y, x + width, y + depth), turn, origin=(x, y))


houses = st.lists(house(), max_size=7)
looks = st.builds(
    sector,
    st.just(0),
    st.just(0),
    st.sampled_from([0, 45, 90, 211]) | st.floats(0, 360),
    st.sampled_from([180, 90, 45]) | st.floats(1, 179),
    st.sampled_from([10, 25]) | st.floats(1, 60),
)


def outside(buildings: list[Polygon]) -> bool:
    return all(building.distance(Point(0, 0)) > 0.002 for building in buildings)


def common(one: BaseGeometry, two: BaseGeometry) -> float:
    with np.errstate(all="ignore"):  # flags that GEOS leaves behind
        return float(shapely.intersection(one, two, grid_size=FINE).area)


def outside_of(whole: BaseGeometry, part: BaseGeometry) -> float:
    with np.errstate(all="ignore"):
        return float(shapely.difference(part, whole, grid_size=FINE).area)


@FEW
@given(looks, houses)
def test_view_when_found_by_shadows_is_the_same(looking: Sectors, buildings: list[Polygon]) -> None:
    assume(outside(buildings))
    assert same(view(looking, buildings), reference(looking, buildings))


@FEW
@given(looks, houses)
def test_view_when_anything_stands_around_is_within_range_and_before_walls(
    looking: Sectors, buildings: list[Polygon]
) -> None:
    seen = view(looking, buildings)
    radius = float(looking.radius[0])
    corners = shapely.get_coordinates(seen)
    if outside(buildings):
        assert (np.hypot(*corners.T) <= radius + 1e-6).all()
        for x, y in corners:
            sight = LineString([(0, 0), (x * 0.9999, y * 0.9999)])
            assert all(sight.intersection(b.buffer(-1e-6)).length < 1e-3 for b in buildings)
    for building in buildings:
        assert common(seen, building) <= NEXT_TO_NOTHING


@FEW
@given(looks, houses, house())
def test_view_when_one_more_house_stands_there_is_no_larger(
    looking: Sectors, buildings: list[Polygon], another: Polygon
) -> None:
    assume(outside([*buildings, another]))
    more = view(looking, [*buildings, another])
    assert outside_of(view(looking, buildings), more) <= NEXT_TO_NOTHING


@FEW
@given(looks, houses, st.integers(0, 89), st.floats(-1e6, 4e6), st.floats(0, 360))
def test_view_when_everything_is_turned_and_moved_has_the_same_area(
    looking: Sectors, buildings: list[Polygon], steps: int, move: float, any_turn: float
) -> None:
    assume(outside(buildings))
    area = view(looking, buildings).area
    for turn, share in ((steps * 4, 1e-6), (any_turn, 2e-3)):
        turned = [affinity.rotate(building, -turn, origin=(0, 0)) for building in buildings]
        moved = [affinity.translate(building, move, -move) for building in turned]
        x, y, centre, half, radius = (float(values[0]) for values in vars(looking).values())
        again = view(sector(x + move, y - move, (centre + turn) % 360, half, radius), moved)
        assert again.area == pytest.approx(area, rel=share, abs=1e-4)


@FEW
@given(looks, houses, st.floats(0, 1), st.floats(0, 1))
def test_view_when_the_sector_is_smaller_lies_inside(
    looking: Sectors, buildings: list[Polygon], narrower: float, nearer: float
) -> None:
    x, y, centre, half, radius = vars(looking).values()
    smaller = Sectors(x, y, centre, half * narrower, radius * nearer)
    less, more = (visible(one, make_footprints(buildings))[0] for one in (smaller, looking))
    assert outside_of(more, less) <= NEXT_TO_NOTHING


@FEW
@given(houses, place, place)
def test_view_when_the_camera_is_anywhere_is_from_a_place_in_the_open(
    buildings: list[Polygon], x: float, y: float
) -> None:
    seen = view(sector(x, y, radius=40), buildings)
    assert math.isfinite(seen.area)
    assert all(common(seen, building) <= NEXT_TO_NOTHING for building in buildings)
    if not seen.is_empty and all(building.distance(Point(x, y)) > 0.002 for building in buildings):
        assert same(seen, reference(sector(x, y, radius=40), buildings))
        assert outside_of(plain(sector(x, y, radius=40)), seen) <= 1e-9
