"""What CI makes of the reports of pip-audit and npm: what is not known is never called fine."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "audit.py"))
NO_ANSWER = AUDIT["NoAnswer"]
FINE = {"name": "flask", "version": "3.1.2", "vulns": []}
BAD = {
    "name": "requests",
    "version": "2.31.0",
    "vulns": [{"id": "GHSA-9wx4-h78v-vm56", "fix_versions": ["2.32.0"], "aliases": []}],
}
SKIPPED = {"name": "alembic", "skip_reason": "Dependency not found and could not be audited"}


def test_an_advisory_is_told_with_the_version_that_mends_it() -> None:
    told = list(AUDIT["python_advisories"]({"dependencies": [FINE, BAD]}))
    assert told == ["requests 2.31.0: GHSA-9wx4-h78v-vm56 (mended in 2.32.0)"]
    assert list(AUDIT["python_advisories"]({"dependencies": [FINE]})) == []


@pytest.mark.parametrize("packages", [[], [FINE, SKIPPED]], ids=["none", "one skipped"])
def test_packages_of_which_nothing_is_known_are_no_clean_report(packages: list[Any]) -> None:
    with pytest.raises(NO_ANSWER):
        list(AUDIT["python_advisories"]({"dependencies": packages}))


def test_npm_counts_what_is_high_and_refused_answers_are_none() -> None:
    found = {
        "minimist": {"severity": "critical", "range": "<1.2.6"},
        "semver": {"severity": "moderate", "range": "<5.7.2"},
    }
    assert list(AUDIT["npm_advisories"]({"vulnerabilities": found})) == [
        "minimist <1.2.6: critical"
    ]
    with pytest.raises(NO_ANSWER, match="405"):
        list(AUDIT["npm_advisories"]({"message": "405 Method Not Allowed", "statusCode": 405}))


def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: object, npm: object) -> int:
    """Run the script where both programs write these reports; return its exit code."""
    for path, report in (
        (tmp_path / "build" / "audit" / "bin" / "pip-audit", python),
        (tmp_path / "npm", npm),
        (tmp_path / "build" / "audit" / "bin" / "python", ""),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(report)}\nEND\n", encoding="utf-8")
        path.chmod(0o755)
    script = tmp_path / "scripts" / "audit.py"
    script.parent.mkdir()
    script.write_text(
        (Path(__file__).parents[1] / "scripts" / "audit.py").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    code: int = runpy.run_path(str(script))["main"]()
    return code


@pytest.mark.parametrize(
    ("python", "npm", "code"),
    [
        ([FINE], {"vulnerabilities": {}}, 0),
        ([FINE], {"message": "405"}, 3),
        ([SKIPPED], {"vulnerabilities": {"x": {"severity": "high", "range": "*"}}}, 1),
        ([BAD], {"message": "405"}, 1),
    ],
    ids=["clean", "one silent", "silent and bad", "bad and silent"],
)
def test_the_exit_code_says_found_or_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: list[Any], npm: Any, code: int
) -> None:
    assert outcome(tmp_path, monkeypatch, {"dependencies": python}, npm) == code
