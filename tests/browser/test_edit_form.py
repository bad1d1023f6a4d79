"""The form: what a role is offered, controls and errors, keyboard, phone, hostile text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.editing import Desk, District, X, Y, desk, district
from tests.browser.test_hostile_text import HOSTILE
from tests.web.writing import EAST_TOWN, WEST_TOWN

Desks = Callable[..., AbstractContextManager[Desk]]
__all__ = ["desk", "district"]


@pytest.mark.parametrize("role", ["viewer", "leader", "inspector", "planner"])
def test_role_is_offered_what_it_may_do_and_nothing_else(desk: Desks, role: str) -> None:
    with desk(role) as person:
        person.open("hazard_sites", "H1")
        expect(person.page.locator("#detail .facts").first).to_be_visible()
        shown = person.page.locator(".edit-tools button").all_inner_texts()
        news = person.page.locator("button.add").evaluate_all("all => all.map((one) => one.title)")
        assert (
            shown
            == {
                "viewer": [],
                "leader": [],
                "inspector": ["修改", "移动"],
                "planner": ["修改", "移动", "删除"],
            }[role]
        )
        assert ("新增风险点位" in news) == (role in ("inspector", "planner"))
        assert ("新增宗地" in news) == (role == "planner")
        assert not person.page.evaluate("Boolean(window.L.PM)")  # drawing tools are not loaded


def test_context_outside_the_areas_is_shown_without_buttons(desk: Desks) -> None:
    with desk("administrator", [EAST_TOWN]) as person:
        person.open("areas", f"{WEST_TOWN}201")
        expect(person.page.locator("#detail .facts").first).to_be_visible()
        assert person.page.locator(".edit-tools").count() == 0
        person.open("areas", f"{EAST_TOWN}201")
        expect(person.page.locator(".edit-tools")).to_contain_text("修改")


def test_inspector_adds_a_hazard_site_by_mouse(
    district: District, desk: Desks, axe: Callable[[Page], list[str]]
) -> None:
    with desk("inspector", [WEST_TOWN]) as inspector:
        inspector.open("hazard_sites")
        page = inspector.page
        counts = page.locator("#layer-hazard_sites ~ .layer-count")
        expect(counts).to_have_text("4")
        page.get_by_role("button", name="新增风险点位").click()
        page.locator(".sketch-bar").wait_for()
        assert axe(page) == []
        page.mouse.click(*inspector.spot(X + 33, Y + 44))
        inspector.done()
        form = page.locator(".edit-form")
        form.locator("[type=submit]").click()
        expect(form.locator("[data-field=name] .form-error")).to_have_text("必填")
        expect(form.locator("[data-field=grade] .form-error")).to_have_text("必填")
        expect(form.locator("#field-name")).to_be_focused()
        assert axe(page) == []
        form.locator("#field-name").fill(HOSTILE)
        form.locator("#field-kind").select_option("gas")
        form.get_by_label("橙（较大）").check()
        form.locator("#field-workers").fill("-1")
        form.locator("#field-note").focus()
        expect(form.locator("[data-field=workers] .form-error")).to_have_text("请输入 0 至 100,000")
        form.locator("#field-workers").fill("1,200")
        form.locator("#edit-reason").fill("现场发现 ${1}`<b>")
        inspector.save()
        expect(counts).to_have_text("5")  # at once, without loading the page again
        expect(page.locator("#detail-title")).to_have_text(HOSTILE)
        assert page.evaluate("window.pwned") is None
        page.wait_for_url("**select=hazard_sites/**")
        code = page.url.split("select=hazard_sites/")[1]
    assert district.value("hazard_sites", code, "name") == HOSTILE
    assert district.value("hazard_sites", code, "workers") == 1200
    assert district.value("hazard_sites", code, "grade") == "orange"


def test_error_of_the_server_stands_beside_its_field(district: District, desk: Desks) -> None:
    with desk() as planner:
        planner.watch.allowed = ("422",)
        form = planner.edit("hazard_sites", "H1")
        form.locator("#field-note").fill("联系电话 13800138000")
        form.locator("[type=submit]").click()
        expect(form.locator("[data-field=note] .form-error")).not_to_be_empty()
        expect(form.locator("#field-note")).to_have_attribute("aria-invalid", "true")
        expect(form.locator("#field-note")).to_have_value("联系电话 13800138000")
    assert district.value("hazard_sites", "H1", "row_version") == 1


def test_grade_is_changed_by_keyboard_alone(district: District, desk: Desks) -> None:
    with desk("inspector") as inspector:
        inspector.open("hazard_sites", "H1")
        page = inspector.page
        page.locator(".edit-tools button").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#field-name")).to_be_focused()
        page.locator("#field-kind").focus()
        page.keyboard.press("Tab")
        expect(page.locator("[data-field=grade] input:checked")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        page.locator(".undo-bar").wait_for()
    assert district.value("hazard_sites", "H1", "grade") == "orange"


def test_form_with_changes_asks_before_it_closes(desk: Desks) -> None:
    with desk() as planner:
        form = planner.edit("hazard_sites", "H1")
        form.locator("#field-name").fill("未保存")
        form.get_by_role("button", name="取消").click()
        dialog = planner.page.locator(".dialog")
        dialog.get_by_role("button", name="继续编辑").click()
        expect(form.locator("#field-name")).to_have_value("未保存")
        planner.page.locator("#search-box").fill("2号")
        planner.page.locator("#search-0").click()
        dialog.get_by_role("button", name="留作草稿").click()
        expect(planner.page.locator("#detail-title")).to_have_text("2号点")
        planner.page.evaluate("location.hash = '#select=hazard_sites/H1'")
        expect(planner.page.locator("#detail-title")).to_have_text("1号点")
        planner.page.locator(".edit-tools button").first.click()
        expect(form).to_contain_text("未保存的修改")
        expect(form.locator("#field-name")).to_have_value("未保存")
        form.get_by_role("button", name="丢弃").click()
        expect(form.locator("#field-name")).to_have_value("1号点")
        form.get_by_role("button", name="取消").click()
        expect(planner.page.locator(".edit-form")).to_have_count(0)
        assert planner.page.evaluate("sessionStorage.length") == 0


def test_moment_when_not_touched_keeps_its_seconds(district: District, desk: Desks) -> None:
    with desk(timezone_id="America/New_York") as planner:  # a box says the district's time
        page = planner.page
        planner.open("incidents")
        page.get_by_role("button", name="新增事件").click()
        page.locator(".sketch-bar").wait_for()
        page.keyboard.press("Enter")
        planner.done()
        form = page.locator(".edit-form")
        for select in form.locator(".edit-fields select").all():
            select.select_option(index=1)
        for group in form.locator("[role=radiogroup][aria-required]").all():
            group.locator("input").first.check()
        form.get_by_label("摘要").fill("一起")
        form.locator("input[type=datetime-local]").first.fill("2026-03-04T05:06:07")
        planner.save()
        page.wait_for_url("**select=incidents/**")
        code = page.url.split("select=incidents/")[1]
        first = district.value("incidents", code, "occurred_at")
        assert first == datetime.fromisoformat("2026-03-04T05:06:07+08:00")
        form = planner.edit("incidents", code)
        form.locator("#field-note").fill("改备注")
        planner.save()
    assert district.value("incidents", code, "occurred_at") == first
    assert district.value("incidents", code, "note") == "改备注"


def test_form_fits_a_phone(
    district: District, desk: Desks, axe: Callable[[Page], list[str]]
) -> None:
    with desk("planner", viewport=PHONE, has_touch=True, is_mobile=True) as planner:
        planner.open("hazard_sites", "H1")
        planner.page.locator(".edit-tools").get_by_role("button", name="修改").tap()
        form = planner.page.locator(".edit-form")
        form.wait_for()
        wide = planner.page.evaluate(
            "[...document.querySelectorAll('.detail *')].filter((one) =>"
            " one.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert wide == 0
        assert axe(planner.page) == []
        form.locator(".shape-row button").tap()
        planner.page.locator(".sketch-bar").wait_for()
        expect(planner.page.locator("#detail")).to_be_hidden()
        planner.drag((X + 20 + 0.123456789, Y + 60), 40, 40)
        planner.page.locator(".sketch-bar").get_by_role("button", name="完成").tap()
        expect(form.locator(".shape-row")).to_contain_text("已改动")
        planner.save()
    assert district.value("hazard_sites", "H1", "row_version") == 2
