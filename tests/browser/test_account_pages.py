"""Accounts, second factor and tokens in a browser, on a desk and on a phone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from gisapp.access.accounts import account_numbered
from gisapp.access.sessions import make_token
from gisapp.web.gate import COOKIE
from tests.access.people import code_at, store_of, wait_for_a_young_step, with_password
from tests.accounts import PASSWORD, make_account, session_of
from tests.browser.conftest import PHONE, SESSIONS

HOSTILE = "${window.pwned=1}`</script><img src=x onerror=window.pwned=1>"
SHOTS = os.environ.get("GISAPP_SHOTS", "")  # a folder: pictures of the pages, to look at
TOWN, OTHER, VILLAGE = "445103100", "445103103", "445103100001"
Open = Callable[..., object]


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        wide = page.viewport_size["width"]
        page.screenshot(path=str(Path(SHOTS, f"{name}-{wide}.png")))


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["", "/new", "/{other}", "/{other}/remove", "/{own}"])
def test_administration_is_accessible_and_fits(
    app: Flask,
    address: str,
    watch_page: Open,
    axe: Callable[[Page], list[str]],
    path: str,
    viewport: dict[str, int],
) -> None:
    store = store_of(app)
    other, _ = make_account(store, "inspector", [VILLAGE, TOWN])
    own, _ = make_account(store)
    cookie, _ = session_of(store, own)
    with watch_page(address, viewport=viewport) as (page, _watch):
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
        page.goto("/admin/accounts" + path.format(other=other, own=own))
        expect(page.locator("h1")).to_be_visible()
        shoot(page, "admin" + re.sub(r"\W", "-", path))
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_second_factor_from_set_up_to_sign_in(
    app: Flask,
    address: str,
    watch_page: Open,
    axe: Callable[[Page], list[str]],
    viewport: dict[str, int],
) -> None:
    name = with_password(store_of(app))
    with watch_page(address, viewport=viewport) as (page, _watch):
        page.context.clear_cookies()
        page.goto("/sign-in?next=/account/factor")
        assert axe(page) == []
        shoot(page, "sign-in")
        page.locator("#name").fill(name)
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_role("button", name="开始设置").click()
        page.wait_for_function("() => document.querySelector('img.qr').naturalWidth > 100")
        assert axe(page) == []
        shoot(page, "factor")
        secret = page.locator("code.secret").inner_text().replace(" ", "")
        wait_for_a_young_step()
        page.locator("#code").fill(code_at(secret, -1))
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="开启二次验证").click()
        expect(page.locator(".secret-list li")).to_have_count(10)
        assert axe(page) == []
        shoot(page, "recovery")
        page.get_by_role("link", name="已保存").click()
        shoot(page, "account")
        page.get_by_role("button", name="退出登录").click()
        page.locator("#name").fill(name)
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_role("heading", name="二次验证")).to_be_visible()
        assert axe(page) == []
        shoot(page, "code")
        wait_for_a_young_step()
        page.locator("#code").fill(code_at(secret))
        page.get_by_role("button", name="继续").click()
        expect(page.locator("#map_district")).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.goto("/account/factor")
        assert axe(page) == []
        shoot(page, "factor-on")


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_tokens_that_are_named_in_code_stay_names(
    app: Flask,
    address: str,
    watch_page: Open,
    axe: Callable[[Page], list[str]],
    viewport: dict[str, int],
) -> None:
    store = store_of(app)
    number, _ = make_account(store, "planner", [TOWN])
    with store.write() as connection:
        make_token(connection, account_numbered(connection, number), HOSTILE, 3, True, [VILLAGE])
    cookie, _ = session_of(store, number)
    with watch_page(address, viewport=viewport) as (page, _watch):
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
        page.goto("/account/tokens")
        expect(page.get_by_role("table")).to_contain_text(HOSTILE)
        page.locator("#label").fill("QGIS")
        page.locator(f"input[value='{VILLAGE}']").check()
        page.locator("form[action='/account/tokens'] button").click()
        expect(page.locator("code.secret").first).to_contain_text("gisapp_")
        assert axe(page) == []
        shoot(page, "tokens")
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert page.evaluate("window.pwned") is None
        page.get_by_role("button", name="撤销 QGIS").click()
        expect(page.get_by_role("row")).to_have_count(2)


def test_change_of_rights_by_names_of_areas(
    app: Flask, address: str, watch_page: Open, axe: Callable[[Page], list[str]]
) -> None:
    store = store_of(app)
    number, name = make_account(store, "viewer", [TOWN])
    with watch_page(address) as (page, _watch):
        assert address in SESSIONS
        page.goto(f"/admin/accounts/{number}")
        page.get_by_label("规划员").check()
        page.locator(f"input[name=area][value='{TOWN}']").uncheck()
        page.locator(f"input[name=area][value='{OTHER}']").check()
        page.get_by_role("button", name="更改…").click()
        expect(page.get_by_role("heading", name=f"确认更改 {name}")).to_be_visible()
        assert axe(page) == []
        shoot(page, "confirm-change")
        page.get_by_role("button", name="确认更改").click()
        expect(page.locator(".facts")).to_contain_text("规划员")
        with store.write() as connection:
            changed = account_numbered(connection, number)
    assert (changed.role, changed.areas) == ("planner", (OTHER,))
