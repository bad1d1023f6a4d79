"""Bounds of every layer in space and time, kept until the layer changes."""

from __future__ import annotations

from threading import Lock

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.read import Extent, extent
from layers.spec import Layer

REVISIONS = Statement("SELECT layer, revision || '.' || xmin FROM gisapp.layer_revisions")


class Extents:
    """The extents of one process: reading one needs the whole layer. One per application."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, Extent]] = {}
        self._lock = Lock()

    def of(self, reader: Reader, *layers: Layer) -> list[Extent]:
        """Return the extent of each layer as the reader's caller sees it."""
        revisions = dict(reader.rows(REVISIONS))  # before the rows, so never newer than they are
        return [self._one(reader, layer, revisions.get(layer.name, "")) for layer in layers]

    def _one(self, reader: Reader, layer: Layer, revision: str) -> Extent:
        key = (reader.scope.key, layer.name)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None or kept[0] != revision:
            kept = (revision, extent(reader, layer))
            with self._lock:
                self._kept[key] = kept
        return kept[1]
