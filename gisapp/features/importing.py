"""Loading rows into any layer: by code, in the caller's transaction."""

from __future__ import annotations

from typing import Any

import geopandas

from gisapp.features.staging import Progress, store_frame
from layers.spec import Layer

REGISTER_SOURCE = """
INSERT INTO gisapp.sources (name, attribution, licence, generated)
VALUES (%(name)s, %(attribution)s, %(licence)s, %(generated)s)
ON CONFLICT (name) DO UPDATE SET attribution = excluded.attribution,
    licence = excluded.licence, generated = excluded.generated, loaded_at = now()
"""


def register_source(
    connection: Any,
    name: str,
    attribution: str = "",
    licence: str = "",
    generated: bool = False,
) -> None:
    """Note where rows come from; maps and exports show the attribution."""
    values = {
        "name": name,
        "attribution": attribution,
        "licence": licence,
        "generated": generated,
    }
    with connection.cursor() as cursor:
        cursor.execute(REGISTER_SOURCE, values)


def load_frame(
    connection: Any,
    layer: Layer,
    frame: geopandas.GeoDataFrame,
    *,
    source: str,
    progress: Progress | None = None,
) -> int:
    """Write a frame into a layer by COPY, in the caller's transaction; return rows written.

    Columns are declared field names and ``code``; the geometry is in the deployment's metric
    CRS and of the layer's type. A row whose code exists is updated, and left alone when nothing
    differs. Area codes are found for all rows at once, so load ``areas`` first. Values must fit
    the declaration: the database's own error is raised otherwise.
    """
    stored = store_frame(connection, layer, frame, source=source, progress=progress)
    return stored.inserted + stored.updated
