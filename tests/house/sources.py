"""The files of this repository as the rules look at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("layers", "geodata", "gisapp")


@dataclass(frozen=True)
class Source:
    """One file: its path inside the repository and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Return the parsed module."""
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        """Return the dotted name: ``gisapp/web/api.py`` is ``gisapp.web.api``."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def complaint(self, line: int, what: str) -> str:
        """Return one line that an editor can jump to."""
        return f"{self.path}:{line}: {what}"


def read(*patterns: str) -> list[Source]:
    """Return the files that match any of the patterns, seen from the root."""
    found = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in found
        if "vendor" not in path.parts and "node_modules" not in path.parts
    ]


def python_sources() -> list[Source]:
    """Return every module of the three packages."""
    return read(*(f"{package}/**/*.py" for package in PACKAGES))


def strings(source: Source) -> Iterator[tuple[int, str]]:
    """Yield line and value of every text that is not a docstring; ``{}`` stands in f-strings."""
    skipped = {id(text) for text in docstrings(source.tree)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            yield node.lineno, node.value


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the docstring nodes of a module, its classes and functions."""
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, holders) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value
