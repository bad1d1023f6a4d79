"""The state of layers as a short text: what caches and entity tags go by."""

from __future__ import annotations

from gisapp.access.scope import Scope
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from layers.spec import Layer

# The revision grows inside every changing transaction; that transaction's number (xmin) and the
# data set's own identity tell apart databases that were restored or built anew.
STATE = Statement(
    """
SELECT (SELECT value FROM gisapp.deployment WHERE key = 'dataset')
    || string_agg(';' || layer || ' ' || revision || ' ' || xmin::text, '' ORDER BY layer)
FROM gisapp.layer_revisions WHERE layer = ANY (%(layers)s)
""",
    example={"layers": ["cameras"]},
    prepared=True,
)


def read_state(reader: Reader, layers: tuple[Layer, ...]) -> str:
    """Return the state of ``layers`` as the caller sees them.

    Read it before the rows: what is then kept under this state is never older than it. Callers
    with different area scopes get different texts, unless every layer is open to all.
    """
    state = reader.value(STATE, {"layers": [layer.name for layer in layers]})
    return f"{state};{state_scope(layers, reader.scope)}"


def state_scope(layers: tuple[Layer, ...], scope: Scope) -> str:
    """Return the scope's key, the same for everyone when no layer is scoped."""
    differs = any(layer.access.scoped or layer.name in scope.hidden for layer in layers)
    return scope.key if differs else "*"
