"""The base map of a page that shows something of its own upon it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gisapp.database.engine import Reader
from gisapp.features.sources import read_sources
from gisapp.features.summary import DISTRICT, METRIC_SRID
from gisapp.maps import config
from gisapp.maps.page import Background, MapParts, build_map
from gisapp.web.context import caller, services
from gisapp.web.i18n import language
from gisapp.web.pages import WORLD, attributions, page_config, summary


@dataclass(frozen=True)
class BaseMap:
    """The map's markup, what its scripts are told, and what the page says beside it."""

    parts: MapParts
    told: dict[str, Any]
    district: str
    sources: Any


def read_base_map(reader: Reader) -> BaseMap:
    """Return the base map of what the reader sees: roads, buildings, water and areas."""
    settings = services().settings.map
    background = (
        Background(settings.basemap_url, settings.basemap_attribution)
        if settings.basemap_url
        else None
    )
    bbox = summary().extent(reader) or WORLD
    known = read_sources(reader)
    parts = build_map(bbox, background)
    told = {
        **page_config(),
        "map": parts.name,
        "background": parts.background,
        "backgroundAttribution": settings.basemap_attribution if background else "",
        "hasAreas": summary().holds_rows(reader, "areas"),
        "bbox": bbox,
        "metric": config.metric_crs(reader.value(METRIC_SRID)),
        "layers": [
            one for one in config.map_layers(language(), caller()) if one["group"] == "context"
        ],
        "account": caller().name,
        "attributions": attributions(known),
    }
    return BaseMap(parts, told, reader.value(DISTRICT) or "", known)
