"""The header that all pages share, on a phone: the switch of languages is always in reach."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE

PAGES = ("/imports", "/help", "/coverage", "/")


@pytest.mark.parametrize("path", PAGES)
def test_language_when_the_screen_is_narrow_is_whole_and_works(phone: Page, path: str) -> None:
    phone.goto(path)
    link = phone.locator(".site-nav .language")
    expect(link).to_be_visible()
    box = link.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    on_top = phone.evaluate("([x, y]) => document.elementFromPoint(x, y).className", middle)
    assert on_top == "language"
    # Every other link can be scrolled to.
    last = phone.locator(".site-nav .account")
    last.scroll_into_view_if_needed()
    shown, held = last.bounding_box(), link.bounding_box()
    assert shown is not None
    assert held is not None
    assert shown["x"] + shown["width"] <= held["x"] + 1
    if path != "/":
        link.click()
        expect(phone.locator("html")).to_have_attribute("lang", "en")
