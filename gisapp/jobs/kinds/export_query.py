"""Export the whole answer of a spatial query to a file that is kept for some days."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from geodata.writers.catalogue import Progress
from geodata.writers.spec import Written
from gisapp.jobs import exports
from gisapp.jobs.asked_query import QUERY, split
from gisapp.jobs.context import JobContext
from gisapp.jobs.files import keep_file
from gisapp.jobs.spec import Given, Job
from gisapp.queries.exporting import allowed_names, export_query
from gisapp.queries.parameters import read_parameters
from layers.spec import Text


def run(context: JobContext) -> dict[str, Any]:
    """Answer the query in the asker's areas of now; return how many rows the file has."""
    query, given = split(context.parameters)
    context.progress(0, 1, query.label)
    with exports.reading(context) as (reader, options):

        def write(path: Path, progress: Progress) -> Written:
            language = exports.language_of(context)
            return export_query(reader, query, given, options, language, path, progress)

        name = options.file_name(query.name, exports.now())
        keep = partial(keep_file, context, name, options.form.media_type, write)
        return keep(f"query:{query.name}", 0, exports.details_of(options, context.parameters))


def check(given: Given) -> None:
    """Raise BadParameter or NotFound unless the answer can be exported so."""
    query, rest = split(given)
    exports.check_names(rest, allowed_names(query))
    read_parameters(query, {name: text for name, text in rest.items() if query.parameter(name)})


JOB = Job(
    name="export_query",
    label=Text("导出查询结果", "Export a query's answer"),
    description=Text(
        "把一个空间查询的全部结果导出为文件，存放若干天供下载。",
        "Export the whole answer of a spatial query to a file that can be fetched for some days.",
    ),
    run=run,
    parameters=(QUERY, *exports.PARAMETERS),
    roles=exports.ROLES,
    everywhere=False,
    check=check,
    words=exports.WORDS,
)
