"""The page of an import as a clerk works with it: columns, values, places, rows far away, waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import Locator, Page, expect
from shapely import MultiPolygon, Point, box

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings, load_settings
from layers.catalogue import LAYERS
from tests.browser.conftest import PHONE, serving
from tests.browser.test_hostile_text import HOSTILE
from tests.browser.test_imports import IDENTITY, REPLACED, X, Y, send, work
from tests.features.rows import insert_row
from tests.jobs.doing import run
from tests.web.writing import WEST, add_towns

Open = Callable[..., object]
ODD = HOSTILE[:30].replace(";", "")
CHECK = "按此重新检查"
STATE = ".import-state"
PLAN = "SELECT plan FROM gisapp.imports ORDER BY id DESC LIMIT 1"
RUNNING = """
UPDATE gisapp.jobs SET state = 'running', done = 81920, total = 0,
    progress_zh = '正在读取文件，已读 81,920 行', progress_en = 'x'
"""
WAITING = "UPDATE gisapp.jobs SET state = 'waiting' WHERE state = 'running'"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of somebody who decides much in a minute."""
    return load_settings({"GISAPP_VAR": str(tmp_path), "GISAPP_COSTLY_PER_MINUTE": "100000"})


@pytest.fixture
def site(database: Database, settings: Settings) -> Iterator[str]:
    add_towns(database)
    district = MultiPolygon([box(X - 3000, Y - 3000, X + 9000, Y + 3000)])
    with database.write() as connection:
        values = {"name": "两镇区", "level": "district", "kind": "district"}
        insert_row(connection, LAYERS["areas"], "445103", district, **values)
    app = create_app(settings, database.url)
    with serving(app) as address:
        yield address
    app.extensions["gisapp"].database.close()


def listed(folder: Path) -> list[str]:
    """Write a list as a township sends it: GBK, tabs of semicolons, odd words, somebody's number."""
    lines = ["编号;摄像头叫法;监控名称;运行状态;证件号;经度;纬度"]
    words = ["在线中", "在线中", "离线了", "完全不像", "在线"]
    for row, word in enumerate(words):
        place = f"{WEST[0] + row / 1e4:.6f};{WEST[1]:.6f}"
        lines.append(f"P{row};{ODD};路口{row};{word};{IDENTITY};{place}")
    path = folder / "点位.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    return [str(path)]


def checked(page: Page, database: Database, settings: Settings) -> None:
    """Wait until the page asks for its check, do it, and wait for what came of it."""
    expect(page.locator(STATE)).to_contain_text("正在检查")
    work(database, settings)
    expect(page.locator(STATE)).not_to_contain_text("正在检查")
    if page.locator(".preview-map").count():
        expect(page.locator(".preview-map")).to_have_attribute("data-rows", "5")


def column(page: Page, name: str) -> Locator:
    return page.locator(".mapping tr", has=page.get_by_role("rowheader", name=name, exact=True))


def word(page: Page, name: str) -> Locator:
    return page.locator(".words tr", has=page.locator(f"input[name=word][value='{name}']"))


def test_columns_and_values_when_shown_have_samples_reasons_and_suggestions_to_take(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path, axe: Open
) -> None:
    with watch_page(site, viewport=PHONE) as (page, watch):
        watch.allowed = REPLACED
        send(page, listed(tmp_path))
        checked(page, database, settings)
        expect(column(page, "监控名称")).to_contain_text("路口0路口1路口2")
        expect(column(page, "监控名称")).to_contain_text("别名")
        expect(column(page, "运行状态").locator(".why")).not_to_be_empty()
        expect(column(page, "摄像头叫法")).to_contain_text(ODD[:20])  # as text
        expect(column(page, "经度")).to_contain_text("横坐标")
        expect(column(page, "证件号")).to_contain_text("像是个人信息")
        assert column(page, "证件号").locator(".sample").count() == 0
        assert IDENTITY not in page.content()
        known = word(page, "在线中")
        expect(known.locator("td.number")).to_have_text("2")
        expect(known.locator("select")).to_have_value("online")
        expect(known.locator("input[type=checkbox]")).not_to_be_checked()
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        # Nothing is taken that is not ticked; choosing by hand ticks.
        word(page, "完全不像").locator("select").select_option("planned")
        expect(word(page, "完全不像").locator("input[type=checkbox]")).to_be_checked()
        known.locator("input[type=checkbox]").check()
        column(page, "摄像头叫法").locator("select").select_option("")
        page.get_by_role("button", name=CHECK).click()
        checked(page, database, settings)
        ((plan,),) = run(database, PLAN)
        assert plan["replacements"] == {"status": {"在线中": "online", "完全不像": "planned"}}
        expect(page.locator(".import-counts")).to_contain_text("退回1")
        expect(word(page, "在线中").locator("input[type=checkbox]")).to_be_checked()
        # Taken back, it is unknown again.
        word(page, "完全不像").locator("input[type=checkbox]").uncheck()
        page.get_by_role("button", name=CHECK).click()
        checked(page, database, settings)
        assert run(database, PLAN)[0][0]["replacements"] == {"status": {"在线中": "online"}}
        expect(page.locator(".import-counts")).to_contain_text("退回2")


def test_place_when_chosen_by_hand_is_taken_and_what_is_wrong_comes_back_with_the_rest(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path
) -> None:
    with watch_page(site) as (page, watch):
        watch.allowed = (*REPLACED, "400", "422")
        send(page, listed(tmp_path))
        checked(page, database, settings)
        expect(page.locator("[name=kind]:checked")).to_have_value("xy")
        expect(page.locator("[name=crs]:checked")).to_have_value("EPSG:4326")
        expect(page.locator(".crs .evidence").first).to_contain_text("经度")
        expect(page.locator("[name=one]")).to_be_hidden()
        expect(page.locator("#offset-warning")).to_contain_text("由您决定")
        column(page, "摄像头叫法").locator("select").select_option("address")
        page.locator("[name=crs_other]").fill("999999")
        page.get_by_role("button", name=CHECK).click()
        expect(page.locator(".form-error")).to_contain_text("不认识的坐标系")
        expect(page.locator("[name=crs_other]")).to_have_value("EPSG:999999")
        expect(column(page, "摄像头叫法").locator("select")).to_have_value("address")
        page.get_by_text("一列：“经度,纬度”").click()
        page.locator("[name=crs_other]").fill("4490")
        page.get_by_role("button", name=CHECK).click()
        expect(page.locator(".form-error")).to_contain_text("请选择写有坐标的列")
        page.get_by_text("两列：横坐标和纵坐标").click()
        page.locator("select[name=x]").select_option("纬度")
        page.locator("select[name=y]").select_option("经度")
        page.locator("[name=swap_axes]").check()
        page.locator("select[name=offset]").select_option("gcj02")
        page.get_by_role("button", name=CHECK).click()
        checked(page, database, settings)
        ((plan,),) = run(database, PLAN)
        assert plan["geometry"] == {"kind": "xy", "x": "纬度", "y": "经度", "notation": "decimal"}
        assert (plan["crs"], plan["swap_axes"], plan["offset"]) == ("EPSG:4490", True, "gcj02")
        assert plan["mapping"]["摄像头叫法"] == "address"
        expect(page.locator("select[name=offset]")).to_have_value("gcj02")
        expect(page.locator(".import-counts")).to_contain_text("新增")


def test_rows_when_far_away_or_nowhere_are_told_listed_and_offered(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path
) -> None:
    places = [Point(X, Y), Point(X + 9, Y), None, Point(X + 60_000, Y), Point(X, Y + 20)]
    frame = geopandas.GeoDataFrame(
        {
            "编号": [f"F{n}" for n in range(5)],
            "点位名称": [f"路口{n}" for n in range(5)],
            "运行状态": ["在线", "没见过", "在线", "在线", "在线"],
            "联系电话": [f"1381234567{n}" for n in range(5)],
        },
        geometry=places,
        crs=4548,
    )
    frame.to_file(tmp_path / "f.gpkg")
    with watch_page(site) as (page, watch):
        watch.allowed = REPLACED
        send(page, [str(tmp_path / "f.gpkg")])
        expect(page.locator(STATE)).to_contain_text("正在检查")
        work(database, settings)
        expect(page.locator(".preview-map")).to_have_attribute("data-rows", "4")
        expect(page.locator(".preview-far")).to_contain_text("1 行在辖区外")
        expect(page.locator(".preview-far")).to_contain_text("51,000 米，在东方向")
        shown = "() => window[JSON.parse(document.getElementById('config').textContent).map].getBounds().getEast()"
        east = page.evaluate(shown)
        assert east < WEST[0] + 0.3  # the outlier does not make the map useless
        page.get_by_role("button", name="在图上看辖区外的行").click()
        expect(page.locator(".preview-map")).to_have_attribute("data-far", "1")
        assert page.evaluate(shown) > WEST[0] + 0.5
        page.get_by_role("button", name="回到辖区").click()
        assert page.evaluate(shown) == pytest.approx(east)
        rows = page.locator(".rejected tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.nth(0)).to_contain_text("没有")
        expect(rows.nth(0)).to_contain_text("路口2")
        expect(rows.nth(0).locator("th")).to_have_text("3")
        expect(rows.nth(1)).to_contain_text("运行状态 = 没见过")
        expect(page.locator("main")).to_contain_text("其中 1 行没有位置")
        assert "1381234567" not in page.content()


def test_page_when_its_check_goes_on_stays_and_keeps_what_is_entered(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path
) -> None:
    with watch_page(site) as (page, watch):
        watch.allowed = REPLACED
        send(page, listed(tmp_path))
        page.evaluate("window.kept = true")
        run(database, RUNNING)
        expect(page.locator("#import-status")).to_contain_text("已读 81,920 行")
        assert page.evaluate("window.kept")  # the page was not loaded anew
        expect(page.locator("#import-status")).to_have_attribute("aria-live", "polite")
        run(database, WAITING)
        work(database, settings)
        expect(page.locator(".import-counts")).to_be_visible()  # loaded once, by itself
        expect(page.locator(".preview-map")).to_have_attribute("data-rows", "5")
        page.get_by_role("button", name=CHECK).click()
        expect(page.locator(STATE)).to_contain_text("正在检查")
        page.evaluate("window.kept = true")
        column(page, "摄像头叫法").locator("select").select_option("address")
        page.evaluate("document.activeElement.blur()")
        work(database, settings)
        expect(page.locator("#import-status")).to_contain_text("显示结果")
        assert page.evaluate("window.kept")
        expect(column(page, "摄像头叫法").locator("select")).to_have_value("address")
        # Another layer would take what was entered: the browser asks.
        assert watch.asked_to_stay == 0
        page.locator("select[name=layer]").select_option("facilities")
        page.get_by_role("button", name="更换并重新检查").click()
        expect(page.locator(STATE)).to_contain_text("正在检查")
        assert watch.asked_to_stay == 1
        assert run(database, PLAN) == [(None,)]


@pytest.mark.parametrize("srid", [4526, 4547])
def test_shapefile_in_the_next_zone_without_any_declaration_lands_in_its_place(
    watch_page: Open,
    site: str,
    database: Database,
    settings: Settings,
    tmp_path: Path,
    srid: int,
) -> None:
    """GBK without .cpg, CGCS2000 around 114° E without .prj, a district at 116.6° E."""
    frame = geopandas.GeoDataFrame(
        {
            "点位编号": ["H0", "H1"],
            "点位名称": ["松昌中学", "浮洋市场"],
            "运行状态": ["在线", "离线"],
        },
        geometry=[Point(X, Y), Point(X + 50, Y + 20)],
        crs=4548,
    ).to_crs(srid)
    frame.to_file(tmp_path / "监控点.shp", encoding="GB18030")
    for suffix in (".prj", ".cpg"):
        (tmp_path / f"监控点{suffix}").unlink()
    with watch_page(site) as (page, watch):
        watch.allowed = REPLACED
        send(page, sorted(str(path) for path in tmp_path.glob("监控点.*")))
        work(database, settings)
        expect(page.locator("[name=crs]:checked")).to_have_value(f"EPSG:{srid}")
        expect(page.locator(".preview-map")).to_have_attribute("data-rows", "2")
        assert page.locator(".preview-far").count() == 0
        expect(column(page, "点位名称")).to_contain_text("松昌中学浮洋市场")
        page.get_by_role("button", name="导入", exact=True).click()
        expect(page.locator(STATE)).to_contain_text("正在导入")
        work(database, settings)
        expect(page.locator(STATE)).to_contain_text("已导入")
        ((x, y),) = run(
            database, "SELECT ST_X(geom), ST_Y(geom) FROM gisapp.cameras WHERE code = 'H0'"
        )
        assert (x, y) == pytest.approx((X, Y), abs=0.01)
