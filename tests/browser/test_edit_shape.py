"""Geometry drawn and changed on the map, down to the bits that the database keeps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import shapely
from playwright.sync_api import expect

from tests.browser.editing import ODD, PARTS, Desk, District, X, Y, corners, desk, district

Desks = Callable[..., AbstractContextManager[Desk]]
__all__ = ["desk", "district"]


def test_vertex_when_dragged_leaves_all_others_exactly_equal(
    district: District, desk: Desks
) -> None:
    before = corners(district.shape("parcels", "P1"))
    with desk() as planner:
        planner.edit("parcels", "P1", "改形状")
        planner.page.locator(".marker-icon").first.wait_for()
        planner.drag(before[2], 40, 25)
        expect(planner.page.locator(".sketch-bar")).to_contain_text("m²")
        planner.done()
        planner.save()
    shape = district.shape("parcels", "P1")
    after = corners(shape)
    assert [i for i, pair in enumerate(after) if pair != before[i]] == [2]
    assert len(shape.geoms) == 2 and len(shape.geoms[0].interiors) == 1
    assert after[2] == (round(after[2][0], 3), round(after[2][1], 3))


def test_values_when_only_they_change_leave_the_geometry_alone(
    district: District, desk: Desks
) -> None:
    with desk() as planner:
        form = planner.edit("parcels", "P1")
        form.locator("#field-name").fill("另一个名称")
        planner.save()
        expect(planner.page.locator("#detail-title")).to_have_text("另一个名称")
    assert district.value("parcels", "P1", "name") == "另一个名称"
    assert shapely.equals_identical(district.shape("parcels", "P1"), PARTS)


def test_vertex_when_dropped_near_a_neighbour_takes_its_exact_corner(
    district: District, desk: Desks
) -> None:
    wanted = corners(district.shape("parcels", "P1"))[0]
    before = corners(district.shape("parcels", "P2"))
    with desk() as planner:
        planner.edit("parcels", "P2", "改形状")
        planner.page.locator(".marker-icon").first.wait_for()
        planner.page.wait_for_load_state("networkidle")
        start, end = planner.spot(*before[1]), planner.spot(*wanted)
        planner.drag(before[1], end[0] - start[0] + 5, end[1] - start[1] + 4)
        planner.done()
        planner.save()
    after = corners(district.shape("parcels", "P2"))
    assert after[1] == wanted  # to the last bit: no gap and no overlap
    assert after[2:4] == before[2:4]


def test_shape_when_moved_whole_keeps_its_form(district: District, desk: Desks) -> None:
    before = corners(district.shape("parcels", "P1"))
    with desk() as planner:
        planner.edit("parcels", "P1", "改形状")
        bar = planner.page.locator(".sketch-bar")
        bar.get_by_role("button", name="整体移动").click()
        planner.drag((X + 20, Y + 20), 30, 0)
        planner.done()
        planner.save()
    after = corners(district.shape("parcels", "P1"))
    moves = {
        (round(x2 - x1, 6), round(y2 - y1, 6))
        for (x1, y1), (x2, y2) in zip(before, after, strict=True)
    }
    assert len(moves) == 1
    ((east, _north),) = moves
    assert east > 5


def test_steps_when_taken_back_end_where_it_began(district: District, desk: Desks) -> None:
    with desk() as planner:
        planner.edit("parcels", "P1", "改形状")
        planner.page.locator(".marker-icon").first.wait_for()
        before = corners(PARTS)
        planner.drag(before[2], 40, 25)
        planner.drag(before[1], 30, 30)
        bar = planner.page.locator(".sketch-bar")
        bar.get_by_role("button", name="退一步").click()
        bar.get_by_role("button", name="退一步").click()
        planner.done()
        expect(planner.page.locator(".shape-row")).to_contain_text("未改动")
        planner.page.locator(".edit-form").get_by_role("button", name="取消").click()
        expect(planner.page.locator(".edit-form")).to_have_count(0)
    assert shapely.equals_identical(district.shape("parcels", "P1"), PARTS)


def test_part_when_added_joins_those_that_are_there(district: District, desk: Desks) -> None:
    with desk() as planner:
        planner.edit("parcels", "P1", "改形状")
        planner.page.locator(".sketch-bar").get_by_role("button", name="加一块").click()
        for x, y in ((60, 160), (100, 160), (100, 200)):
            planner.page.mouse.move(*planner.spot(X + x, Y + y), steps=3)
            planner.page.mouse.click(*planner.spot(X + x, Y + y))
        planner.done()
        planner.save()
    shape = district.shape("parcels", "P1")
    assert [len(part.exterior.coords) for part in shape.geoms] == [5, 5, 4]
    assert corners(shape)[: len(corners(PARTS))] == corners(PARTS)


def test_camera_when_moved_by_keyboard_stands_in_the_middle_of_the_map(
    district: District, desk: Desks
) -> None:
    with desk() as planner:
        planner.edit("cameras", "C1", "移动")
        planner.page.locator(".sketch-bar").wait_for()
        expect(planner.page.locator("#map_district")).to_be_focused()
        planner.page.keyboard.press("ArrowRight")
        planner.page.wait_for_timeout(400)
        planner.page.keyboard.press("Enter")
        middle = planner.page.evaluate("window.map_district.getCenter()")
        planner.done()
        planner.save()
        stored = planner.page.request.get("/api/collections/cameras/items/C1").json()
    assert stored["geometry"]["coordinates"] == pytest.approx(
        [middle["lng"], middle["lat"]], abs=2e-8
    )


def test_coordinates_when_typed_are_stored_and_others_stay(district: District, desk: Desks) -> None:
    before = corners(district.shape("parcels", "P2"))
    with desk() as planner:
        form = planner.edit("parcels", "P2")
        form.locator(".typed summary").click()
        box = form.locator("#typed-0")
        lines = box.input_value().split("\n")
        assert lines[0] == f"{before[0][1]!r} {before[0][0]!r}"  # north first, nothing rounded
        lines[2] = f"北 {Y + 70.5}，东 {X - 7.25}"
        box.fill("\n".join([*lines, "12"]))
        form.get_by_role("button", name="用这些坐标").click()
        expect(form.locator(".typed .form-error")).to_have_text("第 5 行不是一对坐标")
        box.fill("\n".join(lines))
        form.get_by_role("button", name="用这些坐标").click()
        expect(form.locator(".shape-row")).to_contain_text("已改动")
        planner.save()
    after = corners(district.shape("parcels", "P2"))
    assert after[2] == (X - 7.25, Y + 70.5)
    assert [pair for i, pair in enumerate(after) if i != 2] == [
        pair for i, pair in enumerate(before) if i != 2
    ]


def test_point_when_typed_in_degrees_is_where_it_was_typed(district: District, desk: Desks) -> None:
    with desk() as planner:
        form = planner.edit("cameras", "C1")
        form.locator(".typed summary").click()
        form.locator("#typed-0").fill("116.612345 23.511111")
        form.get_by_role("button", name="用这些坐标").click()
        planner.save()
        stored = planner.page.request.get("/api/collections/cameras/items/C1").json()
    assert stored["geometry"]["coordinates"] == pytest.approx([116.612345, 23.511111], abs=2e-8)


def test_outline_that_crosses_itself_is_refused_in_the_browser(
    district: District, desk: Desks
) -> None:
    with desk() as planner:
        form = planner.edit("parcels", "P2")
        form.locator(".typed summary").click()
        box = form.locator("#typed-0")
        lines = box.input_value().split("\n")
        box.fill("\n".join([lines[0], lines[2], lines[1], lines[3]]))
        form.get_by_role("button", name="用这些坐标").click()
        form.locator("[type=submit]").click()
        expect(form.locator(".shape-section > .form-error")).to_have_text("边线自相交")
    assert district.value("parcels", "P2", "row_version") == 1
    assert ODD
