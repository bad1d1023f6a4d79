"""The drawings that other tests are made of."""

from __future__ import annotations

import pytest
from shapely import LineString, MultiPolygon, Point, box

from tests.letter_grid import ORIGIN, draw


def test_area_when_letter_fills_some_cells() -> None:
    grid = draw(
        """
        A  A
        A  B
        """,
        scale=10,
        origin=(0, 0),
    )
    assert grid.area("A").equals(box(0, 0, 20, 20) - box(10, 0, 20, 10))
    assert grid.area("B").equals(box(10, 0, 20, 10))
    assert isinstance(grid.area("B"), MultiPolygon)


def test_area_when_letter_has_two_parts_and_a_hole() -> None:
    grid = draw(
        """
        A  A  A  .  A
        A  .  A  .  .
        A  A  A  .  .
        """,
        scale=1,
        origin=(0, 0),
    )
    area = grid.area("A")
    assert len(area.geoms) == 2
    assert sorted(len(part.interiors) for part in area.geoms) == [0, 1]
    assert area.area == 9


def test_areas_when_two_letters_claim_one_cell_overlap() -> None:
    grid = draw("A  AB  B", scale=7)
    assert grid.area("A").intersection(grid.area("B")).area == pytest.approx(49)


def test_points_and_lines_when_nodes_are_named() -> None:
    grid = draw(
        """
        .  a  h
        b  .  h
        """,
        scale=10,
        origin=(100, 200),
    )
    assert grid.point("a").equals(Point(115, 215))
    assert grid.line("ba").equals(LineString([(105, 205), (115, 215)]))
    assert [point.coords[0] for point in grid.points("h")] == [(125, 215), (125, 205)]


def test_point_when_it_stands_in_an_area() -> None:
    grid = draw("A  Ax  B")
    assert grid.area("A").contains(grid.point("x"))
    assert not grid.area("B").intersects(grid.point("x"))


def test_point_when_letter_has_two_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="too many values"):
        draw("h h").point("h")


def test_frame_when_rows_have_columns() -> None:
    frame = draw("A  a  b").frame({"A": {"name": "甲"}, "a": {"name": "乙"}, "ab": {}})
    assert list(frame["code"]) == ["A", "a", "ab"]
    assert list(frame.geom_type) == ["MultiPolygon", "Point", "LineString"]
    assert frame.crs.to_epsg() == 4548
    assert frame["name"][0] == "甲"


def test_drawing_when_origin_is_default_lies_in_the_district() -> None:
    west, south, east, north = draw("A").area("A").bounds
    assert (west, south) == ORIGIN
    assert (east - west, north - south) == (100, 100)


def test_drawing_when_lines_differ_in_length_is_refused() -> None:
    with pytest.raises(ValueError, match="same number of cells"):
        draw("A B\nA")


def test_shape_when_letter_is_missing_is_refused() -> None:
    with pytest.raises(KeyError, match="Z"):
        draw("A").shape("Z")
