"""The page of an import: what was found, a remedy, the map of its rows, applied and undone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import Page, expect
from shapely import Point

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings
from tests.browser.conftest import PHONE, serving
from tests.browser.test_hostile_text import HOSTILE
from tests.jobs.doing import attempt, run
from tests.web.writing import MIDDLES, WEST_TOWN, add_towns

Open = Callable[..., object]
X, Y = MIDDLES[WEST_TOWN]
ZONE = 39_000_000  # metres that a zone's number adds to the east
HELD = "SELECT code, ST_X(geom), ST_Y(geom) FROM gisapp.cameras ORDER BY code"
# The preview may ask for rows just when a decision takes their place.
REPLACED = ("/rows",)
IDENTITY = "11010519491231002X"  # the example of GB 11643


@pytest.fixture
def site(database: Database, settings: Settings) -> Iterator[str]:
    add_towns(database)
    app = create_app(settings, database.url)
    with serving(app) as address:
        yield address
    app.extensions["gisapp"].database.close()


def work(database: Database, settings: Settings) -> None:
    """Do the newest import's job, as a worker does."""
    ((job,),) = run(database, "SELECT job FROM gisapp.imports ORDER BY id DESC LIMIT 1")
    assert attempt(database, settings, job)[0] == "done"


def send(page: Page, files: list[str]) -> None:
    page.goto("/imports")
    page.locator("input[type=file]").set_input_files(files)
    page.locator("select[name=layer]").select_option("cameras")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator(".import-state")).to_contain_text("正在检查")


def zone_39(folder: Path) -> list[str]:
    """Write cameras of the west town as townships do: GBK, zone number, no .prj, no .cpg."""
    frame = geopandas.GeoDataFrame(
        {"编号": ["Z1", "Z2"], "点位名称": ["村口", HOSTILE[:60]], "运行状态": ["在线", "离线"]},
        geometry=[Point(X + ZONE, Y), Point(X + ZONE + 10, Y)],
        crs="EPSG:4527",
    )
    frame.to_file(folder / "监控.shp", encoding="GB18030")
    for suffix in (".prj", ".cpg"):
        (folder / f"监控{suffix}").unlink()
    return sorted(str(path) for path in folder.glob("监控.*"))


def test_zone_39_in_gbk_when_sent_lands_in_its_place_and_is_taken_back(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path, axe: Open
) -> None:
    with watch_page(site) as (page, watch):
        watch.allowed = REPLACED
        send(page, zone_39(tmp_path))
        work(database, settings)
        expect(page.locator(".import-state")).to_contain_text("检查完毕")  # by itself
        expect(page.locator(".discoveries")).to_contain_text("39")
        expect(page.locator(".import-counts")).to_contain_text("2")
        expect(page.locator(".preview-map")).to_have_attribute("data-rows", "2")
        assert axe(page) == []
        page.get_by_role("button", name="导入", exact=True).click()
        work(database, settings)
        expect(page.locator(".import-state")).to_contain_text("已导入")
        assert run(database, HELD) == [
            ("Z1", pytest.approx(X, abs=0.001), pytest.approx(Y, abs=0.001)),
            ("Z2", pytest.approx(X + 10, abs=0.001), pytest.approx(Y, abs=0.001)),
        ]
        page.get_by_role("button", name="撤销导入").click()
        work(database, settings)
        expect(page.locator(".import-state")).to_contain_text("已撤销")
        assert run(database, HELD) == []


def test_list_when_it_lacks_and_holds_what_it_must_not_is_mended_by_the_form(
    watch_page: Open, site: str, database: Database, settings: Settings
) -> None:
    lon, lat = geopandas.GeoSeries([Point(X, Y)], crs=4548).to_crs(4326).iloc[0].coords[0]
    lines = [f"编号,摄像头叫法,经度,纬度,证件号,{HOSTILE[:20].replace(',', '')}"]
    lines += [f"L{n},路口{n},{lon},{lat + n / 10000},{IDENTITY},x" for n in range(3)]
    with (
        tempfile.TemporaryDirectory() as folder,
        watch_page(site, viewport=PHONE) as (page, watch),
    ):
        watch.allowed = REPLACED
        path = Path(folder, "名单.csv")
        path.write_text("\n".join(lines), encoding="gb18030")
        send(page, [str(path)])
        work(database, settings)
        expect(page.locator(".import-state")).to_contain_text("需要处理")
        row = page.locator(".mapping tr", has=page.get_by_text("摄像头叫法", exact=True))
        row.locator("select").select_option("name")
        expect(page.locator(".mapping")).to_contain_text("像是个人信息")
        assert IDENTITY not in page.content()
        page.get_by_role("button", name="按此重新检查").click()
        expect(page.locator(".import-state")).to_contain_text("正在检查")
        work(database, settings)
        if page.locator(".import-counts").count() == 0:
            page.wait_for_timeout(2500)
        expect(page.locator(".import-counts")).to_contain_text("3")
        assert IDENTITY not in page.content()
        assert IDENTITY not in str(run(database, "SELECT outcome FROM gisapp.imports"))


def test_remedy_when_pressed_is_taken_and_checked(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path
) -> None:
    frame = geopandas.GeoDataFrame(
        {"编号": ["R1", "R2"], "点位名称": ["甲", "乙"], "运行状态": ["在线", "没见过"]},
        geometry=[Point(X, Y), Point(X + 9, Y)],
        crs=4548,
    )
    frame.to_file(tmp_path / "r.gpkg")
    with watch_page(site) as (page, watch):
        watch.allowed = REPLACED
        send(page, [str(tmp_path / "r.gpkg")])
        work(database, settings)
        expect(page.locator(".import-counts")).to_contain_text("退回")
        page.wait_for_selector(".preview-map[data-rows]")  # else their request is cut off
        page.locator(".discoveries button").filter(has_text="跳过").first.click()
        expect(page.locator(".import-state")).to_contain_text("正在检查")
        work(database, settings)
        expect(page.get_by_role("button", name="导入", exact=True)).to_be_visible()
        plan = run(database, "SELECT plan FROM gisapp.imports")[0][0]
        assert plan["skip_errors"]


def test_file_when_no_layer_is_clear_is_checked_once_one_is_chosen_on_its_page(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path, axe: Open
) -> None:
    frame = geopandas.GeoDataFrame({"名称": ["甲校"]}, geometry=[Point(X, Y)], crs=4548)
    frame.to_file(tmp_path / "in.gpkg", layer="rows")
    with watch_page(site, viewport=PHONE) as (page, _):
        page.goto("/imports")
        page.locator("input[type=file]").set_input_files([str(tmp_path / "in.gpkg")])
        page.get_by_role("button", name="上传并检查").click()
        expect(page.locator(".import-state")).to_contain_text("正在检查")
        assert page.locator("select[name=layer]").count() == 0
        ((job,),) = run(database, "SELECT job FROM gisapp.imports ORDER BY id DESC LIMIT 1")
        assert attempt(database, settings, job)[0] == "failed"
        expect(page.locator(".form-error")).to_contain_text("看不出文件属于哪个图层")
        assert axe(page) == []
        page.locator("select[name=layer]").select_option("cameras")
        page.get_by_role("button", name="按此重新检查").click()
        expect(page.locator(".import-state")).to_contain_text("正在检查")
        work(database, settings)
        expect(page.locator(".import-counts")).to_contain_text("1")
        assert page.locator(".discoveries").count() == 1


def test_files_when_dropped_on_the_form_are_those_that_are_sent(
    watch_page: Open, site: str, database: Database
) -> None:
    with watch_page(site) as (page, _):
        page.goto("/imports")
        dropped = page.evaluate_handle(
            """() => {
                const held = new DataTransfer();
                for (const name of ["点.shp", "点.dbf"]) held.items.add(new File(["x"], name));
                return held;
            }"""
        )
        page.dispatch_event("#upload", "dragover", {"dataTransfer": dropped})
        expect(page.locator("#upload")).to_have_class("card upload drop-over")
        page.dispatch_event("#upload", "drop", {"dataTransfer": dropped})
        expect(page.locator("#upload")).to_have_class("card upload")
        page.get_by_role("button", name="上传并检查").click()
        expect(page.locator(".import-state")).to_contain_text("正在检查")
        ((files,),) = run(database, "SELECT files FROM gisapp.imports")
        assert {one["name"] for one in files} == {"点.shp", "点.dbf"}


def test_files_when_they_are_too_large_together_are_not_sent(
    watch_page: Open, site: str, database: Database, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "点.csv").write_bytes(b"x" * 3)
    (tmp_path / "线.csv").write_bytes(b"x" * 3)
    with watch_page(site) as (page, _):
        page.goto("/imports")
        status = page.locator("#upload-status")
        expect(status).to_have_attribute("data-most", str(settings.uploads.largest_mb << 20))
        status.evaluate("(one) => { one.dataset.most = 5; }")
        page.locator("input[type=file]").set_input_files(
            [str(tmp_path / "点.csv"), str(tmp_path / "线.csv")]
        )
        page.get_by_role("button", name="上传并检查").click()
        expect(status).to_have_text("文件共超过 2048 MB，没有上传。请拆分后再传。")
        assert run(database, "SELECT count(*) FROM gisapp.imports") == [(0,)]
