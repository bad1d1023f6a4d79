"""Take an applied import back as a whole, as long as its rows are as it left them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from gisapp.errors import Conflict
from gisapp.features.editing import Editor, lock_layer
from gisapp.features.undo import undo_within
from gisapp.imports.applying import require_undo
from gisapp.imports.changes import hold
from gisapp.imports.records import read_import
from gisapp.imports.rights import IMPORTERS
from gisapp.jobs.context import JobContext
from gisapp.jobs.kinds.check_import import IMPORT, asked_import
from gisapp.jobs.spec import Job
from layers.catalogue import LAYERS
from layers.spec import Text


def run(context: JobContext) -> dict[str, int]:
    """Undo the import's change in one transaction; return how many rows came, went or changed."""
    number = asked_import(JOB, context)
    with context.read() as reader:
        held = read_import(reader, context.caller, number)
    context.progress(0, 1, Text("正在撤销", "Undoing"))
    change = replace(context.change("undo", held.title), undoes=held.change)
    undone: dict[str, int] = context.once(
        "undo", partial(take_back, context=context, number=number), change
    )
    return undone


def take_back(connection: Any, context: JobContext, number: int) -> dict[str, int]:
    """Undo the import ``number``. Raises as ``gisapp.features.undo.undo`` does."""
    held = hold(connection, context.caller, number)
    if held.begun != "undoing" or held.change is None:
        raise Conflict(Text("这次导入没有可撤销的内容。", "There is nothing of it to undo."))
    layer = LAYERS[held.found["layer"]]
    require_undo(held, context.caller, layer)
    with connection.cursor() as cursor:
        lock_layer(cursor, layer)
        return undo_within(cursor, Editor(context.caller, held.title), layer, held.change).counts


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
