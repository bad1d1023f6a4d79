"""Compiling the loops of coverage before anybody waits for them.

Compiling takes about half a minute and holds Python's lock: a web process would answer nobody. So a
process of its own does it, at the account that runs the server: what root has compiled, another
account could not add to, so numba would not look there. Every process asks the kept files what is
compiled; there is no note of it that could be wrong. Whoever finds that something is missing starts
that process and says so instead of computing. Several at once wait for one another, and the later
ones find nothing left to do. Where nothing can be kept, or the process fails, whoever needs a loop
compiles it, as ever.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.compiling import folder_of, is_kept, loops_of
from gisapp.coverage import covering_bound, covering_moves, facades
from gisapp.coverage.loops import (
    arrangement,
    clipping,
    cutting,
    exact,
    measuring,
    outlines,
    pieces,
    sweep,
    sweeping,
    tables,
)
from gisapp.errors import Unavailable
from gisapp.settings import ROOT
from layers.spec import Text

LOOPS = loops_of(
    arrangement, clipping, covering_bound, covering_moves, cutting, exact, facades, measuring,
    outlines, pieces, sweep, sweeping, tables,
)  # fmt: skip
COMMAND = (sys.executable, "-m", "gisapp.cli", "coverage", "compile")
PREPARING = Text(
    "正在准备覆盖计算（安装或升级后一次，约一分钟）。",
    "Coverage is being prepared (once after an installation or an upgrade, about a minute).",
)
NOT_YET = Unavailable(PREPARING, Text("请稍后再试。", "Try again in a moment."))


def missing() -> list[str]:
    """Return the names of the loops of which no machine code is kept."""
    return [loop.__name__ for loop in LOOPS if not is_kept(loop)]


def folder() -> Path | None:
    """Return where machine code of the pass over cells is kept; None where it cannot be."""
    return folder_of(arrangement.cover)


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Wait until nobody else compiles into a folder, and keep others waiting."""
    held = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


class Ahead:
    """Whether this process may compute coverage without compiling, and who sees to it that it may."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.known = False
        self.compiler: threading.Thread | None = None
        self.lock = threading.Lock()

    def ready(self) -> bool:
        """Tell whether coverage may be computed here and now; if not, see to it that it soon may."""
        with self.lock:
            if self.known:
                return True
            # A compiler that has ended without compiling everything never will: it is done here then.
            ended = self.compiler is not None and not self.compiler.is_alive()
            self.known = ended or folder() is None or not missing()
            if not self.known and self.compiler is None:
                self.compiler = threading.Thread(target=run_compiler, name="compile", daemon=True)
                self.compiler.start()
            return self.known

    def require(self) -> None:
        """Raise Unavailable while coverage cannot be computed here without compiling."""
        if not self.ready():
            raise NOT_YET


def run_compiler() -> None:
    """Run a process that compiles. It ends with the thread that started it, so with this process."""
    command = [*COMMAND, "--supervisor", str(os.getpid())]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, process_group=0, check=False)
