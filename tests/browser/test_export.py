"""The dialog of exports: what it says, what it downloads, what becomes a job; by keyboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from gisapp.web.gate import COOKIE
from tests.accounts import signed_in
from tests.browser.conftest import DRAWN, PHONE

Open = Callable[..., object]


@pytest.fixture
def few(app: Flask) -> Iterator[None]:
    """The application gives ten rows at once; more are a job."""
    held = app.extensions["gisapp"]
    exports = replace(held.settings.exports, rows=10)
    app.extensions["gisapp"] = replace(held, settings=replace(held.settings, exports=exports))
    yield
    app.extensions["gisapp"] = held


def ready(page: Page) -> None:
    expect(page.locator(".export-told")).to_contain_text("行数")


def test_table_when_exported_gives_the_filtered_rows(watch_page: Open, address: str) -> None:
    with watch_page(address) as (page, _):
        page.goto("/layers/hazard_sites?grade=red")
        button = page.get_by_role("button", name="导出…")
        expect(button).to_be_enabled()  # focusing does not wait for the script
        button.focus()
        page.keyboard.press("Enter")
        ready(page)
        told = page.locator(".export-told").inner_text()
        assert "红" in told
        rows = int(told.split("行数")[1].strip().replace(",", ""))
        assert rows > 0
        page.locator("#export-form").select_option("csv")
        expect(page.locator("#export-encoding")).to_be_hidden()
        expect(page.locator("#export-limits")).to_contain_text("BOM")
        with page.expect_download() as caught:
            page.keyboard.press("Tab")
            page.get_by_role("button", name="导出", exact=True).press("Enter")
        name = caught.value.suggested_filename
        assert name.startswith("hazard_sites_")
        text = Path(caught.value.path()).read_text("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text)))
        assert len(lines) == rows + 1
        assert lines[0][0] == "编码"
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)


def test_shifted_coordinates_when_chosen_are_warned_of(watch_page: Open, address: str) -> None:
    with watch_page(address, locale="en", viewport=PHONE) as (page, _):
        page.goto("/layers/cameras?lang=en")
        page.get_by_role("button", name="Export…").click()
        expect(page.locator(".export-told")).to_contain_text("Rows")
        warning = page.locator("dialog .form-note")
        expect(warning).to_be_hidden()
        page.locator("#export-form").select_option("shp")
        expect(page.locator("#export-encoding")).to_be_visible()
        page.locator("#export-crs").select_option("gcj02")
        expect(warning).to_contain_text("not for surveying")
        page.locator("#export-encoding").select_option("GB18030")
        with page.expect_download() as caught:
            page.get_by_role("button", name="Export", exact=True).click()
        assert "GCJ02偏移坐标_勿作测绘" in caught.value.suggested_filename
        # KML has no metres to offer.
        page.locator("#export-form").select_option("kml")
        values = page.locator("#export-crs option").evaluate_all("all => all.map(o => o.value)")
        assert values == ["EPSG:4326", "gcj02", "bd09"]


def test_rows_when_many_become_a_job(watch_page: Open, address: str, few: None) -> None:
    with watch_page(address) as (page, _):
        page.goto("/layers/cameras")
        page.get_by_role("button", name="导出…").click()
        ready(page)
        page.get_by_role("button", name="作为后台任务导出").click()
        link = page.locator("dialog a")
        expect(link).to_be_focused()
        link.click()
        expect(page.locator(".job")).to_contain_text("导出图层")


def test_map_when_exported_offers_its_layers_and_its_extent(watch_page: Open, address: str) -> None:
    with watch_page(address) as (page, _):
        page.goto("/")
        page.wait_for_function(DRAWN)
        page.get_by_role("button", name="导出…").click()
        ready(page)
        page.locator("#export-source").select_option(label="视频监控")
        page.get_by_text("只要地图上看得见的范围").click()
        expect(page.locator(".export-told")).to_contain_text("范围")
        with page.expect_download() as caught:
            page.get_by_role("button", name="导出", exact=True).click()
        assert caught.value.suggested_filename.endswith(".gpkg")


def test_answer_when_exported_is_named_after_the_query(watch_page: Open, address: str) -> None:
    with watch_page(address) as (page, _):
        page.goto("/queries/nearest?layer=cameras&near=116.62,23.46&n=5")
        page.get_by_role("button", name="导出…").click()
        ready(page)
        page.locator("#export-form").select_option("geojson")
        with page.expect_download() as caught:
            page.get_by_role("button", name="导出", exact=True).click()
        assert caught.value.suggested_filename.startswith("nearest_")


def test_viewer_when_looking_finds_no_export(watch_page: Open, address: str, app: Flask) -> None:
    cookie = signed_in(app, "viewer").get_cookie(COOKIE).value
    with watch_page(address, cookie) as (page, _):
        page.goto("/layers/cameras")
        expect(page.locator("#rows tbody tr").first).to_be_visible()
        expect(page.get_by_role("button", name="导出…")).to_have_count(0)
