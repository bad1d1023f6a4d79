"""The coverage page on a small world whose figures are computed by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from shapely import LineString

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from tests.accounts import make_account, session_of
from tests.browser.conftest import PHONE, serving
from tests.browser.test_hostile_text import HOSTILE
from tests.coverage.world import CIRCLE, at, computed, put, run, square, village
from tests.jobs.doing import attempt

# Four cells of 100 m in a row, two in each of two towns. c1 has a house of 40 x 40 and a camera that
# sees all around for 20 m, c2 one of unknown direction and 20 m; c3 nothing, and c4 a pond of 50 x 100.
AROUND_M2 = math.pi * 20**2 * CIRCLE
C1, C2, C3, C4 = 8400, 10_000, 10_000, 5_000
STATE = "SELECT string_agg(layer || revision, ',' ORDER BY layer) FROM gisapp.layer_revisions"
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def world(cluster, names, tmp_path_factory) -> Iterator[tuple[str, Database]]:
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    var = str(tmp_path_factory.mktemp("cover"))
    settings = load_settings({"GISAPP_VAR": var, "GISAPP_COSTLY_PER_MINUTE": "100000"})
    app = create_app(settings, cluster.url(name))
    database = app.extensions["gisapp"].database
    for number, town in enumerate(("甲镇", "乙镇")):
        code, west = f"44510310{number + 1}", 200 * number
        shape = square(west, 0, west + 200, 100)
        put(database, "areas", f"{code}000", shape, name=town, level="town", kind="town")
        village(database, f"{code}201", shape)
    for number in range(4):
        west = 100 * number
        named = HOSTILE if number == 2 else f"网格{number + 1}"
        put(database, "grid_cells", f"c{number + 1}", square(west, 0, west + 100, 100), name=named)
    put(database, "buildings", "b1", square(55, 55, 95, 95))
    put(database, "water", "w4", square(350, 0, 400, 100))
    seen = {"max_view_distance": 20}
    put(database, "cameras", "round", at(25, 25), name=HOSTILE, horizontal_fov=360, **seen)
    put(database, "cameras", "lost", at(150, 50), name="不知朝向", horizontal_fov=90, **seen)
    put(database, "roads", "r3", LineString([at(275, -50), at(275, 150)]), width_m=8)
    put(database, "hazard_sites", "h3", at(260, 20), name=HOSTILE)
    computed(database)
    with serving(app) as address:
        yield address, database
    database.close()


@pytest.fixture
def page(watch_page: Open, world: tuple[str, Database]) -> Iterator[Page]:
    with watch_page(world[0]) as (opened, _):
        yield opened


def ready(page: Page, where: str = "/coverage") -> Page:
    page.goto(where)
    expect(page.locator(".cover-table tbody tr").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def figure(text: str | None) -> float:
    found = re.search(r"-?[\d,]+(?:\.\d+)?", text or "")
    assert found, text
    return float(found.group().replace(",", ""))


def facts(page: Page, where: str) -> dict[str, float]:
    lines = page.locator(f"{where} .cover-facts div")
    labels = lines.locator("dt").all_text_contents()
    return dict(zip(labels, map(figure, lines.locator("dd").all_text_contents()), strict=True))


def test_totals_when_shown_are_those_computed_by_hand(page: Page) -> None:
    ready(page)
    told = facts(page, ".cover-total")
    assert told["应看"] == C1 + C2 + C3 + C4
    assert told["确定看到"] == round(AROUND_M2)
    assert told["不确定"] == round(AROUND_M2)
    assert told["确定盲区"] == round(C1 + C2 + C3 + C4 - 2 * AROUND_M2)
    assert (told["摄像机"], told["朝向不详"], told["完全没有摄像机的网格"]) == (2, 1, 2)
    sure, possible = (100 * n * AROUND_M2 / (C1 + C2 + C3 + C4) for n in (1, 2))
    expect(page.locator(".cover-total .cover-pair")).to_have_text(
        f"确定 {sure:.1f} %，可能 {possible:.1f} %"
    )


def test_figures_when_added_from_cells_to_towns_to_all_add_up(page: Page) -> None:
    ready(page)
    page.locator(".cover-towns summary").click()
    rows = page.locator(".cover-towns tbody tr, .cover-towns tfoot tr")
    table = [[figure(text) for text in row.locator("td").all_text_contents()] for row in rows.all()]
    *towns, total = table
    assert [town[1] for town in towns] == [C1 + C2, C3 + C4]
    assert [sum(town[i] for town in towns) for i in range(5)] == pytest.approx(total[:5], abs=1)
    gaps = []
    for code, other in (("445103101", "c3"), ("445103102", "c1")):
        page.locator("#cover-area").select_option(code)
        expect(page.locator(f"tr[data-code={other}]")).to_have_count(0)
        expect(page.locator("tr[data-code]")).to_have_count(2)
        cells = page.locator(".cover-table tbody td:last-child").all_text_contents()
        gaps.append(sum(map(figure, cells)))
        assert gaps[-1] == pytest.approx(facts(page, ".cover-total")["确定盲区"], abs=1)
    assert gaps == pytest.approx([town[4] for town in towns], abs=1)


def test_cell_when_opened_tells_gaps_cameras_and_what_hangs_on_one(page: Page) -> None:
    ready(page)
    page.locator("tr[data-code=c1] button").click()
    detail = page.locator(".cover-detail")
    expect(detail.locator("h2")).to_have_text("网格1")
    assert facts(page, ".cover-detail")["确定盲区"] == round(C1 - AROUND_M2)
    expect(detail).to_contain_text(f"失效：少看到 {AROUND_M2:,.0f} m²")
    expect(detail.locator(".cover-gap").first).to_contain_text("确定盲区")
    # A camera opens from here: by its own view.
    detail.locator(".cover-table button").click()
    expect(detail).to_contain_text("round")
    assert facts(page, ".cover-detail")["确定看到"] == round(AROUND_M2)
    page.get_by_role("button", name="返回网格列表").click()
    page.locator("tr[data-code=c2] button").click()
    page.locator(".cover-detail .cover-table button").click()
    expect(detail).to_contain_text("朝向不详：四周都可能，没有一处确定。")


def test_gap_when_opened_leads_to_its_rows_and_texts_stay_texts(page: Page) -> None:
    ready(page)
    page.locator("tr[data-code=c3] button").click()
    gap = page.locator(".cover-gap").first
    gap.locator("summary").click()
    expect(gap).to_contain_text("风险点位（处） 1 × 5 = 5 分")
    row = gap.locator("a")
    expect(row).to_have_text(HOSTILE)
    assert row.get_attribute("href") == "/#select=hazard_sites/h3"
    expect(page.locator(".cover-detail h2")).to_have_text(HOSTILE)
    assert page.evaluate("() => window.pwned") is None


def test_map_when_too_far_away_for_gaps_says_so(page: Page) -> None:
    ready(page)
    hint, classes = page.locator(".cover-hint"), page.locator(".cover-legend", has_text="≥ 50 %")
    expect(hint).to_be_hidden()
    expect(page.get_by_text("≥ 50 %")).to_be_hidden()
    page.evaluate("() => { window.map_district.setZoom(12, { animate: false }); }")
    expect(hint).to_contain_text("没有画出不等于没有")
    # Cells are filled by classes instead.
    expect(classes.get_by_text("≥ 50 %")).to_be_visible()
    shares = [0, 0.9, 1, 4.9, 15, 50, 100]
    taken = page.evaluate(TAKEN, [12, shares])
    assert taken == [[0], [0], [1], [1], [2], [4], [4]]
    assert page.evaluate(TAKEN, [13, shares]) == [[]] * 7


# Which of the classes' paint rules take a cell of each share, at a zoom.
TAKEN = """async ([zoom, shares]) => {
    const { CLASSES, paintRules } = await import("/static/js/coverage/style.js");
    const rules = paintRules({ map: { getZoom: () => zoom }, cover: { shows: () => true } }).slice(0, CLASSES.length);
    return shares.map((possible_share) => rules.flatMap((rule, i) => (rule.filter(zoom, { props: { possible_share, state: "fresh" } }) ? [i] : [])));
}"""


def begin(page: Page, code: str) -> None:
    """Take a camera into the what-if from its own page, and wait for the first answer."""
    cell = {"round": "c1", "lost": "c2"}[code]
    page.locator(f"tr[data-code={cell}] button").click()
    page.locator(".cover-detail .cover-table button").click()
    page.get_by_role("button", name="推演：移动、转向或停用").click()
    expect(page.locator("#what-if-banner")).to_contain_text("推演，未保存")
    page.wait_for_function("() => Number(document.documentElement.dataset.whatIf) > 0")


def total(page: Page, line: int) -> list[float]:
    cells = page.locator(".what-if-total tbody tr").nth(line).locator("td")
    return [figure(text) for text in cells.all_text_contents()[:2]]


def test_camera_when_dragged_changes_figures_and_writes_nothing(
    page: Page, world: tuple[str, Database]
) -> None:
    before = run(world[1], STATE)
    begin(ready(page), "round")
    was, now = total(page, 0)
    assert was == now == round(AROUND_M2)
    box = page.locator(".what-if-camera").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x - 10 * step, y)  # out of the cell, to the west
    page.mouse.up()
    expect(page.locator(".what-if-total tbody tr").first).to_contain_text(f"−{AROUND_M2:,.0f} m²")
    assert total(page, 0) == [round(AROUND_M2), 0]
    # What hangs on one camera follows too.
    assert total(page, 4) == [round(AROUND_M2), 0]
    assert total(page, 5) == [1, 0]
    expect(page.locator(".what-if-failures tbody tr")).to_contain_text(f"{AROUND_M2:,.0f} m²")
    assert run(world[1], STATE) == before
    page.get_by_role("button", name="全部还原").click()
    expect(page.locator("#what-if-banner")).to_be_hidden()
    expect(page.locator(".what-if-camera")).to_have_count(0)


def test_camera_when_turned_by_numbers_and_switched_off_is_as_by_hand(page: Page) -> None:
    begin(ready(page), "lost")
    assert total(page, 0) == [0, 0]
    page.locator(".what-if-list input[type=number]").fill("720")
    expect(page.locator(".what-if-list .field-error")).to_have_text("应在 0 到 360 之间")
    page.locator(".what-if-list input[type=number]").fill("90")
    expect(page.locator(".what-if-list .field-error")).to_be_hidden()
    quarter = AROUND_M2 / 4
    expect(page.locator(".what-if-total tbody tr").first).to_contain_text("+")
    assert total(page, 0)[1] == pytest.approx(quarter, rel=0.02)
    page.locator(".what-if-list input[type=checkbox]").check()
    expect(page.locator(".what-if-total tbody tr").nth(1)).to_contain_text(f"−{AROUND_M2:,.0f} m²")
    assert total(page, 1) == [round(AROUND_M2), 0]


def test_camera_when_added_is_moved_by_keys_and_saved_as_planned(
    page: Page, world: tuple[str, Database]
) -> None:
    ready(page)
    page.get_by_role("tab", name="推演").click()
    page.get_by_role("button", name="放在地图中心").click()
    expect(page.locator(".what-if-total")).to_be_visible()
    first = total(page, 0)
    page.locator(".what-if-camera").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
    page.wait_for_load_state("networkidle")
    assert total(page, 0)[0] == first[0]
    page.get_by_role("button", name="存为规划监控").click()
    expect(page.locator(".what-if-list")).to_contain_text("已存：")
    rows = run(world[1], "SELECT id, azimuth FROM gisapp.cameras WHERE status = 'planned'")
    assert [azimuth for _, azimuth in rows] == [0]
    run(world[1], "DELETE FROM gisapp.cameras WHERE status = 'planned'")
    computed(world[1])


def test_figures_when_out_of_date_say_so(page: Page, world: tuple[str, Database]) -> None:
    run(world[1], "UPDATE gisapp.cameras SET azimuth = 90 WHERE code = 'lost'")
    try:
        ready(page)
        expect(page.locator(".cover-stale")).to_contain_text("1 个网格待重算")
        expect(page.locator("tr.is-stale")).to_have_attribute("data-code", "c2")
        page.goto("/coverage/print")
        expect(page.locator(".sheet-stale")).to_contain_text("1 个网格待重算")
        assert page.locator(".cell-stale").count() == 1
    finally:
        run(world[1], "UPDATE gisapp.cameras SET azimuth = NULL WHERE code = 'lost'")
        computed(world[1])


def test_page_when_figures_change_elsewhere_follows(
    page: Page, world: tuple[str, Database]
) -> None:
    ready(page)
    assert facts(page, ".cover-total")["确定看到"] == round(AROUND_M2)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    run(world[1], "UPDATE gisapp.cameras SET horizontal_fov = 360 WHERE code = 'lost'")
    try:
        expect(page.locator(".cover-stale")).to_contain_text("1 个网格待重算")  # by itself
        computed(world[1])
        expect(page.locator(".cover-stale")).to_have_count(0)
        assert facts(page, ".cover-total")["确定看到"] == round(2 * AROUND_M2)
    finally:
        run(world[1], "UPDATE gisapp.cameras SET horizontal_fov = 90 WHERE code = 'lost'")
        computed(world[1])


def test_sheet_when_printed_holds_the_numbers(page: Page) -> None:
    page.goto("/coverage/print?area=445103101&paper=A3")
    told = dict(
        zip(
            page.locator(".sheet-facts dt").all_text_contents(),
            page.locator(".sheet-facts dd").all_text_contents(),
            strict=True,
        )
    )
    assert told["应看（m²）"] == f"{C1 + C2:,}"
    assert told["确定看到（m²）"] == told["不确定（m²）"] == f"{AROUND_M2:,.0f}"
    assert told["确定覆盖率（%）"] == f"{100 * AROUND_M2 / (C1 + C2):.1f}"
    expect(page.locator(".sheet-head h1")).to_contain_text("甲镇")
    assert page.locator(".cell-line path").count() == 2
    assert page.locator(".gap-certain path").get_attribute("d")
    page.emulate_media(media="print")
    expect(page.locator(".sheet-tools")).to_be_hidden()


@pytest.mark.parametrize(("paper", "millimetres"), [("A4", (297, 210)), ("A3", (420, 297))])
def test_sheet_when_printed_is_on_the_paper_that_was_chosen(
    page: Page, paper: str, millimetres: tuple[float, float]
) -> None:
    page.goto(f"/coverage/print?area=445103101&paper={paper}")
    expect(page.locator(".sheet-head h1")).to_have_text("监控覆盖表：甲镇")
    printed = page.pdf(prefer_css_page_size=True)  # else the browser's usual paper
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert boxes
    for box in boxes:
        assert [float(side) / 72 * 25.4 for side in box] == pytest.approx(millimetres, abs=1)


def test_sheet_when_names_are_code_shows_them_as_text(page: Page) -> None:
    page.goto("/coverage/print?area=445103102")
    expect(page.locator(".sheet-gaps tbody tr").first).to_contain_text(HOSTILE)
    expect(page.locator(".cell-name text").first).to_have_text(HOSTILE)
    assert page.evaluate("() => window.pwned") is None


def reopen(page: Page) -> None:
    """Go back to the list of proposals and open the only one anew."""
    page.get_by_role("button", name="全部方案").click()
    page.locator(".proposal-list .link-button").click()
    expect(page.locator(".site-list li")).to_have_count(2)


def test_proposal_when_asked_for_is_shown_nudged_and_saved(
    page: Page, world: tuple[str, Database]
) -> None:
    database = world[1]
    ready(page)
    page.get_by_role("tab", name="选点方案").click()
    page.locator(".proposal-new summary").click()
    page.get_by_role("button", name="计算方案").click()
    expect(page.locator("#pane-proposals [role=status]")).to_have_text("请选择区域")
    page.locator("#proposal-area").select_option("445103102000")
    page.locator("#proposal-fov").fill("0")
    page.get_by_role("button", name="计算方案").click()
    expect(page.locator("#pane-proposals > [role=status]")).to_contain_text("超出范围")
    page.locator("#proposal-fov").fill("80")
    page.locator("#proposal-most").fill("2")
    page.locator("#proposal-range").fill("30")
    page.get_by_role("button", name="计算方案").click()
    expect(page.locator("#pane-proposals [role=status]")).to_contain_text("任务")
    ((number,),) = run(database, "SELECT max(id) FROM gisapp.jobs")
    attempt(database, load_settings({}), number)
    page.locator(".proposal-list .link-button").click()
    expect(page.locator(".site-list li")).to_have_count(2)
    pane = page.locator("#pane-proposals")
    expect(pane).to_contain_text(re.compile(r"距理论最优至多 [\d.]+ %"))
    # Pushed by keys: kept in the proposal, which then has no proof any more.
    ((before,),) = run(database, "SELECT ST_X(place) FROM gisapp.siting_sites WHERE number = 1")
    page.locator(".site-number").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(pane).to_contain_text("点位 1 已移动并保存在方案里。")
    expect(pane).to_contain_text("不再有最优性证明")
    ((after,),) = run(database, "SELECT ST_X(place) FROM gisapp.siting_sites WHERE number = 1")
    assert before - after == pytest.approx(1, abs=0.05)
    # Out of date: said so and not saved, until things are as they were.
    run(database, "UPDATE gisapp.roads SET width_m = 9")
    reopen(page)
    expect(pane).to_contain_text("依据已变：道路")
    expect(page.get_by_role("button", name="存为规划监控")).to_be_disabled()
    run(database, "UPDATE gisapp.roads SET width_m = 8")
    reopen(page)
    expect(pane).not_to_contain_text("依据已变")
    page.get_by_role("button", name="存为规划监控").click()
    expect(pane).to_contain_text("已存为 2 台规划监控")
    expect(page.get_by_role("button", name="存为规划监控")).to_have_count(0)
    planned = "SELECT count(*) FROM gisapp.cameras WHERE status = 'planned'"
    assert run(database, planned) == [(2,)]
    page.get_by_role("button", name="删除方案").click()
    page.get_by_role("button", name="确认删除").click()
    expect(pane).to_contain_text("已删除。")
    run(database, "DELETE FROM gisapp.cameras WHERE status = 'planned'")
    computed(database)


def test_caller_of_one_town_when_looking_sees_its_cells_only(
    watch_page: Open, world: tuple[str, Database]
) -> None:
    address, database = world
    session, _ = session_of(database, make_account(database, "viewer", ["445103101"])[0])
    with watch_page(address, session) as (page, _):
        ready(page)
        assert facts(page, ".cover-total")["应看"] == C1 + C2
        expect(page.locator(".cover-table tbody tr[data-code]")).to_have_count(2)
        page.get_by_role("tab", name="选点方案").click()
        expect(page.locator("#pane-proposals")).to_contain_text("还没有选点方案")
        assert page.locator(".proposal-new").count() == 0
        page.get_by_role("tab", name="推演").click()
        page.get_by_role("button", name="放在地图中心").click()
        expect(page.locator(".what-if-list li")).to_have_count(1)
        assert page.get_by_role("button", name="存为规划监控").count() == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_when_looked_at_are_accessible_and_fit_a_phone(
    watch_page: Open,
    world: tuple[str, Database],
    axe: Callable[[Page], list[str]],
    language: str,
) -> None:
    with watch_page(world[0], viewport=PHONE, has_touch=True, is_mobile=True) as (page, _):
        ready(page, f"/coverage?lang={language}")
        assert axe(page) == []
        page.locator(".cover-legend summary").click()
        page.locator(".cover-towns summary").click()
        assert not (language == "en" and ours(page))
        page.locator("tr[data-code=c1] button").click()
        page.locator(".cover-gap").first.wait_for()
        assert not (language == "en" and ours(page))
        assert axe(page) == []
        page.locator("#tab-what-if").click()
        page.locator(".what-if-add button").last.click()
        page.locator(".what-if-total").wait_for()
        assert not (language == "en" and ours(page))
        assert axe(page) == []
        page.locator("#tab-proposals").click()
        page.locator(".proposal-new summary").click()
        assert not (language == "en" and ours(page))
        assert axe(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
        page.goto("/coverage/print")
        assert axe(page) == []
        assert not (language == "en" and ours(page))


def ours(page: Page) -> set[str]:
    """Return the Chinese that is left on a page beside the names of places and things."""
    named = ("甲镇", "乙镇", "网格1", "网格2", "网格4", "村201", "不知朝向", "枪机")
    said = page.locator("main").inner_text()
    for name in named:
        said = said.replace(name, "")
    return set(re.findall("[\u4e00-\u9fff]+", said))


def test_map_when_a_camera_or_cell_is_selected_leads_to_its_coverage_and_back(page: Page) -> None:
    page.goto("/#select=cameras/round")
    link = page.locator("#detail a[data-coverage=camera]")
    expect(link).to_have_text("覆盖：看到哪里")
    link.click()
    page.wait_for_function("() => document.documentElement.dataset.camera === 'round'")
    assert facts(page, ".cover-detail")["确定看到"] == round(AROUND_M2)
    assert "camera=round" in page.url
    there = looked_at(page)
    assert there[0] == 18  # nearer than the map was: its 20 m were too small there
    page.get_by_role("link", name="打开档案").click()
    expect(page.locator("#detail h2")).to_have_text(HOSTILE)
    assert looked_at(page)[0] == 18
    page.goto("/#select=grid_cells/c3")
    page.locator("#detail a[data-coverage=cell]").click()
    page.wait_for_function("() => document.documentElement.dataset.cell === 'c3'")
    expect(page.locator(".cover-gap").first).to_be_visible()


def test_map_when_left_for_coverage_and_back_shows_the_same_place(page: Page) -> None:
    page.goto("/")
    page.wait_for_function("() => document.documentElement.dataset.ready === 'map'")
    middle = "() => { const at = window.map_district.getCenter(); window.map_district.setView([at.lat + 0.0003, at.lng], 16, { animate: false }); }"
    page.evaluate(middle)
    page.locator("#layer-buildings").uncheck()
    page.wait_for_function("() => location.hash.includes('map=16/')")
    there = shown(page)
    page.locator("#pane-layers a[data-coverage=map]").click()
    expect(page.locator(".cover-table tbody tr").first).to_be_visible()
    assert shown(page) == pytest.approx(there, abs=1e-5)
    # What is chosen here is in the address: a reload has it again.
    page.locator("#cover-area").select_option("445103101")
    page.locator("tr[data-code=c1] button").click()
    page.locator(".cover-gap").first.wait_for()
    page.reload()
    expect(page.locator(".cover-detail h2")).to_have_text("网格1")
    page.get_by_role("button", name="返回网格列表").click()
    expect(page.locator("#cover-area")).to_have_value("445103101")
    now = looked_at(page)
    page.locator(".site-nav a", has_text="地图").click()
    page.wait_for_function("() => document.documentElement.dataset.ready === 'map'")
    assert looked_at(page) == pytest.approx(now, abs=1e-5)
    expect(page.locator("#layer-buildings")).not_to_be_checked()


def shown(page: Page) -> tuple[float, ...]:
    """Return zoom, latitude and longitude that the address names."""
    page.wait_for_function("() => location.hash.includes('map=')")
    found = re.search(r"map=([\d.]+)/([\d.]+)/([\d.]+)", page.url)
    assert found
    return tuple(map(float, found.groups()))


def looked_at(page: Page) -> tuple[float, ...]:
    """Return zoom, latitude and longitude of the map itself."""
    text = "() => { const map = window.map_district, at = map.getCenter(); return [map.getZoom(), at.lat, at.lng]; }"
    return tuple(page.evaluate(text))


def test_table_when_exported_is_that_of_the_chosen_area(page: Page) -> None:
    ready(page)
    page.locator("#cover-area").select_option("445103101")
    page.get_by_role("button", name="导出…").click()
    dialog = page.locator("dialog.export")
    expect(dialog.locator(".export-told")).to_contain_text("行数")
    expect(dialog.locator(".export-told")).to_contain_text("445103101")
    dialog.locator("#export-source").select_option(label="盲区清单")
    dialog.locator("#export-form").select_option("csv")
    expect(dialog.locator(".export-status")).to_have_text("")
    with page.expect_download() as caught:
        dialog.get_by_role("button", name="导出", exact=True).click()
    assert caught.value.suggested_filename.startswith("coverage_gaps_")


def test_camera_when_added_where_there_are_no_cells_has_nothing_to_compare(page: Page) -> None:
    ready(page)
    page.evaluate(
        "() => { const at = window.map_district.getCenter(); window.map_district.setView([at.lat + 0.1, at.lng], 16, { animate: false }); }"
    )
    page.get_by_role("tab", name="推演").click()
    page.get_by_role("button", name="放在地图中心").click()
    expect(page.locator(".what-if-result")).to_contain_text("没有可比较的数字")


def test_planner_of_one_town_is_offered_what_is_theirs_and_told_what_is_a_part(
    watch_page: Open, world: tuple[str, Database]
) -> None:
    address, database = world
    session, _ = session_of(database, make_account(database, "planner", ["445103101"])[0])
    with watch_page(address, session) as (page, _):
        ready(page)
        expect(page.locator(".cover-total h2")).to_contain_text("本账号可见部分")
        areas = page.locator("#cover-area option").all_text_contents()
        assert [text.strip() for text in areas] == [
            "全部", "445103（本账号可见部分）", "甲镇", "村201",
        ]  # fmt: skip
        page.locator("#cover-area").select_option("445103101")
        expect(page.locator(".cover-total h2")).not_to_contain_text("本账号可见部分")
        page.get_by_role("tab", name="选点方案").click()
        page.locator(".proposal-new summary").click()
        # The district is not theirs to plan; what is looked at is proposed.
        assert page.locator("#proposal-area option").all_text_contents() == [
            "请选择", "甲镇", "村201",
        ]  # fmt: skip
        expect(page.locator("#proposal-area")).to_have_value("445103101000")
