"""The job worker beside the server: started after it, replaced when it dies, stopped with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gisapp.settings import ROOT

LOOK_SECONDS = 0.2
AGAIN_SECONDS = 1.0
STOP_SECONDS = 10  # a worker that has not given back its jobs by then is killed
COMMAND = (sys.executable, "-m", "gisapp.cli", "worker", "--supervisor")


@contextmanager
def keep_working(wanted: bool, served: threading.Event) -> Iterator[None]:
    """Keep a job worker running from ``served`` on, until the block is left.

    One thread starts, watches and stops it: the system ends the worker with that thread.
    """
    if not wanted:
        yield
        return
    leave = threading.Event()

    def look_after() -> None:
        while not served.wait(LOOK_SECONDS):
            if leave.is_set():
                return
        while not leave.is_set():
            run_one(leave)
            leave.wait(AGAIN_SECONDS)

    keeper = threading.Thread(target=look_after, name="jobs", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        leave.set()
        keeper.join()


def run_one(leave: threading.Event) -> None:
    """Run one worker process until it ends, or until told to leave."""
    command = [*COMMAND, str(os.getpid())]
    # In a group of its own from its first instruction on: Ctrl-C is for us.
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, process_group=0) as worker:
        while worker.poll() is None and not leave.wait(LOOK_SECONDS):
            pass
        if worker.poll() is not None:
            return
        worker.terminate()
        try:
            worker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
