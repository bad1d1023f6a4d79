"""What sectors see: cases worked out by hand, in metres."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box

from gisapp.coverage.cameras import read_cameras
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.sectors import Sectors, make_sectors
from gisapp.coverage.viewsheds import CORNERS, views_of, visible
from tests.coverage.seeing import plain, reference, same, sector, view
from tests.letter_grid import draw

FOUR = math.radians(4)
WHOLE = CORNERS / 2 * math.sin(FOUR)  # area of the circle's polygon, for a radius of 1


def test_view_when_nothing_stands_around_is_the_sector() -> None:
    assert view(sector(3, 4), []).area == pytest.approx(2500 * WHOLE)
    assert 1 - WHOLE / math.pi == pytest.approx(0.00081, abs=1e-5)
    narrow = view(sector(3, 4, 45, 10), [])
    assert narrow.area == pytest.approx(2500 * math.radians(20) / 2, rel=0.001)
    assert narrow.contains(LineString([(5, 6), (25, 26)]))


@pytest.mark.parametrize("centre", [0, 90, 137, 180, 270, 359])
def test_sector_when_it_points_anywhere_lies_there(centre: float) -> None:
    looking = sector(0, 0, centre, 50)
    assert same(view(looking, []), plain(looking))


def test_view_when_a_wall_stands_across_ends_there() -> None:
    wall = box(-100, 10, 100, 11)  # north of the camera, wider than the range
    seen = view(sector(0, 0, 0, 45, 20), [wall])
    assert same(seen, Polygon([(0, 0), (10, 10), (-10, 10)]))


def test_view_when_a_house_has_a_corner_goes_past_it() -> None:
    house = box(0, 10, 100, 100)  # its corner stands due north
    seen = view(sector(0, 0, 0, 45, 200), [house])
    east = Polygon([(0, 0), (10, 10), (0, 10)])
    west = plain(sector(0, 0, -22.5, 22.5, 200))
    assert same(seen, east.union(west))


def test_view_when_in_a_courtyard_stays_in_it() -> None:
    yard = box(-30, -30, 30, 30).difference(box(-5, -4, 6, 7))
    assert same(view(sector(0, 0), [yard]), box(-5, -4, 6, 7))
    assert view(sector(0, -3, 180, 90, 10), [yard]).area == pytest.approx(11, abs=1e-4)


def test_view_when_two_houses_leave_a_gap_goes_through_exactly_that() -> None:
    houses = [box(-50, 10, -1, 12), box(1, 10, 50, 12)]
    seen = view(sector(0, 0, 0, 60, 40), houses)
    behind = seen.intersection(box(-50, 12, 50, 50))
    far = plain(sector(0, 0, 0, 60, 40)).intersection(box(-50, 12, 50, 50))
    lane = Polygon([(0, 0), (-10, 120), (10, 120)])  # the far corners of the gap stand at 1 : 12
    assert same(behind, far.intersection(lane))


@pytest.mark.parametrize("where", [(0.0, 10.0), (4.0, 10.3)])
def test_view_when_houses_touch_has_no_gap(where: tuple[float, float]) -> None:
    x, y = where  # the second house's corner lies on the first one's corner, or on its wall
    houses = [Polygon([(-60, 10), (x, y), (60, 14.5), (60, 30), (-60, 30)]), box(x, y, 60, 40)]
    seen = view(sector(0, 0, 0, 30, 60), houses)
    assert same(seen, reference(sector(0, 0, 0, 30, 60), houses))


def test_view_when_a_wall_has_corners_on_a_straight_is_the_same() -> None:
    plain_wall = box(-30, 10, 30, 12)
    many = shapely.segmentize(plain_wall, 0.7)
    once, often = (view(sector(1, 2, 0, 60, 40), [wall]) for wall in (plain_wall, many))
    assert same(once, often)
    assert len(once.exterior.coords) == len(often.exterior.coords)


def test_view_when_a_wall_is_seen_edge_on_is_not_cut_by_it() -> None:
    house = box(10, 0, 20, 10)  # its south wall lies on the camera's line of sight
    seen = view(sector(0, 0, 180, 90, 30), [house])
    assert same(seen, plain(sector(0, 0, 180, 90, 30)))


def test_view_when_the_camera_is_on_a_wall_is_the_half_plane() -> None:
    house = box(0, 0, 10, 10)
    assert same(view(sector(5, 0), [house]), plain(sector(5, 0, 180, 90)))


def test_view_when_the_camera_is_on_a_corner_is_three_quarters() -> None:
    house = box(0, 0, 10, 10)
    assert view(sector(0, 0), [house]).area == pytest.approx(2500 * WHOLE * 0.75, rel=1e-3)
    assert same(view(sector(0, 0), [house]), reference(sector(-1e-7, -1e-7), [house]))


def test_view_when_the_camera_is_on_an_inner_corner_is_one_quarter() -> None:
    house = box(-20, -20, 20, 20).difference(box(0, 0, 30, 30))
    assert same(view(sector(0, 0, radius=15), [house]), plain(sector(0, 0, 45, 45, 15)))


def test_view_when_the_camera_is_inside_a_house_is_that_from_its_nearest_facade() -> None:
    house = box(0, 0, 10, 20)
    assert same(view(sector(9, 12), [house]), plain(sector(10, 12, 90, 90)))
    # looking into its own house it sees nothing
    assert view(sector(9, 12, 270, 40), [house]).is_empty


def test_view_when_the_camera_is_in_a_terrace_is_from_the_street() -> None:
    terrace = [box(0, 0, 4, 12), box(4, 0, 8, 12), box(8, 0, 12, 12)]
    seen = view(sector(4.5, 2), terrace)  # nearer to the party wall than to the street
    assert same(seen, plain(sector(4.5, 0, 180, 90)))


def test_view_when_a_facade_is_partly_covered_is_from_its_open_part() -> None:
    houses = [box(0, 0, 10, 10), box(10, 0, 15, 6)]  # the lower part of the east wall is shared
    seen = view(sector(9, 2, 90, 90, 3), houses)
    corner = plain(sector(9, 0, 180, 90, 3))  # the south wall is nearer than the open east wall
    assert same(seen, corner.intersection(plain(sector(9, 0, 90, 90, 3))))
    upper = view(sector(9.5, 5, 90, 90, 3), houses)
    assert same(upper, plain(sector(10, 6, 45, 45, 3)))


def test_view_when_the_house_is_enclosed_by_others_is_empty() -> None:
    inner = box(4, 4, 6, 6)
    ring = box(0, 0, 10, 10).difference(inner)
    assert view(sector(5, 5), [inner, ring]).is_empty


def test_view_when_houses_overlap_is_from_outside_both() -> None:
    seen = view(sector(5, 5, radius=5), [box(0, 0, 10, 10), box(4, 3, 8, 7)])
    assert seen.area > 0
    assert seen.intersection(box(0, 0, 10, 10)).area < 1e-9


def test_view_when_the_range_just_touches_a_wall_is_whole() -> None:
    wall = box(20, -5, 30, 5)  # a corner of the circle's polygon lies due east, on the wall
    assert same(view(sector(0, 0, radius=20), [wall]), plain(sector(0, 0, radius=20)))


def test_view_when_two_houses_touch_at_the_camera_has_two_parts() -> None:
    houses = [box(0, 0, 10, 10), box(-10, -10, 0, 0)]
    seen = view(sector(0, 0, radius=5), houses)
    assert isinstance(seen, MultiPolygon)
    quarters = [plain(sector(0, 0, centre, 45, 5)) for centre in (135, 315)]
    assert same(seen, shapely.union_all(quarters))


def test_view_when_footprints_are_bad_uses_what_can_be_used() -> None:
    bow_tie = Polygon([(5, -5), (10, 5), (10, -5), (5, 5)])
    bad = [
        None,
        Polygon(),
        bow_tie,
        LineString([(1, 1), (2, 2)]),
        Polygon([(0, 1), (1, 1), (2, 1)]),
    ]
    with np.errstate(invalid="ignore"):
        bad += [Polygon([(0, 0), (float("nan"), 1), (1, 1)])]
    seen = view(sector(0, 0, 90, 60, 20), bad)
    assert same(seen, reference(sector(0, 0, 90, 60, 20), [shapely.make_valid(bow_tie)]))


def test_view_when_drawn_as_letters_stops_at_the_house() -> None:
    grid = draw(
        """
        .  .  .  .
        c  H  .  d
        .  .  .  .
        """,
        scale=10,
    )
    camera, house = grid.point("c"), grid.area("H")
    seen = view(sector(camera.x, camera.y, 90, 20, 60), [house])
    assert not seen.intersects(grid.point("d"))
    assert seen.area == pytest.approx(25 * math.tan(math.radians(20)))  # 5 m to the wall


def test_views_when_sectors_are_none_or_empty_are_empty() -> None:
    none = visible(sector(0, 0).take(slice(0, 0)), make_footprints([]))
    assert len(none) == 0
    assert view(sector(0, 0, radius=0), []).is_empty
    assert view(sector(0, 0, half=0), []).is_empty


def test_views_when_there_are_many_are_each_their_own() -> None:
    count = 1500
    random = np.random.default_rng(3)
    columns = [random.uniform(0, 200, count), random.uniform(0, 200, count)]
    columns += [random.uniform(0, 360, count), random.uniform(20, 60, count)]
    many = Sectors(*columns, np.full(count, 30.0))
    houses = [box(x, y, x + 8, y + 6) for x in range(0, 200, 20) for y in range(0, 200, 20)]
    walls = make_footprints(houses)
    together = visible(many, walls)
    for k in range(0, count, 150):
        alone = visible(many.take(slice(k, k + 1)), walls, threads=1)[0]
        assert together[k].equals_exact(alone, 0)


def test_views_when_both_sectors_are_equal_are_the_same_object() -> None:
    rows = {"x": [0, 0], "y": [0, 0], "azimuth": [0, None], "horizontal_fov": [90, 90]}
    rows |= {"code": ["a", "b"], "max_view_distance": [20, 20], "status": ["online"] * 2}
    found = views_of(make_sectors(read_cameras(rows)), make_footprints([]))
    assert found.sure[0] is found.possible[0]
    assert found.sure[1].is_empty
    assert found.possible[1].area == pytest.approx(400 * WHOLE)


def test_circle_when_too_few_corners_are_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="corners"):
        visible(sector(0, 0), make_footprints([]), corners=4)
