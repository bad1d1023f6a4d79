"""Forget expired uploads and imports, and what dead ones have left."""

from __future__ import annotations

from functools import partial

from gisapp.imports.cleanup import purge
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from layers.spec import Text


def run(context: JobContext) -> dict[str, int]:
    """Remove them; return how many imports, tables and folders went."""
    context.progress(0, 1)
    outcome: dict[str, int] = context.once(
        "purge", partial(purge, folder=context.settings.uploads.folder)
    )
    return outcome


JOB = Job(
    name="purge_imports",
    label=Text("清理上传", "Purge uploads"),
    description=Text(
        "删除过期的上传和未完成的导入，以及中断后遗留的表和文件。",
        "Remove expired uploads and unfinished imports, and tables and files that interrupted ones "
        "have left.",
    ),
    run=run,
    schedule="40 18 * * *",  # UTC
    words={
        "forgotten": Text("导入", "Imports"),
        "tables": Text("数据表", "Tables"),
        "folders": Text("文件夹", "Folders"),
    },
)
