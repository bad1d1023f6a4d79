"""The tile cache: bounded, shared by processes, and never wrong."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from gisapp.features.tile_cache import Disk, Memory, TileCache, digest

TILE = b"\x1a" + bytes(range(256)) * 20


def content(number: int) -> bytes:
    """A tile that tells which name it belongs to."""
    return f"{number} ".encode() * 1000


def test_memory_drops_the_longest_unused() -> None:
    memory = Memory(3 * (1000 + 200))
    for name in "abc":
        memory.put(name, bytes(1000))
    memory.get("a")
    memory.put("d", bytes(1000))
    assert [name for name in "abcd" if memory.get(name) is not None] == ["a", "c", "d"]
    assert memory.size <= memory.limit


def test_memory_keeps_within_its_bound_when_a_tile_is_larger() -> None:
    memory = Memory(1000)
    memory.put("a", bytes(5000))
    assert (memory.size, memory.get("a")) == (0, None)


def test_disk_outlives_its_process(tmp_path: Path) -> None:
    TileCache(tmp_path, 10**6, 10**6).put(digest("a"), TILE)
    assert TileCache(tmp_path, 10**6, 10**6).get(digest("a")) == TILE
    assert TileCache(tmp_path, 0, 10**6).get(digest("a")) == TILE
    assert TileCache(tmp_path, 10**6, 0).get(digest("a")) is None


def test_empty_tile_is_kept(tmp_path: Path) -> None:
    cache = TileCache(tmp_path, 0, 10**6)
    cache.put(digest("a"), b"")
    assert cache.get(digest("a")) == b""


@pytest.mark.parametrize("damage", [b"", b"short", TILE[:200], bytes(len(TILE) + 16)])
def test_damaged_file_is_no_tile(damage: bytes, tmp_path: Path) -> None:
    disk = Disk(tmp_path, 10**6)
    disk.put(digest("a"), TILE)
    disk.path(digest("a")).write_bytes(damage)
    assert disk.get(digest("a")) is None
    disk.put(digest("a"), TILE)
    assert disk.get(digest("a")) == TILE


def test_sweep_drops_the_longest_unused_and_what_writers_left(tmp_path: Path) -> None:
    unbounded = Disk(tmp_path, 10**9)
    for number in range(60):
        unbounded.put(digest(str(number)), TILE[:1000])
        os.utime(unbounded.path(digest(str(number))), (number, number))
    disk = Disk(tmp_path, 40 * 4096)
    disk.get(digest("0"))
    left = disk.path(digest("0")).with_name("left.new")
    left.write_bytes(b"half a ti")
    os.utime(left, (0, 0))
    disk.sweep()
    kept = [number for number in range(60) if disk.get(digest(str(number))) is not None]
    assert kept == [0, *range(29, 60)]
    assert not left.exists()


def test_writing_keeps_the_folder_within_its_bound(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 64 * 4096)
    for number in range(400):
        disk.put(digest(str(number)), TILE[:1000])
    disk.sweep()  # waits for nobody: the last background sweep may still be under way
    deadline = time.monotonic() + 60
    while sum(size for _, size, _ in disk.files()) > disk.limit and time.monotonic() < deadline:
        disk.sweep()
    assert sum(size for _, size, _ in disk.files()) <= disk.limit


def test_folder_that_cannot_be_written_costs_speed_only(tmp_path: Path) -> None:
    (tmp_path / "tiles").write_text("a file stands in the way")
    cache = TileCache(tmp_path / "tiles", 10**6, 10**6)
    cache.put(digest("a"), TILE)
    assert cache.get(digest("a")) == TILE


def write_and_read(folder: Path, seed: int) -> None:
    """Put and get tiles for ever; leave with 1 when one is not what its name says."""
    disk = Disk(folder, 50 * 8192)
    for step in range(10**9):
        number = (step * 7 + seed) % 100
        disk.put(digest(str(number)), content(number))
        held = disk.get(digest(str((number * 13) % 100)))
        if held not in (None, content((number * 13) % 100)):
            os._exit(1)


def test_two_processes_share_a_folder_and_may_be_killed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [
        context.Process(target=write_and_read, args=(tmp_path, seed), daemon=True)
        for seed in (1, 2)
    ]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + 60
    disk = Disk(tmp_path, 50 * 8192)
    while not disk.path(digest("99")).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    for writer in writers:
        assert writer.is_alive()
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
    for number in range(100):
        assert disk.get(digest(str(number))) in (None, content(number))
    disk.put(digest("1"), content(1))
    assert disk.get(digest("1")) == content(1)
