"""Whether the database still waits for its first rows."""

from __future__ import annotations

from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from layers.catalogue import LAYERS

ANY_ROW = {
    name: Statement("SELECT EXISTS (SELECT FROM feature)", reads=(("feature", name),))
    for name in LAYERS
}


def is_empty(database: Database) -> bool:
    """Tell whether no layer has a row."""
    with database.read(EVERYTHING) as reader:
        return not any(reader.value(statement) for statement in ANY_ROW.values())
