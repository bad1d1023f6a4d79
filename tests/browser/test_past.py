"""The map of a moment of the past, differences of two moments, and a feature's timeline."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from gisapp.app import create_app
from gisapp.database.changes import Change
from gisapp.database.engine import Database
from tests.browser.conftest import open_map, serving

HOSTILE = "${document.title='x'}<img src=x onerror=alert(1)>`"
FILL = """
INSERT INTO hazard_sites (code, name, kind, grade, area_code, geom)
SELECT 'H' || n, '点位' || n, 'fuel', 'blue', '',
    ST_Point(466000 + n * 90, 2598000, 4548) FROM generate_series(1, 6) AS n
"""
# As if all this had been there for months.
LONG_AGO = """
UPDATE gisapp.deployment SET value = '2025-01-01T00:00:00Z' WHERE key = 'history_since';
UPDATE gisapp.layer_revisions SET changed_at = '2025-02-01T00:00:00Z';
SET LOCAL session_replication_role = replica;
UPDATE gisapp.hazard_sites SET updated_at = '2025-02-01T00:00:00Z'
"""
CHANGES = """
UPDATE hazard_sites SET name = %(name)s, grade = 'red' WHERE code = 'H1';
DELETE FROM hazard_sites WHERE code = 'H2';
UPDATE hazard_sites SET geom = ST_Translate(geom, 30, 40) WHERE code = 'H3';
INSERT INTO hazard_sites (code, name, kind, grade, area_code, geom)
VALUES ('H9', '新点', 'fuel', 'blue', '', ST_Point(466700, 2598100, 4548))
"""
VIEW = "#map=16/23.4815/116.6705&layers=hazard_sites"


@pytest.fixture
def past(database: Database, settings, watch_page) -> Iterator[Page]:
    """A page over six places of long ago, of which four were changed today."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(FILL)
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(LONG_AGO)
    with database.write(Change("edit", None, "town", HOSTILE)) as connection:
        connection.cursor().execute(CHANGES, {"name": HOSTILE})
    app = create_app(settings, database.url)
    with serving(app) as address, watch_page(address) as (page, _):
        open_map(page, f"/{VIEW}")
        yield page
    app.extensions["gisapp"].database.close()


def search(page: Page, text: str) -> None:
    page.locator("#search-box").fill(text)
    expect(page.locator("#search-list li").first).to_be_visible()


def test_moment_when_chosen_shows_in_map_search_panel_and_address(past: Page) -> None:
    past.locator("#tab-past").click()
    past.locator("#past-moment").fill("2025-06-01T08:00")
    with past.expect_response(re.compile(r"/clusters\?.*as-of=2025-06-01")) as answer:
        past.get_by_role("button", name="查看当时的地图").click()
    assert answer.value.json()["total"] == 6
    assert "H2" in answer.value.text()
    banner = past.locator("#past-banner")
    expect(banner).to_contain_text("历史时刻 2025/06/01 08:00")
    expect(past).to_have_url(re.compile("as-of=2025-06-01T08"))
    search(past, "点位1")
    past.locator("#search-list li").first.click()
    expect(past.locator("#detail-title")).to_have_text("点位1")
    past.reload()
    expect(banner).to_be_visible()
    expect(past.locator("#detail-title")).to_have_text("点位1")
    with past.expect_response(re.compile(r"/clusters\?(?!.*as-of)")) as answer:
        banner.get_by_role("button", name="回到现在").click()
    assert "H2" not in answer.value.text()
    expect(banner).to_be_hidden()
    expect(past.locator("#detail-title")).to_have_text(HOSTILE)
    expect(past).not_to_have_url(re.compile("as-of"))


def test_moment_when_not_known_is_said_and_not_shown(past: Page) -> None:
    past.locator("#tab-past").click()
    for moment, said in (
        ("2020-01-01T00:00", "历史自"),
        ("2090-01-01T00:00", "将来"),
        ("", "请填写"),
    ):
        past.locator("#past-moment").fill(moment)
        past.get_by_role("button", name="查看当时的地图").click()
        expect(past.locator("#pane-past [role=alert]").first).to_contain_text(said)
        expect(past.locator("#past-banner")).to_be_hidden()


def test_differences_when_compared_are_drawn_counted_and_listed(past: Page, axe) -> None:
    past.locator("#tab-past").click()
    past.locator("#difference-layer").select_option("hazard_sites")
    past.locator("#difference-from").fill("2025-06-01T08:00")
    past.get_by_role("button", name="比较", exact=True).click()
    pane = past.locator("#pane-past")
    expect(pane).to_contain_text("共 4 处差异")
    expect(pane.locator(".difference-legend")).to_have_text("新增 1删除 1修改 2")
    marks = past.locator(".difference-mark path")
    expect(marks).to_have_count(5)  # and where the moved one was
    assert len({marks.nth(n).get_attribute("d") for n in range(5)}) == 3  # told apart by shape
    rows = pane.locator(".results .result")
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_contain_text(HOSTILE)
    expect(rows.nth(0)).to_contain_text("风险等级：蓝（低） → 红（重大）")
    expect(rows.nth(2)).to_contain_text("位置移动 50 米")
    assert axe(past) == []
    rows.nth(0).click()
    expect(past.locator("#detail-title")).to_have_text(HOSTILE)
    past.get_by_role("button", name="清除").click()
    expect(marks).to_have_count(0)


def test_timeline_when_opened_tells_who_and_leads_to_then(past: Page) -> None:
    open_map(past, f"/{VIEW}&select=hazard_sites/H1")
    past.locator("#detail").get_by_role("button", name="历史").click()
    events = past.locator(".timeline .event")
    expect(events).to_have_count(2)
    expect(events.nth(0)).to_contain_text("town · 编辑")
    expect(events.nth(0)).to_contain_text(f"原因：{HOSTILE}")
    expect(events.nth(0)).to_contain_text(f"名称：点位1 → {HOSTILE}")
    events.nth(1).get_by_role("button", name="查看当时").click()
    expect(past.locator("#detail-title")).to_have_text("点位1")
    expect(past.locator("#past-banner")).to_contain_text("2025/02/01 08:00")
