"""The page of jobs: started from its form, cancelled, tried again; hostile texts stay texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings
from tests.browser.conftest import PHONE, Watch, serving
from tests.browser.test_hostile_text import HOSTILE
from tests.jobs.doing import ask, attempt, run

RUNNING = """
INSERT INTO gisapp.jobs (name, parameters, account_name, state, attempts, done, total, started_at,
    progress_zh) VALUES (%s, jsonb_build_object('file', %s), %s, 'running', 2, 5, 14, now(), %s)
"""
FAILED = """
INSERT INTO gisapp.jobs (name, parameters, account_name, state, error_zh, result)
VALUES (%s, '{}', 'gisapp', 'failed', %s, jsonb_build_object(%s, %s))
"""


@pytest.fixture
def site(database: Database, settings: Settings) -> Iterator[str]:
    app = create_app(settings, database.url)
    with serving(app) as address:
        yield address
    app.extensions["gisapp"].database.close()


Open = Callable[..., object]


def card(page: Page, number: int = 0):
    return page.locator(".job").nth(number)


def test_job_when_started_from_the_form_is_followed_to_its_end(
    watch_page: Open, site: str, database: Database, settings: Settings
) -> None:
    with watch_page(site) as (page, _):
        page.goto("/jobs")
        expect(page.locator("#status")).to_have_text("还没有任务。")
        page.get_by_text("启动任务").click()
        page.locator("#kind").select_option("count_clusters_anew")
        page.locator("#query-layer").select_option("cameras")
        page.get_by_role("button", name="启动").click()
        expect(card(page)).to_contain_text("重算聚合")
        expect(card(page)).to_contain_text("等待")
        page.get_by_role("button", name="取消").click()
        expect(card(page)).to_contain_text("已取消")
        page.get_by_role("button", name="重试").click()
        expect(card(page)).to_contain_text("等待")
        ((number,),) = run(database, "SELECT id FROM gisapp.jobs")
        attempt(database, settings, number)
        expect(card(page)).to_contain_text("完成")  # by itself
        expect(card(page)).to_contain_text("视频监控")
        card(page).get_by_role("link").click()
        expect(page.locator("h1")).to_contain_text("重算聚合")
        expect(page.locator(".job-facts").last).to_contain_text("cameras")


def test_texts_of_jobs_when_hostile_stay_texts(
    watch_page: Open, site: str, database: Database, axe: Callable[[Page], list[str]]
) -> None:
    run(database, RUNNING, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    run(database, FAILED, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    with watch_page(site) as opened:
        page: Page = opened[0]
        watching: Watch = opened[1]
        for address in ("/jobs", "/jobs/1", "/jobs/2"):
            page.goto(address)
            expect(card(page)).to_contain_text("window.pwned=1")
            assert page.evaluate("window.pwned") is None
            assert axe(page) == []
        assert watching.errors == []


def test_page_on_a_phone_is_not_wider_than_it(
    watch_page: Open, site: str, database: Database
) -> None:
    run(database, RUNNING, "check_import", "x" * 200, "y" * 60, "建筑")
    ask(database, "find_area_codes_anew")
    with watch_page(site, viewport=PHONE, has_touch=True, is_mobile=True) as (page, _):
        for address in ("/jobs", "/jobs/1"):
            for language in ("zh", "en"):
                page.goto(f"{address}?lang={language}")
                expect(card(page)).to_be_visible()
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= PHONE["width"], (address, language)
