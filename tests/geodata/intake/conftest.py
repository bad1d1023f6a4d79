"""One confined parser for all tests of this folder; ``test_limits.py`` starts real ones."""

from __future__ import annotations

import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geodata.intake import convert, sandbox
from geodata.intake.facts import Limits

ENDLESS = 60  # seconds after which a parser hangs


class Parser:
    """A parser process that is started again when it dies; ``deaths`` counts how often it did."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self.deaths = 0

    def run(
        self, request: Path, _folder: Path, _limits: Limits, _tell: Callable[[int], None] | None
    ) -> None:
        """Answer one request as ``sandbox.run_parser`` does."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tests.geodata.intake.serving"],
                cwd=self.folder,
                env=sandbox.environment(self.folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self.process.stdin
        assert self.process.stdout
        print(request, file=self.process.stdin, flush=True)
        ready, _, _ = select.select([self.process.stdout], [], [], ENDLESS)
        assert ready, "the parser hangs"
        if self.process.stdout.readline() != "done\n":
            self.close()
            self.deaths += 1
            raise sandbox.crashed()

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            with self.process:
                self.process = None


@pytest.fixture(scope="session")
def one_parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parser]:
    parser = Parser(tmp_path_factory.mktemp("parser"))
    yield parser
    parser.close()


@pytest.fixture(autouse=True)
def parser(
    request: pytest.FixtureRequest, one_parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> Parser:
    """Let ``convert`` ask the one parser, except in ``test_limits.py``."""
    if request.module.__name__.rpartition(".")[2] != "test_limits":
        monkeypatch.setattr(convert, "run_parser", one_parser.run)
    return one_parser
