"""The tools on the map: measuring, coordinates, printing, panel, queries; and the phone."""

from __future__ import annotations

import re
from itertools import combinations

import pyproj
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import open_map
from tests.browser.test_map import DRAWN_PIXELS, click_at

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)
BOXES = """names => names.flatMap((name) => [...document.querySelectorAll(name)])
    .filter((one) => one.offsetParent !== null || one.getClientRects().length)
    .map((one) => { const { x, y, width, height } = one.getBoundingClientRect();
        return { name: one.id || one.className, x, y, width, height }; })
    .filter((one) => one.width && one.height)"""


def read_number(text: str) -> float:
    """Return the first number in a text."""
    found = re.search(r"[\d,]+(\.\d+)?", text)
    assert found
    return float(found.group().replace(",", ""))


def test_distance_is_that_on_the_ellipsoid(page: Page) -> None:
    open_map(page, "/#map=14/23.46/116.67&layers=")
    page.locator("#tool-measure-length").click()
    click_at(page, 116.65, 23.465)
    click_at(page, 116.68, 23.455)
    placed = page.evaluate(
        "(() => { const found = []; window.map_district.eachLayer((one) => {"
        " if (one.getRadius && !one.options.shape) found.push([one.getLatLng().lng,"
        " one.getLatLng().lat]); }); return found; })()"
    )
    assert len(placed) == 2
    expected = GEOD.inv(*placed[0], *placed[1])[2]
    said = page.locator(".measure-result strong").inner_text()
    assert read_number(said) * (1000 if "km" in said else 1) == pytest.approx(expected, abs=1)
    page.keyboard.press("Escape")
    expect(page.locator("#measure-box")).to_be_hidden()


def test_area_says_square_metres_and_mu_by_keyboard(page: Page) -> None:
    open_map(page, "/#map=17/23.46/116.67&layers=")
    page.locator("#tool-measure-area").click()
    page.locator("#map_district").focus()
    for move in ([0, 0], [200, 0], [0, 200]):
        page.evaluate(f"window.map_district.panBy({move}, {{animate: false}})")
        page.keyboard.press("Enter")
    result = page.locator(".measure-result")
    expect(result).to_contain_text("m²")
    expect(result).to_contain_text("亩")
    square, mu = map(read_number, re.split("（", result.locator("strong").inner_text()))
    metres = 156543.034 / 2**17 * 0.9173 * 200  # Web Mercator at this latitude
    assert square == pytest.approx(metres**2 / 2, rel=0.01)
    assert mu == pytest.approx(square * 3 / 2000, rel=0.01)


def test_pointer_coordinates_agree_with_proj(page: Page) -> None:
    open_map(page, "/#map=16/23.46/116.67&layers=")
    page.locator("#map_district").hover(position={"x": 300, "y": 260})
    said = page.locator("#coordinates").inner_text()
    degrees = re.search(r"WGS-84 ([\d.]+)°, ([\d.]+)°", said)
    metres = re.search(r"北 ([\d.]+) 东 ([\d.]+) m", said)
    assert degrees and metres
    convert = pyproj.Transformer.from_crs(4490, 4548, always_xy=True)
    east, north = convert.transform(float(degrees[1]), float(degrees[2]))
    assert float(metres[1]) == pytest.approx(north, abs=0.2)  # six decimals of a degree
    assert float(metres[2]) == pytest.approx(east, abs=0.2)


def test_panel_closes_opens_and_gives_the_map_its_room(page: Page) -> None:
    open_map(page)
    before = page.locator("#map_district").bounding_box()
    page.locator("#side-close").click()
    after = page.locator("#map_district").bounding_box()
    assert before and after and after["width"] > before["width"] + 250
    expect(page.locator("#side-open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#side")).to_be_visible()


def test_toolbar_is_one_stop_with_arrow_keys(page: Page) -> None:
    open_map(page)
    page.locator("#tool-zoom-in").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#tool-zoom-out")).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator("#tool-link")).to_be_focused()
    assert page.locator("#toolbar button[tabindex='0']").count() == 1


@pytest.mark.parametrize(("paper", "wide"), [("A4", 277), ("A3", 400)])
def test_print_lays_out_title_legend_scale_and_date(page: Page, paper: str, wide: int) -> None:
    open_map(page, "/#map=13/23.46/116.67")
    page.evaluate("void (window.print = () => { window.printed = true; })")
    page.locator("#tool-print").click()
    page.locator("#print-title-box").fill("试印 <b>标题</b>")
    page.locator("#print-paper").select_option(paper)
    page.locator("#print-dialog button.primary").click()
    page.wait_for_function("() => window.printed === true")
    page.emulate_media(media="print")
    expect(page.locator("#print-title")).to_have_text("试印 <b>标题</b>")
    expect(page.locator("#print-meta")).to_contain_text("制图日期")
    expect(page.locator("#print-legend")).to_contain_text("红（重大）")
    expect(page.locator(".leaflet-control-scale-line")).to_be_visible()
    expect(page.locator(".notice-demo").last).to_be_visible()
    expect(page.locator("#toolbar")).to_be_hidden()
    area = page.locator(".map-area").bounding_box()
    assert area and area["width"] == pytest.approx(wide * 96 / 25.4, abs=2)
    assert page.evaluate(DRAWN_PIXELS) > 40
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("#toolbar")).to_be_visible()


def test_print_leaves_the_ground_around_the_district_out(page: Page) -> None:
    open_map(page)
    wide = page.evaluate("window.map_district.setZoom(window.map_district.getZoom() - 1).getZoom()")
    page.evaluate("void (window.print = () => { window.printed = true; })")
    page.locator("#tool-print").click()
    page.locator("#print-dialog button.primary").click()
    page.wait_for_function("() => window.printed === true")
    assert page.evaluate("window.map_district.getZoom()") >= wide
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#toolbar")).to_be_visible()


def test_query_draws_lists_and_exports(page: Page) -> None:
    open_map(page, "/#map=14/23.46/116.67")
    page.get_by_role("tab", name="空间查询").click()
    page.locator(".query-choice", has_text="最近的要素").click()
    page.locator("#query-layer").select_option("facilities")
    page.locator("#query-near").fill("116.67,23.46")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator(".query-count")).to_contain_text("共 5 条")
    assert page.locator(".query-answer .result").count() == 5
    assert page.locator(".query-rules").count() == 1
    link = page.get_by_role("link", name="导出表格").get_attribute("href") or ""
    assert len(page.request.get(link).text().splitlines()) >= 6
    page.locator(".query-answer .result").first.click()
    expect(page.locator("#detail")).to_be_visible()
    assert "query=nearest" in page.url
    page.reload()
    expect(page.locator(".query-count")).to_contain_text("共 5 条")


def test_query_takes_a_place_from_the_map(page: Page) -> None:
    open_map(page, "/#map=14/23.46/116.67")
    page.get_by_role("tab", name="空间查询").click()
    page.locator(".query-choice", has_text="最近的要素").click()
    page.get_by_role("button", name=re.compile("在地图上点选位置")).first.click()
    click_at(page, 116.66, 23.46)
    expect(page.locator("#query-near")).to_have_value(re.compile(r"^116\.6[56]\d+,23\.4[56]\d+$"))
    expect(page.locator("#detail")).to_be_hidden()


def open_within(page: Page) -> None:
    """Open the form that asks for what is within a distance."""
    page.get_by_role("tab", name="空间查询").click()
    page.locator(".query-choice", has_text="一定距离内的要素").click()


def test_query_takes_a_line_drawn_on_the_map(page: Page) -> None:
    open_map(page, "/#map=14/23.59/116.64")
    open_within(page)
    page.locator("#query-layer").select_option("areas")
    draw = page.get_by_role("button", name=re.compile("在地图上画一条线"))
    draw.click()
    click_at(page, 116.63, 23.595)
    page.get_by_role("button", name="完成", exact=True).click()
    expect(page.locator("#measure-box")).to_be_visible()  # one point is no line
    click_at(page, 116.64, 23.585)
    click_at(page, 116.65, 23.585)
    page.get_by_role("button", name="完成", exact=True).click()
    pair = r"116\.6\d+ 23\.5\d+"
    box = page.locator("#query-near")
    expect(box).to_have_value(re.compile(rf"^LINESTRING\({pair}, {pair}, {pair}\)$"))
    expect(page.locator("#measure-box")).to_be_hidden()
    expect(page.locator("#detail")).to_be_hidden()
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator(".query-count")).to_contain_text("共")
    assert page.locator(".query-answer .result").count() > 0
    line = "one => one.options.dashArray === '6 5' && one.getLatLngs().length"
    drawn = "(() => { const found = []; window.map_district.eachLayer((one) => {"
    drawn += f" const n = ({line})(one); if (n) found.push(n); }}); return found; }})()"
    assert page.evaluate(drawn) == [3]
    draw.click()
    click_at(page, 116.63, 23.595)
    page.keyboard.press("Escape")
    expect(page.locator("#measure-box")).to_be_hidden()
    expect(box).to_have_value(re.compile("^LINESTRING"))


def test_phone_query_makes_room_for_the_place_and_comes_back(phone: Page) -> None:
    open_map(phone, "/#map=14/23.46/116.67")
    phone.locator("#side-open").tap()
    open_within(phone)
    phone.get_by_role("button", name=re.compile("在地图上画一条线")).tap()
    expect(phone.locator("#side")).to_be_hidden()
    for lon in (116.665, 116.675):
        click_at(phone, lon, 23.465)
    phone.get_by_role("button", name="完成", exact=True).tap()
    expect(phone.locator("#side")).to_be_visible()
    expect(phone.locator("#query-near")).to_have_value(re.compile("^LINESTRING"))


def test_query_offers_the_kinds_of_the_layer(page: Page) -> None:
    open_map(page, "/#map=14/23.46/116.67")
    open_within(page)
    kind = page.locator("#query-kind")
    page.locator("#query-layer").select_option("facilities")
    kind.select_option(label="消火栓")
    page.locator("#query-distance").fill("5000")
    page.locator("#query-near").fill("116.67,23.46")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator(".query-count")).to_contain_text("共")
    assert "kind=hydrant" in page.url
    page.locator("#query-layer").select_option("cameras")
    expect(kind).to_be_disabled()
    page.reload()
    expect(kind).to_have_value("hydrant")
    page.goto("/queries/within?layer=facilities&kind=hydrant&near=116.67,23.46&distance=5000")
    expect(page.locator("#p-kind")).to_have_value("hydrant")


def test_bad_query_says_what_is_wrong(watch: tuple[Page, object]) -> None:
    page, watching = watch
    watching.allowed = ("400",)  # type: ignore[attr-defined] - a Watch
    open_map(page)
    page.get_by_role("tab", name="空间查询").click()
    page.locator(".query-choice", has_text="最近的要素").click()
    page.locator("#query-layer").select_option("facilities")
    page.locator("#query-near").fill("不是地方")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator(".query-answer [role=alert]")).to_contain_text("near")


def test_table_filters_pages_and_leads_to_the_map(page: Page) -> None:
    page.goto("/layers/incidents")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(50)
    first = rows.first.inner_text()
    page.locator("#next").click()
    expect(rows.first).not_to_have_text(first)
    with page.expect_response(re.compile("kind=fire")):
        page.locator("#filter-kind").select_option("fire")
    expect(page.locator("#table-status")).to_contain_text("本页")
    kinds = page.locator("#rows tbody tr td:nth-child(4)").all_inner_texts()
    assert kinds and set(kinds) == {"火情"}
    link = rows.first.get_by_role("link").get_attribute("href") or ""
    open_map(page, link)
    expect(page.locator("#detail")).to_be_visible()


def test_phone_shows_everything_without_overlap(phone: Page) -> None:
    open_map(phone)
    parts = [".site-header", "#side-open", ".tool-group", ".map-legend", ".map-foot > *", "footer"]
    boxes = phone.evaluate(BOXES, parts)
    assert len(boxes) >= 8
    for one, other in combinations(boxes, 2):
        apart = (
            one["x"] + one["width"] <= other["x"] + 0.5
            or other["x"] + other["width"] <= one["x"] + 0.5
            or one["y"] + one["height"] <= other["y"] + 0.5
            or other["y"] + other["height"] <= one["y"] + 0.5
        )
        assert apart, (one, other)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390.5 for box in boxes)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_phone_panel_is_a_sheet(phone: Page) -> None:
    open_map(phone)
    phone.locator("#side-open").tap()
    box = phone.locator("#side").bounding_box()
    assert box and box["width"] == 390 and box["y"] > 250
    expect(phone.locator("#layer-cameras")).to_be_visible()
    phone.locator("#side-close").tap()
    expect(phone.locator("#side")).to_be_hidden()
