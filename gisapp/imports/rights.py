"""Who may import: whoever may make features of some layer. Whose imports are whose."""

from __future__ import annotations

from gisapp.access.caller import Caller
from gisapp.errors import Forbidden
from gisapp.features.editing import BOUNDARIES
from layers.catalogue import LAYERS
from layers.spec import ROLES, Layer, Role, Text

IMPORTERS: tuple[Role, ...] = tuple(
    role for role in ROLES if any(layer.access.allows(role, "create") for layer in LAYERS.values())
)
NO_IMPORTER = Forbidden(
    Text("当前账号无权导入数据。", "This account may not import data."),
    Text("如有需要，请联系管理员。", "Ask an administrator if you need to."),
)


def importable(caller: Caller) -> list[Layer]:
    """Return the layers that a caller may import into."""
    return [layer for layer in LAYERS.values() if may_import(caller, layer)]


def may_import(caller: Caller, layer: Layer) -> bool:
    """Tell whether a caller may import into a layer; areas are for those who see all of them."""
    bounded = layer.name == "areas" and caller.scope.prefixes is not None
    return caller.may("create", layer) and not bounded


def require_importer(caller: Caller) -> None:
    """Raise Forbidden unless the caller may import into some layer."""
    if not importable(caller):
        raise NO_IMPORTER


def require_import(caller: Caller, layer: Layer) -> None:
    """Raise Forbidden unless the caller may import into ``layer``."""
    caller.require("create", layer)
    if not may_import(caller, layer):
        raise Forbidden(BOUNDARIES)


def sees_others(caller: Caller) -> bool:
    """Tell whether a caller sees the imports of other accounts."""
    return caller.scope.prefixes is None and caller.role in IMPORTERS
