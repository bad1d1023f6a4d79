"""Pages of camera coverage: the map with its panel, and a town's sheet for paper."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from gisapp.web.assets import packed
from gisapp.web.base_map import read_base_map
from gisapp.web.context import caller, caller_scope, services
from layers.catalogue import LAYERS

BLUEPRINT = Blueprint("coverage_pages", __name__)
CAMERAS = LAYERS["cameras"]


@BLUEPRINT.get("/coverage")
def show_coverage_page() -> str:
    """Render the coverage map; figures come from the API."""
    with services().database.read(caller_scope()) as reader:
        base = read_base_map(reader)
    return render_template(
        "coverage/map.html",
        parts=base.parts,
        district=base.district,
        config={
            **base.told,
            "areas": caller_scope().prefixes,
            "mayCreate": caller().may("create", CAMERAS),
            "mayExport": all(caller().may("export", layer) for layer in LAYERS.values()),
        },
        sources=base.sources,
    )


@BLUEPRINT.after_request
def pack(answer: Response) -> Response:
    """Pack a page on the way out."""
    return packed(answer)
