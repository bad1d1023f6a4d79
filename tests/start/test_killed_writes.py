"""Writers go on while workers and backends are killed: what was acknowledged is there, once."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gisapp.database.engine import Database
from tests.accounts import token_of
from tests.start.running import PATIENCE, Run, children, command, opened, until

WRITERS, WRITES = 5, 20
REST = 8.0  # seconds between two kills of workers
VERSIONS = """
SELECT code, row_version || '-' || change_id, retention_days, name FROM (
    SELECT code, row_version, change_id, retention_days, name FROM gisapp.cameras
    UNION ALL
    SELECT code, row_version, change_id, retention_days, name FROM gisapp_history.cameras
) AS every ORDER BY code, row_version
"""
AUDIT = """
SELECT object, details ->> 'version' FROM gisapp.audit
WHERE action IN ('feature_created', 'feature_updated')
"""


class Writer:
    """One client that counts up in a feature of its own, and notes what was acknowledged."""

    def __init__(self, address: str, token: str, code: str) -> None:
        self.items, self.token, self.code = f"{address}api/collections/cameras/items", token, code
        self.acknowledged: dict[int, str] = {}  # number to version
        self.failures = 0

    def ask(self, method: str, body: Any = None, **headers: str) -> tuple[int, str, Any]:
        """Send a request; return status (0: no answer), tag and body."""
        path = self.items if method == "POST" else f"{self.items}/{self.code}"
        kind = "application/merge-patch+json" if method == "PATCH" else "application/geo+json"
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(path, data, sent, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.headers["ETag"], json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, "", None
        except (OSError, ValueError):
            return 0, "", None

    def run(self) -> None:
        """Write each number once, whatever happens in between; look before trying again."""
        for number in range(WRITES):
            time.sleep(random.uniform(0, 0.8))
            deadline = time.monotonic() + PATIENCE
            while not self.write(number):
                assert time.monotonic() < deadline, "waited in vain"
                time.sleep(0.05)

    def write(self, number: int) -> bool:
        """Try to write ``number``; tell whether it is there now."""
        status, tag, feature = self.ask("GET")
        if status == 200 and feature["properties"]["retention_days"] == number:
            return True  # it was stored and the answer got lost
        properties = {"retention_days": number, "name": f"第 {number} 次"}
        if status == 200:
            status, tag, _ = self.ask("PATCH", {"properties": properties}, If_Match=tag)
        elif status == 404:
            point = {"type": "Point", "coordinates": [116.6, 23.5]}
            properties |= {"status": "online", "code": self.code}
            sent = {"type": "Feature", "geometry": point, "properties": properties}
            status, tag, _ = self.ask("POST", sent)
        if status in (200, 201):
            self.acknowledged[number] = tag.strip('"')
            return True
        assert status in (0, 503), status
        self.failures += 1
        return False


def kill_until(done: threading.Event, run: Run) -> list[str]:
    """Kill backends and workers at random moments until the writers are done; return which.

    As ``kill -9`` does. Granian gives up on a worker that ends within seconds of its start.
    """
    chance, kills, rested = random.Random(7), [], 0.0
    while not done.wait(chance.uniform(0.5, 2.5)):
        backends = [pid for pid in children(run.postmaster) if "gisapp gisapp" in command(pid)]
        tired = time.monotonic() < rested
        kind = "backend" if tired or chance.random() < 0.3 else "worker"
        victims = backends if kind == "backend" else run.workers
        if not victims:
            continue
        if kind == "worker":
            rested = time.monotonic() + REST
        try:
            os.kill(chance.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            continue
        kills.append(kind)
    return kills


def fetch(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_writes_when_workers_and_backends_are_killed_are_whole_and_happen_once(
    start: Callable[..., Run],
) -> None:
    run = start("--no-demo")
    address, done = run.address, threading.Event()
    with opened(run.environ) as database:
        token = token_of(database)
    writers = [Writer(address, token, f"c-{number}") for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        killing = threads.submit(kill_until, done, run)
        try:
            for writing in [threads.submit(writer.run) for writer in writers]:
                writing.result()
        finally:
            done.set()  # also when a writer found something wrong: else this would never end
        assert {"backend", "worker"} <= set(killing.result())
    assert sum(writer.failures for writer in writers) > 0
    until(lambda: writers[0].ask("GET")[0] == 200)
    with opened(run.environ) as database:
        versions, audit = fetch(database, VERSIONS), fetch(database, AUDIT)
    for writer in writers:
        mine = [version for version in versions if version[0] == writer.code]
        assert [number for _, _, number, _ in mine] == list(range(WRITES))  # each once, in order
        assert [name for *_, name in mine] == [f"第 {number} 次" for number in range(WRITES)]
        stored = {number: version for _, version, number, _ in mine}
        assert {number: stored[number] for number in writer.acknowledged} == writer.acknowledged
    told = Counter(audit)
    assert told == Counter((f"cameras:{code}", version) for code, version, *_ in versions)
