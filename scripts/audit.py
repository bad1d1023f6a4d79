"""Ask what is known against the pinned packages: pip-audit for Python, npm for JavaScript.

    python scripts/audit.py

Prints every advisory. Ends with 1 when there is one, and with 3 when a service did not answer for
every package: then nothing is known, which is not the same as nothing being wrong. pip-audit lives
in an environment of its own: it is no part of what is audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "audit"
AUDITOR = "pip-audit==2.10.1"
FOUND, UNANSWERED = 1, 3
PATIENCE = 120  # seconds for each program
NPM_LEVELS = ("high", "critical")  # below are those of build tools that no page is sent


class NoAnswer(Exception):
    """A service did not answer, or not for every package."""


def python_advisories(report: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each advisory in a report of pip-audit. Raises NoAnswer."""
    packages = report.get("dependencies", [])
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown or not packages:
        raise NoAnswer(f"no advisories to be had for {len(unknown)} of {len(packages)} packages")
    for package in packages:
        for advisory in package["vulns"]:
            mended = ", ".join(advisory["fix_versions"]) or "no version"
            yield f"{package['name']} {package['version']}: {advisory['id']} (mended in {mended})"


def npm_advisories(report: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each package in a report of npm that is bad enough. Raises NoAnswer."""
    if "vulnerabilities" not in report:
        raise NoAnswer(str(report.get("message") or report.get("error") or "no report"))
    for name, found in report["vulnerabilities"].items():
        if found["severity"] in NPM_LEVELS:
            yield f"{name} {found['range']}: {found['severity']}"


def run(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run a program that asks the network. Raises NoAnswer when it takes too long."""
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"no answer in {PATIENCE} s") from error


def ask(command: Sequence[str | Path]) -> dict[str, Any]:
    """Run a program that writes a report as JSON and return it. Raises NoAnswer."""
    done = run(command)
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise NoAnswer(done.stderr.strip()[-500:] or "no report") from error
    return report if isinstance(report, dict) else {}


def ask_pip_audit() -> dict[str, Any]:
    """Return what pip-audit reports of the pinned Python packages. Raises NoAnswer."""
    python = HOME / "bin" / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", AUDITOR]
    if run(install).returncode:
        raise NoAnswer(f"{AUDITOR} cannot be installed")
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    return ask([HOME / "bin" / "pip-audit", *options, "-r", "requirements.txt"])


def main() -> int:
    """Ask both services, print what they say and return the exit code."""
    code = 0
    for name, service, read in (
        ("Python", ask_pip_audit, python_advisories),
        ("JavaScript", lambda: ask(["npm", "audit", "--json"]), npm_advisories),
    ):
        try:
            advisories = list(read(service()))
        except NoAnswer as reason:
            print(f"{name}: NOT AUDITED: {reason}")
            code = code or UNANSWERED
            continue
        print(f"{name}: {len(advisories)} advisories", *advisories, sep="\n  ")
        code = FOUND if advisories else code
    return code


if __name__ == "__main__":
    sys.exit(main())
