"""Cutting up the plane: nasty cells by hand, and random ones against plain overlays."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.affinity import translate

from gisapp.coverage.cover import CellCover, OneCell, cover_cells, cover_one_cell, looking_into
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.ground import public_space, whole_cells
from gisapp.coverage.viewsheds import Views
from tests.coverage.seeing import FINE, differ

FAR_EAST, FAR_NORTH = 450_000.0, 2_600_000.0  # as far as real places are from their origin
CELL = box(0, 0, 12, 12)
HAIR = 3e-9  # m: less than a unit of the arrangement


def far(shape: Polygon) -> Polygon:
    return translate(shape, FAR_EAST, FAR_NORTH)


def seen(cell: Polygon, sure: list[Polygon]) -> OneCell:
    views = np.array([far(view) for view in sure], dtype=object)
    return cover_one_cell(far(cell), Views(views, views))


def test_gap_when_a_view_stands_inside_is_a_ring_with_a_hole() -> None:
    gap = seen(CELL, [box(2, 2, 5, 5), box(7, 7, 9, 9)]).certain_gap
    assert gap.is_valid
    assert [len(part.interiors) for part in gap.geoms] == [2]
    assert gap.area == 144 - 9 - 4


def test_gap_when_there_is_an_island_in_a_hole_has_two_parts() -> None:
    ring = box(1, 1, 11, 11).difference(box(3, 3, 9, 9))
    gap = seen(CELL, [ring]).certain_gap
    assert gap.is_valid
    assert sorted((part.area, len(part.interiors)) for part in gap.geoms) == [(36, 0), (44, 1)]


def test_gap_when_holes_touch_the_rim_and_each_other_is_valid() -> None:
    diamonds = [
        Polygon([(0, 6), (3, 3), (6, 6), (3, 9)]),  # touches the rim in a point
        Polygon([(6, 6), (9, 3), (11, 6), (9, 9)]),  # and this one in another
    ]
    gap = seen(CELL, diamonds).certain_gap
    assert gap.is_valid
    assert gap.area == 144 - 18 - 15


def test_gap_when_parts_meet_in_a_point_is_two_parts() -> None:
    gap = seen(CELL, [box(0, 0, 6, 6), box(6, 6, 12, 12)]).certain_gap
    assert gap.is_valid
    assert [part.area for part in gap.geoms] == [36, 36]


def test_cover_when_views_are_equal_or_share_edges_counts_them_apart() -> None:
    found = seen(CELL, [box(0, 0, 6, 6), box(0, 0, 6, 6), box(6, 0, 12, 6), box(3, 6, 9, 8)])
    assert (found.sure_m2, found.twice_m2) == (84, 36)
    assert found.sure_lost_m2.tolist() == [0, 0, 36, 12]


def test_cover_when_edges_nearly_coincide_is_right_to_their_width() -> None:
    fan = [box(2, 2, 8 + k * HAIR, 8).union(box(3, 3, 9, 7 + k * HAIR)) for k in range(9)]
    found = seen(CELL, [*fan, Polygon([(0, 0), (12, 12 + HAIR), (12, 12), (6, 6 - HAIR)])])
    assert found.sure_m2 == pytest.approx(40, abs=1e-6)
    assert found.certain_gap.is_valid


def test_cover_when_nearly_parallel_edges_cross_often_is_found() -> None:
    needles = [Polygon([(1, 6 + k * 1e-8), (11, 6 - k * 1e-8), (11, 7)]) for k in range(40)]
    found = seen(CELL, needles)
    assert found.sure_m2 == pytest.approx(5, abs=1e-5)
    assert found.twice_m2 == pytest.approx(5, abs=1e-5)
    assert found.certain_gap.is_valid


def test_cover_when_the_cell_is_empty_is_of_nothing() -> None:
    found = cover_one_cell(Polygon(), Views(*(np.array([box(0, 0, 1, 1)]) for _ in range(2))))
    assert (found.target_m2, found.sure_m2, found.sure_lost_m2.tolist()) == (0, 0, [0])
    assert found.certain_gap.is_empty


corner = st.tuples(st.integers(-2, 14), st.integers(-2, 14))
near_corner = st.builds(
    lambda place, x, y: (place[0] + x * HAIR, place[1] + y * HAIR),
    corner,
    st.integers(-4, 4),
    st.integers(-4, 4),
)


def areas(corners: st.SearchStrategy[tuple[float, float]]) -> st.SearchStrategy[Polygon]:
    """Return triangles and quadrilaterals that bend as they like, without lines."""
    rings = st.lists(corners, min_size=3, max_size=4)
    shapes = rings.map(lambda ring: shapely.make_valid(Polygon(ring), method="structure"))
    return shapes.filter(lambda shape: shape.area > 0.1)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.one_of(areas(corner), areas(near_corner)), max_size=7),
    st.lists(areas(corner), max_size=3),
    st.lists(areas(corner), max_size=3),
    areas(corner),
)
def test_figures_when_compared_with_overlays_on_a_fine_grid_are_the_same(
    sure: list[Polygon], further: list[Polygon], houses: list[Polygon], cell: Polygon
) -> None:
    views = np.array([far(shape) for shape in (*sure, *further)], dtype=object)
    nothing = [Polygon()] * len(further)
    surely = np.array([*views[: len(sure)], *nothing], dtype=object)
    targets = public_space([far(cell)], make_footprints([far(house) for house in houses]))
    found = covered(targets, Views(surely, views))
    with np.errstate(all="ignore"):
        ground = minus(far(cell), [far(house) for house in houses])
        left = minus(ground, list(views[: len(sure)]))
        certain = minus(left, list(views[len(sure) :]))
    for shape in (found.certain_gap[0], found.unsure_gap[0], targets.shapes[0]):
        assert shape.is_valid
    assert found.target_m2[0] == pytest.approx(ground.area, abs=1e-5)
    assert found.sure_m2[0] == pytest.approx(ground.area - left.area, abs=1e-5)
    assert found.possible_m2[0] == pytest.approx(ground.area - certain.area, abs=1e-5)
    assert differ(found.certain_gap[0], certain) == pytest.approx(0, abs=1e-5)
    assert differ(found.unsure_gap[0], minus(left, [certain])) == pytest.approx(0, abs=1e-5)
    assert found.twice_m2[0] + found.pair_sure_lost_m2.sum() == pytest.approx(
        found.sure_m2[0], abs=1e-5
    )
    whole = covered(whole_cells([far(cell)]), Views(views, views), shares=True)
    cameras = looking_into(np.array([far(cell)]), Views(views, views))[1]
    both = [shapely.intersection(far(cell), views[k], grid_size=FINE).area for k in cameras]
    assert whole.pair_sure_m2 == pytest.approx(both, abs=1e-5)


def covered(targets: object, views: Views, *, shares: bool = False) -> CellCover:
    return cover_cells(targets, *looking_into(targets.ground, views), views, shares=shares)


def minus(shape: Polygon, others: list[Polygon]) -> Polygon:
    union = shapely.union_all(others, grid_size=FINE)
    left = shapely.difference(shape, union, grid_size=FINE)
    parts = shapely.get_parts(left)
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])
