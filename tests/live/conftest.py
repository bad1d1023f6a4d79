"""A real server with two workers, accounts of two towns, and raw streams to listen to."""

from __future__ import annotations

import http.client
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gisapp.commands.connect import database_address
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from gisapp.web.gate import COOKIE
from layers.spec import Role
from tests.accounts import make_account, session_of, token_of
from tests.start.running import Run, until

A, B = "445103101", "445103102"
# Seconds in which a change must have come through. Two are promised of a machine that serves and
# does nothing else; without a notice nothing would come at all.
WITHIN = 8.0
ADD = """
INSERT INTO gisapp.cameras (code, geom, name, status, area_code)
VALUES (%(code)s, ST_Point(460000, 2600000, 4548), %(code)s, 'online', %(area)s)
"""


class Ear:
    """One open stream: every byte that the server sends, with its time."""

    def __init__(self, address: str, headers: dict[str, str], path: str = "/live?age=0") -> None:
        parts = urlsplit(address)
        self.socket = socket.create_connection((parts.hostname, parts.port))
        lines = [f"GET {path} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.raw = b""
        self.ended = False
        threading.Thread(target=self._hear, daemon=True).start()
        until(lambda: b"\r\n\r\n" in self.raw or self.ended)
        until(lambda: b"retry: " in self.raw or self.ended or self.status != 200)

    def _hear(self) -> None:
        try:
            while said := self.socket.recv(65536):
                self.raw += said
        except OSError:
            pass
        self.ended = True

    @property
    def status(self) -> int:
        return int(self.raw.split()[1])

    def changes(self, layer: str = "cameras") -> int:
        """Return how many events named ``layer``."""
        events = [line for line in self.raw.splitlines() if line.startswith(b"data: {")]
        return sum(f'"{layer}"'.encode() in line for line in events)

    def hears(self, layer: str = "cameras", more_than: int = 0) -> bool:
        """Tell whether a further event about ``layer`` comes in time."""
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            if self.changes(layer) > more_than:
                return True
            time.sleep(0.02)
        return False

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


@dataclass
class Site:
    """A running server and its database."""

    run: Run
    database: Database
    address: str
    reader: dict[str, str]  # headers of an account that sees nothing

    def token(self, *areas: str, role: Role = "viewer") -> dict[str, str]:
        """Return headers of a new account that sees ``areas``; none: everything."""
        token = token_of(self.database, role, areas or None, writes=False)
        return {"Authorization": f"Bearer {token}"}

    def session(self, areas: Sequence[str]) -> tuple[int, dict[str, str]]:
        """Return a new account that is signed in, and its headers."""
        number, _ = make_account(self.database, "viewer", areas)
        cookie, _ = session_of(self.database, number)
        return number, {"Cookie": f"{COOKIE}={cookie}"}

    def add(self, code: str, area: str) -> None:
        """Add a camera in an area."""
        self.change(ADD, code=code, area=area)

    def change(self, statement: str, **values: object) -> None:
        """Run one statement in a transaction of its own."""
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)

    def ask(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Ask on a fresh connection; return status and body."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body


@contextmanager
def running(**settings: str) -> Iterator[Site]:
    """Run a server over an empty database of its own."""
    home = Path(tempfile.mkdtemp(prefix="gisapp-live-"))
    home.chmod(0o755)
    run = Run(home, "--no-demo", **settings)
    try:
        address = run.address
        chosen = load_settings(run.environ)
        with database_address(chosen) as url:
            database = Database(chosen.database, url)
            token = token_of(database, "viewer", ["445199"], writes=False)
            yield Site(run, database, address, {"Authorization": f"Bearer {token}"})
            database.close()
    finally:
        run.clean_up()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A server that the tests of one module share."""
    with running() as started:
        yield started
