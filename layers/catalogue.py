"""All declared layers, found by walking this package: a new module is a new layer."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import layers
from layers.spec import Layer

NOT_LAYERS = ("catalogue", "codes", "spec")


def find_layers() -> Mapping[str, Layer]:
    """Return every declared layer by name, in drawing order (first is drawn below)."""
    names = sorted(module.name for module in iter_modules(layers.__path__))
    found: list[Layer] = [
        import_module(f"layers.{name}").LAYER for name in names if name not in NOT_LAYERS
    ]
    found.sort(key=lambda layer: (layer.order, layer.name))
    return MappingProxyType({layer.name: layer for layer in found})


LAYERS: Mapping[str, Layer] = find_layers()
