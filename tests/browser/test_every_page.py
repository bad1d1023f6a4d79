"""Every page, in both languages: nothing from outside, no policy broken, fit for everyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Watch, open_map

PAGES = (
    "/",
    "/layers",
    "/layers/areas",
    "/layers/three_in_one",
    "/layers/incidents",
    "/help",
    "/account",
    "/account/factor",
    "/account/tokens",
    "/admin/accounts",
    "/admin/accounts/new",
    "/queries",
    "/queries/nearest",
    "/queries/nearest?layer=facilities&near=116.65,23.6",
    "/coverage",
    "/coverage/print",
    "/imports",
    "/jobs",
    "/admin/audit",
    "/sign-in",
    "/api/?f=html",
    "/api/conformance?f=html",
    "/api/collections?f=html",
    "/api/collections/cameras?f=html",
    "/api/collections/cameras/items?f=html",
    "/api/collections/cameras/queryables?f=html",
    "/api/docs",
    "/no-such-page",
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_ours_safe_and_accessible(
    watch: tuple[Page, Watch], axe: Callable[[Page], list[str]], path: str, language: str
) -> None:
    page, watching = watch
    if path == "/no-such-page":
        watching.allowed = ("404",)
    answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    page.wait_for_load_state("networkidle")
    assert answer is not None and answer.status == (404 if path == "/no-such-page" else 200)
    assert page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-CN")
    assert page.locator("h1").count() == 1
    assert page.title()
    assert axe(page) == []


def test_map_with_everything_open_is_accessible(
    page: Page, axe: Callable[[Page], list[str]]
) -> None:
    open_map(page, "/#map=16/23.46/116.67")
    page.get_by_role("tab", name="空间查询").click()
    page.locator(".query-choice").first.click()
    page.locator("#search-box").fill("庵埠")
    page.locator("#search-list li").first.wait_for()
    page.locator("#tool-measure-area").click()
    assert axe(page) == []


def test_english_page_says_no_chinese_of_ours(page: Page) -> None:
    open_map(page, "/?lang=en")
    page.locator("#tab-layers").click()
    said = page.evaluate("document.querySelector('#pane-layers').innerText")
    said += page.locator("#toolbar").evaluate(
        "bar => [...bar.querySelectorAll('button')].map((one) => one.title).join(' ')"
    )
    assert not [letter for letter in said if "一" <= letter <= "鿿"]
