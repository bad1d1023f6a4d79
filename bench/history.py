"""Claims about history: what it adds to bulk loading, and what reading the past costs.

Loading 200,000 parcels into an empty layer, and then the same parcels with another use, takes at
most 2 times as long as in a database whose schema ends before history. Reading a layer of 100,000
rows with 5 versions each as of the third of them takes at most 3 times as long as reading the
present: pages of 1,000 in key order and in a box, single features, and tiles of zoom 14 and 16.

    python -m bench.history [--parcels 200000] [--premises 100000] [--seconds 4]

Clusters and tiles of low zooms are kept for the present only; what they cost as of a moment,
counted from rows, is reported without a claim.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import geopandas
import psycopg2
import sqlalchemy
from alembic import command

from bench.dataset import areas, parcels, premises
from bench.measure import rounds, verdict
from gisapp.access.scope import EVERYTHING
from gisapp.database.changes import Change
from gisapp.database.cluster import Cluster, private_cluster
from gisapp.database.engine import Database, Reader
from gisapp.database.migrate import alembic_config, migrate
from gisapp.database.pool import driver_url
from gisapp.features.boxes import Box, box_condition
from gisapp.features.clusters import clusters_geojson
from gisapp.features.clusters_in_time import clusters_in_time
from gisapp.features.crs import CRS84
from gisapp.features.importing import load_frame
from gisapp.features.read import FeatureQuery, read_feature, read_page
from gisapp.features.tiles import make_tile
from gisapp.features.web_mercator import EARTH, TileAddress, View
from gisapp.settings import load_settings
from layers.catalogue import LAYERS

Place = tuple[str, float, float, float, float]  # code, longitude, latitude, x, y of EPSG:3857
Read = Callable[[Reader, Place], object]

PREMISES = LAYERS["rented_housing"]
BEFORE_HISTORY = "0004"
LOADING, READING = 2, 3  # times as long
VERSIONS = 5
PLACES = 40  # boxes and tiles around rows taken at random
SIDE = 0.02  # degrees, about 2 km
LIMIT = 1000
CHANGE_ALL = "UPDATE rented_housing SET occupants = occupants + 1, name = name || '.'"
MOMENT = "SELECT changed_at FROM gisapp.layer_revisions WHERE layer = 'rented_housing'"
SOME = """
SELECT code, ST_X(ST_Transform(geom, 4326)), ST_Y(ST_Transform(geom, 4326)), ST_X(geom_web),
    ST_Y(geom_web)
FROM gisapp.rented_housing ORDER BY md5(code) LIMIT %s
"""


def main() -> None:
    """Measure all claims and print the figures."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--parcels", type=int, default=200_000)
    wish.add_argument("--premises", type=int, default=100_000)
    wish.add_argument("--seconds", type=float, default=4, help="of each round")
    options = wish.parse_args()
    with cluster() as server:
        measure_loading(server, options.parcels)
        measure_reading(server, options.premises, options.seconds)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Lend a durable private cluster of its own."""
    home = Path(tempfile.mkdtemp(prefix="gisapp-bench-"))
    home.chmod(0o755)
    server = private_cluster(home)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.socket, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def measure_loading(server: Cluster, count: int) -> None:
    """Load and reload parcels with and without history, in turn."""
    print(f"{count:,} parcels into an empty layer, then all changed")
    frame = parcels(count)
    changed = frame.assign(land_use="07", name=frame["name"] + " 改")
    seen: dict[str, list[float]] = {"load": [], "load, bare": [], "change": [], "change, bare": []}
    for number in range(3):
        for name, revision in (("", "head"), (", bare", BEFORE_HISTORY)):
            base = f"loading_{number}{'_bare' if name else ''}"
            server.create_database(base)
            build(server.url(base), revision)
            with closing(Database(load_settings({}).database, server.url(base))) as database:
                load(database, "areas", areas())
                seen[f"load{name}"].append(seconds_of(partial(load, database, "parcels", frame)))
                again = partial(load, database, "parcels", changed)
                seen[f"change{name}"].append(seconds_of(again))
    medians = {name: sorted(values)[1] for name, values in seen.items()}
    for name, values in seen.items():
        print(f"  {name:14} median {medians[name]:6.2f} s   {' '.join(f'{v:.2f}' for v in values)}")
    for name in ("load", "change"):
        verdict(
            f"{name}: speed of that without history",
            medians[f"{name}, bare"] / medians[name],
            1 / LOADING,
        )


def build(url: str, revision: str) -> None:
    """Bring a new database to a revision of the schema."""
    engine = sqlalchemy.create_engine(driver_url(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE EXTENSION postgis")
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def load(database: Database, name: str, frame: geopandas.GeoDataFrame) -> None:
    """Load a frame in a transaction of its own, as imports do."""
    with database.write() as connection:
        load_frame(connection, LAYERS[name], frame, source="bench")


def seconds_of(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def measure_reading(server: Cluster, count: int, seconds: float) -> None:
    """Read the present and the past of one layer, in turn."""
    print(f"{count:,} premises with {VERSIONS} versions each, as of the {VERSIONS // 2 + 1}rd")
    server.create_database("reading")
    migrate(server.url("reading"))
    with closing(Database(load_settings({}).database, server.url("reading"))) as database:
        moment, places = fill(database, count)
        for name, read in readings().items():
            print(f" {name}")
            found = rounds(
                {
                    "now": partial(rate, database, read, places, None, seconds),
                    "then": partial(rate, database, read, places, moment, seconds),
                }
            )
            claimed = not name.endswith("(reported)")
            verdict("of the rate of now", found["then"] / found["now"], claimed / READING)


def fill(database: Database, count: int) -> tuple[datetime, list[Place]]:
    """Load premises and change all of them, again and again; return the moment and some places."""
    load(database, "areas", areas())
    load(database, "rented_housing", premises(count))
    moments = []
    for _ in range(VERSIONS - 1):
        change = Change("bulk", reason="bench")
        with database.write(change) as connection, connection.cursor() as cursor:
            cursor.execute(CHANGE_ALL)
            cursor.execute(MOMENT)
            moments.append(cursor.fetchone()[0])
    with closing(psycopg2.connect(database.url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute(SOME, (PLACES,))
            places = cursor.fetchall()
    return moments[VERSIONS // 2 - 1], places


def readings() -> dict[str, Read]:
    """Return what is read, by name; each takes a reader and a place."""

    def page(reader: Reader, place: Place) -> object:
        after = random.randrange(1000)
        return read_page(reader, FeatureQuery(PREMISES, limit=LIMIT, after=after))

    def box(reader: Reader, place: Place) -> object:
        around = Box(place[1], place[2], place[1] + SIDE, place[2] + SIDE)
        where = (box_condition("bbox", around, CRS84, 0),)
        return read_page(reader, FeatureQuery(PREMISES, limit=LIMIT, conditions=where))

    def one(reader: Reader, place: Place) -> object:
        return read_feature(reader, PREMISES, place[0], CRS84)

    def tile(zoom: int, reader: Reader, place: Place) -> object:
        across = 1 << zoom
        row, column = (0.5 - place[4] / EARTH) * across, (place[3] / EARTH + 0.5) * across
        return make_tile(reader, (PREMISES,), TileAddress(zoom, int(row), int(column)))

    def clusters(reader: Reader, place: Place) -> object:
        view = View(Box(place[3] - 2e4, place[4] - 2e4, place[3] + 2e4, place[4] + 2e4), 11)
        make = clusters_in_time if reader.moment else clusters_geojson
        return make(reader, PREMISES, view)

    return {
        "pages of 1,000 in key order": page,
        "pages of 1,000 in a box": box,
        "single features": one,
        "tiles of zoom 14": partial(tile, 14),
        "tiles of zoom 16": partial(tile, 16),
        "tiles of zoom 11 (reported)": partial(tile, 11),
        "clusters of zoom 11 (reported)": clusters,
    }


def rate(
    database: Database,
    read: Read,
    places: list[Place],
    moment: datetime | None,
    seconds: float,
) -> float:
    """Return how many reads a second one connection makes at a moment."""
    with database.read(EVERYTHING, moment) as reader:
        around = itertools.cycle(places)
        done, started = 0, time.perf_counter()
        while time.perf_counter() < started + seconds:
            read(reader, next(around))
            done += 1
        return done / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
