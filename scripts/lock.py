"""Write requirements.txt and requirements-dev.txt: every package that pip would install, pinned.

The wishes stand in setup.cfg; pip resolves them for this Python without installing anything.
"""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# Made from setup.cfg by `make lock`; do not edit.\n"
BUILD = ("setuptools==80.9.0",)  # installs the checkout itself into .venv


def wishes() -> tuple[list[str], list[str]]:
    """Return the run-time and the test requirements of setup.cfg."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    running = config["options"]["install_requires"].split()
    testing = config["options.extras_require"]["test"]
    lines = [line for line in testing.splitlines() if line and not line.startswith("#")]
    return [*BUILD, *running], lines


def resolve(requirements: list[str]) -> dict[str, str]:
    """Return name and version of all that pip would install for ``requirements``."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
    command += ["--ignore-installed", "--report", "-", *requirements]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    entries = [entry["metadata"] for entry in json.loads(done.stdout)["install"]]
    return {entry["name"].lower(): entry["version"] for entry in entries}


def pins(found: dict[str, str]) -> str:
    """Return the lines of a requirements file."""
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def main() -> None:
    """Write both files."""
    running, testing = wishes()
    run = resolve(running)
    everything = resolve([f"{name}=={version}" for name, version in run.items()] + testing)
    extra = {name: version for name, version in everything.items() if name not in run}
    (ROOT / "requirements.txt").write_text(HEAD + pins(run), encoding="utf-8")
    (ROOT / "requirements-dev.txt").write_text(
        HEAD + "-r requirements.txt\n" + pins(extra), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
