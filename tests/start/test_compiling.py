"""After an installation: the server answers while coverage is compiled beside it, then uses that."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gisapp.coverage.ahead import alone
from tests.coverage.world import at, put, square
from tests.start.running import ROOT, TOKENS, Run, opened, status, until
from tests.web.test_what_if import degrees

Start = Callable[..., Run]
COMPILE = (sys.executable, "-m", "gisapp.cli", "coverage", "compile")
FOLDER = "from gisapp.coverage.ahead import folder; print(folder())"
ADDED = {"name": "new", "position": degrees(20, 20), "fov": 90, "azimuth": 45, "range": 40}


def ask_folder(cache: Path) -> Path:
    """Return where a process with this cache keeps the pass over cells."""
    environ = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", FOLDER], cwd=ROOT, env=environ, capture_output=True, check=True
    )
    return Path(done.stdout.decode().strip())


def what_if(run: Run) -> tuple[int, Any]:
    """Ask what a new camera would see; return the status and the answer."""
    body = json.dumps({"cameras": [ADDED]}).encode()
    address = f"{run.address}api/coverage/what-if"
    headers = {
        "Authorization": f"Bearer {TOKENS[run.address]}",
        "Content-Type": "application/json",
    }
    asked = urllib.request.Request(address, body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error) | {"retry": error.headers["Retry-After"]}


def kept(cache: Path) -> dict[str, str]:
    """Return the digests of what is compiled."""
    files = (path for path in cache.rglob("*.nb*") if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_server_when_coverage_is_not_compiled_answers_and_never_compiles_itself(
    start: Start, tmp_path: Path
) -> None:
    cache = tmp_path / "compiled"
    with alone(ask_folder(cache)):  # so compiling waits until it is let go on
        run = start("--no-demo", NUMBA_CACHE_DIR=str(cache), GISAPP_WORKERS="1")
        assert "Coverage is being prepared" in (run.address and run.said)
        with opened(run.environ) as database:
            put(database, "grid_cells", "c1", square(0, 0, 100, 100))
            put(database, "buildings", "b1", square(40, 40, 60, 60))
            put(database, "cameras", "k1", at(10, 50), horizontal_fov=90, max_view_distance=40)
        status_code, told = what_if(run)
        assert (status_code, told["retry"]) == (503, "5")
        assert "being prepared" in told["detail"]
        assert status(run.address + "health") == 200
        assert not kept(cache)
    # Now it compiles, as fast as this machine can; the command waits until that is done.
    until(lambda: kept(cache))
    assert status(run.address + "health") == 200
    done = subprocess.run(COMPILE, cwd=ROOT, env=run.environ, capture_output=True, check=True)
    assert b"Compiled: " in done.stdout
    before = kept(cache)
    status_code, told = what_if(run)
    assert status_code == 200
    assert [cell["code"] for cell in told["cells"]] == ["c1"]
    assert 0 < told["total"]["after"]["sure_m2"] < 100 * 100
    assert kept(cache) == before
