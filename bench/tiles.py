"""Claims about vector tiles, over 100,000 premises and 200,000 parcels.

Uncached, at zoom 14 at least 0.6 and at zoom 16 at least 0.4 of the same SQL under pgbench, and
2 times tipg at both; at zooms 10 to 12 points at least 20 times and parcels 3 times tipg, whose
cap on features in a tile is lifted there (with it, a tile would lack rows in silence). Cached at
least 0.15 of nginx handing out the same bytes.

    python -m bench.tiles [--seconds 5]

All run over the same database in the same minutes: 8 connections, medians of three rounds taken
in turn, tiles around rows taken at random. tipg reads the same stored Web Mercator geometry.
``bench/servers.py`` says how it is installed; nginx comes from the system.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench import servers
from bench.features import literal
from bench.measure import filled_database, pgbench, rounds, verdict, wrk
from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from gisapp.features.tile_statements import shapes_statement, tile_parameters
from gisapp.features.web_mercator import TileAddress
from layers.catalogue import LAYERS

MOST_TILES = 60
DEEP = ((14, 0.6, 2), (16, 0.4, 2))  # zoom, share of pgbench, times tipg
SHALLOW = {"rented_housing": 20, "parcels": 3}  # times tipg at zooms 10 to 12
OF_NGINX = 0.15
UNCAPPED = {"TIPG_MAX_FEATURES_PER_TILE": "10000000"}
NO_CACHE = {"GISAPP_TILE_MEMORY_MB": "0", "GISAPP_TILE_DISK_MB": "0"}
# The tiles around rows taken at random, as a map shows them: crowded places more often.
TILES = Statement(
    """
    SELECT DISTINCT floor((0.5 - ST_Y(place) / 40075016.6855784861) * (1 << %(zoom)s))::integer,
        floor((0.5 + ST_X(place) / 40075016.6855784861) * (1 << %(zoom)s))::integer
    FROM (
        SELECT ST_PointOnSurface(geom_web) AS place FROM feature ORDER BY md5(code) LIMIT %(most)s
    ) AS places
    """,
    reads=(("feature", "rented_housing"),),
)
NGINX = """
worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off; sendfile on; open_file_cache max=10000;
    default_type application/vnd.mapbox-vector-tile;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


def main() -> None:
    """Measure all claims and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--seconds", type=int, default=5, help="of each round")
    seconds = wish.parse_args().seconds
    with filled_database() as database:
        with (
            environment({**NO_CACHE, **UNCAPPED}),
            servers.ours(database.url) as ours,
            servers.tipg(database.url) as peer,
        ):
            for name in servers.LAYERS:
                for zoom, share, times in DEEP:
                    measure_deep(database, name, zoom, (ours, peer), (share, times), seconds)
                measure_shallow(database, name, (ours, peer), seconds)
        with servers.ours(database.url) as ours:
            measure_cached(database, ours, seconds)


def measure_deep(
    database: Database,
    name: str,
    zoom: int,
    addresses: tuple[str, str],
    wanted: tuple[float, float],
    seconds: int,
) -> None:
    """Measure tiles that carry every row, against the SQL alone and against tipg."""
    tiles = some_tiles(database, name, zoom)
    print(f"{name}: z{zoom}, uncached, {len(tiles)} tiles")
    values = [tile_parameters(LAYERS[name], tile) for tile in tiles]
    statements = literal(database, shapes_statement(name, zoom), values)
    found = rounds(
        {
            "pgbench": partial(pgbench, database.url, statements, seconds),
            **contenders(name, tiles, addresses, seconds),
        }
    )
    verdict("of pgbench", found["gisapp"] / found["pgbench"], wanted[0])
    verdict("times tipg", found["gisapp"] / found["tipg"], wanted[1])


def measure_shallow(
    database: Database, name: str, addresses: tuple[str, str], seconds: int
) -> None:
    """Measure the tiles of zooms 10 to 12 together, against tipg."""
    tiles = [tile for zoom in (10, 11, 12) for tile in some_tiles(database, name, zoom)]
    print(f"{name}: z10-12, uncached, {len(tiles)} tiles")
    found = rounds(contenders(name, tiles, addresses, seconds))
    verdict("times tipg", found["gisapp"] / found["tipg"], SHALLOW[name])


def measure_cached(database: Database, ours: str, seconds: int) -> None:
    """Measure tiles that are kept, against nginx on files of the same bytes."""
    for name, zoom in (("rented_housing", 14), ("parcels", 16), ("parcels", 14)):
        paths = [our_path(name, tile) for tile in some_tiles(database, name, zoom)]
        bodies = {path: servers.fetch(ours + path) for path in paths}
        size = sum(map(len, bodies.values())) / len(bodies) / 1000
        print(f"{name}: z{zoom}, cached, {len(paths)} tiles of {size:.1f} kB in the mean")
        with nginx(bodies) as files:
            found = rounds(
                {
                    "nginx": partial(wrk, files, paths, seconds),
                    "gisapp": partial(wrk, ours, paths, seconds),
                }
            )
        verdict("of nginx", found["gisapp"] / found["nginx"], OF_NGINX)


def contenders(
    name: str, tiles: Sequence[TileAddress], addresses: tuple[str, str], seconds: int
) -> dict[str, partial[float]]:
    """Return our server and tipg, each with its own addresses of the same tiles."""
    ours, peer = addresses
    our_paths = [our_path(name, tile) for tile in tiles]
    peer_paths = [tipg_path(name, tile) for tile in tiles]
    for address, paths in ((ours, our_paths), (peer, peer_paths)):
        sizes = [len(servers.fetch(address + path)) for path in paths]
        print(f"  {address}: {sum(sizes) / len(sizes) / 1000:.1f} kB in the mean")
    return {
        "gisapp": partial(wrk, ours, our_paths, seconds),
        "tipg": partial(wrk, peer, peer_paths, seconds),
    }


def some_tiles(database: Database, name: str, zoom: int) -> list[TileAddress]:
    """Return tiles in which the layer has rows, the same in every run."""
    statement = Statement(TILES.text, reads=(("feature", name),))
    with database.read(EVERYTHING) as reader:
        rows = reader.rows(statement, {"zoom": zoom, "most": MOST_TILES})
    return [TileAddress(zoom, row, column) for row, column in rows]


def our_path(name: str, tile: TileAddress) -> str:
    """Return the address of a tile here: zoom, row, column."""
    place = f"{tile.zoom}/{tile.row}/{tile.column}"
    return f"/api/collections/{name}/tiles/WebMercatorQuad/{place}"


def tipg_path(name: str, tile: TileAddress) -> str:
    """Return the address of a tile at tipg: zoom, column, row."""
    place = f"{tile.zoom}/{tile.column}/{tile.row}"
    return f"/collections/gisapp.{name}/tiles/WebMercatorQuad/{place}?geom-column=geom_web"


@contextmanager
def environment(more: dict[str, str]) -> Iterator[None]:
    """Set variables for the servers that are started inside the block."""
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def nginx(bodies: dict[str, bytes]) -> Iterator[str]:
    """Lend the address of an nginx with these answers as files."""
    port = servers.free_port()
    with tempfile.TemporaryDirectory(prefix="gisapp-nginx-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        for path, body in bodies.items():
            file = folder / "files" / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port), encoding="utf-8")
        process = subprocess.Popen(["nginx", "-c", str(config)])
        try:
            if not servers.answers(process, f"http://127.0.0.1:{port}{next(iter(bodies))}"):
                raise SystemExit("nginx does not answer")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    main()
