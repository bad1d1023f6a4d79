"""The map: what it draws, and how layers, clicks, search and address work together."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import open_map

# Mean difference between a tile's pixels and the plain background: 0 when nothing is drawn.
DRAWN_PIXELS = """() => {
    let seen = new Set();
    for (const tile of document.querySelectorAll('.vector-pane canvas')) {
        if (!tile.width) continue;
        const { data } = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height);
        for (let at = 0; at < data.length; at += 40)
            seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    }
    return seen.size;
}"""
SPOT = "window.map_district.latLngToContainerPoint([%s, %s])"


def feature_of(page: Page, layer: str, **filters: str) -> dict[str, Any]:
    """Return one feature of a layer by the API."""
    asked = "&".join(f"{name}={value}" for name, value in {"limit": "1", **filters}.items())
    found = page.request.get(f"/api/collections/{layer}/items?{asked}").json()["features"][0]
    assert isinstance(found, dict)
    return found


def click_at(page: Page, lon: float, lat: float) -> None:
    """Click the map at a place."""
    spot = page.evaluate(SPOT % (lat, lon))
    page.locator("#map_district").click(position={"x": spot["x"], "y": spot["y"]})


def test_first_view_shows_base_map_and_clusters(page: Page) -> None:
    open_map(page)
    assert page.evaluate(DRAWN_PIXELS) > 40
    bubbles = page.locator(".bubble")
    assert bubbles.count() > 5
    assert re.search(r"三合一场所|出租屋|风险点位", bubbles.first.get_attribute("aria-label") or "")
    expect(page.locator(".header-notice")).to_contain_text("演示数据：系统生成，非真实数据")
    expect(page.locator(".site-nav .account")).to_contain_text("administrator-")


def test_clusters_count_every_row_once(page: Page) -> None:
    open_map(page, "/#layers=rented_housing")
    counts = page.locator(".bubble").evaluate_all(
        "all => all.map((one) => Number(one.ariaLabel.match(/出租屋 ([0-9,]+)/)[1].replace(',', '')))"
    )
    singles = page.evaluate(
        "(() => { let n = 0; window.map_district.eachLayer((one) => {"
        " if (one.options.shape) n++; }); return n; })()"
    )
    total = page.request.get("/map/summary.json").json()["rented_housing"]["count"]
    assert sum(counts) + singles == total


def test_unknown_grades_are_drawn_hatched_and_said(page: Page) -> None:
    open_map(page, "/#layers=rented_housing")
    labels = page.locator(".bubble").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert any("未评级" in label for label in labels)
    assert page.locator(".bubble svg line").count() > 0  # the hatching


def test_layer_switched_off_disappears(page: Page) -> None:
    open_map(page, "/#layers=rented_housing")
    before = page.locator(".bubble").count()
    page.get_by_label("出租屋").first.uncheck()
    expect(page.locator(".bubble")).to_have_count(0)
    assert before > 0
    expect(page).to_have_url(re.compile(r"layers=(&|$)"))


def test_cluster_opens_by_keyboard(page: Page) -> None:
    open_map(page)
    zoom = page.evaluate("window.map_district.getZoom()")
    page.locator(".bubble").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => window.map_district.getZoom() > {zoom}")


def test_click_on_feature_shows_its_fields(page: Page) -> None:
    open_map(page)
    feature = feature_of(page, "three_in_one")
    lon, lat = feature["geometry"]["coordinates"]
    open_map(page, f"/#map=19/{lat}/{lon}&layers=three_in_one")
    page.reload()
    page.wait_for_load_state("networkidle")
    click_at(page, lon, lat)
    detail = page.locator("#detail")
    expect(detail).to_be_visible()
    if detail.locator(".results").count():
        detail.locator(".result").first.click()
    expect(detail.locator("h2")).not_to_be_empty()
    expect(detail).to_contain_text("风险等级")
    expect(detail).to_contain_text("所在区域")
    expect(detail.locator("dd", has_text="demo")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"select=three_in_one/"))
    page.keyboard.press("Escape")


def test_unknown_value_says_so(page: Page) -> None:
    open_map(page)
    feature = feature_of(page, "cameras", status="unknown")
    page.goto("/help")
    open_map(page, f"/#select=cameras/{feature['id']}")
    expect(page.locator("#detail dd.unknown").first).to_have_text("不详")


def test_what_has_no_end_is_in_force_and_not_unknown(page: Page) -> None:
    cell = feature_of(page, "grid_cells")
    assert cell["properties"]["valid_to"] is None
    open_map(page, f"/#select=grid_cells/{cell['id']}")
    end = page.locator("#detail dt", has_text="撤销日期").locator("+ dd")
    expect(end).to_have_text("至今有效")
    expect(end).not_to_have_class("unknown")


def test_enter_on_the_map_asks_what_is_in_the_middle(page: Page) -> None:
    town = page.request.get("/map/places.json").json()[0]
    open_map(page, f"/#map=15/{town['lat']}/{town['lon']}&layers=areas")
    page.locator("#map_district").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_visible()
    expect(page.locator("#detail-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("#map_district")).to_be_focused()


def test_search_finds_and_goes_there(page: Page) -> None:
    open_map(page)
    town = page.request.get("/map/places.json").json()[0]["name"]
    box = page.locator("#search-box")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.fill(town)
    page.locator("#search-0").wait_for()
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "search-0")
    page.keyboard.press("Enter")
    expect(page.locator("#detail h2")).to_have_text(town)
    expect(page).to_have_url(re.compile("select="))


def test_search_without_result_says_so(page: Page) -> None:
    open_map(page)
    page.locator("#search-box").fill("没有这样的名字啊")
    expect(page.locator("#search-list")).to_contain_text("没有找到")
    expect(page.locator("#search-status")).to_have_text("没有找到")


def test_permalink_restores_everything(page: Page) -> None:
    open_map(page)
    area = feature_of(page, "areas", level="town")
    page.goto("/help")
    open_map(
        page,
        f"/#map=13/23.5/116.6&layers=areas,incidents&select=areas/{area['id']}"
        "&from=2025-01-01&to=2025-12-31",
    )
    view = page.evaluate(
        "(({ lat, lng }) => [window.map_district.getZoom(), lat, lng])"
        "(window.map_district.getCenter())"
    )
    assert view[0] == 13
    assert abs(view[1] - 23.5) < 0.05 and abs(view[2] - 116.6) < 0.1
    expect(page.locator("#layer-incidents")).to_be_checked()
    expect(page.locator("#layer-cameras")).not_to_be_checked()
    expect(page.locator("#time-from")).to_have_value("2025-01-01")
    expect(page.locator("#detail h2")).to_have_text(area["properties"]["name"])


def test_choice_stands_in_the_address_at_once(page: Page) -> None:
    """Whoever reloads or copies the address right after a click loses nothing."""
    open_map(page, "/#map=13/23.5/116.6&layers=areas")
    address = page.evaluate(
        "() => { document.getElementById('layer-incidents').click(); return location.hash; }"
    )
    assert "layers=areas,incidents" in address


def test_time_limits_incidents(page: Page) -> None:
    open_map(page, "/#layers=incidents")
    with page.expect_response(re.compile(r"incidents/.*datetime=")) as waiting:
        page.locator("#time-from").fill("2199-01-01")
        page.locator("#time-from").blur()
    assert waiting.value.ok
    expect(page.locator(".bubble")).to_have_count(0)


def test_language_switch_keeps_the_view(page: Page) -> None:
    open_map(page, "/#map=13/23.5/116.6&layers=areas")
    page.get_by_role("link", name="English").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert "map=13" in page.url and "layers=areas" in page.url
    expect(page.locator("#tab-layers")).to_have_text("Layers")
    page.goto("/help")
    expect(page.locator("h1")).to_have_text("Help")


def test_labels_and_legend_come_from_the_declarations(page: Page) -> None:
    open_map(page, "/#map=15/23.46/116.67&layers=hazard_sites,grid_cells")
    legend = page.locator(".map-legend")
    for text in ("风险点位", "红（重大）", "未评级", "普通网格"):
        expect(legend).to_contain_text(text)
    expect(legend).not_to_contain_text("视频监控")
