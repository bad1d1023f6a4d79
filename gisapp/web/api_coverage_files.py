"""The table of cells and the list of gaps as files: as any export, in scope, noted in the trail."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from geodata.writers.spec import Written
from gisapp.coverage.exporting import (
    TABLES,
    Table,
    allowed_names,
    count_rows,
    export_table,
    read_asked,
    say_filters,
)
from gisapp.errors import NotFound
from gisapp.features.read import metric_srid
from gisapp.features.targets import read_options
from gisapp.web.api_answers import json_answer
from gisapp.web.api_coverage import weights
from gisapp.web.api_exports import (
    FORMAT,
    file_contents,
    itself,
    offer,
    option_parameters,
    read_given,
    require_few,
    said,
    written,
)
from gisapp.web.context import caller_scope, require_export, services
from gisapp.web.i18n import language
from gisapp.web.openapi_coverage import AREA, CELL, KIND, SORT, TARGET
from gisapp.web.openapi_parts import Part, operation, shared
from layers.spec import Text

BLUEPRINT = Blueprint("api_coverage_files", __name__)
PATH = "/coverage/tables"
JOB = "export_coverage"
OWN = {"cells": (SORT,), "gaps": (KIND, CELL)}


@BLUEPRINT.get(f"/api{PATH}/<name>/export")
def export_coverage(name: str) -> Response:
    """Answer a file of all cells or gaps; without ``f`` what there is to be had."""
    if name not in TABLES:
        raise NotFound(Text("没有这个表。", "There is no such table."))
    table = TABLES[name]
    given = read_given(allowed_names(table))
    require_export()
    asked, points = read_asked(table, given), weights()
    with services().database.read(caller_scope()) as reader:
        options = read_options(given, metric_srid(reader))
        rows, _ = count_rows(reader, table, asked, points)
        parameters = {"table": name, **given}
        if FORMAT not in given:
            return json_answer(
                {
                    **offer(reader, rows),
                    "filters": said(say_filters(table, given)),
                    "job": {"name": JOB, "parameters": parameters},
                    "links": [itself(f"{PATH}/{name}/export", given)],
                }
            )
        require_few(rows, services().settings.exports.rows, JOB, parameters)

        def write(path: Path) -> Written:
            return export_table(reader, table, given, points, options, language(), path)

        return written(options, f"coverage_{name}", f"coverage:{name}", given, write)


def table_operation(table: Table) -> Part:
    """Return the OpenAPI path item of a table's export."""
    made = operation(
        f"export_coverage_{table.name}",
        "coverage",
        Text(f"导出{table.label.zh}", f"Export {table.label.en}"),
        file_contents(),
        [*option_parameters(), TARGET, AREA, *OWN[table.name]],
        errors=(400, 403, 404),
    )
    made["get"]["parameters"].remove(shared(FORMAT))
    return made


OPENAPI = {f"{PATH}/{name}/export": table_operation(table) for name, table in TABLES.items()}
