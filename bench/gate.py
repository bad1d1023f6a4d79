"""What sign-in and area scope cost: tiles and features with and without the gate.

    python -m bench.gate [--seconds 6]

Two servers over the same database in the same minutes: the application as it is, asked with the
token of an account that sees the 20 towns of the bench by their codes, and `bench.ungated`, which
knows no callers and no scope. At least 0.95 of its throughput is wanted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bench import servers
from bench.features import crowded_boxes, page_path
from bench.measure import filled_database, rounds, verdict, wrk
from bench.tiles import NO_CACHE, our_path, some_tiles
from gisapp.database.engine import Database

WANTED = 0.95
TOWNS = [f"4451031{number:02d}"[:9] for number in range(20)]


def main() -> None:
    """Measure and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--seconds", type=int, default=6, help="of each round")
    seconds = wish.parse_args().seconds
    with (
        filled_database() as database,
        granian(database.url, "gisapp.wsgi:create") as gated,
        granian(database.url, "bench.ungated:create") as bare,
    ):
        servers.TOKENS[gated] = servers.make_user(database.url, "planner", TOWNS)
        for what, paths in questions(database):
            print(what)
            seen = rounds(
                {
                    "gated": partial(wrk, gated, paths, seconds),
                    "ungated": partial(wrk, bare, paths, seconds),
                }
            )
            verdict("of the throughput without", seen["gated"] / seen["ungated"], WANTED)


def questions(database: Database) -> Iterator[tuple[str, list[str]]]:
    """Yield what is asked: tiles that are not kept, pages in a box, single features."""
    for name in servers.LAYERS:
        yield (
            f"{name}, tiles of zoom 14",
            [our_path(name, tile) for tile in some_tiles(database, name, 14)],
        )
        boxes = crowded_boxes(database, name)
        yield f"{name}, 1,000 in a box", [page_path("gisapp", name, box) for box in boxes]
    codes = range(0, 100_000, 997)
    single = "/api/collections/rented_housing/items/R{:08d}"
    yield "single features", [single.format(code) for code in codes]


@contextmanager
def granian(url: str, factory: str) -> Iterator[str]:
    """Lend the address of an application under granian, as `gisapp run` starts it."""
    port = servers.free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"]
    command += ["--workers", "2", "--blocking-threads", "4", "--port", str(port), factory]
    with tempfile.TemporaryDirectory() as var:
        environ = {"GISAPP_DATABASE_URL": url, "GISAPP_VAR": var, **NO_CACHE}
        with servers.serving(command, environ, f"http://127.0.0.1:{port}", "/health"):
            yield f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    main()
