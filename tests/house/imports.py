"""Rules about who may import whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from tests.house.sources import PACKAGES, Source

# From the ground up: a module imports from lower levels, or from its own room. Rooms that share
# a level are capabilities side by side: they know nothing of each other.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("layers.spec",),
    ("layers.codes",),
    ("layers",),
    ("geodata",),
    ("gisapp.errors",),
    ("gisapp.settings", "gisapp.language", "gisapp.supervised"),
    ("gisapp.access.scope",),
    ("gisapp.database",),
    ("gisapp.access",),
    ("gisapp.features",),
    (
        "gisapp.briefing",
        "gisapp.coverage",
        "gisapp.demo",
        "gisapp.imports",
        "gisapp.live",
        "gisapp.patrol",
        "gisapp.planning",
        "gisapp.queries",
    ),
    ("gisapp.doctor", "gisapp.maps"),
    ("gisapp.jobs",),
    ("gisapp.worker",),
    ("gisapp.web",),
    ("gisapp.app",),
    ("gisapp.wsgi",),
    ("gisapp.serving",),
    ("gisapp.commands",),
    ("gisapp.cli",),
)
# Modules whose purpose is to find others by walking a package.
WALKERS = (
    "layers.catalogue",
    "gisapp.app",
    "gisapp.cli",
    "gisapp.jobs.catalogue",
    "gisapp.queries.catalogue",
    "gisapp.web.openapi",
)
# Imports inside functions, with the reason why each may stay there.
LATE: Mapping[tuple[str, str], str] = {
    ("gisapp.commands.serve", "gisapp.demo"): "geopandas: a second that only a first start needs",
}

Import = tuple[int, str, bool]  # line, imported dotted name, inside a function


def imports(source: Source) -> Iterator[Import]:
    """Yield every import; ``from a import b`` gives ``a.b``, which may be a name in ``a``."""
    late = {
        id(node)
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, id(node) in late
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                parent = source.module if node.level else ""
                yield node.lineno, f"{parent}{node.module}.{alias.name}", id(node) in late


def place(module: str) -> tuple[int, str] | None:
    """Return the level and room of a module: the most exact entry of LEVELS that holds it."""
    fitting = [
        (len(room), level, room)
        for level, rooms in enumerate(LEVELS)
        for room in rooms
        if module == room or module.startswith(f"{room}.")
    ]
    return max(fitting)[1:] if fitting else None


def upward_imports(source: Source) -> list[str]:
    """Complain about imports from a higher level or from a neighbour's room."""
    if source.module in PACKAGES:
        return []
    here = place(source.module)
    if here is None:
        return [source.complaint(1, "has no place in LEVELS")]
    complaints = []
    for line, name, _ in imports(source):
        if name.partition(".")[0] not in PACKAGES or name in PACKAGES:
            continue
        there = place(name)
        if there is None or (there[0] >= here[0] and there[1] != here[1]):
            complaints.append(source.complaint(line, f"imports upwards: {name}"))
    return complaints


def late_imports(source: Source) -> list[str]:
    """Complain about imports inside functions that are not listed with a reason."""
    return [
        source.complaint(line, f"imports {name} inside a function")
        for line, name, late in imports(source)
        if late and not any(source.module == who and name.startswith(what) for who, what in LATE)
    ]


def dynamic_imports(source: Source) -> list[str]:
    """Complain about importing by text outside the modules that walk packages."""
    if source.module in WALKERS:
        return []
    return [
        source.complaint(line, "imports by text; only WALKERS may")
        for line, name, _ in imports(source)
        if name.startswith("importlib") and not name.startswith("importlib.metadata")
    ]


def cycles(sources: Sequence[Source]) -> list[list[str]]:
    """Return groups of modules that import each other, function-level imports included."""
    modules = {source.module for source in sources}
    graph = {
        source.module: {
            target
            for _, name, _ in imports(source)
            if (target := nearest(name, modules)) and target != source.module
        }
        for source in sources
    }
    reach = {module: reachable(graph, module) for module in graph}
    groups = {
        tuple(sorted(other for other in reach[module] if module in reach[other]))
        for module in graph
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]


def nearest(name: str, modules: set[str]) -> str | None:
    """Return the module that ``name`` is, or is defined in."""
    return next((found for found in (name, name.rpartition(".")[0]) if found in modules), None)


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return everything that ``start`` imports directly or through others."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for target in graph[waiting.pop()] - seen:
            seen.add(target)
            waiting.append(target)
    return seen
