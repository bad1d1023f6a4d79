"""Compute camera coverage anew where it is out of date, or everywhere."""

from __future__ import annotations

from gisapp.coverage.refresh import refresh
from gisapp.coverage.store import touch_everything
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter
from layers.spec import Text

EVERYTHING = Parameter(
    "everything",
    "boolean",
    Text("全部重算", "Everything"),
    default=False,
    help=Text("否则只重算已过时的网格", "Else only cells that are out of date"),
)


def run(context: JobContext) -> dict[str, int]:
    """Compute in batches; what is done is up to date, so whoever takes the job up goes on there."""
    if read_parameters(JOB, context.parameters)["everything"]:
        context.once("touch", touch_everything)
    done = refresh(context.database, context.settings.coverage, context.progress)
    return {
        "views": done.views,
        "cells": done.cells,
        "changed": done.changed,
        "failed": done.failed,
    }


JOB = Job(
    name="refresh_coverage",
    label=Text("更新监控覆盖", "Refresh camera coverage"),
    description=Text(
        "重算已过时的视野与网格覆盖。改动较多时系统自行启动；少量改动随改随算。",
        "Compute views and cells that are out of date. Started by itself after many changes; a few "
        "are computed as they come.",
    ),
    run=run,
    parameters=(EVERYTHING,),
    roles=("planner", "administrator"),
    words={
        "views": Text("视野", "Views"),
        "cells": Text("网格", "Cells"),
        "changed": Text("有变化的网格", "Cells with other figures"),
        "failed": Text("无法计算的网格", "Cells that cannot be computed"),
    },
)
