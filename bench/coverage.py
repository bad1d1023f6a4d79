"""Coverage with occlusion against plain overlays without, and against shadows one by one.

    python -m bench.coverage [--scales 0.1,1,4] [--rounds 3] [--sample 300] [--edits 200]

A made-up quarter (`bench/coverage_data.py`): at scale 1, 20,000 cameras among 150,000 footprints
in 1,500 cells, all read beforehand. "Ours" is everything from nothing with occlusion, on two
threads: sectors, walls, views, targets, figures and gaps of each cell. PostGIS and geopandas do
the same for whole cells without any building. The first of the three scales that is 1, or else
the last, is where everybody is measured; the others show how our time grows.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import psycopg2
import shapely

from bench.coverage_data import Quarter, make_quarter
from bench.measure import verdict
from gisapp.coverage.cover import CellCover, cover_cells, looking_into
from gisapp.coverage.footprints import Footprints, make_footprints
from gisapp.coverage.ground import Targets, public_space, whole_cells
from gisapp.coverage.sectors import Sectors, make_sectors
from gisapp.coverage.viewsheds import Views, views_of, visible
from gisapp.database.cluster import private_cluster
from gisapp.database.migrate import migrate

FAR = 1000.0  # m, how long a shadow is
PLAIN = (Path(__file__).parent / "coverage_plain.sql").read_text(encoding="utf-8")


def main() -> None:
    """Measure and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--scales", default="0.1,1,4")
    wish.add_argument("--rounds", type=int, default=3)
    wish.add_argument("--sample", type=int, default=300, help="cameras whose shadows are cut")
    wish.add_argument("--edits", type=int, default=200)
    wish.add_argument("--peak", type=float, help=argparse.SUPPRESS)
    options = wish.parse_args()
    if options.peak:
        everything(make_quarter(options.peak), public=True)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
        return
    scales = [float(scale) for scale in options.scales.split(",")]
    main_scale = 1.0 if 1.0 in scales else scales[-1]
    everything(make_quarter(0.1), public=True)  # compiles
    quarter = make_quarter(main_scale)
    compare(quarter, options.rounds)
    parts(quarter)
    shadows(quarter, options.sample)
    edits(quarter, options.edits)
    for scale in scales:
        growth(scale)


def everything(quarter: Quarter, *, public: bool, shares: bool = False) -> CellCover:
    """Return the figures of all cells, from rows."""
    footprints = make_footprints(quarter.footprints)
    views = views_of(make_sectors(quarter.cameras), footprints)
    targets = public_space(quarter.cells, footprints) if public else whole_cells(quarter.cells)
    return covered(targets, views, shares=shares)


def covered(targets: Targets, views: Views, *, shares: bool = False, threads: int = 2) -> CellCover:
    """Return the figures of all cells."""
    pairs = looking_into(targets.ground, views)
    return cover_cells(targets, *pairs, views, shares=shares, threads=threads)


def compare(quarter: Quarter, rounds: int) -> None:
    """Print who takes how long, and the ratios."""
    print(f"{len(quarter.cameras)} cameras, {len(quarter.footprints)} footprints, "
          f"{len(quarter.cells)} cells")  # fmt: skip
    with postgis(quarter) as sql:
        open_views = visible(make_sectors(quarter.cameras).sure, make_footprints([]))
        by_sql = sql()
        by_us = covered(whole_cells(quarter.cells), Views(open_views, open_views)).sure_m2.sum()
        print(f"  without buildings, share seen: SQL {by_sql[0]:.6f}, "
              f"ours {by_us / shapely.area(quarter.cells).sum():.6f}")  # fmt: skip
        seen = medians(
            {
                "ours, public space": lambda: everything(quarter, public=True),
                "ours, whole cells": lambda: everything(quarter, public=False),
                "ours, public space, shares": lambda: everything(quarter, public=True, shares=True),
                "PostGIS, no buildings": sql,
                "geopandas, no buildings": lambda: naive(quarter),
                "geopandas by dissolving": lambda: dissolved(quarter),
            },
            rounds,
        )
    for ours in ("ours, public space", "ours, whole cells"):
        for peer, wanted in (("PostGIS, no buildings", 0.5), ("geopandas, no buildings", 2.0)):
            verdict(f"{ours}: times as fast as {peer}", seen[peer] / seen[ours], wanted)


def medians(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return everyone's median of seconds, taken in turn."""
    seen: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, act in contenders.items():
            seen[name].append(seconds(act))
    for name, values in seen.items():
        listed = " ".join(f"{value:.2f}" for value in values)
        print(f"  {name:28} median {statistics.median(values):7.2f} s   rounds {listed}")
    return {name: statistics.median(values) for name, values in seen.items()}


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


@contextmanager
def postgis(quarter: Quarter) -> Iterator[Callable[[], Any]]:
    """Lend the plain statement over tables with indexes, in a private cluster."""
    home = Path(tempfile.mkdtemp(prefix="gisapp-bench-"))
    home.chmod(0o755)
    cluster = private_cluster(home)
    cluster.start()
    try:
        migrate(cluster.url())
        with closing(psycopg2.connect(cluster.url())) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            fill(cursor, quarter)

            def run() -> Any:
                cursor.execute(PLAIN)
                return cursor.fetchone()

            yield run
    finally:
        cluster.stop()
        shutil.rmtree(cluster.socket, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def fill(cursor: Any, quarter: Quarter) -> None:
    """Make the two tables that the plain statement reads."""
    cursor.execute(
        "CREATE TABLE cell (id integer PRIMARY KEY, geom geometry(Polygon, 4548));"
        "CREATE TABLE camera (id integer PRIMARY KEY, geom geometry(Point, 4548),"
        " azimuth float8, fov float8, range float8)"
    )
    cameras = quarter.cameras
    for number, cell in enumerate(shapely.to_wkb(quarter.cells)):
        cursor.execute("INSERT INTO cell VALUES (%s, ST_GeomFromWKB(%s, 4548))", (number, cell))
    columns = (cameras.x, cameras.y, cameras.azimuth, cameras.fov, cameras.view_distance)
    cursor.execute(
        "INSERT INTO camera SELECT (row_number() OVER ())::integer,"
        " ST_SetSRID(ST_MakePoint(x, y), 4548), azimuth, fov, range"
        " FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])"
        " AS row (x, y, azimuth, fov, range)",
        [column.tolist() for column in columns],
    )
    cursor.execute(
        "CREATE INDEX ON cell USING gist (geom); CREATE INDEX ON camera USING gist (geom)"
    )
    cursor.execute("VACUUM ANALYZE cell")
    cursor.execute("VACUUM ANALYZE camera")


def naive(quarter: Quarter) -> float:
    """Return the area that plain sectors leave, as a notebook would find it."""
    sectors = geopandas.GeoDataFrame(geometry=plain_sectors(make_sectors(quarter.cameras).sure))
    cells = geopandas.GeoDataFrame({"cell": range(len(quarter.cells))}, geometry=quarter.cells)
    return float(geopandas.overlay(cells, sectors, how="difference").area.sum())


def dissolved(quarter: Quarter) -> float:
    """Return the area that plain sectors cover: pieces by intersection, dissolved by cell."""
    sectors = geopandas.GeoDataFrame(geometry=plain_sectors(make_sectors(quarter.cameras).sure))
    cells = geopandas.GeoDataFrame({"cell": range(len(quarter.cells))}, geometry=quarter.cells)
    pieces = geopandas.overlay(cells, sectors, how="intersection", keep_geom_type=True)
    return float(pieces.dissolve(by="cell").area.sum())


def plain_sectors(sectors: Sectors) -> Any:
    """Return sectors as polygons with arcs of 4 degrees."""
    shapes = []
    for x, y, centre, half, radius in zip(*vars(sectors).values(), strict=True):
        steps = int(np.ceil(half / 2))
        turns = np.radians(np.linspace(centre - half, centre + half, steps + 1))
        arc = np.column_stack((x + radius * np.sin(turns), y + radius * np.cos(turns)))
        shapes.append(shapely.Polygon(arc[:-1] if half >= 180 else [(x, y), *arc]))
    return shapes


def parts(quarter: Quarter) -> None:
    """Print what our time is made of, on one thread and on two."""
    for threads in (1, 2):
        begin = time.perf_counter()
        footprints = make_footprints(quarter.footprints)
        walls = time.perf_counter()
        views = views_of(make_sectors(quarter.cameras), footprints, threads=threads)
        seen = time.perf_counter()
        targets = public_space(quarter.cells, footprints, threads=threads)
        cut = time.perf_counter()
        covered(targets, views, threads=threads)
        end = time.perf_counter()
        print(f"  {threads} thread(s): walls {walls - begin:.2f}, views {seen - walls:.2f}, "
              f"targets {cut - seen:.2f}, cells {end - cut:.2f} s")  # fmt: skip


def shadows(quarter: Quarter, sample: int) -> None:
    """Compare views with the difference of shadows, on a sample of cameras."""
    footprints = make_footprints(quarter.footprints)
    sectors = make_sectors(quarter.cameras).sure
    random = np.random.default_rng(1)
    which = random.choice(len(sectors), min(sample, len(sectors)), replace=False)
    open_views = visible(sectors.take(which), make_footprints([]))
    all_seconds = statistics.median(seconds(lambda: visible(sectors, footprints)) for _ in range(3))
    views = visible(sectors.take(which), footprints)
    begin = time.perf_counter()
    cut = [
        cut_shadows(view, sectors.x[k], sectors.y[k], footprints)
        for k, view in zip(which, open_views, strict=True)
    ]
    per_camera = (time.perf_counter() - begin) / len(which)
    ours = all_seconds / len(sectors)
    off = np.abs(shapely.area(views) - shapely.area(cut))
    share = off.sum() / shapely.area(cut).sum()
    print(f"  one view {ours * 1e6:.1f} µs (all {all_seconds:.2f} s); by shadows "
          f"{per_camera * 1e3:.2f} ms (mean of {len(which)} cameras)")  # fmt: skip
    verdict("views: times as fast as the difference of shadows", per_camera / ours, 100)
    print(f"  areas differ by {share:.1e} of their sum, at most by {off.max():.1e} m² in a view")
    verdict("difference of areas: times below 1e-6", 1e-6 / share, 1)


def cut_shadows(view: Any, x: float, y: float, footprints: Footprints) -> Any:
    """Return a sector minus buildings and their shadows, vectorised within one camera."""
    near = footprints.tree.geometries[footprints.tree.query(view)]
    rings, _ = shapely.get_rings(near, return_index=True)
    places, index = shapely.get_coordinates(rings, return_index=True)
    edges = np.stack((places[:-1], places[1:]), axis=1)[index[:-1] == index[1:]]
    away = edges + (edges - (x, y)) * (FAR / np.hypot(*(edges - (x, y)).T).T[..., None])
    corners = np.concatenate((edges, away), axis=1)
    hulls = shapely.convex_hull(shapely.multipoints(shapely.points(corners)))
    with np.errstate(all="ignore"):
        return shapely.difference(view, shapely.union_all([*hulls, *near]))


def edits(quarter: Quarter, count: int) -> None:
    """Print how long it takes to find everything again after one camera was moved."""
    footprints = make_footprints(quarter.footprints)
    outlook = make_sectors(quarter.cameras)
    views = views_of(outlook, footprints)
    targets = public_space(quarter.cells, footprints)
    cells, cameras = shapely.STRtree(targets.ground), shapely.STRtree(views.sure)
    random = np.random.default_rng(2)
    taken, touched = [], []
    for camera in random.choice(len(views.sure), count):
        row = outlook.sure.take(slice(camera, camera + 1))
        moved = Sectors(row.x + 5, row.y + 5, row.centre + 20, row.half_angle, row.radius)
        begin = time.perf_counter()
        fresh = visible(moved, footprints, threads=1)[0]
        which = np.unique(cells.query([views.sure[camera], fresh], predicate="intersects")[1])
        again(Targets(targets.ground[which], footprints), views, cameras, camera, fresh)
        taken.append(time.perf_counter() - begin)
        touched.append(len(which))
    print(f"  one camera moved: median {statistics.median(taken) * 1e3:.1f} ms, "
          f"p99 {np.percentile(taken, 99) * 1e3:.1f} ms, {np.mean(touched):.1f} cells")  # fmt: skip
    verdict("of 10 ms", 0.010 / statistics.median(taken), 1)


def again(targets: Targets, views: Views, tree: Any, moved: int, fresh: Any) -> None:
    """Find some cells' figures and what each camera sees, with one view replaced."""
    near = np.unique(tree.query(targets.ground, predicate="intersects")[1])
    seen = np.append(views.sure[near[near != moved]], fresh)
    covered(targets, Views(seen, seen), shares=True, threads=1)


def growth(scale: float) -> None:
    """Print our time and peak memory at one scale."""
    quarter = make_quarter(scale)
    taken = statistics.median(seconds(lambda: everything(quarter, public=True)) for _ in range(3))
    command = [sys.executable, "-m", "bench.coverage", "--peak", str(scale)]
    peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
    print(f"  scale {scale:g}: {taken:.2f} s, {taken / len(quarter.cells) * 1e3:.2f} ms a cell, "
          f"peak {float(peak):.2f} GB with the data")  # fmt: skip


if __name__ == "__main__":
    main()
