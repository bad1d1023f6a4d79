"""Real worker processes over a database of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gisapp.access.caller import SYSTEM
from gisapp.database.engine import Database
from gisapp.jobs.queue import enqueue
from tests.jobs.samples import EFFECTS, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
HEARTBEAT = 0.3  # seconds; a dead worker is noticed after six
PATIENCE = 90  # seconds; only a hanging test ever waits so long
OPEN = "SELECT count(*) FROM gisapp.jobs WHERE state IN ('waiting', 'running')"


class Bench:
    """A database with jobs, and the workers that do them."""

    def __init__(self, database: Database, var: Path) -> None:
        self.database = database
        self.var = var
        self.output = var / "workers.log"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.run(EFFECTS)

    def run(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement in a transaction of its own."""
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(text, values)
            return list(cursor.fetchall()) if cursor.description else []

    def ask(self, name: str, caller: Any = SYSTEM, **given: str) -> int:
        with self.database.write() as connection:
            return enqueue(connection, SAMPLES[name], caller, given)

    def state(self, job: int) -> str:
        return str(self.run("SELECT state FROM gisapp.jobs WHERE id = %s", job)[0][0])

    def start(self, **settings: str) -> subprocess.Popen[bytes]:
        """Start a worker process."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("GISAPP_")}
        with self.output.open("a") as output:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.samples"],
                cwd=ROOT,
                env={
                    **kept,
                    "GISAPP_DATABASE_URL": self.database.url,
                    "GISAPP_VAR": str(self.var),
                    "GISAPP_JOB_HEARTBEAT_SECONDS": str(HEARTBEAT),
                    **settings,
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait()

    def finish(self) -> None:
        """Wait until no job is open."""
        until(lambda: self.run(OPEN) == [(0,)])


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for something to become true; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    """A bench whose workers do not outlive the test."""
    made = Bench(database, tmp_path)
    yield made
    for worker in made.workers:
        if worker.poll() is None:
            worker.kill()
        worker.wait()
