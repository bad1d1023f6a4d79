"""Finished tiles, in memory and on disk, under keys that name the state they were made from.

A key is never used for two contents, so nothing here ever has to be thrown away to stay right;
what is old is dropped to stay within bounds.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

LOG = logging.getLogger(__name__)
DIGEST = 16  # bytes of a key's and of a content's digest
OVERHEAD = 200  # bytes of memory an entry costs besides its content
BLOCK = 4096  # a file takes whole blocks
SWEEPS = 16  # the folder is looked through after each 16th part of its bound was written
SWEPT_TO = 0.8  # of the bound
ABANDONED = 600.0  # seconds after which an unfinished file has lost its writer


def digest(text: str) -> str:
    """Return a short name for a key."""
    return hashlib.blake2b(text.encode(), digest_size=DIGEST).hexdigest()


class Memory:
    """The latest used tiles of this process, within a number of bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.held: OrderedDict[str, bytes] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, name: str) -> bytes | None:
        """Return a tile, or None."""
        with self.lock:
            tile = self.held.get(name)
            if tile is not None:
                self.held.move_to_end(name)
            return tile

    def put(self, name: str, tile: bytes) -> None:
        """Keep a tile; the longest unused go."""
        with self.lock:
            if name in self.held:
                return
            self.held[name] = tile
            self.size += len(tile) + OVERHEAD
            while self.size > self.limit and self.held:
                _, dropped = self.held.popitem(last=False)
                self.size -= len(dropped) + OVERHEAD


class Disk:
    """Tiles in files that several processes share and that outlive them.

    A file is written aside and renamed, and begins with a digest of its content: a killed
    process or a lost machine leaves nothing that could be taken for a tile. A disk that
    cannot be written costs speed only.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self.written = limit // SWEEPS  # the first write looks at what former processes left
        self.complained = False
        self.lock = threading.Lock()

    def path(self, name: str) -> Path:
        """Return the file of a tile."""
        return self.folder / name[:2] / f"{name[2:]}.tile"

    def get(self, name: str) -> bytes | None:
        """Return a tile, or None; what is damaged is not there."""
        path = self.path(name)
        try:
            held = path.read_bytes()
            os.utime(path)  # the longest unused files go first
        except OSError:
            return None
        tile = held[DIGEST:]
        return tile if held[:DIGEST] == checksum(tile) else None

    def put(self, name: str, tile: bytes) -> None:
        """Keep a tile, and look through the folder now and then."""
        path = self.path(name)
        aside = path.with_name(f"{name}.{os.getpid()}.{threading.get_ident()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(checksum(tile) + tile)
            aside.replace(path)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            if not self.complained:
                LOG.warning("tiles are not kept on disk: %s", error)
            self.complained = True
            return
        with self.lock:
            self.written += max(BLOCK, len(tile))
            due = self.written > self.limit // SWEEPS
            if due:
                self.written = 0
        if due:
            threading.Thread(target=self.sweep, daemon=True).start()

    def sweep(self) -> None:
        """Drop the longest unused files until the folder is within its bound.

        One process at a time; another's sweep is as good as one's own.
        """
        with suppress(OSError), (self.folder / "sweep.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            files = sorted(self.files())
            total = sum(size for _, size, _ in files)
            goal = self.limit * SWEPT_TO if total > self.limit else total
            for _, size, path in files:
                if total <= goal:
                    break
                path.unlink(missing_ok=True)
                total -= size

    def files(self) -> list[tuple[float, int, Path]]:
        """Return last use, size on disk and path of every tile; drop what writers abandoned."""
        found = []
        for path in self.folder.glob("*/*"):
            try:
                held = path.stat()
            except FileNotFoundError:
                continue
            if path.suffix == ".tile":
                found.append((held.st_mtime, max(BLOCK, held.st_size), path))
            elif time.time() - held.st_mtime > ABANDONED:
                path.unlink(missing_ok=True)
        return found


class TileCache:
    """Memory in front of disk; a bound of 0 switches either off."""

    def __init__(self, folder: Path, memory_bytes: int, disk_bytes: int) -> None:
        self.memory = Memory(memory_bytes) if memory_bytes else None
        self.disk = Disk(folder, disk_bytes) if disk_bytes else None

    def get(self, name: str) -> bytes | None:
        """Return a kept tile, or None."""
        tile = self.memory.get(name) if self.memory else None
        if tile is None and self.disk:
            tile = self.disk.get(name)
            if tile is not None and self.memory:
                self.memory.put(name, tile)
        return tile

    def put(self, name: str, tile: bytes) -> None:
        """Keep a tile under a name that stands for its content."""
        if self.memory:
            self.memory.put(name, tile)
        if self.disk:
            self.disk.put(name, tile)


def checksum(tile: bytes) -> bytes:
    """Return the digest that stands before a file's content."""
    return hashlib.blake2b(tile, digest_size=DIGEST).digest()
