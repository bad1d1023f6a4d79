"""Take an applied import back as a whole, as long as its rows are as it left them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from gisapp.imports.records import read_import
from gisapp.imports.rights import IMPORTERS
from gisapp.imports.undoing import take_back
from gisapp.jobs.context import JobContext
from gisapp.jobs.kinds.check_import import IMPORT, asked_import
from gisapp.jobs.spec import Job
from layers.spec import Text


def run(context: JobContext) -> dict[str, int]:
    """Undo the import's change in one transaction; return how many rows came, went or changed."""
    number = asked_import(JOB, context)
    with context.read() as reader:
        held = read_import(reader, context.caller, number)
    context.progress(0, 1, Text("正在撤销", "Undoing"))
    change = replace(context.change("undo", held.title), undoes=held.change)
    undone: dict[str, int] = context.once(
        "undo", partial(take_back, caller=context.caller, number=number), change
    )
    return undone


JOB = Job(
    name="undo_import",
    label=Text("撤销导入", "Undo an import"),
    description=Text(
        "整体撤销一次导入；其中的行之后又被修改过则不撤销。",
        "Take an import back as a whole, unless its rows were changed since.",
    ),
    run=run,
    parameters=(IMPORT,),
    roles=IMPORTERS,
    everywhere=False,
    words={
        "restored": Text("恢复", "Came back"),
        "changed": Text("还原", "Went back"),
        "removed": Text("移除", "Removed"),
    },
)
