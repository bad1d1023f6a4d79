"""Pages in Debian's Chromium: a server in this process, and a page that tells on itself.

Every test that uses ``page`` also proves that the page asked no other host for anything, broke
no security policy and threw no error.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Route,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

from gisapp.web.gate import COOKIE
from tests.accounts import make_account, session_of

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1440, "height": 900}
SESSIONS: dict[str, str] = {}  # the administrator's session at each served address
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000  # ms: a machine that does much besides is slow, not wrong
expect.set_options(timeout=PATIENCE)
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
DRAWN = """() => document.documentElement.dataset.ready === "map"
    && Number(document.documentElement.dataset.points) > 0"""


@dataclass
class Watch:
    """What a page did that it must not do."""

    host: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ()  # parts of console errors that a test expects
    asked_to_stay: int = 0  # how often the page held back who left something unsaved

    def pass_or_block(self, route: Route) -> None:
        """Let requests to our own host through and nothing else."""
        parts = urlsplit(route.request.url)
        if parts.netloc == self.host or parts.scheme in ("data", "blob"):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def answer(self, dialog: Dialog) -> None:
        """Leave a page that asks to stay; any other dialog is an error."""
        if dialog.type == "beforeunload":
            self.asked_to_stay += 1
            dialog.accept()
        else:
            self.note(f"dialog: {dialog.message}")
            dialog.dismiss()

    def note(self, text: str) -> None:
        """Keep an error unless the test expects it."""
        if not any(part in text for part in self.allowed):
            self.errors.append(text)


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve ``app`` from a thread of this process; give its address."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for every file helps nobody
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    database = app.extensions["gisapp"].database
    SESSIONS[address], _ = session_of(database, make_account(database)[0])
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def watched(context: BrowserContext, address: str) -> Iterator[tuple[Page, Watch]]:
    """Open a page of ``context`` that is watched; judge it at the end."""
    watch = Watch(urlsplit(address).netloc)
    context.route("**/*", watch.pass_or_block)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("pageerror", lambda error: watch.note(str(error)))
    page.on("console", lambda said: watch.note(told(said)) if said.type == "error" else None)
    page.on("dialog", watch.answer)
    yield page, watch
    assert page.evaluate("window.violations") == []
    assert watch.outside == []
    assert watch.errors == []


def told(said: ConsoleMessage) -> str:
    """Return what the console was told, with the address that it is about."""
    return f"{said.text} {said.location['url']}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """The address of a server over the demonstration district."""
    with serving(app) as served:
        yield served


OpenPage = Callable[..., AbstractContextManager[tuple[Page, Watch]]]


@pytest.fixture
def watch_page(browser: Browser) -> OpenPage:
    """A function that opens a watched page: address, and options of a browser context.

    ``session`` is a session's cookie; without it an administrator is signed in.
    """

    @contextmanager
    def open_page(
        address: str, session: str = "", **options: object
    ) -> Iterator[tuple[Page, Watch]]:
        chosen = {"viewport": DESKTOP, "locale": "zh-CN", "base_url": address, **options}
        context = browser.new_context(**chosen)
        if cookie := session or SESSIONS.get(address, ""):
            context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
        try:
            with watched(context, address) as opened:
                yield opened
        finally:
            context.close()

    return open_page


@pytest.fixture
def watch(watch_page: OpenPage, address: str) -> Iterator[tuple[Page, Watch]]:
    """A watched page over the demonstration district, with its watch."""
    with watch_page(address) as opened:
        yield opened


@pytest.fixture
def page(watch: tuple[Page, Watch]) -> Page:
    """A watched page over the demonstration district."""
    return watch[0]


@pytest.fixture
def phone(watch_page: OpenPage, address: str) -> Iterator[Page]:
    """A watched page of a phone's size, with touch."""
    with watch_page(address, viewport=PHONE, has_touch=True, is_mobile=True) as (opened, _):
        yield opened


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """A function that gives a page's accessibility violations of level serious and above."""
    source = Path("node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("axe.run()")["violations"]
        return [
            f"{item['id']}: {node['html'][:160]}"
            for item in found
            if item["impact"] in ("serious", "critical")
            for node in item["nodes"]
        ]

    return check


def open_map(page: Page, where: str = "/") -> Page:
    """Open the map and wait until its first points are drawn and the network is quiet."""
    page.goto(where)
    page.wait_for_function(DRAWN)
    page.wait_for_load_state("networkidle")
    return page
