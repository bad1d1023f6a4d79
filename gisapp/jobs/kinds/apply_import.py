"""Apply a checked import to its layer, all or nothing."""

from __future__ import annotations

from functools import partial

from gisapp.imports.applying import Stale, apply, note_stale
from gisapp.imports.cleanup import expire
from gisapp.imports.records import read_import
from gisapp.imports.rights import IMPORTERS
from gisapp.imports.uploads import remove_files
from gisapp.jobs.context import JobContext
from gisapp.jobs.kinds.check_import import IMPORT, asked_import
from gisapp.jobs.kinds.check_import import JOB as CHECK
from gisapp.jobs.spec import Job
from layers.spec import Text

WRITING = Text("正在写入 {rows:,} 行", "Writing {rows:,} rows")


def run(context: JobContext) -> dict[str, int]:
    """Apply the import in one transaction; return what was done.

    Files and staged rows go unless some rows were rejected, which may still be mended.
    """
    number = asked_import(JOB, context)
    with context.read() as reader:
        held = read_import(reader, context.caller, number)
    counts = held.found.get("counts") or {}
    rows = counts.get("insert", 0) + counts.get("update", 0)
    context.progress(0, 0, WRITING.format(rows=rows))  # one statement: nobody knows how far it is
    change = context.change("import", held.title)
    try:
        done: dict[str, int] = context.once(
            "apply", partial(apply, caller=context.caller, number=number), change
        )
    except Stale:
        context.once("stale", partial(note_stale, number=number))
        raise
    if not done["reject"]:
        context.once("expire", partial(expire, number=number))
        remove_files(context.settings.uploads.folder, number)
    return done


JOB = Job(
    name="apply_import",
    label=Text("导入数据", "Apply an import"),
    description=Text(
        "把检查过的行写入图层，全部成功或全部不改；检查之后有变动则不写，须重新检查。",
        "Write the checked rows into their layer, all or nothing; nothing is written when something "
        "was changed since the check.",
    ),
    run=run,
    parameters=(IMPORT,),
    roles=IMPORTERS,
    everywhere=False,
    words=CHECK.words,
)
