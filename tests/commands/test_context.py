"""The command ``context``: words and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.calling import Run, caller_of


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    return caller_of(database_url, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "word"), [((), 5, "gisapp import"), (("--metric-crs", "mine"), 2, "EPSG")]
)
def test_wrong_use_has_its_exit_code_and_a_hint(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    (tmp_path / "x.gpkg").write_bytes(b"SQLite format 3\0")
    done = run("context", tmp_path / "x.gpkg", *arguments)
    assert done.returncode == code, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("language", "word"), [("zh", "共用节点"), ("en", "share a node")])
def test_help_teaches_in_both_languages(run: Run, language: str, word: str) -> None:
    assert word in " ".join(run("context", "--help", language=language).stdout.split())
