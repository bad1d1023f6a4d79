"""The open map follows what others change, within their areas, and says how it does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from gisapp.database.engine import Database
from tests.access.two_towns import A, B, build
from tests.browser.conftest import DESKTOP, watched
from tests.live.conftest import Site, running

MOVE = "UPDATE gisapp.cameras SET name = '改过的名称' WHERE code = 'cameras-甲-1'"
REMOVE = "DELETE FROM gisapp.cameras WHERE code = 'cameras-甲-1'"
ADD = """
INSERT INTO gisapp.cameras (code, geom, name, status, source)
SELECT 'new', ST_Translate(geom, 30, 0), '新装的', 'online', 'x' FROM gisapp.cameras
WHERE code = %(near)s
"""
WHERE = """
SELECT ST_X(place), ST_Y(place) FROM (SELECT ST_Transform(geom, 4326) AS place
FROM gisapp.cameras WHERE code = %(code)s) AS found
"""
LIVE = "#live[data-state=live]"
# Milliseconds. Two seconds are promised of a machine that serves and does nothing else; without
# the stream a page would ask again after twenty.
SOON = 8000


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A server of two workers over two towns."""
    with running(GISAPP_LANGUAGE="zh") as started:
        build(started.database, with_b=True)
        yield started


@pytest.fixture
def page_of(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """A function that opens a watched map of an account that sees some areas."""
    opened = []

    def open_page(*areas: str, where: str = "/") -> Page:
        _, headers = site.session(areas)
        name, _, value = headers["Cookie"].partition("=")
        context = browser.new_context(viewport=DESKTOP, locale="zh-CN", base_url=site.address)
        context.add_cookies([{"name": name, "value": value, "url": site.address}])
        entered = watched(context, site.address)
        page, watch = entered.__enter__()
        watch.allowed = ("Failed to load resource", "ERR_")  # of streams that were cut on purpose
        opened.append((context, entered))
        page.goto(where)
        page.wait_for_selector(LIVE)
        redrawn(page, 0)
        page.wait_for_timeout(1500)  # what an awakening server says to be safe is over
        return page

    yield open_page
    for context, entered in opened:
        entered.__exit__(None, None, None)
        context.close()


def redrawn(page: Page, before: int, timeout: float = 30_000) -> None:
    """Wait until points were drawn more often than ``before``."""
    drawn_more = "before => Number(document.documentElement.dataset.points) > before"
    page.wait_for_function(drawn_more, arg=before, timeout=timeout)


def asked_for_cameras(page: Page) -> list[str]:
    """Return a list to which every request of the page for cameras is added."""
    asked: list[str] = []

    def note(answer: Response) -> None:
        if "/collections/cameras/" in answer.url:
            asked.append(answer.url)

    page.on("response", note)
    return asked


def place_of(database: Database, code: str) -> str:
    """Return the address of a map that looks at a camera closely."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(WHERE, {"code": code})
        lon, lat = cursor.fetchone()
    return f"/#map=18/{lat:.6f}/{lon:.6f}&layers=cameras"


def drawn(page: Page) -> int:
    """Return how often points were drawn."""
    return int(page.evaluate("document.documentElement.dataset.points"))


def test_change_when_in_the_town_is_drawn_and_elsewhere_is_not(
    site: Site, page_of: Callable[..., Page]
) -> None:
    near = place_of(site.database, "cameras-甲-1")
    mine, other = page_of(A, where=near), page_of(B, where=near)
    before, asked = drawn(mine), asked_for_cameras(other)
    site.change(ADD, near="cameras-甲-1")
    redrawn(mine, before, SOON)
    other.wait_for_timeout(1000)
    assert asked == []


def test_panel_when_its_feature_changes_says_so_and_keeps_what_it_shows(
    site: Site, page_of: Callable[..., Page]
) -> None:
    page = page_of(
        A, where=place_of(site.database, "cameras-甲-1") + "&select=cameras/cameras-甲-1"
    )
    expect(page.locator("#detail-title")).to_have_text("甲1")
    page.locator(".detail-body .button").first.focus()
    site.change(MOVE)
    line = page.locator(".detail-changed")
    expect(line).to_have_text("已被修改，点此刷新", timeout=SOON)
    expect(page.locator("#detail-title")).to_have_text("甲1")
    assert page.evaluate("document.activeElement.classList.contains('button')")
    line.click()
    expect(page.locator("#detail-title")).to_have_text("改过的名称")
    expect(line).to_have_count(0)
    site.change(REMOVE)
    expect(line).to_have_text("已被删除，点此刷新", timeout=SOON)


def test_map_when_its_worker_is_killed_is_live_again(
    site: Site, page_of: Callable[..., Page]
) -> None:
    page = page_of(A, where=place_of(site.database, "cameras-甲-2"))
    before = drawn(page)
    for worker in site.run.workers:
        os.kill(worker, signal.SIGKILL)
    page.wait_for_selector("#live:not([data-state=live])", state="attached")
    site.change(ADD.replace("'new'", "'meanwhile'"), near="cameras-甲-2")
    page.wait_for_selector(LIVE, timeout=30_000)
    redrawn(page, before)


def test_map_when_hidden_hears_nothing_and_asks_on_return(
    site: Site, page_of: Callable[..., Page]
) -> None:
    page = page_of(A, where=place_of(site.database, "cameras-甲-3"))
    hide = "on => { Object.defineProperty(document, 'hidden', { value: on, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    page.wait_for_timeout(500)
    asked, before = asked_for_cameras(page), drawn(page)
    site.change(ADD.replace("'new'", "'unseen'"), near="cameras-甲-3")
    page.wait_for_timeout(1500)
    assert asked == []
    page.evaluate(hide, False)
    redrawn(page, before, SOON)


def test_map_when_signed_out_elsewhere_says_so(site: Site, page_of: Callable[..., Page]) -> None:
    page = page_of(A)
    assert page.locator("#live").text_content() == "实时更新中"
    site.change("DELETE FROM gisapp.sessions")
    page.wait_for_selector("#live[data-state=ended]")
    assert page.locator("#live").text_content() == "已退出登录，地图不再更新"


def test_map_when_there_is_no_stream_asks(browser: Browser) -> None:
    with running(GISAPP_STREAMS="0", GISAPP_WORKERS="1") as asking:
        build(asking.database, with_b=False)
        _, headers = asking.session([A])
        context = browser.new_context(viewport=DESKTOP, base_url=asking.address)
        name, _, value = headers["Cookie"].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": asking.address}])
        page = context.new_page()
        page.goto(place_of(asking.database, "cameras-甲-1"))
        page.wait_for_selector("#live[data-state=polling]")
        page.wait_for_timeout(1500)
        before = drawn(page)
        asking.change(ADD, near="cameras-甲-1")
        redrawn(page, before, SOON + 500)
        context.close()
