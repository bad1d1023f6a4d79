"""A real `gisapp run` in a process of its own, and what to ask about it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gisapp.commands.connect import database_address
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from tests.accounts import token_of

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds; only a hanging test ever waits so long
GRANTED: dict[Path, str] = {}  # a token for each folder that was served from
TOKENS: dict[str, str] = {}  # and by the address at which it was


class Run:
    """One `gisapp run` over its own ``var``; ``home`` may hold the data of former ones."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        self.var = home / "var"
        self.output = home / f"output-{time.monotonic_ns()}.txt"
        self.environ = environ(GISAPP_VAR=str(self.var), **settings)
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gisapp.cli", "run", *arguments],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def address(self) -> str:
        """Wait until the server is up and return its address."""
        until(lambda: "http://" in self.said or self.process.poll() is not None)
        assert "http://" in self.said, self.said
        found = "http://" + self.said.partition("http://")[2].split()[0]
        if self.process.poll() is None and self.var not in GRANTED:
            GRANTED[self.var] = grant(self.environ)
        TOKENS[found] = GRANTED.get(self.var, "")
        return found

    @property
    def workers(self) -> list[int]:
        """The server's worker processes, by number."""
        return [pid for pid in children(self.process.pid) if "gisapp.cli run" in command(pid)]

    @property
    def job_workers(self) -> list[int]:
        """The job worker's process, by number, once it is there."""
        return [pid for pid in children(self.process.pid) if "gisapp.cli worker" in command(pid)]

    @property
    def postmaster(self) -> int:
        """The private cluster's first process, by number."""
        note = self.var / "postgres" / "data" / "postmaster.pid"
        return int(note.read_text().split()[0])

    def signal(self, what: signal.Signals) -> int:
        """Send a signal to the supervisor alone and return its exit code."""
        self.process.send_signal(what)
        return self.process.wait(PATIENCE)

    def interrupt(self) -> int:
        """Do what Ctrl-C does: interrupt the whole group; return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)

    def leftovers(self) -> list[str]:
        """Return the commands of processes that still belong to this run's ``var``."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.var) in words and int(entry.name) != os.getpid():
                found.append(command(int(entry.name)))
        return found

    def clean_up(self) -> None:
        """End everything that may be left of a failed test."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        try:
            os.kill(self.postmaster, signal.SIGQUIT)
        except (OSError, ValueError):
            return


@contextmanager
def opened(environment: Mapping[str, str]) -> Iterator[Database]:
    """Open the database that a run with this environment uses."""
    settings = load_settings(environment)
    with database_address(settings) as url:
        database = Database(settings.database, url)
        yield database
        database.close()


def grant(environment: Mapping[str, str]) -> str:
    """Return a new token for reading from the database that a run with this environment uses."""
    with opened(environment) as database:
        return token_of(database, "viewer", writes=False)


def environ(**settings: str) -> dict[str, str]:
    """Return this process's environment with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GISAPP_")}
    return kept | {"GISAPP_LANGUAGE": "en"} | settings


def gisapp(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run another command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "gisapp.cli", *arguments],
        cwd=ROOT,
        env=environ(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def until(true: Callable[[], object]) -> None:
    """Wait for something to become true; fail when it never does."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def status(address: str) -> int:
    """Ask for a page or document, with the token of its server; 0 when nobody answers."""
    token = next((held for root, held in TOKENS.items() if address.startswith(root)), "")
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def children(pid: int) -> list[int]:
    """Return the numbers of a process's children."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(number) for task in tasks for number in task.read_text().split()]


def command(pid: int) -> str:
    """Return a process's command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Tell whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
