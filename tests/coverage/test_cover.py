"""How much of cells is seen: figures worked out by hand, and against plain overlays."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, box

from gisapp.coverage import overlay
from gisapp.coverage.cover import CellCover, cover_cells, cover_one_cell, looking_into
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.ground import Targets, public_space, road_space, whole_cells
from gisapp.coverage.viewsheds import Views, visible
from tests.coverage.seeing import FINE, plain, reference, sector

CELL = box(0, 0, 100, 100)
NOTHING = Polygon()


def views(sure: list[Polygon], possible: list[Polygon] | None = None) -> Views:
    surely = np.array(sure, dtype=object)
    return Views(surely, surely if possible is None else np.array(possible, dtype=object))


def cover(targets: Targets, seen: Views) -> CellCover:
    return cover_cells(targets, *looking_into(targets.ground, seen), seen)


def test_cover_when_nobody_looks_is_one_gap() -> None:
    found = cover(whole_cells([CELL]), views([]))
    assert (found.target_m2[0], found.sure_m2[0], found.possible_m2[0], found.twice_m2[0]) == (
        1e4,
        0,
        0,
        0,
    )
    assert found.certain_gap[0].equals(CELL)
    assert found.unsure_gap[0].is_empty
    assert len(found.pair_sure_lost_m2) == 0


def test_cover_when_two_views_overlap_counts_what_each_has_alone() -> None:
    seen = views([box(0, 0, 40, 50), box(30, 0, 80, 50), box(90, 90, 120, 120)])
    found = cover(whole_cells([CELL]), seen)
    assert found.sure_m2[0] == pytest.approx(80 * 50 + 100)
    assert found.twice_m2[0] == pytest.approx(10 * 50)
    assert found.pair_sure_lost_m2.tolist() == pytest.approx([30 * 50, 40 * 50, 100])
    assert found.certain_gap[0].area == pytest.approx(1e4 - 4100)


def test_cover_when_less_is_sure_than_possible_has_two_figures() -> None:
    seen = views([box(0, 0, 50, 50), NOTHING], [box(0, 0, 50, 100), box(50, 0, 60, 100)])
    found = cover(whole_cells([CELL]), seen)
    assert (found.sure_m2[0], found.possible_m2[0]) == pytest.approx((2500, 6000))
    assert found.unsure_gap[0].area == pytest.approx(3500)
    assert found.certain_gap[0].equals(box(60, 0, 100, 100))
    assert found.pair_sure_m2.tolist() == pytest.approx([2500, 0])
    assert found.pair_possible_m2.tolist() == pytest.approx([5000, 1000])
    assert found.pair_possible_lost_m2.tolist() == pytest.approx([5000, 1000])
    assert found.pair_sure_lost_m2.tolist() == pytest.approx(
        [2500, 0]
    )  # lost with it: what is sure


def test_cover_when_a_house_stands_in_the_cell_is_of_the_ground_around() -> None:
    house = box(40, 40, 60, 60)
    footprints = make_footprints([house])
    targets = public_space([CELL], footprints)
    seen = visible(sector(30, 50, radius=15), footprints)
    found = cover(targets, Views(seen, seen))
    assert found.target_m2[0] == pytest.approx(1e4 - 400)
    assert found.sure_m2[0] == pytest.approx(reference(sector(30, 50, radius=15), [house]).area)
    assert found.sure_m2[0] == pytest.approx(found.pair_sure_lost_m2.sum(), rel=1e-6)
    assert found.certain_gap[0].intersection(house).area == 0


def test_gaps_when_all_before_a_wall_is_seen_have_no_hairline_along_it() -> None:
    wall = Polygon([(-10, 60.1), (110, 63.7), (110, 75), (-10, 72)])
    footprints = make_footprints([wall])
    seen = visible(sector(50, 1, radius=300), footprints)
    found = cover(public_space([CELL], footprints), Views(seen, seen))
    assert found.certain_gap[0].intersects(box(0, 80, 100, 100))
    assert found.certain_gap[0].bounds[1] > 72


def test_cover_when_buildings_fill_the_cell_is_of_nothing() -> None:
    targets = public_space([CELL], make_footprints([box(-1, -1, 60, 101), box(50, -1, 101, 101)]))
    found = cover(targets, views([box(0, 0, 50, 50)]))
    assert (found.target_m2[0], found.sure_m2[0], found.possible_m2[0], found.twice_m2[0]) == (
        0,
        0,
        0,
        0,
    )
    assert found.certain_gap[0].is_empty


def test_public_space_when_there_is_water_leaves_it_out() -> None:
    bow_tie = Polygon([(50, 0), (100, 0), (50, 20), (100, 20)])  # as bad data has it
    targets = public_space([CELL], make_footprints([]), [box(0, 0, 50, 10), bow_tie, None])
    assert targets.shapes[0].area == pytest.approx(1e4 - 500 - 500)


def test_road_space_when_asked_is_a_strip_without_buildings() -> None:
    roads = [LineString([(-10, 50), (110, 50)])]
    targets = road_space([CELL, box(0, 200, 10, 210)], roads, make_footprints([box(0, 0, 20, 99)]))
    assert targets.shapes[0].area == pytest.approx(80 * 8)
    assert targets.ground[0].area == pytest.approx(100 * 8)
    assert targets.shapes[1].is_empty
    assert cover(targets, views([box(0, 0, 50, 100)])).sure_m2.tolist() == pytest.approx([240, 0])


@pytest.mark.parametrize("turn", [0.0, 0.03])
def test_cover_when_ten_thousand_cameras_hang_on_one_point_is_found(turn: float) -> None:
    count = 10_000 if turn == 0 else 150
    many = [plain(sector(50, 50, k * turn, 45, 30)) for k in range(1 if turn == 0 else count)]
    found = cover(whole_cells([CELL]), views(many * (count if turn == 0 else 1)))
    assert found.sure_m2[0] == pytest.approx(shapely.union_all(many).area)
    assert found.pair_sure_lost_m2.sum() == pytest.approx(found.sure_m2[0] - found.twice_m2[0])
    assert found.twice_m2[0] == pytest.approx(found.sure_m2[0], rel=1e-2)
    assert len(found.pair_sure_lost_m2) == count


def test_area_seen_alone_when_views_are_crowded_is_what_the_others_leave() -> None:
    random = np.random.default_rng(5)
    seen = [box(x, y, x + 20, y + 20) for x, y in random.uniform(-10, 100, (60, 2))]
    found = cover(whole_cells([CELL]), views(seen))
    cameras = looking_into(np.array([CELL]), views(seen))[1]
    rest = [shapely.union_all([view for view in seen if view is not seen[k]]) for k in cameras]
    only = [
        CELL.intersection(seen[k]).difference(other).area
        for k, other in zip(cameras, rest, strict=True)
    ]
    assert found.pair_sure_lost_m2 == pytest.approx(only, abs=1e-5)
    areas = shapely.area(shapely.intersection(np.array(seen)[cameras], CELL))
    assert found.pair_sure_m2 == pytest.approx(areas, abs=1e-5)
    assert max(only) > 0


def test_figures_when_a_cell_is_cut_in_two_add_up() -> None:
    random = np.random.default_rng(6)
    houses = make_footprints([box(x, y, x + 9, y + 7) for x, y in random.uniform(0, 95, (15, 2))])
    columns = [*random.uniform(0, 100, (2, 12)), random.uniform(0, 360, 12), np.full(12, 60.0)]
    seen = visible(type(sector(0, 0))(*columns, np.full(12, 40.0)), houses)
    halves = [Polygon([(0, 0), (33.3, 0), (57.1, 100), (0, 100)])]
    halves.append(Polygon([(33.3, 0), (100, 0), (100, 100), (57.1, 100)]))
    one, two = (cover(public_space(cells, houses), Views(seen, seen)) for cells in ([CELL], halves))
    for name in ("target", "sure", "possible", "twice"):
        whole, parts = getattr(one, f"{name}_m2"), getattr(two, f"{name}_m2")
        assert parts.sum() == pytest.approx(whole[0], abs=1e-3)
    whole, parts = (looking_into(np.array(cells), Views(seen, seen)) for cells in ([CELL], halves))
    assert np.bincount(parts[1], two.pair_sure_lost_m2, 12) == pytest.approx(
        np.bincount(whole[1], one.pair_sure_lost_m2, 12), abs=1e-3
    )


def test_cover_when_shares_are_not_asked_leaves_them_open() -> None:
    found = cover_one_cell(CELL, views([box(0, 0, 9, 9)]))
    assert [found.sure_m2, *found.sure_lost_m2] == pytest.approx([81, 81])
    assert np.isnan(found.sure_seen_m2).all()


def test_overlays_when_shapes_are_invalid_still_answer() -> None:
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    half = box(0, 0, 5, 10)
    assert overlay.difference(bow_tie, half).area == pytest.approx(25, abs=0.01)
    assert overlay.intersection(bow_tie, half).area == pytest.approx(25, abs=0.01)
    assert overlay.union([bow_tie, half]).area == pytest.approx(75, abs=0.01)


def test_overlays_when_the_library_gives_up_are_done_on_a_grid(monkeypatch) -> None:
    real = {name: getattr(shapely, name) for name in ("difference", "union_all", "intersection")}

    def failing(name):
        def act(*shapes, grid_size=None):
            if grid_size is None:
                raise shapely.GEOSException("TopologyException")
            return real[name](*shapes, grid_size=grid_size)

        return act

    for name in real:
        monkeypatch.setattr(shapely, name, failing(name))
    cut = public_space([CELL], make_footprints([]), [box(0, 0, 40, 50), box(30, 0, 80, 50)])
    assert cut.ground[0].area == pytest.approx(6000, rel=1e-6)


squares = st.tuples(st.floats(-20, 110), st.floats(-20, 110), st.floats(1, 60), st.floats(1, 60))


@settings(deadline=None, max_examples=40)
@given(st.lists(squares, max_size=6), st.lists(squares, max_size=4), st.lists(squares, max_size=5))
def test_cover_when_compared_with_plain_overlays_is_the_same(
    sure: list[tuple[float, ...]], more: list[tuple[float, ...]], houses: list[tuple[float, ...]]
) -> None:
    surely, further, buildings = (
        [box(x, y, x + w, y + h) for x, y, w, h in rows] for rows in (sure, more, houses)
    )
    targets = public_space([CELL], make_footprints(buildings))
    # views never reach into buildings; what stands around is taken out of these
    surely = [without(view, buildings) for view in surely]
    further = [without(view, buildings) for view in further]
    seen = views(surely + [NOTHING] * len(further), surely + further)
    found = cover(targets, seen)
    target = without(CELL, buildings)
    assert found.target_m2[0] == pytest.approx(target.area, abs=1e-4)
    assert found.sure_m2[0] == pytest.approx(shared(target, surely), abs=1e-4)
    assert found.possible_m2[0] == pytest.approx(shared(target, surely + further), abs=1e-4)
    assert found.twice_m2[0] <= found.sure_m2[0] <= found.possible_m2[0] <= found.target_m2[0]
    left = found.certain_gap[0].area + found.unsure_gap[0].area
    assert left == pytest.approx(found.target_m2[0] - found.sure_m2[0], abs=1e-4)
    cameras = looking_into(targets.ground, seen)[1]
    for camera, only in zip(cameras, found.pair_sure_lost_m2, strict=True):
        rest = [view for k, view in enumerate(surely) if k != camera]
        lost = shared(target, surely) - shared(target, rest)
        assert only == pytest.approx(lost if camera < len(surely) else 0, abs=1e-4)


def without(shape: Polygon, others: list[Polygon]) -> Polygon:
    with np.errstate(all="ignore"):
        union = shapely.union_all(others, grid_size=FINE)
        return shapely.difference(shape, union, grid_size=FINE)


def shared(target: Polygon, others: list[Polygon]) -> float:
    with np.errstate(all="ignore"):
        union = shapely.union_all(others, grid_size=FINE)
        return float(shapely.intersection(target, union, grid_size=FINE).area)


def test_pairs_when_looked_up_come_by_cell_and_camera() -> None:
    cells = [box(0, 0, 10, 10), box(10, 0, 20, 10)]
    seen = views([box(12, 2, 14, 4), box(5, 5, 15, 8), box(50, 50, 60, 60), NOTHING])
    pairs = looking_into(np.array(cells), seen)
    assert [list(part) for part in pairs] == [[0, 1, 1], [1, 0, 1]]
