"""Which features a change touched."""

from __future__ import annotations

from psycopg2 import sql

from gisapp.access.scope import Versions
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from layers.catalogue import LAYERS

MOST = 201  # one more than is told
OWN = Statement(
    "SELECT FROM gisapp.changes WHERE id = %(number)s AND account = %(account)s",
    example={"number": 1, "account": 1},
)
TOUCHED = sql.SQL("""
    SELECT {name} AS layer, code FROM {versions} WHERE change_id = %(number)s
    UNION
    SELECT {name}, code FROM {versions} WHERE ended_by = %(number)s
""")
CODES = Statement(
    sql.SQL("SELECT layer, code FROM ({}) AS touched ORDER BY layer, code LIMIT %(most)s").format(
        sql.SQL(" UNION ALL ").join(
            TOUCHED.format(name=sql.Literal(name), versions=sql.Identifier(name)) for name in LAYERS
        )
    ),
    reads=tuple(Versions(name, name) for name in LAYERS),
    example={"number": 999_999, "most": MOST},
)


def changed_features(reader: Reader, number: int, account: int) -> list[tuple[str, str]] | None:
    """Return layers and codes that the change ``number`` of ``account`` touched, up to ``MOST``.

    Only what the reader may see; None when the account made no such change.
    """
    if reader.row(OWN, {"number": number, "account": account}) is None:
        return None
    return [(layer, code) for layer, code in reader.rows(CODES, {"number": number, "most": MOST})]
