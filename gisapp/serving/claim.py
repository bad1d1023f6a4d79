"""One start per checkout: whoever holds the claim serves; a second start learns the address."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.2


class AlreadyRunning(Exception):
    """Another process serves from here, at ``address``."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@dataclass(frozen=True)
class Claim:
    """The right to serve from one ``var`` folder, held until the process ends."""

    note: Path

    def publish(self, address: str) -> None:
        """Tell later starts where the server is."""
        fresh = self.note.with_suffix(".new")
        fresh.write_text(address, encoding="utf-8")
        fresh.replace(self.note)


@contextmanager
def claim_start(var: Path) -> Iterator[Claim]:
    """Hold the claim on ``var``; raises AlreadyRunning with the address of who holds it.

    While the other start is still building, its address is waited for. The claim is a record
    lock: it ends with the process, however that ends, and forked workers do not inherit it.
    """
    var.mkdir(parents=True, exist_ok=True)
    note = var / "address"
    with (var / "run.lock").open("a+") as held:
        while not try_lock(held.fileno()):
            if note.exists() and (address := note.read_text(encoding="utf-8")):
                raise AlreadyRunning(address)
            time.sleep(POLL_SECONDS)
        note.unlink(missing_ok=True)
        try:
            yield Claim(note)
        finally:
            note.unlink(missing_ok=True)


def try_lock(handle: int) -> bool:
    """Take the lock on an open file unless another process has it."""
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
    return True
