"""Running the parser as a process of its own, with limits that a hostile file cannot lift."""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyogrio

from geodata.errors import BadFile
from geodata.intake.facts import Limits
from layers.spec import Text

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
DRIVERS = ("DXF", "ESRI Shapefile", "GPKG", "GeoJSON", "GeoJSONSeq")
PASSED = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH")
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NO_ROOM = 74  # the exit code of a parser that the disk has no room for
PROGRESS = "progress"  # the file in which the parser tells how many rows it has read
TELL_EVERY = 0.5  # seconds
LONGEST_NUMBER = 18  # digits
HINT = Text(
    "请用 QGIS 等软件打开并另存为 GeoPackage，或分成几份后再上传。",
    "Open it in a program such as QGIS, save it as GeoPackage or in several parts, and send that.",
)


def environment(folder: Path) -> dict[str, str]:
    """Return the whole environment of the parser: few drivers, no network, one thread."""
    skipped = [name for name in pyogrio.list_drivers() if name not in DRIVERS]
    return {name: os.environ[name] for name in PASSED if name in os.environ} | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if path)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GDAL_SKIP": ",".join(skipped),
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "OGR_SQLITE_STATIC_VIRTUAL_OGR": "NO",
        "PROJ_NETWORK": "OFF",
        "DXF_ENCODING": "ISO-8859-1",  # likewise: one character for each byte
        "SHAPE_ENCODING": "",  # bytes as they are: geodata.encodings decides
        "SHAPE_RESTORE_SHX": "YES",
        "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "YES",
        "GDAL_NUM_THREADS": "1",
        "OGR_GPKG_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }


def run_parser(
    request: Path, folder: Path, limits: Limits, tell: Callable[[int], None] | None = None
) -> None:
    """Run the parser on a request until it ends; it and its children are gone afterwards.

    ``tell`` is told from time to time how many rows were read; an exception of it ends the parser.
    Raises BadFile when it takes too long, too much, or dies, OSError (ENOSPC) for a full disk.
    """
    told = folder / "stderr"
    with (
        told.open("wb") as errors,
        (folder / PROGRESS).open("w+b") as progress,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "geodata.intake.parse", str(request)],
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        ) as process,
    ):
        try:
            code = follow(process, progress.fileno(), limits.wall_seconds, tell)
        finally:
            kill(process)
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        raise too_slow(limits.cpu_seconds)
    if code == NO_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if code != 0:
        log.warning("parser ended with %d: %s", code, last_line(told))
        raise crashed()


def follow(
    process: subprocess.Popen[bytes],
    progress: int,
    seconds: int,
    tell: Callable[[int], None] | None,
) -> int:
    """Wait for the parser, telling its progress meanwhile; return its exit code. Raises BadFile."""
    until = time.monotonic() + seconds
    while True:
        left = until - time.monotonic()
        try:
            return process.wait(max(0.0, min(TELL_EVERY, left)))
        except subprocess.TimeoutExpired:
            if left <= 0:
                raise too_slow(seconds) from None
        rows = os.pread(progress, LONGEST_NUMBER, 0)  # of our own file, whatever the parser does
        if tell and rows.isdigit():
            tell(int(rows))


def crashed() -> BadFile:
    """Return the error for a file on which the parser died."""
    return BadFile(
        Text(
            "文件无法解析：内容损坏，或需要的内存超过限制（解析进程已中止）。",
            "The file cannot be parsed: it is damaged, or needs more memory than is allowed "
            "(the parser was stopped).",
        ),
        HINT,
    )


def last_line(path: Path) -> str:
    """Return what the parser has complained of last, for the log."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 2_000))
        lines = stream.read().decode("utf-8", errors="replace").split("\n")
    return repr(next((line for line in reversed(lines) if line.strip()), ""))[:300]


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the parser with everything it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def too_slow(seconds: int) -> BadFile:
    """Return the error for a file on which the parser did not come to an end."""
    return BadFile(
        Text(
            f"解析超过 {seconds} 秒，已中止。",
            f"Parsing took more than {seconds} s and was stopped.",
        ),
        HINT,
    )


def confine(limits: Limits) -> None:
    """Limit this process for good: memory, time, file size, privileges, and no network if possible.

    It ends with its parent. Called by the parser before it touches a file.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.unshare(CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET)
    signal.alarm(limits.wall_seconds + 5)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        lower(what, most)
    lower(resource.RLIMIT_CPU, limits.cpu_seconds, grace=5)


def lower(what: int, most: int, grace: int = 0) -> None:
    """Set one limit, as far as the present one allows; the hard one comes ``grace`` later."""
    hard = resource.getrlimit(what)[1]
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    last = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(what, (value, last))
