"""Claim: an import, end to end, is at least half as fast as ogr2ogr, in memory that stays flat.

200,000 parcels and 100,000 premises from a GeoPackage, into the same private, durable cluster in the
same run:

- ``ogr2ogr`` with COPY and its spatial index, into a bare table;
- ``ogr2ogr + layer``: the same, and from there by INSERT into the layer's table with its checks,
  area codes, Web-Mercator copy, row stamps and indexes: what it takes to be served;
- ``gisapp import``: copied to the uploads, read by the confined parser, checked and staged in one
  pass, applied. In a process of its own, whose peak memory is told, also with twice as many rows.

    python -m bench.importing [--parcels 200000] [--premises 100000] [--rounds 3] [--profile]

Prints medians and rounds in seconds, the ratios (the peer's time / ours; wanted: 0.5 of the bare
ogr2ogr), peak memory once and twice and their ratio (wanted: at most 1.2), and the seconds of undoing.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import json
import os
import pstats
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import geopandas
import psycopg2

from bench.dataset import areas, parcels, premises
from gisapp.access.caller import SYSTEM
from gisapp.database.cluster import Cluster, private_cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import migrate
from gisapp.features.importing import load_frame
from gisapp.imports.doing import Doer, Wishes
from gisapp.imports.local import begin_local
from gisapp.imports.tables import read_options, read_tables
from gisapp.settings import load_settings
from layers.catalogue import LAYERS

WANTED, WANTED_MEMORY = 0.5, 1.2
EVERY = 0.02  # seconds between looks at the memory
STAGES = ("copy", "read", "check", "apply")
PEER, PEER_LAYER, OURS = "ogr2ogr", "ogr2ogr + layer", "gisapp import"
CLEAR = "TRUNCATE gisapp.{layer}, gisapp_history.{layer}"
INTO_LAYER = "INSERT INTO gisapp.{layer} ({names}) SELECT {names} FROM public.peer"


def main() -> None:
    """Run the rounds of both layers and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--parcels", type=int, default=200_000)
    wish.add_argument("--premises", type=int, default=100_000)
    wish.add_argument("--rounds", type=int, default=3)
    wish.add_argument("--profile", action="store_true")
    wish.add_argument("--child", nargs=3, metavar=("URL", "FILE", "LAYER"))
    options = wish.parse_args()
    if options.child:
        import_here(*options.child, profile=options.profile)
        return
    home = Path(tempfile.mkdtemp(prefix="gisapp-bench-"))
    home.chmod(0o755)
    cluster = private_cluster(home)
    cluster.start()
    try:
        migrate(cluster.url())
        database = Database(load_settings(os.environ).database, cluster.url())
        with database.write() as connection:
            load_frame(connection, LAYERS["areas"], areas(), source="bench")
        database.close()
        measure(cluster, home, "parcels", parcels, options.parcels, options)
        measure(cluster, home, "rented_housing", premises, options.premises, options)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.socket, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def measure(
    cluster: Cluster,
    home: Path,
    layer: str,
    make: Callable[[int], geopandas.GeoDataFrame],
    rows: int,
    options: argparse.Namespace,
) -> None:
    """Time the importers alternately; print medians, ratios, stages, memory and undoing."""
    if not rows:
        return
    files = [home / f"{layer}{times}.gpkg" for times in (1, 2)]
    for times, file in enumerate(files, 1):
        make(times * rows).to_file(file, layer=layer)
    seconds: dict[str, list[float]] = {PEER: [], PEER_LAYER: [], OURS: []}
    runs = []
    for _ in range(options.rounds):
        seconds[PEER].append(time_peer(cluster, files[0]))
        seconds[PEER_LAYER].append(seconds[PEER][-1] + time_layer(cluster, layer))
        runs.append(run_ours(cluster, files[0], layer, rows, profile=options.profile))
        seconds[OURS].append(sum(runs[-1][stage] for stage in STAGES))
    twice = run_ours(cluster, files[1], layer, 2 * rows)
    print(f"\n{rows:,} rows of {layer}")
    print_times(seconds)
    told = (f"{name} {statistics.median(run[name] for run in runs):.2f}" for name in STAGES)
    print("stages, median s:", ", ".join(told))
    memory = statistics.median(run["memory"] for run in runs)
    ratio = twice["memory"] / memory
    print(f"peak memory {memory:.0f} MB; of {2 * rows:,} rows {twice['memory']:.0f} MB: ", end="")
    print(f"{ratio:.2f} times (wanted: at most {WANTED_MEMORY})")
    parser = statistics.median(run["parser"] for run in runs)
    print(f"peak memory of the parser {parser:.0f} MB, of twice the rows {twice['parser']:.0f} MB")
    print(f"undone in {statistics.median(run['undo'] for run in runs):.2f} s")


def print_times(seconds: dict[str, list[float]]) -> None:
    """Print medians, rounds and ratios."""
    for name, rounds in seconds.items():
        told = " ".join(f"{value:.2f}" for value in rounds)
        print(f"{name:16} median {statistics.median(rounds):6.2f} s   rounds {told}")
    ours = statistics.median(seconds[OURS])
    for name in (PEER, PEER_LAYER):
        wanted = f" (wanted {WANTED})" if name == PEER else ""
        print(f"{statistics.median(seconds[name]) / ours:.2f} of the speed of {name}{wanted}")


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


def time_layer(cluster: Cluster, layer: str) -> float:
    """Return the seconds PostgreSQL takes to bring ogr2ogr's table into the layer."""
    clean(cluster, CLEAR.format(layer=layer))
    connection = psycopg2.connect(cluster.url(), options="-c search_path=gisapp,public")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public.peer LIMIT 0")
        names = [column.name for column in cursor.description if column.name != "fid"]
        connection.rollback()
        started = time.perf_counter()
        cursor.execute(INTO_LAYER.format(layer=layer, names=", ".join(names)))
        connection.commit()
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def run_ours(
    cluster: Cluster, file: Path, layer: str, rows: int, *, profile: bool = False
) -> dict[str, float]:
    """Import a file into the empty layer in a process of its own, and take it back.

    Returns seconds by stage, and megabytes of memory.
    """
    clean(cluster, CLEAR.format(layer=layer))
    command = [sys.executable, "-m", "bench.importing", "--child", cluster.url(), str(file), layer]
    done = subprocess.run(
        [*command, *(["--profile"] if profile else [])],
        env={**os.environ, "GISAPP_VAR": str(file.parent / "var")},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if found["insert"] != rows:
        raise SystemExit(f"not everything was imported: {found}")
    return found


def import_here(url: str, file: str, layer: str, *, profile: bool) -> None:
    """Import a file stage by stage, undo it, and print seconds and memory as JSON."""
    settings = load_settings(os.environ)
    doer = Doer(Database(settings.database, url), SYSTEM, settings.uploads)
    watch = cProfile.Profile()
    if profile:
        watch.enable()
    held_most = watch_memory()
    marks = [time.perf_counter()]
    about = {"layer": layer, "options": {}, "source": {}, "sender": ""}
    number = begin_local(doer.database, SYSTEM, settings.uploads, [Path(file)], **about)
    marks.append(time.perf_counter())
    read_tables(settings.uploads.folder, number, read_options({}, None))
    marks.append(time.perf_counter())
    held = doer.check(number, Wishes({}, {}), lambda done, rows: None).held
    marks.append(time.perf_counter())
    done = doer.apply(held)
    marks.append(time.perf_counter())
    watch.disable()
    if profile:
        pstats.Stats(watch, stream=sys.stderr).sort_stats("tottime").print_stats(30)
    memory = dict(held_most)
    doer.undo(number)
    marks.append(time.perf_counter())
    doer.database.close()
    taken = [after - before for before, after in itertools.pairwise(marks)]
    seconds = dict(zip((*STAGES, "undo"), taken, strict=True))
    print(json.dumps({**seconds, **done, **memory}))


def watch_memory() -> dict[str, float]:
    """Return the most megabytes that we and the parser have held so far, kept up to date.

    Pages of mapped files are left out: the system takes them back when it likes.
    """
    found = {"memory": 0.0, "parser": 0.0}

    def look() -> None:
        while True:
            found["memory"] = max(found["memory"], own_memory("self"))
            for held in Path("/proc/self/task").glob("*/children"):
                with suppress(OSError):
                    parsers = filter(is_parser, held.read_text().split())
                    found["parser"] = max([found["parser"], *map(own_memory, parsers)])
            time.sleep(EVERY)

    threading.Thread(target=look, daemon=True).start()
    return found


def is_parser(process: str) -> bool:
    """Tell whether a child is the parser by now: while it is being started it has our own memory."""
    with suppress(OSError):
        return b"geodata.intake.parse" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def own_memory(process: str) -> float:
    """Return the megabytes that a process holds for itself now."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
