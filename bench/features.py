"""Claims about features: pages of 1,000 in a box, and single ones by their code.

A page at 0.9 of the same SQL under pgbench or more, and 12 times tipg and pygeoapi or more; a
single feature 3 times tipg or more.

    python -m bench.features [--seconds 6]

All run over the same database in the same minutes: 8 connections, medians of three rounds taken
in turn, every answer checked to hold what was asked for. ``bench/servers.py`` says how the peers
are installed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from bench import servers
from bench.measure import filled_database, pgbench, rounds, verdict, wrk
from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from gisapp.features.boxes import Box, box_condition
from gisapp.features.crs import CRS84
from gisapp.features.read import one_statement, page_statement
from layers.catalogue import LAYERS

PEERS = {"tipg": servers.tipg, "pygeoapi": servers.pygeoapi}
LIMIT = 1000
BOXES = 40
SIDE_DEGREES = 0.02  # about 2 km
CROWDED = Statement(
    """
    SELECT west, south FROM (
        SELECT ST_X(spot) AS west, ST_Y(spot) AS south FROM (
            SELECT ST_Transform(ST_PointOnSurface(geom), 4326) AS spot FROM feature
            WHERE id %% 997 = 0
        ) AS spots
    ) AS corners
    WHERE %(most)s < (
        SELECT count(*) FROM feature WHERE geom_web && ST_Transform(
            ST_MakeEnvelope(west, south, west + %(side)s, south + %(side)s, 4326), 3857)
    ) ORDER BY md5(west::text) LIMIT %(boxes)s
    """,
    reads=(("feature", "rented_housing"),),
)


def main() -> None:
    """Measure both claims and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--seconds", type=int, default=6, help="of each round")
    options = wish.parse_args()
    with filled_database() as database, ExitStack() as stack:
        addresses = {"gisapp": stack.enter_context(servers.ours(database.url))}
        for name, start in PEERS.items():
            addresses[name] = stack.enter_context(start(database.url))
        for layer in servers.LAYERS:
            measure_pages(database, addresses, layer, options.seconds)
        measure_single(database, addresses, options.seconds)


def measure_pages(database: Database, addresses: dict[str, str], layer: str, seconds: int) -> None:
    """Measure pages of 1,000 features in boxes that hold more."""
    boxes = crowded_boxes(database, layer)
    paths = {name: [page_path(name, layer, box) for box in boxes] for name in addresses}
    for name, address in addresses.items():
        for path in paths[name][:3]:
            check_page(address + path)
    print(f"{layer}: items?bbox=...&limit={LIMIT}")
    contenders = {
        "pgbench": partial(pgbench, database.url, page_sql(database, layer, boxes), seconds)
    }
    for name, address in addresses.items():
        contenders[name] = partial(wrk, address, paths[name], seconds)
    found = rounds(contenders)
    verdict("of pgbench", found["gisapp"] / found["pgbench"], 0.9)
    for peer in PEERS:
        verdict(f"times {peer}", found["gisapp"] / found[peer], 12)


def measure_single(database: Database, addresses: dict[str, str], seconds: int) -> None:
    """Measure single features by code (tipg and pygeoapi: by their row's number)."""
    random.seed(7)
    numbers = random.sample(range(1, 100_000), 100)
    items = "rented_housing/items"
    paths = {
        "gisapp": [f"/api/collections/{items}/R{number:08d}" for number in numbers],
        "tipg": [f"/collections/gisapp.{items}/{number}" for number in numbers],
        "pygeoapi": [f"/collections/{items}/{number}?f=json" for number in numbers],
    }
    for name, address in addresses.items():
        feature = fetch(address + paths[name][0])
        if feature["type"] != "Feature":
            raise SystemExit(f"{name} gave no feature")
    print("rented_housing: one feature")
    statement = one_statement(LAYERS["rented_housing"], CRS84)
    codes = [{"code": f"R{number:08d}", "layer": "rented_housing"} for number in numbers]
    contenders = {
        "pgbench": partial(pgbench, database.url, literal(database, statement, codes), seconds)
    }
    for name, address in addresses.items():
        contenders[name] = partial(wrk, address, paths[name], seconds)
    found = rounds(contenders)
    verdict("times tipg", found["gisapp"] / found["tipg"], 3)


def crowded_boxes(database: Database, layer: str) -> list[tuple[float, float, float, float]]:
    """Return boxes (degrees) that hold more features than a page."""
    statement = Statement(CROWDED.text, reads=(("feature", layer),))
    asked = {"side": SIDE_DEGREES, "most": LIMIT + 50, "boxes": BOXES}
    with database.read(EVERYTHING) as reader:
        corners = reader.rows(statement, asked)
    return [
        (round(w, 6), round(s, 6), round(w + SIDE_DEGREES, 6), round(s + SIDE_DEGREES, 6))
        for w, s in corners
    ]


def page_path(name: str, layer: str, box: Sequence[float]) -> str:
    """Return the address of a page at one of the servers."""
    asked = f"items?bbox={','.join(map(str, box))}&limit={LIMIT}"
    if name == "gisapp":
        return f"/api/collections/{layer}/{asked}"
    if name == "tipg":
        return f"/collections/gisapp.{layer}/{asked}&geom-column=geom"
    return f"/collections/{layer}/{asked}&f=json"


def page_sql(database: Database, layer: str, boxes: Sequence[Sequence[float]]) -> list[str]:
    """Return the statements that our server runs for the pages, with their values."""
    found = []
    for west, south, east, north in boxes:
        where = box_condition("bbox", Box(west, south, east, north), CRS84, 0)
        statement = page_statement(LAYERS[layer], CRS84, where)
        values = {**where.parameters, "limit": LIMIT, "layer": layer}
        found += literal(database, statement, [values])
    return found


def literal(
    database: Database, statement: Statement, values: Sequence[dict[str, object]]
) -> list[str]:
    """Return a statement as text, once for each set of values."""
    with database.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
        text = reader.text_of(statement)
        return [cursor.mogrify(text, one).decode() for one in values]


def check_page(address: str) -> None:
    """End the bench unless a page holds 1,000 features."""
    features = fetch(address)["features"]
    if len(features) != LIMIT:
        raise SystemExit(f"{address} gave {len(features)} features")


def fetch(address: str) -> dict[str, list[object]]:
    """Return a JSON answer."""
    found: dict[str, list[object]] = json.loads(servers.fetch(address))
    return found


if __name__ == "__main__":
    main()
