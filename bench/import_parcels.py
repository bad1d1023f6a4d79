"""Claim: importing 200,000 parcels from a GeoPackage is at least half as fast as ogr2ogr.

All read the same file into the same private, durable cluster in the same run:

- ``ogr2ogr`` with COPY and its spatial index, into a bare table;
- ``ogr2ogr + layer``: the same, and from there by INSERT into the layer's table with its checks,
  area codes, Web-Mercator copy, row stamps and indexes: what it takes to be served;
- ``gisapp import``: straight into the layer, with column mapping, privacy scan, conversion and
  check of every value and validity besides.

    python -m bench.import_parcels [--rows 200000] [--rounds 3] [--profile]

Prints the medians and rounds in seconds, and the ratios (the peer's time / ours; wanted: 0.5 of
the bare ogr2ogr).
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from bench.dataset import areas, parcels
from gisapp.database.cluster import Cluster, private_cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import migrate
from gisapp.features.importing import Request, import_file, load_frame
from gisapp.settings import load_settings
from layers.catalogue import LAYERS

WANTED = 0.5
INTO_LAYER = """
INSERT INTO gisapp.parcels (code, name, parcel_number, land_use, ownership, dispute,
    registered_area_m2, geom)
SELECT code, name, parcel_number, land_use, ownership, dispute, registered_area_m2, geom
FROM public.peer
"""


def main() -> None:
    """Run the rounds and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--rows", type=int, default=200_000)
    wish.add_argument("--rounds", type=int, default=3)
    wish.add_argument("--profile", action="store_true")
    options = wish.parse_args()
    home = Path(tempfile.mkdtemp(prefix="gisapp-bench-"))
    home.chmod(0o755)
    file = home / "parcels.gpkg"
    parcels(options.rows).to_file(file, layer="parcels")
    cluster = private_cluster(home)
    cluster.start()
    try:
        measure(cluster, file, options)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.socket, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def measure(cluster: Cluster, file: Path, options: argparse.Namespace) -> None:
    """Time both importers alternately and print medians and ratio."""
    migrate(cluster.url())
    database = Database(load_settings(os.environ).database, cluster.url())
    with database.write() as connection:
        load_frame(connection, LAYERS["areas"], areas(), source="bench")
    times: dict[str, list[float]] = {"ogr2ogr": [], "ogr2ogr + layer": [], "gisapp import": []}
    for _ in range(options.rounds):
        times["ogr2ogr"].append(time_peer(cluster, file))
        times["ogr2ogr + layer"].append(times["ogr2ogr"][-1] + time_layer(cluster))
        times["gisapp import"].append(time_ours(cluster, database, file, options))
    database.close()
    for name, seconds in times.items():
        rounds = " ".join(f"{value:.2f}" for value in seconds)
        print(f"{name:16} median {statistics.median(seconds):6.2f} s   rounds {rounds}")
    ours = statistics.median(times.pop("gisapp import"))
    for name, seconds in times.items():
        wanted = f" (wanted {WANTED})" if name == "ogr2ogr" else ""
        print(f"{statistics.median(seconds) / ours:.2f} of the speed of {name}{wanted}")


def clean(cluster: Cluster, statement: str) -> None:
    """Run a statement outside the clock and let the disk settle."""
    connection = psycopg2.connect(cluster.url())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("CHECKPOINT")
    connection.close()


def time_peer(cluster: Cluster, file: Path) -> float:
    """Return the seconds ogr2ogr takes into a fresh table with a spatial index."""
    clean(cluster, "DROP TABLE IF EXISTS public.peer")
    command = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{cluster.url()}", str(file)]
    command += ["-nln", "public.peer", "-lco", "SPATIAL_INDEX=GIST", "-lco", "GEOMETRY_NAME=geom"]
    started = time.perf_counter()
    subprocess.run([*command, "--config", "PG_USE_COPY", "YES"], check=True)
    return time.perf_counter() - started


def time_layer(cluster: Cluster) -> float:
    """Return the seconds PostgreSQL takes to bring ogr2ogr's table into the layer."""
    clean(cluster, "TRUNCATE gisapp.parcels")
    connection = psycopg2.connect(cluster.url(), options="-c search_path=gisapp,public")
    started = time.perf_counter()
    with connection, connection.cursor() as cursor:
        cursor.execute(INTO_LAYER)
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def time_ours(
    cluster: Cluster, database: Database, file: Path, options: argparse.Namespace
) -> float:
    """Return the seconds of ``gisapp import``'s function into the empty layer."""
    clean(cluster, "TRUNCATE gisapp.parcels")
    profile = cProfile.Profile()
    if options.profile:
        profile.enable()
    started = time.perf_counter()
    report = import_file(database, Request(file, LAYERS["parcels"]))
    seconds = time.perf_counter() - started
    if options.profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
    if report.stored is None or report.stored.inserted != options.rows:
        raise SystemExit(f"not everything was loaded: {report.prepared.findings[:3]}")
    return seconds


if __name__ == "__main__":
    main()
