"""Claim about the map page: its first view of 100,000 premises costs 100 kB besides assets.

    python -m bench.first_view [--rounds 3]

A real Chromium opens the map with an empty cache, from our server over the bench's rows
(100,000 premises, 200,000 parcels). Bytes are those on the wire, by kind. Interactive is when
the map answers to the mouse; drawn is when the last tile and cluster is on the screen. Both are
told as well for a processor four times slower.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench import servers
from bench.measure import filled_database
from gisapp.web.gate import COOKIE

CHROMIUM = "/usr/bin/chromium"
LIMIT = 100_000  # bytes besides assets
KINDS = {"/assets/": "assets", "/api/tiles/": "tiles", "/api/": "clusters", "/map/": "names"}
READY = "() => Number(document.documentElement.dataset.points) > 0"
MARKED = "() => performance.getEntriesByName('map-ready')[0].startTime"

COOKIES: list[Any] = []  # of the one who looks


def main() -> None:
    """Measure and print bytes by kind and times."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--rounds", type=int, default=3)
    rounds = wish.parse_args().rounds
    with (
        filled_database() as database,
        servers.ours(database.url) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        COOKIES.append(
            {"name": COOKIE, "value": servers.make_session(database.url), "url": address}
        )
        open_map(browser, address, 1)  # the server's own caches are warm, the browser's not
        for slower in (1, 4):
            report(slower, [open_map(browser, address, slower) for _ in range(rounds)])
        browser.close()


def open_map(browser: Browser, address: str, slower: int) -> dict[str, Any]:
    """Open the map with an empty cache; return bytes by kind, requests, times in seconds."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(COOKIES)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    addresses: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    wire.on(
        "Network.responseReceived",
        lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.update(
            {kind_of(addresses[event["requestId"]], address): int(event["encodedDataLength"])}
        ),
    )
    page.goto(address)
    page.wait_for_function(READY)
    page.wait_for_load_state("networkidle")
    times = {
        "interactive": page.evaluate(MARKED) / 1000,
        "drawn": page.evaluate(
            "() => Math.max(...performance.getEntriesByType('resource')"
            ".map((one) => one.responseEnd))"
        )
        / 1000,
    }
    shown = page.locator(".bubble").count()
    context.close()
    return {"bytes": sizes, "requests": len(addresses), "shown": shown, **times}


def kind_of(url: str, address: str) -> str:
    """Return what a request was for."""
    path = url.removeprefix(address)
    return next((kind for start, kind in KINDS.items() if path.startswith(start)), "page")


def report(slower: int, found: list[dict[str, Any]]) -> None:
    """Print one line of figures, medians of all rounds."""
    besides = [sum(one["bytes"].values()) - one["bytes"]["assets"] for one in found]
    parts = {
        kind: statistics.median(one["bytes"][kind] for one in found) for kind in found[0]["bytes"]
    }
    median = statistics.median(besides)
    print(
        f"processor 1/{slower}: {median / 1000:.1f} kB besides assets"
        f" ({'within' if median <= LIMIT else 'OVER'} {LIMIT // 1000} kB);"
        f" interactive {statistics.median(one['interactive'] for one in found):.2f} s,"
        f" drawn {statistics.median(one['drawn'] for one in found):.2f} s;"
        f" {found[0]['requests']} requests, {found[0]['shown']} clusters; bytes {parts}"
    )


if __name__ == "__main__":
    main()
