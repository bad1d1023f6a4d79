"""Starts in folders of their own; nothing of them outlives its test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.start.running import Run


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a blank and Chinese characters in its path, open to the database's account."""
    folder = Path(tempfile.mkdtemp(prefix="gisapp 启动 "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., Run]]:
    """A function that starts `gisapp run` in ``home``."""
    runs: list[Run] = []

    def begin(*arguments: str, **settings: str) -> Run:
        runs.append(Run(home, *arguments, **settings))
        return runs[-1]

    yield begin
    for run in runs:
        run.clean_up()
