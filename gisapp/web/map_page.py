"""The map page: all layers on the base map."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from gisapp.features.moments import history_since, write_moment
from gisapp.maps import config
from gisapp.web.assets import packed
from gisapp.web.base_map import read_base_map
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.pages import summary
from layers.catalogue import LAYERS

BLUEPRINT = Blueprint("map_page", __name__)


@BLUEPRINT.get("/")
def show_map() -> str:
    """Render the map page."""
    with services().database.read(caller_scope()) as reader:
        base = read_base_map(reader)
        # Nothing about the past for those who may not see that of any layer.
        told = any(caller().may("history", layer) for layer in LAYERS.values())
        own = summary().own_extent(reader)
        since = write_moment(history_since(reader)) if told else ""
    return render_template(
        "map.html",
        parts=base.parts,
        district=base.district,
        config={
            **base.told,
            "district": base.district,
            "groups": [
                {"name": name, "label": label.say(language())}
                for name, label in config.GROUPS.items()
            ],
            "layers": config.map_layers(language(), caller()),
            "areas": caller_scope().prefixes,
            "start": own or base.told["bbox"],
            "historySince": since,
        },
        sources=base.sources,
    )


@BLUEPRINT.after_request
def pack(answer: Response) -> Response:
    """Pack the page on the way out."""
    return packed(answer)
