"""The parameter that names a spatial query to a job; all others are the query's own."""

from __future__ import annotations

from gisapp.jobs.spec import Given
from gisapp.queries.catalogue import QUERIES, query_named
from gisapp.queries.spec import Parameter, Query
from layers.spec import Choice, Text

QUERY = Parameter(
    "query",
    "choice",
    Text("查询", "Query"),
    required=True,
    choices=tuple(Choice(query.name, query.label) for query in QUERIES.values()),
    help=Text("其余参数是该查询自己的参数", "All other parameters are the query's own"),
)


def split(given: Given) -> tuple[Query, Given]:
    """Return the query that is meant, and the other parameters that say something.

    Raises NotFound.
    """
    rest = {name: text for name, text in given.items() if text}
    return query_named(rest.pop(QUERY.name, "")), rest
