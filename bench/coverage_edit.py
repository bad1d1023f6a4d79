"""Claims about coverage at the server: one camera edited or dragged, what staleness costs a load.

In a database of 20,000 cameras, 150,000 footprints and 1,500 cells: computing an edit (its view and
the cells that it touches) takes at most 10 ms in the median, and the figures are fresh again at most
a second after the edit's commit (the worker looks every half second, which is added in full). While
a camera is turned by small steps, each what-if is answered in 50 ms in the median, through the
application and its gate. Loading the footprints takes at most 1.05 times as long as without the
triggers that note what goes stale.

    python -m bench.coverage_edit [--scale 1] [--edits 50]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import numpy
import shapely

from bench.coverage_data import Quarter, make_quarter
from bench.measure import verdict
from bench.servers import make_user
from gisapp.access.scope import EVERYTHING
from gisapp.app import create_app
from gisapp.coverage import refresh as refreshing
from gisapp.coverage.freshness import area_range
from gisapp.coverage.ranking import Asked, ranked_cells, ranked_gaps
from gisapp.coverage.weights import Weights
from gisapp.database.cluster import private_cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import migrate
from gisapp.features.importing import load_frame, register_source
from gisapp.jobs.upkeep import LOOK_SECONDS
from gisapp.settings import load_settings
from layers.catalogue import LAYERS

TURN = "UPDATE gisapp.cameras SET azimuth = %s WHERE id = %s"
IDS = "SELECT array_agg(id) FROM gisapp.cameras"
CODES = "SELECT array_agg(code ORDER BY code) FROM gisapp.cameras"
TRIGGERS = "ALTER TABLE gisapp.buildings {} TRIGGER cover_insert"
EMPTY = "TRUNCATE gisapp.buildings"
WHAT_IF, STEPS = "/api/coverage/what-if", 6
COMPUTED = ("find_views", "compute_cells", "digests")


def main() -> None:
    """Measure and print."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--scale", type=float, default=1)
    wish.add_argument("--edits", type=int, default=50)
    asked = wish.parse_args()
    quarter = make_quarter(asked.scale)
    settings = load_settings({}).coverage
    with database() as held:
        fill(held, quarter)
        start = time.perf_counter()
        done = refreshing.refresh(held, settings)
        took = time.perf_counter() - start
        print(f"everything: {done.views} views, {done.cells} cells in {took:.1f} s, kept")
        reads(held)
        edit(held, settings, asked.edits)
        drag(held, asked.edits)
        load(held, quarter)


@contextmanager
def database() -> Iterator[Database]:
    """Lend an empty database in a private cluster of its own."""
    with tempfile.TemporaryDirectory(prefix="gisapp-bench-") as home:
        Path(home).chmod(0o755)
        with private_cluster(Path(home)).in_use() as url:
            migrate(url)
            opened = Database(load_settings({"GISAPP_VAR": home}).database, url)
            yield opened
            opened.close()


def fill(held: Database, quarter: Quarter) -> None:
    """Load the quarter's cells, footprints and cameras."""
    cameras = vars(quarter.cameras)
    columns = {
        "azimuth": cameras["azimuth"],
        "horizontal_fov": cameras["fov"],
        "max_view_distance": cameras["view_distance"],
    }
    points = shapely.points(cameras["x"], cameras["y"])
    put(held, "grid_cells", quarter.cells, name="x", kind="ordinary", setting="urban")
    put(held, "buildings", quarter.footprints)
    put(held, "cameras", points, name="x", status="online", **columns)
    with held.write() as connection:
        connection.cursor().execute("ANALYZE")


def put(held: Database, layer: str, shapes: Any, **columns: Any) -> float:
    """Load shapes into a layer; return the seconds it took."""
    if "Multi" in LAYERS[layer].geometry:
        shapes = numpy.array([shapely.multipolygons([one]) for one in shapes], dtype=object)
    codes = [f"{layer}-{number}" for number in range(len(shapes))]
    frame = geopandas.GeoDataFrame({"code": codes, **columns}, geometry=shapes, crs=4548)
    start = time.perf_counter()
    with held.write() as connection:
        register_source(connection, "bench", generated=True)
        load_frame(connection, LAYERS[layer], frame, source="bench")
    return time.perf_counter() - start


def reads(held: Database) -> None:
    """Report what the lists cost."""
    asked = Asked("public", area_range(""), 100)
    for name, read in (("cells", ranked_cells), ("gaps", ranked_gaps)):
        with held.read(EVERYTHING) as reader:
            took = [seconds(lambda read=read: read(reader, asked, Weights())) for _ in range(5)]
        print(f"100 {name} of all, ranked: {1000 * statistics.median(took):.0f} ms")


def edit(held: Database, settings: Any, count: int) -> None:
    """Turn cameras, one at a time, and compute what each touches."""
    spent: list[float] = []
    for name in COMPUTED:
        setattr(refreshing, name, timed(getattr(refreshing, name), spent))
    choose = random.Random(7)
    (ids,) = ask(held, IDS)[0]
    computing, fresh, cells = [], [], []
    for number in range(count + 3):
        ask(held, TURN, choose.uniform(0, 360), choose.choice(ids))
        spent.clear()
        start = time.perf_counter()
        done = refreshing.refresh(held, settings)
        if number >= 3:
            fresh.append(time.perf_counter() - start)
            computing.append(sum(spent))
            cells.append(done.cells)
    print(f"one camera turned, {statistics.mean(cells):.1f} cells touched:")
    middle, late = (sorted(fresh)[int(part * len(fresh))] for part in (0.5, 0.95))
    print(f"  fresh and kept: median {1000 * middle:.0f} ms, 95 % {1000 * late:.0f} ms")
    verdict("computed: times as fast as in 10 ms", 0.010 / statistics.median(computing), 1)
    verdict("fresh: times as fast as 1 s after the commit", 1 / (LOOK_SECONDS + late), 1)


def drag(held: Database, count: int) -> None:
    """Turn cameras by small steps, as a planner who drags them, without writing anything."""
    refreshing.refresh(held, load_settings({}).coverage)
    app = create_app(
        load_settings({"GISAPP_VAR": tempfile.mkdtemp(prefix="gisapp-bench-")}), held.url
    )
    client = app.test_client()
    headers = {"Authorization": f"Bearer {make_user(held.url, 'planner', None)}"}
    choose = random.Random(7)
    first, further = [], []
    (codes,) = ask(held, CODES)[0]
    for code in choose.choices(codes, k=count):
        for step in range(STEPS):
            wish = {"cameras": [{"code": code, "azimuth": 10 * step}]}
            start = time.perf_counter()
            answer = client.post(WHAT_IF, json=wish, headers=headers)
            (further if step else first).append(time.perf_counter() - start)
            if answer.status_code != 200:
                raise SystemExit(f"what-if answered {answer.status_code}: {answer.text[:300]}")
    middle, late = (sorted(further)[int(part * len(further))] for part in (0.5, 0.95))
    print(f"what-if: first of a camera {1000 * statistics.median(first):.0f} ms,"
          f" further median {1000 * middle:.0f} ms, 95 % {1000 * late:.0f} ms")  # fmt: skip
    verdict("what-if: times as fast as 50 ms", 0.050 / statistics.median(first + further), 1)


def load(held: Database, quarter: Quarter) -> None:
    """Load the footprints with and without the trigger."""
    with_it, without = [], []
    for _ in range(3):
        for state, kept in (("ENABLE", with_it), ("DISABLE", without)):
            ask(held, EMPTY)
            ask(held, TRIGGERS.format(state))
            kept.append(put(held, "buildings", quarter.footprints))
    ratio = statistics.median(without) / statistics.median(with_it)
    print(f"loading {len(quarter.footprints)} footprints: {statistics.median(with_it):.1f} s")
    verdict("of the speed without the trigger", ratio, 1 / 1.05)


def timed(function: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """Return a function that notes how long it takes."""

    def run(*values: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*values, **named)
        finally:
            spent.append(time.perf_counter() - start)

    return run


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def ask(held: Database, text: str, *values: object) -> list[Any]:
    """Run one statement in a transaction of its own."""
    with held.write() as connection, connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall()) if cursor.description else []


if __name__ == "__main__":
    main()
