"""Many features at once, and one's own last changes taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from playwright.sync_api import Locator, Page, expect

from tests.browser.editing import Desk, District, X, Y, desk, district
from tests.browser.test_hostile_text import HOSTILE

Desks = Callable[..., AbstractContextManager[Desk]]
__all__ = ["desk", "district"]


def grades(district: District) -> list[object]:
    """Return the stored grades of the four hazard sites."""
    return [district.value("hazard_sites", f"H{number}", "grade") for number in range(4)]


def open_bulk(who: Desk) -> Locator:
    """Open bulk editing of hazard sites."""
    who.open("hazard_sites")
    who.page.get_by_role("button", name="批量修改").click()
    bulk = who.page.locator(".bulk")
    expect(bulk.locator("#bulk-layer")).to_have_value("hazard_sites")
    return bulk


def set_grade(bulk: Locator, label: str) -> None:
    """Choose a grade for all."""
    bulk.locator("#bulk-add").select_option("grade")
    bulk.get_by_role("button", name="加字段").click()
    bulk.get_by_label(label).check()


def test_many_are_changed_by_box_and_clicks_and_the_map_follows(
    district: District, desk: Desks, axe: Callable[[Page], list[str]]
) -> None:
    with desk("inspector") as inspector:
        bulk, page = open_bulk(inspector), inspector.page
        bulk.get_by_role("button", name="框选").click()
        page.mouse.click(*inspector.spot(X - 10, Y + 80))
        page.mouse.click(*inspector.spot(X + 50, Y + 40))
        expect(bulk).to_contain_text("已选 3 条")
        page.keyboard.down("Shift")
        page.mouse.click(*inspector.spot(X + 60.1, Y + 60))
        expect(bulk).to_contain_text("已选 4 条")
        page.mouse.click(*inspector.spot(X + 0.1, Y + 60))
        page.keyboard.up("Shift")
        expect(bulk).to_contain_text("已选 3 条")
        set_grade(bulk, "橙（较大）")
        expect(bulk.locator(".preview")).to_contain_text("3 条将改变")
        assert axe(page) == []
        bulk.locator("#edit-reason").fill(HOSTILE)
        bulk.get_by_role("button", name="保存全部").click()
        expect(page.locator(".undo-bar")).to_contain_text("已修改 3 条")
        assert grades(district) == ["yellow", "orange", "orange", "orange"]

        page.locator(".undo-bar").get_by_role("button", name="查看我的修改").click()
        change = page.locator(".change-list li").first
        expect(change).to_contain_text("批量修改 · 风险点位 3 条")
        expect(change).to_contain_text(HOSTILE)
        assert page.evaluate("window.pwned") is None
        change.locator("summary").click()
        change.get_by_role("button", name="H2").click()
        expect(page.locator("#detail-title")).to_have_text("2号点")
        expect(page.locator("#detail")).to_contain_text("橙（较大）")

        page.get_by_role("button", name="我的修改", exact=True).click()
        assert axe(page) == []
        page.locator(".change-list li").first.get_by_role("button", name="撤销").click()
        expect(page.locator(".change-list li").first).to_contain_text("撤销")
        expect(page.locator(".change-list li").nth(1)).to_contain_text("已被撤销")
    assert grades(district) == ["yellow"] * 4


def test_nothing_is_changed_when_one_was_changed_meanwhile(district: District, desk: Desks) -> None:
    with desk() as one, desk() as other:
        one.watch.allowed = ("412",)
        bulk = open_bulk(one)
        bulk.locator("#bulk-field").select_option("grade")
        bulk.locator("#bulk-value").select_option("yellow")
        bulk.get_by_role("button", name="加入").click()
        expect(bulk).to_contain_text("已选 4 条")
        other.edit("hazard_sites", "H2").locator("#field-name").fill("改过的")
        other.save()
        set_grade(bulk, "红（重大）")
        bulk.get_by_role("button", name="保存全部").click()
        expect(bulk.locator(".form-error").last).to_contain_text("H2")
        assert grades(district) == ["yellow"] * 4
        expect(bulk.locator(".chosen-list .is-changed")).to_contain_text("H2")
        bulk.get_by_role("button", name="重新读取这些记录").click()
        expect(bulk.locator(".chosen-list")).to_contain_text("改过的")
        bulk.get_by_role("button", name="保存全部").click()
        one.page.locator(".undo-bar").wait_for()
    assert grades(district) == ["red"] * 4
    assert district.value("hazard_sites", "H2", "name") == "改过的"


def test_change_that_others_changed_since_is_not_taken_back(
    district: District, desk: Desks
) -> None:
    with desk() as one, desk() as other:
        one.edit("hazard_sites", "H1").locator("#field-name").fill("甲改")
        one.save()
        one.page.get_by_role("button", name="我的修改", exact=True).click()
        undo = one.page.locator(".change-list li").first.get_by_role("button", name="撤销")
        undo.wait_for()
        other.edit("hazard_sites", "H1").locator("#field-name").fill("乙改")
        other.save()
        one.watch.allowed = ("409",)
        undo.click()
        expect(one.page.locator("#detail .form-error")).to_contain_text("H1")
    assert district.value("hazard_sites", "H1", "name") == "乙改"


def test_polygon_chooses_what_it_touches(desk: Desks) -> None:
    with desk() as planner:
        planner.open("parcels")
        page = planner.page
        page.get_by_role("button", name="批量修改").click()
        bulk = page.locator(".bulk")
        expect(bulk.locator("#bulk-layer")).to_have_value("parcels")
        bulk.get_by_role("button", name="多边形选").click()
        for x, y in ((-80, -10), (-20, -10), (-20, 80)):
            page.mouse.click(*planner.spot(X + x, Y + y))
        page.mouse.dblclick(*planner.spot(X - 80, Y + 80))
        expect(bulk).to_contain_text("已选 1 条")
        expect(bulk.locator(".chosen-list")).to_contain_text("P2")
