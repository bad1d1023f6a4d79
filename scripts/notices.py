"""Make THIRD_PARTY_NOTICES.md from the lock files: ``python scripts/notices.py``.

Python packages are those of requirements.txt, described by their installed metadata; browser
packages are those of package-lock.json that are not only for development.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
CLASSIFIER = "License :: OSI Approved :: "
BUILD_ONLY = ("setuptools",)  # installs the checkout; nothing runs on it
SPDX = {
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause License": "BSD-3-Clause",
    "MIT License": "MIT",
}
HEAD = """# Third-party notices

gisapp itself is under the Apache License 2.0 (see LICENSE). It stands on the packages below,
which are installed beside it and not part of this repository; each brings its full licence
text. This file is made by `python scripts/notices.py` from the lock files.

PostgreSQL (PostgreSQL licence) and PostGIS (GPL-2.0-or-later) run as separate programs.
Data: an OpenStreetMap extract that you load is © OpenStreetMap contributors, ODbL 1.0; the map
says so.
"""


def main() -> None:
    """Write the file anew."""
    NOTICES.write_text(make_notices(), encoding="utf-8")


def make_notices() -> str:
    """Return the whole text of the file."""
    python = [(name, version, python_licence(name)) for name, version in python_pins()]
    return "\n".join(
        [HEAD, "## Python", "", *table(python), "", "## Browser", "", *table(npm_pins()), ""]
    )


def table(rows: list[tuple[str, str, str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = ["| package | version | licence |", "|---|---|---|"]
    return lines + [f"| {name} | {version} | {licence} |" for name, version, licence in rows]


def python_pins() -> list[tuple[str, str]]:
    """Return name and version of every pinned Python package that runs with the server."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return [pin for pin in sorted(PIN.findall(text)) if pin[0] not in BUILD_ONLY]


def npm_pins() -> list[tuple[str, str, str]]:
    """Return name, version and licence of every npm package that is not for development."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    return [
        (path.rpartition("node_modules/")[2], entry["version"], entry.get("license", ""))
        for path, entry in sorted(lock["packages"].items())
        if path and not entry.get("dev")
    ]


def python_licence(name: str) -> str:
    """Return the licence that an installed package declares. Raises ValueError for none."""
    facts = metadata(name)
    found = facts.get("License-Expression") or short_licence(facts) or from_classifiers(facts)
    if not found:
        raise ValueError(f"{name} declares no licence")
    return SPDX.get(found, found)


def from_classifiers(facts: PackageMetadata) -> str:
    """Return the licences among a package's classifiers."""
    found = [text for text in facts.get_all("Classifier") or () if text.startswith(CLASSIFIER)]
    return ", ".join(text.removeprefix(CLASSIFIER) for text in found)


def short_licence(facts: PackageMetadata) -> str:
    """Return the licence field where it is a name and not a whole text."""
    text = str(facts.get("License") or "").strip()
    return text if 0 < len(text) < 60 and "\n" not in text else ""


if __name__ == "__main__":
    main()
