"""Answering a query: parameters in, GeoJSON made by the database out."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg2
from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter
from gisapp.features.sources import read_sources
from gisapp.features.times import LOCAL
from gisapp.queries.answer import Answer
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Query, Values
from layers.spec import Text

ROWS = 1000
MOST_ROWS = 100_000

# The one edge: here metres become longitude and latitude (CRS84), to about a millimetre.
ANSWER = sql.SQL("""
SELECT matched, least(matched, %(row_limit)s), features, summary FROM (
    WITH result AS MATERIALIZED (
        SELECT row_number() OVER () AS row_number, answer.* FROM ({body}) AS answer
    ), shown AS (
        SELECT * FROM result ORDER BY row_number LIMIT %(row_limit)s
    )
    SELECT
        (SELECT count(*) FROM result) AS matched,
        (
            SELECT coalesce(json_agg(json_build_object(
                'type', 'Feature',
                'id', row_number,
                'geometry', ST_AsGeoJSON(ST_Transform(shown.geom, 4326), 8)::json,
                'properties', json_build_object({properties})
            ) ORDER BY row_number), '[]')::text FROM shown {detail}
        ) AS features,
        (SELECT coalesce(json_agg(line), '[]')::text FROM ({summary}) AS line) AS summary
) AS whole
""")
NO_SUMMARY = "SELECT NULL WHERE false"


def compose_answer(query: Query, values: Values) -> Statement:
    """Return the statement that answers ``query`` with GeoJSON, counts and summary."""
    asked = query.statement_for(values)
    properties = [
        part
        for item in query.columns
        for part in (sql.Literal(item.name), sql.Identifier(item.name))
    ]
    text = ANSWER.format(
        body=asked.body,
        properties=sql.SQL(", ").join(properties),
        detail=sql.SQL(query.detail),
        summary=sql.SQL(query.summary or NO_SUMMARY),
    )
    example = {**asked.example, "row_limit": ROWS}
    return Statement(text, asked.reads, asked.also_with, example, asked.whole)


def run_query(
    reader: Reader, query: Query, given: Mapping[str, str], *, limit: int = ROWS
) -> Answer:
    """Answer ``query`` in the reader's scope for parameters given as text.

    At most ``limit`` rows are shown; the answer says how many there are in all, and its summary
    counts them all. Raises BadParameter, also when the database's time limit is reached.
    """
    values = read_parameters(query, given)
    try:
        found = query.prepare(reader, values)
        # The day of which the answer is, where that is not today.
        day = reader.moment and reader.moment.astimezone(LOCAL).date()
        parameters = {**values, **found, "row_limit": limit, "day": day}
        answer = reader.row(compose_answer(query, values), parameters)
        sources = read_sources(reader)
    except psycopg2.errors.QueryCanceled as error:
        raise BadParameter(
            Text("查询超过了时间限制。", "The query took longer than the time limit."),
            Text(
                "请缩小区域或距离，或调大 GISAPP_STATEMENT_TIMEOUT_MS。",
                "Ask for a smaller area or distance, or raise GISAPP_STATEMENT_TIMEOUT_MS.",
            ),
        ) from error
    assert answer is not None  # noqa: S101 - an aggregate always gives one row
    matched, returned, features, summary = answer
    return Answer(query, values, matched, returned, features, summary, tuple(sources))
