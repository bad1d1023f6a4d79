"""Taking an applied import back as a whole, as long as its rows are as it left them."""

from __future__ import annotations

from typing import Any

from gisapp.access.caller import Caller
from gisapp.database.room import keeping_room
from gisapp.errors import Conflict, Forbidden
from gisapp.features.editing import Editor, lock_layer
from gisapp.features.undo import undo_within
from gisapp.imports.changes import hold
from gisapp.imports.records import Import
from gisapp.imports.rights import require_import
from layers.catalogue import LAYERS
from layers.spec import Layer, Text


def require_undo(held: Import, caller: Caller, layer: Layer) -> None:
    """Raise unless the rows of an applied import may be taken back by the caller."""
    require_import(caller, layer)
    if held.change is None:
        raise Conflict(Text("这次导入没有改动任何行。", "This import changed nothing."))
    if not held.owned_by(caller):
        raise Forbidden(Text("只能撤销自己的导入。", "Only its own account takes it back."))


def take_back(connection: Any, caller: Caller, number: int) -> dict[str, int]:
    """Undo the import ``number``, which was begun; return how many rows came, went or changed.

    In the caller's transaction and change. Raises as ``gisapp.features.undo.undo`` does, and
    StorageFull.
    """
    held = hold(connection, caller, number)
    if held.begun != "undoing" or held.change is None:
        raise Conflict(Text("这次导入没有可撤销的内容。", "There is nothing of it to undo."))
    layer = LAYERS[held.found["layer"]]
    require_undo(held, caller, layer)
    with keeping_room(connection), connection.cursor() as cursor:
        lock_layer(cursor, layer)
        return undo_within(cursor, Editor(caller, held.title), layer, held.change).counts
