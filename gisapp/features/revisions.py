"""The state of layers as a short text: what caches and entity tags go by."""

from __future__ import annotations

from gisapp.access.scope import Scope
from gisapp.database.state import State
from layers.spec import Layer


def seen_state(state: State, layers: tuple[Layer, ...], scope: Scope) -> str:
    """Return the state of ``layers`` as a caller sees them.

    Callers with different area scopes get different texts, unless every layer is open to all.
    """
    return f"{state.of(tuple(layer.name for layer in layers))};{state_scope(layers, scope)}"


def state_scope(layers: tuple[Layer, ...], scope: Scope) -> str:
    """Return the scope's key, the same for everyone when no layer is scoped."""
    differs = any(layer.access.scoped or layer.name in scope.hidden for layer in layers)
    return scope.key if differs else "*"
