"""Export the table of cells or the list of gaps of camera coverage to a file kept for some days."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from geodata.writers.catalogue import Progress
from geodata.writers.spec import Written
from gisapp.coverage.exporting import (
    TABLES,
    Table,
    allowed_names,
    count_rows,
    export_table,
    read_asked,
)
from gisapp.coverage.weights import Weights
from gisapp.jobs import exports
from gisapp.jobs.choosing import Choosing
from gisapp.jobs.context import JobContext
from gisapp.jobs.files import keep_file
from gisapp.jobs.spec import Given, Job
from gisapp.queries.spec import Parameter
from layers.spec import Choice, Text

TABLE = Parameter(
    "table",
    "choice",
    Text("表", "Table"),
    required=True,
    choices=tuple(Choice(table.name, table.label) for table in TABLES.values()),
    help=Text("其余参数是该表自己的筛选", "All other parameters are the table's own"),
)
CHOOSING = Choosing(TABLE)


def run(context: JobContext) -> dict[str, Any]:
    """Write the rows that the asker may see now; return how many."""
    table, given = split(context.parameters)
    weights = Weights(**context.settings.coverage.weights)
    with exports.reading(context) as (reader, options):
        total, _ = count_rows(reader, table, read_asked(table, given), weights)
        context.progress(0, max(total, 1), table.label)

        def write(path: Path, progress: Progress) -> Written:
            language = exports.language_of(context)
            return export_table(reader, table, given, weights, options, language, path, progress)

        name = options.file_name(f"coverage_{table.name}", exports.now())
        keep = partial(keep_file, context, name, options.form.media_type, write)
        told = exports.details_of(options, context.parameters)
        return keep(f"coverage:{table.name}", total, told)


def split(given: Given) -> tuple[Table, Given]:
    """Return the table that is meant, and the other parameters. Raises BadParameter."""
    name, rest = CHOOSING.split(given)
    return TABLES[name], rest


def check(given: Given) -> None:
    """Raise BadParameter unless the table can be exported so."""
    table, rest = split(given)
    exports.check_names(rest, allowed_names(table))
    read_asked(table, rest)


JOB = Job(
    name="export_coverage",
    label=Text("导出监控覆盖", "Export camera coverage"),
    description=Text(
        "把网格覆盖表或盲区清单导出为文件，存放若干天供下载。",
        "Export the table of cells or the list of gaps to a file that can be fetched for some days.",
    ),
    run=run,
    parameters=(TABLE, *exports.PARAMETERS),
    roles=exports.ROLES,
    everywhere=False,
    check=check,
    words=exports.WORDS,
)
