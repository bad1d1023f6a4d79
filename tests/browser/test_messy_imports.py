"""Real files as townships send them, where they are present, through the page of an import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import Page, expect
from shapely import MultiPolygon, box

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings, load_settings
from layers.catalogue import LAYERS
from tests.browser.conftest import serving
from tests.features.rows import insert_row
from tests.jobs.doing import attempt, run
from tests.real_data import REAL_DATA
from tests.web.writing import WEST_TOWN

Open = Callable[..., object]
MESSY = REAL_DATA / "messy"
DISTRICT = box(420_000, 2_580_000, 530_000, 2_685_000)
CHECK, APPLY, UNDO = "按此重新检查", "导入", "撤销导入"
PLACED = """
SELECT ST_X(ST_Transform(geom, 4326)), ST_Y(ST_Transform(geom, 4326)) FROM gisapp.facilities
WHERE name = '松昌中学'
"""
COUNT = "SELECT count(*) FROM gisapp.facilities"
SCHOOL = (116.608207, 23.559739)  # in OpenStreetMap, WGS 84
OUTSIDE = "落在米制坐标系的适用范围以外"


@dataclass(frozen=True)
class Case:
    """A file, the layer that is chosen, rows that land; else what the page says against it."""

    stem: str
    layer: str
    rows: int = 0
    remedy: str = ""
    said: str = ""


CASES = (
    Case("chaoan_places_dms_swapped_gcj_gbk", "facilities", 85),
    Case("chaoan_places_gcj02_labelled_wgs84", "facilities", 85, "GCJ-02"),
    Case("places_zone39_gbk", "facilities", 600),
    Case("hk_traffic_cameras_bom_epsg2326_and_latlon", "cameras", said=OUTSIDE),
    Case("taipei_cctv_big5", "cameras", said=OUTSIDE),
    Case("shanghai_区县界_area", "key_areas", said=OUTSIDE),
    Case("sz_noprj", "key_areas", said=OUTSIDE),
    Case("mapshaper/big5", "cameras", said="没有常用坐标系能解释这些数值"),
    Case("mapshaper/chinese", "cameras", said=OUTSIDE),
    Case("mapshaper/gbk", "cameras", said="没有找到坐标"),
    Case("mapshaper/duplicate_fields", "cameras", said="没有找到坐标"),
    Case("mapshaper/invalid_coordinates", "facilities", said="坐标不是合理的数"),
    Case("mapshaper/data_corruption_error", "key_areas", said="几何类型不符"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of somebody who sends many files in a minute."""
    return load_settings({"GISAPP_VAR": str(tmp_path), "GISAPP_COSTLY_PER_MINUTE": "100000"})


@pytest.fixture
def site(database: Database, settings: Settings) -> Iterator[str]:
    """A district whose buildings stand where OpenStreetMap has its places."""
    values = {"name": "潮安", "level": "village", "kind": "villagers"}
    shape = MultiPolygon([DISTRICT])
    with database.write() as connection:
        insert_row(connection, LAYERS["areas"], f"{WEST_TOWN}201", shape, **values)
        for number, place in enumerate(known_places()):
            insert_row(connection, LAYERS["buildings"], f"B{number}", MultiPolygon([place]))
    app = create_app(settings, database.url)
    with serving(app) as address:
        yield address
    app.extensions["gisapp"].database.close()


def known_places() -> list[MultiPolygon]:
    path = Path(REAL_DATA, "chaozhou_pois.gpkg")
    if not path.exists():
        return []
    held = geopandas.read_file(path, layer="chaoan").to_crs(4548).geometry.centroid
    return [place.buffer(8, cap_style="square") for place in held[held.within(DISTRICT)]]


def check(page: Page, database: Database, settings: Settings) -> None:
    """Do the job that was asked for, as a worker does, and show what came of it."""
    ((number, job),) = run(database, "SELECT id, job FROM gisapp.imports ORDER BY id DESC LIMIT 1")
    attempt(database, settings, job)
    page.goto(f"/imports/{number}")
    expect(page.locator(".import-state")).not_to_contain_text("正在")
    if page.locator(".preview-map").count():
        page.wait_for_selector(".preview-map[data-rows]")


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_real_files_when_sent_land_in_their_place_or_are_refused_with_the_reason(
    watch_page: Open, site: str, database: Database, settings: Settings
) -> None:
    with watch_page(site) as (page, _):
        for case in CASES:
            if files := sorted(str(path) for path in MESSY.glob(f"{case.stem}.*")):
                page.goto("/imports")
                page.locator("input[type=file]").set_input_files(files)
                press(page, "上传并检查")
                check(page, database, settings)
                choose_layer(page, database, settings, case)
                if case.rows:
                    land(page, database, settings, case)
                else:
                    expect(page.locator(".discoveries")).to_contain_text(case.said)
                    assert page.get_by_role("button", name=APPLY, exact=True).count() == 0


def choose_layer(page: Page, database: Database, settings: Settings, case: Case) -> None:
    """Choose the layer where the page does not find it; the kind for all rows of facilities."""
    layer = page.locator("select[name=layer]")
    if layer.input_value() != case.layer:
        layer.select_option(case.layer)
        with page.expect_navigation():
            page.locator(".layer-form button").click()
        check(page, database, settings)
    if not case.rows:
        return
    column = page.locator("select[aria-label='类别']")
    if column.count():  # OpenStreetMap's words, which are no kinds of ours
        column.select_option("")
        press(page, CHECK)
        check(page, database, settings)
    page.locator("label:has(input[name=constant][value=kind]) select").select_option("other")
    press(page, CHECK)
    check(page, database, settings)


def land(page: Page, database: Database, settings: Settings, case: Case) -> None:
    """Take the remedy, apply, find a school in its place, take all of it back."""
    shifted = bool(case.remedy)
    if shifted and known_places():
        with page.expect_navigation():
            page.locator(".discoveries button", has_text=case.remedy).first.click()
        check(page, database, settings)
        shifted = False
    assert page.locator(".preview-map").get_attribute("data-rows") == str(case.rows)
    press(page, APPLY)
    check(page, database, settings)
    assert run(database, COUNT) == [(case.rows,)]
    if not shifted:
        assert run(database, PLACED) == [tuple(pytest.approx(part, abs=1e-5) for part in SCHOOL)]
    press(page, UNDO)
    check(page, database, settings)
    assert run(database, COUNT) == [(0,)]


def test_every_real_file_has_its_expected_outcome_written_down() -> None:
    stems = {str(path.relative_to(MESSY).with_suffix("")) for path in MESSY.glob("**/*.*")}
    assert stems <= {case.stem for case in CASES}
