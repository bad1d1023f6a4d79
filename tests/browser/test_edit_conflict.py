"""Two people and one feature: into a conflict and out of it, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from playwright.sync_api import Page, expect

from gisapp.web.gate import COOKIE
from tests.accounts import session_of
from tests.browser.editing import Desk, District, corners, desk, district
from tests.browser.test_hostile_text import HOSTILE
from tests.web.writing import WEST_TOWN

Desks = Callable[..., AbstractContextManager[Desk]]
END_SESSIONS = "DELETE FROM gisapp.sessions"
__all__ = ["desk", "district"]


def choose(page: Page, name: str, side: str) -> None:
    """Take a side in the conflict screen."""
    page.locator(f"#conflict-{name}-{side}").check()


def test_two_people_edit_one_feature_into_a_conflict_and_out_of_it(
    district: District, desk: Desks, axe: Callable[[Page], list[str]]
) -> None:
    before = corners(district.shape("parcels", "P1"))
    with desk("planner") as one, desk("planner", [WEST_TOWN]) as other:
        other.watch.allowed = ("412",)
        first, second = one.edit("parcels", "P1"), other.edit("parcels", "P1")

        first.locator("#field-name").fill("甲的名称")
        first.locator("#field-note").fill(HOSTILE)
        first.locator(".shape-row button").click()
        one.page.locator(".marker-icon").first.wait_for()
        one.drag(before[2], 40, 25)
        one.done()
        one.save()
        moved = corners(district.shape("parcels", "P1"))[2]

        second.locator("#field-name").fill("乙的名称")
        second.get_by_label("争议中").check()
        second.locator(".shape-row button").click()
        other.page.locator(".marker-icon").first.wait_for()
        other.drag(before[3], -30, 20)
        other.done()
        other.page.locator(".edit-form [type=submit]").click()

        screen = other.page.locator(".conflict")
        expect(screen).to_contain_text(one.name)
        row = screen.locator("tr[data-field=name]")
        for words in ("P1号地", "乙的名称", "甲的名称"):
            expect(row).to_contain_text(words)
        expect(screen.locator("tr[data-field=note]")).to_contain_text(HOSTILE)
        expect(other.page.locator("#conflict-note-theirs")).to_be_checked()  # only theirs differs
        expect(other.page.locator("#conflict-dispute-mine")).to_be_checked()  # only mine does
        for name in ("name", "geometry"):  # both do
            for side in ("mine", "theirs"):
                expect(other.page.locator(f"#conflict-{name}-{side}")).not_to_be_checked()
        assert axe(other.page) == []
        screen.get_by_role("button", name="按所选保存").click()
        expect(screen).to_contain_text("双方都改过的请选择一方")
        choose(other.page, "name", "mine")
        choose(other.page, "geometry", "theirs")
        expect(screen).to_contain_text("全部已选好")
        screen.get_by_role("button", name="按所选保存").click()
        other.page.locator(".undo-bar").wait_for()
        expect(other.page.locator("#detail-title")).to_have_text("乙的名称")
        other.page.locator(".undo-bar").get_by_role("button", name="查看我的修改").click()
        expect(other.page.locator(".change-list li")).to_have_count(1)
        expect(other.page.locator(".undo-bar")).to_have_count(0)
        assert other.page.evaluate("window.pwned") is None
    stored = {name: district.value("parcels", "P1", name) for name in ("name", "note", "dispute")}
    assert stored == {"name": "乙的名称", "note": HOSTILE, "dispute": "open"}
    assert corners(district.shape("parcels", "P1"))[2] == moved
    assert district.value("parcels", "P1", "row_version") == 3


def test_conflict_when_they_are_faster_again_goes_round_again(
    district: District, desk: Desks
) -> None:
    with desk() as one, desk() as other:
        other.watch.allowed = ("412",)
        form = other.edit("hazard_sites", "H1")
        form.locator("#field-name").fill("乙")
        for number, name in enumerate(("甲一", "甲二")):
            one.edit("hazard_sites", "H1").locator("#field-name").fill(name)
            one.save()
            if number:
                choose(other.page, "name", "mine")
                other.page.get_by_role("button", name="按所选保存").click()
            else:
                form.locator("[type=submit]").click()
            expect(other.page.locator("tr[data-field=name] td.theirs")).to_contain_text(name)
        choose(other.page, "name", "mine")
        other.page.get_by_role("button", name="按所选保存").click()
        other.page.locator(".undo-bar").wait_for()
    assert district.value("hazard_sites", "H1", "name") == "乙"


def delete(who: Desk, layer: str, code: str) -> None:
    """Delete a feature as a person does."""
    who.open(layer, code)
    who.page.locator(".edit-tools").get_by_role("button", name="删除").click()
    who.page.locator(".dialog").get_by_role("button", name="删除").click()
    who.page.locator(".undo-bar").wait_for()


def test_feature_when_deleted_meanwhile_is_restored_with_my_values(
    district: District, desk: Desks
) -> None:
    with desk() as one, desk() as other:
        other.watch.allowed = ("404", "412")
        form = other.edit("hazard_sites", "H2")
        form.locator("#field-name").fill("还在的点")
        delete(one, "hazard_sites", "H2")
        form.locator("[type=submit]").click()
        expect(other.page.locator(".conflict")).to_contain_text(one.name)
        other.page.get_by_role("button", name="恢复并保存我的修改").click()
        other.page.locator(".undo-bar").wait_for()
        expect(other.page.locator("#detail-title")).to_have_text("还在的点")
    assert district.value("hazard_sites", "H2", "name") == "还在的点"


def test_feature_when_deleted_meanwhile_can_be_given_up(district: District, desk: Desks) -> None:
    with desk() as one, desk() as other:
        other.watch.allowed = ("404", "412")
        form = other.edit("hazard_sites", "H2")
        form.locator("#field-name").fill("不要了")
        delete(one, "hazard_sites", "H2")
        form.locator("[type=submit]").click()
        other.page.get_by_role("button", name="放弃我的修改").click()
        expect(other.page.locator(".conflict")).to_have_count(0)
        assert other.page.evaluate("sessionStorage.length") == 0
    assert district.value("hazard_sites", "H2", "name") is None


def test_feature_when_deleted_by_mistake_comes_back(district: District, desk: Desks) -> None:
    with desk() as planner:
        delete(planner, "hazard_sites", "H3")
        assert district.value("hazard_sites", "H3", "name") is None
        planner.page.locator(".undo-bar").get_by_role("button", name="撤销").click()
        expect(planner.page.locator("#detail")).to_be_visible()
        expect(planner.page.locator("#detail-title")).to_have_text("3号点")
    assert district.value("hazard_sites", "H3", "name") == "3号点"


def test_session_when_it_ended_meanwhile_loses_nothing(district: District, desk: Desks) -> None:
    with desk() as planner:
        planner.watch.allowed = ("401", "403")
        form = planner.edit("hazard_sites", "H1")
        form.locator("#field-name").fill("写了一半")
        end_sessions(district)
        form.locator("[type=submit]").click()
        dialog = planner.page.locator(".dialog")
        expect(dialog).to_contain_text("登录已过期")
        dialog.get_by_role("button", name="已登录，继续").click()
        expect(dialog).to_contain_text("还没有登录成功")
        sign_in_again(district, planner)
        dialog.get_by_role("button", name="已登录，继续").click()
        planner.page.locator(".undo-bar").wait_for()
    assert district.value("hazard_sites", "H1", "name") == "写了一半"


def test_draft_when_the_page_is_left_is_offered_again(district: District, desk: Desks) -> None:
    with desk() as planner:
        form = planner.edit("hazard_sites", "H1")
        form.locator("#field-name").fill(HOSTILE)
        form.locator("#field-workers").fill("１２")
        planner.open("hazard_sites")
        assert planner.watch.asked_to_stay == 1
        bar = planner.page.locator(".undo-bar")
        expect(bar).to_contain_text("H1 有未保存的修改")
        bar.get_by_role("button", name="继续编辑").click()
        form = planner.page.locator(".edit-form")
        expect(form.locator("#field-name")).to_have_value(HOSTILE)
        expect(form.locator("#field-workers")).to_have_value("12")
        planner.save()
    assert district.value("hazard_sites", "H1", "name") == HOSTILE
    assert district.value("hazard_sites", "H1", "workers") == 12


def end_sessions(district: District) -> None:
    """End everybody's session."""
    with district.database.write() as connection, connection.cursor() as cursor:
        cursor.execute(END_SESSIONS)


def sign_in_again(district: District, who: Desk) -> None:
    """Give the browser a new session of the same account, as another tab would."""
    cookie, _ = session_of(district.database, who.account)
    who.page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": district.address}])
