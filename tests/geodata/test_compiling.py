"""Compiled loops that call one another: what is kept on disk is never older than what they call."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
INNER = """
from geodata.compiling import compiled

@compiled
def inner(value: float) -> float:
    return value + {step}
"""
OUTER = """
from geodata.compiling import compiled
from {package}.inner import inner

@compiled
def outer(value: float) -> float:
    return inner(value) * 2
"""
ASK = "from {package}.outer import outer; print(outer(1.0), sum(outer.stats.cache_hits.values()))"


def write(folder: Path, package: str, step: int) -> None:
    made = folder / package
    made.mkdir(exist_ok=True)
    (made / "__init__.py").touch()
    (made / "inner.py").write_text(INNER.format(step=step), encoding="utf-8")
    if not (made / "outer.py").exists():
        (made / "outer.py").write_text(OUTER.format(package=package), encoding="utf-8")


def ask(folder: Path, package: str) -> list[str]:
    """Return what a new process computes, and how many kept loops it took."""
    found = subprocess.run(
        [sys.executable, "-c", ASK.format(package=package)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(folder / "kept")},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


def test_kept_loop_when_one_that_it_calls_changes_is_compiled_anew(tmp_path: Path) -> None:
    write(tmp_path, "loops", step=1)
    assert ask(tmp_path, "loops") == ["4.0", "0"]
    assert ask(tmp_path, "loops") == ["4.0", "1"]
    write(tmp_path, "loops", step=30)
    assert ask(tmp_path, "loops") == ["62.0", "0"]


def test_kept_loop_elsewhere_depends_on_its_own_module_only(tmp_path: Path) -> None:
    """Why loops that call one another stand in one module, or in a folder called loops."""
    write(tmp_path, "others", step=1)
    ask(tmp_path, "others")
    write(tmp_path, "others", step=30)
    assert ask(tmp_path, "others") == ["4.0", "1"]
