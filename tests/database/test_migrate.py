"""The schema: what migrations make is what layers declare."""

from __future__ import annotations

import pytest

from gisapp.access.scope import EVERYTHING
from gisapp.database.ddl import SQL_TYPES
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from layers.catalogue import LAYERS
from layers.spec import SYSTEM_COLUMNS

COLUMNS = Statement(
    "SELECT column_name, CASE WHEN data_type = 'USER-DEFINED' THEN udt_name ELSE data_type END"
    " FROM information_schema.columns WHERE table_schema = 'gisapp' AND table_name = %(layer)s"
    " ORDER BY ordinal_position"
)


@pytest.mark.parametrize("name", LAYERS)
def test_table_equals_declaration(name: str, database: Database) -> None:
    with database.read(EVERYTHING) as reader:
        found = reader.rows(COLUMNS, {"layer": name})
    declared = [(field.name, SQL_TYPES[field.type]) for field in LAYERS[name].fields]
    assert found == [*SYSTEM_COLUMNS, *declared]
