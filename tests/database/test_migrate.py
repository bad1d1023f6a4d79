"""The schema: what migrations make is what layers declare."""

from __future__ import annotations

import pytest

from geodata.errors import BadCoordinates
from gisapp.access.scope import EVERYTHING
from gisapp.database.ddl import SQL_TYPES
from gisapp.database.engine import Database
from gisapp.database.migrate import current_revision, migrate
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
    assert found == [*SYSTEM_COLUMNS[:-1], *declared, SYSTEM_COLUMNS[-1]]


@pytest.mark.parametrize("srid", [4326, 4490, 3857, 3395, 2263, 999999])
def test_migrate_when_the_metric_crs_has_no_true_metres_refuses(srid: int, empty_url: str) -> None:
    with pytest.raises(BadCoordinates) as refused:
        migrate(empty_url, srid)
    assert str(srid) in refused.value.message.zh
    assert current_revision(empty_url) is None  # nothing was begun
