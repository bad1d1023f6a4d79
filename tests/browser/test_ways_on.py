"""The ways on from what the map shows: to the rows of a number, to what is in or near a feature."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.accounts import make_account, session_of
from tests.browser.conftest import OpenPage, open_map
from tests.browser.test_map import feature_of

CROSS = "getComputedStyle(document.querySelector('#map_district'), '::after').content"
ZOOM = "Number(location.hash.match(/map=([\\d.]+)/)[1])"
TO_LANGUAGES = {"zh": "English", "en": "中文"}


def open_a_feature(page: Page, layer: str) -> dict[str, Any]:
    """Open the map at a feature of a layer and return it."""
    feature = feature_of(page, layer)
    open_map(page, f"/#select={layer}/{feature['id']}")
    return feature


def test_number_of_a_layer_leads_to_its_rows(page: Page) -> None:
    open_map(page)
    count = page.locator("#layer-three_in_one ~ .layer-count")
    expect(count).to_have_text(re.compile(r"\d"))
    said = count.inner_text()
    count.click()
    expect(page.locator("#table-status")).to_contain_text(f"共 {said} 条")


def test_link_to_a_layer_leaves_the_base_map_on(page: Page) -> None:
    page.goto("/layers")
    page.locator("a[href*='also=parcels']").click()
    for layer in ("parcels", "roads", "buildings", "grid_cells"):
        expect(page.locator(f"#layer-{layer}")).to_be_checked()


def test_link_to_a_feature_shows_its_layer_too(page: Page) -> None:
    page.goto("/layers/incidents")
    page.locator("#rows tbody th a").first.click()
    expect(page.locator("#detail")).to_be_visible()
    for layer in ("incidents", "roads"):
        expect(page.locator(f"#layer-{layer}")).to_be_checked()


def test_what_is_in_an_area_is_one_press_away(page: Page) -> None:
    cell = open_a_feature(page, "grid_cells")
    page.locator("[data-asks=contents]").click()
    expect(page.locator("#query-code")).to_have_value(str(cell["id"]))
    expect(page.locator(".query-count")).to_contain_text("共")
    assert page.locator(".query-answer .summary tbody tr").count() > 0


def test_line_of_an_answer_s_sums_opens_the_rows_it_counts(page: Page) -> None:
    open_map(page)
    cell = feature_of(page, "grid_cells")
    page.goto(f"/?query=contents&code={cell['id']}")
    rows = page.locator(".query-rows li")
    lines = page.locator(".query-answer .summary tbody tr")
    expect(lines.nth(1)).to_be_visible()
    everything = rows.count()
    page.wait_for_function(f"{ZOOM} >= 14")  # at the cell, not at the district that reaches into it
    counted = 0
    for line in lines.all():
        line.locator("button").click()
        expect(line.locator("button")).to_have_attribute("aria-pressed", "true")
        own, reaching = (int(line.locator("td").nth(n).inner_text()) for n in (2, 3))
        expect(rows).to_have_count(own + reaching)
        expect(page.locator(".query-rows [role=status]")).to_contain_text(f" {own + reaching} 条")
        label, grade = (line.locator("td").nth(n).inner_text() for n in (0, 1))
        expect(rows.first).to_contain_text(label)
        expect(rows.first).to_contain_text(grade)
        counted += own + reaching
    assert counted == everything
    lines.last.locator("button").click()
    expect(rows).to_have_count(everything)


def test_phone_lists_what_is_near_a_place(phone: Page) -> None:
    place = open_a_feature(phone, "three_in_one")
    phone.locator("[data-asks=within]").tap()
    expect(phone.locator(".query-count")).to_be_visible()
    expect(phone.locator("#query-of_code")).to_have_value(str(place["id"]))
    expect(phone.locator("#detail")).to_be_hidden()


def test_cross_marks_the_middle_for_keys_only(page: Page) -> None:
    open_map(page, "/#map=15/23.46/116.67")
    page.locator("#map_district").focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(CROSS) == '""'
    page.locator("#map_district").click(position={"x": 300, "y": 300})
    assert page.evaluate(CROSS) == "none"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(CROSS) == '""'


@pytest.mark.parametrize("language", ["zh", "en"])
def test_head_of_the_map_has_room_for_all(
    watch_page: OpenPage, address: str, language: str
) -> None:
    with watch_page(address) as (page, _):
        open_map(page, f"/?lang={language}")
        account = page.locator(".site-nav .account").bounding_box()
        switch = page.locator(".site-nav .language").bounding_box()
        assert account and switch
        assert account["width"] > 60  # of a long name, as much as the others leave
        assert account["x"] + account["width"] <= switch["x"]
        assert switch["x"] + switch["width"] <= 1440
        expect(page.locator(".language")).to_have_text(TO_LANGUAGES[language])
        names = page.locator(".layer-name").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.clientWidth).length"
        )
        assert names == 0 or language == "en"


def test_map_begins_at_the_areas_one_sees(
    page: Page, watch_page: OpenPage, address: str, app: Flask
) -> None:
    open_map(page)
    zoom = "window.map_district.getZoom()"
    whole = page.evaluate(zoom)
    cell = feature_of(page, "grid_cells")
    village = str(cell["properties"]["area_code"])
    lon, lat = cell["geometry"]["coordinates"][0][0][0]
    database = app.extensions["gisapp"].database
    session, _ = session_of(database, make_account(database, "planner", [village])[0])
    with watch_page(address, session=session) as (own, _):
        own.goto("/")
        expect(own.locator("html")).to_have_attribute("data-ready", "map")
        assert own.evaluate(zoom) > whole
        held = "([lat, lon]) => window.map_district.getBounds().contains([lat, lon])"
        assert own.evaluate(held, [lat, lon])
        own.get_by_role("button", name="全区").click()
        own.wait_for_function(f"whole => {zoom} === whole", arg=whole)
