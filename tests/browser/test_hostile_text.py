"""Names that are code in HTML or JavaScript stay names, in every view of every layer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import geopandas
import pytest
import shapely
from flask import Flask
from playwright.sync_api import Page, expect

from gisapp.access.audit import Entry, record
from gisapp.app import create_app
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.features.importing import load_frame, register_source
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from layers.spec import Field, Layer
from tests.browser.conftest import OpenPage, Watch, open_map, serving
from tests.conftest import HOME, TEMPLATE

HOSTILE = (
    "${window.pwned=1}`;window.pwned=1;`{{7*7}}</script><script>window.pwned=1</script>"
    "<img src=x onerror=window.pwned=1>"
)
LON, LAT = 116.65, 23.6
PLACE = f"map=18/{LAT}/{LON}"


def value_for(field: Field) -> object:
    """Return a hostile value for a text field, a harmless one for any other."""
    if field.type == "text":
        return HOSTILE[: field.max_length]
    if field.type == "choice":
        return field.choices[0].code
    return {"integer": 1, "number": 1.0, "boolean": True}.get(field.type, "2025-06-01")


def hostile_frame(layer: Layer) -> geopandas.GeoDataFrame:
    """Return one feature of ``layer`` at the place, hostile in every text field."""
    middle = geopandas.GeoSeries([shapely.Point(LON, LAT)], crs=4326).to_crs(4548)[0]
    square = shapely.box(middle.x - 80, middle.y - 80, middle.x + 80, middle.y + 80)
    line = shapely.LineString([(middle.x - 90, middle.y), (middle.x + 90, middle.y)])
    shapes = {
        "Point": middle,
        "LineString": line,
        "MultiLineString": shapely.MultiLineString([line]),
        "MultiPolygon": shapely.MultiPolygon([square]),
    }
    values = {field.name: [value_for(field)] for field in layer.fields}
    code = "445103101201" if layer.name == "areas" else "`${window.pwned=1}<b>"
    values |= {"valid_to": [None]} if "valid_to" in values else {}
    return geopandas.GeoDataFrame(
        {**values, "code": [code]}, geometry=[shapes[layer.geometry]], crs=4548
    )


@pytest.fixture(scope="module")
def hostile_app(cluster: Cluster) -> Iterator[Flask]:
    """The application over a database whose every text is hostile."""
    name = f"hostile_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    cluster.create_database(name, TEMPLATE)
    settings = load_settings({"GISAPP_VAR": str(Path(os.environ[HOME], name))})
    database = Database(settings.database, cluster.url(name))
    with database.write() as connection:
        register_source(connection, HOSTILE, attribution=HOSTILE, licence=HOSTILE)
        for layer in LAYERS.values():
            load_frame(connection, layer, hostile_frame(layer), source=HOSTILE)
        told = {"typed": HOSTILE, "codes": [HOSTILE]}
        record(connection, Entry("denied", HOSTILE, "refused", None, HOSTILE, HOSTILE[:100], told))
    database.close()
    app = create_app(settings, cluster.url(name))
    yield app
    app.extensions["gisapp"].database.close()


@pytest.fixture(scope="module")
def hostile_address(hostile_app: Flask) -> Iterator[str]:
    with serving(hostile_app) as served:
        yield served


@pytest.fixture
def victim(watch_page: OpenPage, hostile_address: str) -> Iterator[tuple[Page, Watch]]:
    """A watched page over hostile text; at the end none of it has run."""
    with watch_page(hostile_address) as (page, watching):
        yield page, watching
        assert page.evaluate("window.pwned") is None
        assert page.locator("img[src='x']").count() == 0


def test_map_with_all_layers_and_labels(victim: tuple[Page, Watch]) -> None:
    page, _ = victim
    open_map(page, f"/#{PLACE}&layers={','.join(LAYERS)}")
    expect(page.locator("#attribution")).to_contain_text(HOSTILE)
    for zoom in (11, 14, 16):
        page.evaluate(f"window.map_district.setZoom({zoom}, {{animate: false}})")
        page.wait_for_load_state("networkidle")
    assert HOSTILE not in page.content().split("<body", 1)[0]


@pytest.mark.parametrize("name", LAYERS)
def test_details_show_the_text_itself(victim: tuple[Page, Watch], name: str) -> None:
    page, _ = victim
    layer = LAYERS[name]
    code = "445103101201" if name == "areas" else "`${window.pwned=1}<b>"
    open_map(page)
    page.evaluate(
        "([layer, code]) => { location.hash = `#select=${layer}/${encodeURIComponent(code)}`; }",
        [name, code],
    )
    detail = page.locator("#detail")
    detail.locator(".facts").first.wait_for()
    for field in layer.fields:
        if field.type == "text":
            expect(detail).to_contain_text(HOSTILE[: field.max_length])
    expect(detail).to_contain_text(HOSTILE)  # the source


@pytest.mark.parametrize("name", LAYERS)
def test_tables_and_interface_pages_show_the_text_itself(
    victim: tuple[Page, Watch], name: str
) -> None:
    page, _ = victim
    texts = [field for field in LAYERS[name].fields if field.type == "text"]
    page.goto(f"/layers/{name}")
    page.locator("#rows tbody tr").first.wait_for()
    if texts:
        expect(page.locator("#rows")).to_contain_text(HOSTILE[: texts[0].max_length])
    for path in ("items", "items/445103101201" if name == "areas" else "items"):
        page.goto(f"/api/collections/{name}/{path}?f=html")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.pwned") is None


def test_click_list_and_search_show_the_text_itself(victim: tuple[Page, Watch]) -> None:
    page, _ = victim
    open_map(page, f"/#{PLACE}&layers={','.join(LAYERS)}")
    page.locator("#map_district").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail .results")).to_contain_text(HOSTILE)
    page.locator("#search-box").fill("${window")
    expect(page.locator("#search-list")).to_contain_text(HOSTILE)
    page.locator("#search-list [role=option]").first.click()
    expect(page.locator("#detail .facts").first).to_be_visible()


def test_queries_show_the_text_itself(victim: tuple[Page, Watch]) -> None:
    page, _ = victim
    asked = f"layer=facilities&near={LON},{LAT}"
    open_map(page, f"/?query=nearest&{asked}#{PLACE}")
    expect(page.locator(".query-answer .results")).to_contain_text(HOSTILE)
    page.goto(f"/queries/nearest?{asked}")
    expect(page.locator("main")).to_contain_text(HOSTILE)


def test_overview_and_help_show_the_text_itself(victim: tuple[Page, Watch]) -> None:
    page, _ = victim
    page.goto("/layers")
    page.goto("/help")
    expect(page.locator("main")).to_contain_text(HOSTILE)


def test_audit_trail_shows_the_text_itself(victim: tuple[Page, Watch]) -> None:
    page, watching = victim
    page.goto("/admin/audit?action=denied")
    row = page.locator(".audit tbody tr")
    expect(row.locator("td").nth(2)).to_have_text(HOSTILE)
    expect(row.locator("td").nth(3)).to_have_text(HOSTILE[:100])
    expect(row.locator(".details")).to_contain_text(f"codes: {HOSTILE}")
    row.locator("td").nth(5).locator("a").click()
    expect(page.locator("#object")).to_have_value(HOSTILE)
    expect(row).to_have_count(1)
    watching.allowed = ("400",)
    page.goto(f"/admin/audit?action={quote(HOSTILE)}&account={quote(HOSTILE)}")
    expect(page.locator("#account")).to_have_value(HOSTILE)


def test_address_and_title_that_are_hostile_stay_inert(victim: tuple[Page, Watch]) -> None:
    page, watching = victim
    watching.allowed = ("404", "400")
    open_map(page, f"/#{PLACE}&select=areas/<img src=x onerror=window.pwned=1>&layers=${{1}}")
    expect(page.locator("#detail")).to_be_visible()
    page.goto("/layers/<img src=x onerror=window.pwned=1>")
    expect(page.locator("h1")).to_contain_text("<img src=x")
    page.goto("/queries/nearest?layer=<img src=x onerror=window.pwned=1>&near=`${1}`")
    assert page.evaluate("window.pwned") is None
