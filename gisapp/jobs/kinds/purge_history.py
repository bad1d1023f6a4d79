"""Drop versions of rows that are older than history is kept, every month."""

from __future__ import annotations

from functools import partial

from gisapp.features.retention import purge_by_age
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from layers.spec import Text


def run(context: JobContext) -> dict[str, int]:
    """Drop them in one transaction, by the setting GISAPP_HISTORY_MONTHS."""
    context.progress(0, 1)
    dropped = context.once("purge", partial(purge_by_age, months=context.settings.history.months))
    return {"dropped": dropped}


JOB = Job(
    name="purge_history",
    label=Text("清理过期历史", "Drop old history"),
    description=Text(
        "按设置 GISAPP_HISTORY_MONTHS 删除超过保留期的历史版本；设为 0 则不删除。每月一次。",
        "Drop the versions of rows that are older than GISAPP_HISTORY_MONTHS; 0 keeps them for "
        "ever. Once a month.",
    ),
    run=run,
    schedule="0 19 1 * *",  # on the 2nd at 03:00 in China
    words={"dropped": Text("删除版本数", "Versions dropped")},
)
