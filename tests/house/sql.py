"""Rules about where SQL stands and who touches a layer's table."""

from __future__ import annotations

import ast
import re

from layers.catalogue import LAYERS
from tests.house.sources import Source, strings

SQL = re.compile(
    r"\b(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|TRUNCATE\s|"
    r"CREATE\s+(TEMP\w*\s+)?(TABLE|INDEX|EXTENSION)\s|COPY\s+\S+\s)|\bST_[A-Z]\w+\("
)
LAYER_TABLE = re.compile(rf"\bgisapp(?:_history)?\.(\{{|%|({'|'.join(LAYERS)})\b)")
# Rooms whose modules hold no SQL at all: they call functions that hold it.
WITHOUT_SQL = ("gisapp/web/", "gisapp/maps/", "gisapp/commands/", "gisapp/app.py", "gisapp/cli.py")
# Modules that talk to a server before there is a schema, or write DDL.
SQL_ANYWHERE = (
    "gisapp/database/cluster.py",
    "gisapp/database/ddl.py",
    "gisapp/database/migrate.py",
)
# Who may name a layer's table; everyone else reads through the scope gate.
NAMES_TABLES = {
    "gisapp/access/scope.py": "the gate itself",
    "gisapp/database/ddl.py": "creates the tables",
    "gisapp/demo.py": "replaces its own rows, whatever the scope of who asks",
    "gisapp/features/area_codes.py": "writes rows: those of all layers, after an area changed",
    "gisapp/features/bulk.py": "writes rows",
    "gisapp/features/undo.py": "writes rows, and their former versions again",
    "gisapp/features/editing.py": "locks the layer that is written",
    "gisapp/features/importing.py": "writes rows",
    "gisapp/features/retention.py": "drops what is older than the horizon, whatever its area",
    "gisapp/features/staged.py": "compares rows with a layer's and brings them in",
    "gisapp/features/staging.py": "writes rows: the COPY that importing stands on",
    "gisapp/features/stripping.py": "the indexes of an empty layer that is filled",
    "gisapp/features/versions.py": "the rows that are written, inside the writer's scope",
    "gisapp/features/write.py": "writes rows",
}
OPENS_CONNECTIONS = (
    "gisapp/database/cluster.py",
    "gisapp/database/engine.py",
    "gisapp/database/migrate.py",
)


def misplaced_sql(source: Source) -> list[str]:
    """Complain about SQL in rooms without, and about SQL that is no upper-case constant."""
    if source.path in SQL_ANYWHERE:
        return []
    shown = shown_lines(source.tree)
    here = [
        (line, text) for line, text in strings(source) if SQL.search(text) and line not in shown
    ]
    if source.path.startswith(WITHOUT_SQL):
        return [source.complaint(line, "holds SQL; call a function that does") for line, _ in here]
    constants = constant_lines(source.tree)
    return [
        source.complaint(line, "SQL belongs in an upper-case constant of the module")
        for line, _ in here
        if line not in constants
    ]


def shown_lines(tree: ast.Module) -> set[int]:
    """Return the lines of ``Text(...)``: words for people, which may quote a statement."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text"
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def constant_lines(tree: ast.Module) -> set[int]:
    """Return the lines of assignments to upper-case names at module level."""
    lines: set[int] = set()
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        if isinstance(target, ast.Name) and target.id.isupper():
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def named_tables(source: Source) -> list[str]:
    """Complain about modules that name a layer's table past the scope gate."""
    if source.path in NAMES_TABLES:
        return []
    complaints = [
        source.complaint(line, "names a layer's table: read it through a Statement")
        for line, text in strings(source)
        if LAYER_TABLE.search(text)
    ]
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="Identifier"), args=[ast.Constant("gisapp"), _, *_]
            ):
                complaints.append(source.complaint(node.lineno, "names a table of schema gisapp"))
    return complaints


def private_connections(source: Source) -> list[str]:
    """Complain about connections opened outside the database's room, or cursors in handlers."""
    complaints = []
    for node in ast.walk(source.tree):
        match node:
            case (
                ast.Call(func=ast.Attribute(ast.Name("psycopg2"), "connect"))
                | ast.Call(func=ast.Attribute(_, "create_engine"))
            ) if source.path not in OPENS_CONNECTIONS:
                complaints.append(source.complaint(node.lineno, "opens a connection of its own"))
            case ast.Call(func=ast.Attribute(_, "cursor")) if source.path.startswith(WITHOUT_SQL):
                complaints.append(source.complaint(node.lineno, "runs SQL by itself"))
    return complaints
