"""Fifty signed-in users, reading and editing for ten minutes: errors and times.

    python -m bench.users [--users 50] [--minutes 10]

Each user has an account, a town and a connection of its own, and does what people do on the map:
pans (tiles and clusters of the view), opens a feature, searches, asks how many there are, and in
one step of six changes a feature of the own town with the version it has read. A change that came
too late (412) is read again and made again; it is counted, and is no error. Between two steps a
user waits 0.2 to 1 s. Everything else than 2xx, 304 and 412 is an error, and none is wanted. At
the end every change that was answered with success is looked for in the database.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import threading
import time
from collections import Counter, defaultdict
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import psycopg2

from bench import servers
from bench.gate import TOWNS
from bench.measure import filled_database
from bench.tiles import our_path, some_tiles

LAYER = "rented_housing"
FINE = (200, 201, 204, 304, 412)
CODES = "SELECT area_code, code FROM gisapp.rented_housing ORDER BY md5(code) LIMIT 4000"
KEPT = "SELECT code, rooms FROM gisapp.rented_housing WHERE code = ANY (%s)"


class User(threading.Thread):
    """One user: what it asks, how long each answer took, what it changed last."""

    def __init__(self, address: str, token: str, codes: list[str], tiles: list[str], end: float):
        super().__init__(daemon=True)
        self.address, self.token, self.codes, self.tiles = address, token, codes, tiles
        self.end = end
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()
        self.late = 0
        self.changed: dict[str, int] = {}
        self.connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.chance = random.Random(token)

    def run(self) -> None:
        """Work until the end."""
        steps = (self.pan, self.pan, self.open, self.search, self.count, self.change)
        while time.monotonic() < self.end:
            self.chance.choice(steps)()
            time.sleep(self.chance.uniform(0.2, 1))

    def ask(
        self, what: str, path: str, method: str = "GET", body: object = None, **headers: str
    ) -> tuple[int, bytes, str]:
        """Send one request; return status, body and entity tag."""
        sent = {"Authorization": f"Bearer {self.token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        began = time.perf_counter()
        try:
            text = None if body is None else json.dumps(body)
            self.connection.request(method, path, text, sent)
            answer = self.connection.getresponse()
            found = answer.status, answer.read(), answer.headers.get("ETag", "")
        except OSError as error:
            self.errors[f"{what}: {type(error).__name__}"] += 1
            self.connection.close()
            return 0, b"", ""
        self.times[what].append(time.perf_counter() - began)
        if found[0] not in FINE:
            self.errors[f"{what}: {found[0]}"] += 1
        return found

    def pan(self) -> None:
        """Ask for the tiles of a view."""
        for path in self.chance.sample(self.tiles, 4):
            self.ask("tile", path)

    def open(self) -> None:
        """Open a feature."""
        self.ask("feature", self.item(self.chance.choice(self.codes)))

    def search(self) -> None:
        """Search by a code's beginning."""
        self.ask("search", f"/api/search?q={self.chance.choice(self.codes)[:6]}")

    def count(self) -> None:
        """Ask how many rows each layer has."""
        self.ask("counts", "/map/summary.json")

    def change(self) -> None:
        """Change a feature with the version that was read; again when it came too late."""
        code = self.chance.choice(self.codes)
        for _ in range(5):
            status, _, tag = self.ask("feature", self.item(code))
            if status != 200:
                return
            rooms = self.chance.randint(1, 50)
            patch = {"properties": {"rooms": rooms}}
            kind = "application/merge-patch+json"
            status, _, _ = self.ask(
                "change", self.item(code), "PATCH", patch, If_Match=tag, Content_Type=kind
            )
            if status == 412:
                self.late += 1
                continue
            if status in (200, 204):
                self.changed[code] = rooms
            return

    @staticmethod
    def item(code: str) -> str:
        """Return the address of a feature."""
        return f"/api/collections/{LAYER}/items/{quote(code)}"


def main() -> None:
    """Let them work, and report."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--users", type=int, default=50)
    wish.add_argument("--minutes", type=float, default=10)
    options = wish.parse_args()
    with filled_database() as database, servers.ours(database.url) as address:
        paths = [our_path(LAYER, tile) for tile in some_tiles(database, LAYER, 14)]
        paths += [our_path("parcels", tile) for tile in some_tiles(database, "parcels", 16)]
        connection = psycopg2.connect(database.url)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(CODES)
        by_town: dict[str, list[str]] = defaultdict(list)
        for area, code in cursor.fetchall():
            by_town[(area or "")[:9]].append(code)
        end = time.monotonic() + options.minutes * 60
        users = []
        for number in range(options.users):
            town = TOWNS[number % len(TOWNS)]
            token = servers.make_user(database.url, "inspector", [town])
            users.append(User(address, token, by_town[town], paths, end))
        for user in users:
            user.start()
        for user in users:
            user.join()
        report(users, options.minutes)
        missing = lost(cursor, users)
        print(f"changes answered with success and not found at the end: {missing}")
        connection.close()


def lost(cursor: psycopg2.extensions.cursor, users: list[User]) -> int:
    """Count acknowledged values that nobody's change explains."""
    said: dict[str, set[int]] = defaultdict(set)
    for user in users:
        for code, rooms in user.changed.items():
            said[code].add(rooms)
    cursor.execute(KEPT, (list(said),))
    return sum(rooms not in said[code] for code, rooms in cursor.fetchall())


def report(users: list[User], minutes: float) -> None:
    """Print requests, errors and times by kind."""
    times: dict[str, list[float]] = defaultdict(list)
    errors: Counter[str] = Counter()
    for user in users:
        errors.update(user.errors)
        for what, seen in user.times.items():
            times[what] += seen
    total = sum(map(len, times.values()))
    print(
        f"{len(users)} users, {minutes:g} minutes: {total:,} answers, {total / minutes / 60:.0f}/s"
    )
    for what, seen in sorted(times.items()):
        cuts = statistics.quantiles(seen, n=1000)
        print(
            f"  {what:8} {len(seen):7,}  median {cuts[499] * 1000:7.1f} ms"
            f"  p95 {cuts[949] * 1000:7.1f}  p99 {cuts[989] * 1000:7.1f}"
            f"  longest {max(seen) * 1000:7.1f}"
        )
    print(f"  came too late and were made again: {sum(user.late for user in users)}")
    print(f"  errors: {dict(errors) or 'none'}")


if __name__ == "__main__":
    main()
