"""Pages of camera coverage: the map with its panel, and a town's sheet for paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from gisapp.features.sources import read_sources
from gisapp.features.summary import DISTRICT, METRIC_SRID
from gisapp.maps import config
from gisapp.maps.page import Background, build_map
from gisapp.web.assets import packed
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.pages import WORLD, attributions, page_config, summary
from layers.catalogue import LAYERS

BLUEPRINT = Blueprint("coverage_pages", __name__)
CAMERAS = LAYERS["cameras"]


@BLUEPRINT.get("/coverage")
def show_coverage_page() -> str:
    """Render the coverage map; figures come from the API."""
    settings = services().settings.map
    background = (
        Background(settings.basemap_url, settings.basemap_attribution)
        if settings.basemap_url
        else None
    )
    with services().database.read(caller_scope()) as reader:
        bbox = summary().extent(reader) or WORLD
        district = reader.value(DISTRICT) or ""
        has_areas = summary().holds_rows(reader, "areas")
        srid = reader.value(METRIC_SRID)
        known = read_sources(reader)
    parts = build_map(bbox, background)
    shown = [one for one in config.map_layers(language(), caller()) if one["group"] == "context"]
    told: dict[str, Any] = {
        **page_config(),
        "map": parts.name,
        "background": parts.background,
        "backgroundAttribution": settings.basemap_attribution if background else "",
        "hasAreas": has_areas,
        "bbox": bbox,
        "metric": config.metric_crs(srid),
        "layers": shown,
        "account": caller().name,
        "attributions": attributions(known),
        "mayCreate": caller().may("create", CAMERAS),
    }
    return render_template(
        "coverage/map.html", parts=parts, district=district, config=told, sources=known
    )


@BLUEPRINT.after_request
def pack(answer: Response) -> Response:
    """Pack a page on the way out."""
    return packed(answer)
