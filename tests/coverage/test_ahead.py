"""Compiling ahead: nothing is left out, and whoever asks is told to wait only while it goes on."""

from __future__ import annotations

import threading
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import gisapp.coverage
from geodata.compiling import loops_of
from gisapp.coverage import ahead
from gisapp.coverage.ahead import Ahead, alone
from gisapp.errors import Unavailable


def test_loops_to_compile_are_all_that_coverage_has() -> None:
    found = walk_packages(gisapp.coverage.__path__, "gisapp.coverage.")
    modules = [import_module(module.name) for module in found]
    assert {id(loop) for loop in loops_of(*modules)} == {id(loop) for loop in ahead.LOOPS}
    assert len(ahead.LOOPS) > 50


class Compiler:
    """Stands for the process that compiles: goes on until told to end, then all is kept or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.missing, self.end, self.started = ["cover"], threading.Event(), 0
        monkeypatch.setattr(ahead, "missing", lambda: self.missing)
        monkeypatch.setattr(ahead, "run_compiler", self.run)

    def run(self) -> None:
        self.started += 1
        self.end.wait()


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch):
    made = Compiler(monkeypatch)
    yield made
    made.end.set()


def test_coverage_when_compiled_is_ready_and_starts_nothing(compiler: Compiler) -> None:
    compiler.missing = []
    assert Ahead().ready()
    assert compiler.started == 0


def test_coverage_while_it_is_compiled_is_refused_and_then_ready(compiler: Compiler) -> None:
    asked = Ahead()
    with pytest.raises(Unavailable, match="being prepared"):
        asked.require()
    assert not asked.ready()
    assert compiler.started == 1
    compiler.missing = []
    asked.require()


def test_coverage_when_compiling_failed_is_computed_all_the_same(compiler: Compiler) -> None:
    asked = Ahead()
    assert not asked.ready()
    compiler.end.set()
    assert asked.compiler is not None
    asked.compiler.join()
    asked.require()
    assert compiler.missing


def test_coverage_when_nothing_can_be_kept_waits_for_nobody(
    compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "folder", lambda: None)
    assert Ahead().ready()
    assert compiler.started == 0


def test_compilers_of_one_folder_come_one_after_the_other(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with alone(tmp_path):
            order.append("second")

    waiting = threading.Thread(target=second)
    with alone(tmp_path):
        waiting.start()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
