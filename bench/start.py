"""How long a second start of `gisapp run` takes until it answers.

    python -m bench.start [--scale 1] [--rounds 3]

The first start makes the private cluster and the demonstration district and is reported too; it
is stopped as Ctrl-C stops it. Then every round starts the same checkout again, from nothing
running to the first answer of a page, and stops it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import servers


def main() -> None:
    """Start, stop, and print the seconds."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--scale", type=float, default=1.0)
    wish.add_argument("--rounds", type=int, default=3)
    options = wish.parse_args()
    home = Path(tempfile.mkdtemp(prefix="gisapp-bench-"))
    home.chmod(0o755)
    servers.PATIENCE = 1800  # the first start builds a district
    try:
        print(f"first start, scale {options.scale:g}: {start_once(home, options.scale):.1f} s")
        seconds = [start_once(home, options.scale) for _ in range(options.rounds)]
    finally:
        shutil.rmtree(home, ignore_errors=True)
    listed = " ".join(f"{value:.2f}" for value in seconds)
    print(f"second start: median {statistics.median(seconds):.2f} s   rounds {listed}")


def start_once(home: Path, scale: float) -> float:
    """Return the seconds from the command to the first answer; the server is stopped again."""
    port = servers.free_port()
    environ = {
        "GISAPP_VAR": str(home / "var"),
        "GISAPP_PORT": str(port),
        "GISAPP_DEMO_SCALE": str(scale),
    }
    os.environ.pop("GISAPP_DATABASE_URL", None)
    command = [sys.executable, "-m", "gisapp.cli", "run"]
    started = time.perf_counter()
    with servers.serving(command, environ, f"http://127.0.0.1:{port}", "/sign-in"):
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
