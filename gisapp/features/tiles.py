"""Vector tiles of any layer, made by the database: ST_AsMVT over the Web Mercator geometry.

The stored Web Mercator geometry is read, not the one of record: measured 1.5 to 3.5 times faster
at every zoom from 10 to 14. A tile carries the columns that style and label need, nothing else,
and never leaves rows out in silence:

- where a tile holds many points it carries kept clusters, each with its ``point_count``;
- up to zoom 12 lines that are drawn alike are joined, and carry no code;
- areas up to zoom 13 and joined lines up to 12 are left out below two pixels: nobody sees them.
"""

from __future__ import annotations

from gisapp.access.scope import layer_scope
from gisapp.database.engine import Reader
from gisapp.features.tile_statements import (
    MANY_POINTS,
    clusters_statement,
    count_statement,
    shapes_statement,
    tile_parameters,
    up_to,
)
from gisapp.features.tiles_in_time import clusters_statement as past_clusters_statement
from gisapp.features.tiles_in_time import count_statement as past_count_statement
from gisapp.features.web_mercator import TileAddress
from layers.spec import Layer

CROWDS_LIKELY_UP_TO = 12  # zoom: count before looking; above look first, which is one trip less


def make_tile(reader: Reader, layers: tuple[Layer, ...], address: TileAddress) -> bytes:
    """Return the tile of ``layers`` in this order; empty when none has anything there."""
    return b"".join(
        make_points(reader, layer, address)
        if layer.geometry == "Point"
        else make_shapes(reader, layer, address)
        for layer in layers
    )


def make_shapes(reader: Reader, layer: Layer, address: TileAddress, if_few: bool = False) -> bytes:
    """Return the tile of a layer's rows; ``if_few`` leaves one of many points empty."""
    statement = shapes_statement(layer.name, address.zoom, if_few)
    return bytes(reader.value(statement, tile_parameters(layer, address)))


def make_points(reader: Reader, layer: Layer, address: TileAddress) -> bytes:
    """Return the tile of a point layer: its rows, or clusters of them where they are many."""
    most = up_to(MANY_POINTS, address.zoom)
    if not most:
        return make_shapes(reader, layer, address)
    if reader.moment is not None:
        return make_past_points(reader, layer, address, most)
    if address.zoom > CROWDS_LIKELY_UP_TO:
        tile = make_shapes(reader, layer, address, if_few=True)
        if tile:
            return tile
    scope = layer_scope(layer, reader.scope)
    values = tile_parameters(layer, address)
    if reader.value(count_statement(scope), values) <= most:
        return make_shapes(reader, layer, address)
    return bytes(reader.value(clusters_statement(layer.name, scope), values))


def make_past_points(reader: Reader, layer: Layer, address: TileAddress, most: int) -> bytes:
    """Return the tile of a point layer at the reader's moment: clusters of more than ``most``."""
    values = tile_parameters(layer, address)
    if reader.value(past_count_statement(layer.name), {**values, "most": most + 1}) <= most:
        return make_shapes(reader, layer, address)
    return bytes(reader.value(past_clusters_statement(layer.name), values))


def is_drawn(layer: Layer, zoom: int) -> bool:
    """Tell whether maps draw the layer from tiles of ``zoom``: those may be drawn at zoom + 1."""
    return zoom >= layer.style.min_zoom - 1
