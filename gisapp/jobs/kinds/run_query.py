"""Ask a spatial query without the time limit of pages, and keep the answer."""

from __future__ import annotations

from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Given, Job
from gisapp.queries.catalogue import QUERIES, query_named
from gisapp.queries.parameters import read_parameters
from gisapp.queries.run import MOST_ROWS
from gisapp.queries.run import run_query as answer_query
from gisapp.queries.spec import Parameter, Query, Values
from layers.spec import ROLES, Choice, Text

GEOJSON = "application/geo+json"
QUERY = Parameter(
    "query",
    "choice",
    Text("查询", "Query"),
    required=True,
    choices=tuple(Choice(query.name, query.label) for query in QUERIES.values()),
    help=Text("其余参数是该查询自己的参数", "All other parameters are the query's own"),
)


def run(context: JobContext) -> dict[str, object]:
    """Answer the query in the asker's areas of now; the rows are kept as GeoJSON."""
    query, given = split(context.parameters)
    context.progress(0, 1, query.label)
    with context.read() as reader:
        answer = answer_query(reader, query, given, limit=MOST_ROWS)
    body = answer.geojson(context.settings.map.language).decode()
    context.keep_document(f"{query.name}.geojson", GEOJSON, body)
    context.progress(1, 1)
    return {"query": query.name, "matched": answer.matched, "returned": answer.returned}


def split(given: Given) -> tuple[Query, Given]:
    """Return the query that is meant, and its own parameters. Raises NotFound."""
    rest = dict(given)
    return query_named(rest.pop("query", "")), rest


def check(given: Given) -> Values:
    """Raise BadParameter or NotFound unless the query can be asked so."""
    return read_parameters(*split(given))


JOB = Job(
    name="run_query",
    label=Text("运行空间查询", "Run a spatial query"),
    description=Text(
        "不受网页时限地运行一个空间查询，结果存为 GeoJSON 供下载。",
        "Ask a spatial query without the time limit of pages; the answer is kept as GeoJSON.",
    ),
    run=run,
    parameters=(QUERY,),
    roles=ROLES,
    everywhere=False,
    check=check,
    words={
        "query": Text("查询", "Query"),
        "matched": Text("共有", "In all"),
        "returned": Text("保存", "Kept"),
    },
)
