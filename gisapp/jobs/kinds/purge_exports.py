"""Remove the files of exports whose time is over, every day."""

from __future__ import annotations

from functools import partial

from gisapp.jobs.context import JobContext
from gisapp.jobs.files import purge_files
from gisapp.jobs.spec import Job
from layers.spec import Text


def run(context: JobContext) -> dict[str, int]:
    """Remove them, by the setting GISAPP_EXPORT_DAYS."""
    context.progress(0, 1)
    purge = partial(purge_files, folder=context.settings.exports_folder)
    found: dict[str, int] = context.once("purge", purge)
    return found


JOB = Job(
    name="purge_exports",
    label=Text("清理导出文件", "Remove old exports"),
    description=Text(
        "删除过期的导出文件（GISAPP_EXPORT_DAYS 天）和中断的任务留下的文件。每天一次。",
        "Remove export files that are older than GISAPP_EXPORT_DAYS and what interrupted jobs have "
        "left. Once a day.",
    ),
    run=run,
    schedule="45 19 * * *",  # 03:45 in China
    words={"expired": Text("过期", "Expired"), "removed": Text("删除文件数", "Files removed")},
)
