"""Ask a spatial query without the time limit of pages, and keep the answer."""

from __future__ import annotations

from gisapp.jobs.asked_query import QUERY, split
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Given, Job
from gisapp.queries.parameters import read_parameters
from gisapp.queries.run import MOST_ROWS
from gisapp.queries.run import run_query as answer_query
from gisapp.queries.spec import Values
from layers.spec import ROLES, Text

GEOJSON = "application/geo+json"


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
