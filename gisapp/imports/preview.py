"""What an import would do, row by row: for the map, for the list of findings, for the reject file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg2 import errors, sql

from geodata.rejects import write_rejects
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import NotFound
from gisapp.features.staged import Staged
from gisapp.imports.applying import table_facts
from gisapp.imports.records import Import
from gisapp.imports.scene import read_district
from gisapp.imports.tables import choose, read_options, read_tables
from layers.spec import Text

TEXTS = "personal_text"  # the check that finds numbers of persons inside free text
MOST_ROWS, MOST_FINDINGS = 1000, 1000
# Rejected rows without values are those that could not be prepared.
ROWS = sql.SQL("""
SELECT coalesce(json_agg(json_build_object(
    'type', 'Feature', 'id', file_row,
    'geometry', ST_AsGeoJSON(ST_Transform(geom, 4326), 7)::json,
    'properties', json_build_object(
        'row', file_row, 'code', code, 'action', action, 'values', shown_values)
    ) ORDER BY file_row), '[]')::text
FROM (
    SELECT * FROM (
        SELECT file_row, code, geom, coalesce(mark.action, 'insert') AS action,
            json_build_object({values}) AS shown_values
        FROM {rows} AS fresh LEFT JOIN {marks} AS mark USING (file_row)
        UNION ALL
        SELECT file_row, NULL, geom, 'reject', NULL FROM {places}
    ) AS every
    WHERE %(action)s IN ('', action) AND {somewhere} ORDER BY file_row LIMIT %(limit)s
) AS shown
""")
EVERYWHERE = sql.SQL("true")
OUTSIDE = sql.SQL(
    "NOT ST_Intersects(geom, ST_SetSRID(ST_GeomFromWKB(%(district)s), ST_SRID(geom)))"
)
FINDINGS = sql.SQL("""
SELECT file_row, field, value, zh, en FROM {findings} WHERE file_row > %(after)s
ORDER BY file_row, field LIMIT %(limit)s
""")
# Why each rejected row was, in both languages.
REASONS = sql.SQL("""
SELECT file_row, string_agg(DISTINCT field || '：' || zh || ' / ' || en, '；')
FROM {findings} GROUP BY file_row ORDER BY file_row
""")
VALUE = sql.SQL("{name}, {column}")
GONE = NotFound(
    Text("检查结果已不在，请重新检查。", "The result of the check is gone: check again.")
)


def ask(
    reader: Reader,
    staged: Staged,
    text: sql.SQL,
    somewhere: sql.SQL = EVERYWHERE,
    **given: object,
) -> list[tuple[Any, ...]]:
    """Run a statement over staged tables. Raises NotFound when they are gone."""
    pairs = [
        VALUE.format(name=sql.Literal(name), column=sql.Identifier(name)) for name in staged.names
    ]
    composed = staged.compose(text, values=sql.SQL(", ").join(pairs), somewhere=somewhere)
    try:
        return reader.rows(Statement(composed), given)
    except errors.UndefinedTable as error:
        raise GONE from error


def first_rows(
    reader: Reader, held: Import, limit: int, action: str, *, outside: bool = False
) -> bytes:
    """Return the first rows that an import proposes as GeoJSON in WGS 84.

    Each has its number in the file, its code, its values and its ``action``: insert, update,
    unchanged or reject; ``action`` asks for those of one kind only, ``outside`` for those that
    lie outside the district (none while there is no district).
    """
    given: dict[str, Any] = {"limit": limit, "action": action}
    if outside:
        given["district"] = read_district(reader)
    somewhere = OUTSIDE if outside else EVERYWHERE
    ((features,),) = ask(reader, held.staged, ROWS, somewhere, **given)
    return f'{{"type":"FeatureCollection","features":{features}}}'.encode()


def list_findings(
    reader: Reader, held: Import, after: int, limit: int, language: str
) -> list[dict[str, Any]]:
    """Return what is wrong with rows behind the row ``after``."""
    place = 4 if language.startswith("en") else 3
    return [
        {"row": row[0], "field": row[1], "value": row[2], "reason": row[place]}
        for row in ask(reader, held.staged, FINDINGS, after=after, limit=limit)
    ]


def reject_file(reader: Reader, held: Import, uploads: Path, folder: Path) -> Path:
    """Write the rejected rows as they came, with the reasons, to ``folder``; return the file.

    Raises NotFound when none was rejected.
    """
    reasons = dict(ask(reader, held.staged, REASONS))
    if not reasons:
        raise NotFound(Text("没有被退回的行。", "No row was rejected."))
    plan = held.found["plan"]
    tables = read_tables(uploads, held.id, read_options(held.options, plan))
    intake = choose(tables, table_facts(held)["key"])
    masked = [one["subject"] for one in held.found["discoveries"] if one["check"] == TEXTS]
    return write_rejects(intake, reasons, held.found["personal"], masked, folder)
