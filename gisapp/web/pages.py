"""Pages for people: the data of each layer, help; and what their scripts and the map load."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, Response, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState

from gisapp.errors import NotFound
from gisapp.features.sources import Source, read_sources
from gisapp.features.summary import METRIC_SRID, PLACES, Summary
from gisapp.maps import config
from gisapp.maps.assets import repoint_folium, static_version
from gisapp.web.assets import IMMUTABLE, packed
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language, script_texts
from gisapp.web.moment import reading
from layers.catalogue import LAYERS
from layers.spec import Text

BLUEPRINT = Blueprint("pages", __name__)
WORLD = (73.0, 18.0, 135.0, 53.0)  # shown while there is no data at all


@BLUEPRINT.record_once
def set_up(state: BlueprintSetupState) -> None:
    """Re-point Folium once, and keep what the pages share."""
    repoint_folium()
    app = state.app
    app.extensions["gisapp.summary"] = Summary(app.extensions["gisapp"].database)
    app.extensions["gisapp.script_texts"] = script_texts()


def summary() -> Summary:
    """Return this process's kept facts about layers."""
    kept: Summary = flask.current_app.extensions["gisapp.summary"]
    return kept


@BLUEPRINT.get("/layers")
def list_layers() -> str:
    """Render the overview of all layers."""
    with services().database.read(caller_scope()) as reader:
        known = read_sources(reader)
    return render_template(
        "layers.html",
        layers=LAYERS.values(),
        groups=config.GROUPS,
        facts=summary().layers(caller_scope()),
        sources=known,
    )


@BLUEPRINT.get("/layers/<name>")
def show_layer(name: str) -> str:
    """Render the table of one layer; its rows come from the API."""
    layer = LAYERS.get(name)
    if layer is None:
        raise NotFound(
            Text("没有图层 {name}。", "There is no layer {name}.").format(name=name[:64])
        )
    with services().database.read(caller_scope()) as reader:
        known = read_sources(reader)
    return render_template(
        "layer.html",
        layer=layer,
        config={**page_config(), "layer": name, "title": layer.label.say(language())},
        exports=caller().may("export", layer),
        sources=known,
    )


@BLUEPRINT.get("/help")
def show_help() -> str:
    """Render the help page, with sources and their licences."""
    with services().database.read(caller_scope()) as reader:
        known = read_sources(reader)
        srid = reader.value(METRIC_SRID)
    return render_template("help.html", sources=known, metric=config.metric_crs(srid), srid=srid)


@BLUEPRINT.get("/map/declarations.json")
def give_declarations() -> Response:
    """Answer every layer's fields in the page's language; the address carries the version."""
    answer = jsonify(config.declarations(language()))
    if request.args.get("v") == static_version() and request.args.get("lang") == language():
        answer.headers["Cache-Control"] = IMMUTABLE
    return answer


@BLUEPRINT.get("/map/summary.json")
def give_summary() -> Response:
    """Answer how many rows each layer has for the caller."""
    facts = summary().layers(caller_scope())
    answer = jsonify(
        {name: {"count": fact.count, "bbox": fact.bbox} for name, fact in facts.items()}
    )
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@BLUEPRINT.get("/map/places.json")
def give_places() -> Response:
    """Answer towns (and with ``?level=village`` villages) with a point inside each."""
    level = "village" if request.args.get("level") == "village" else "town"
    with reading(LAYERS["areas"]) as reader:
        rows = reader.rows(PLACES, {"levels": [level]})
    places = [
        {"code": code, "name": name, "level": level, "lon": round(lon, 6), "lat": round(lat, 6)}
        for code, name, level, lon, lat in rows
    ]
    answer = jsonify(places)
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@BLUEPRINT.after_request
def pack(answer: Response) -> Response:
    """Pack a page or its JSON on the way out."""
    return packed(answer)


def page_config() -> dict[str, Any]:
    """Return what the scripts of every page are told."""
    texts = flask.current_app.extensions["gisapp.script_texts"] if language() == "en" else {}
    return {
        "language": language(),
        "version": static_version(),
        "texts": texts,
        "proof": caller().proof,
    }


def attributions(known: list[Source]) -> list[str]:
    """Return the attributions that a map must show, each once, in order.

    Generated data has its own notice on every page.
    """
    shown = [item.attribution for item in known if item.attribution and not item.generated]
    return list(dict.fromkeys(shown))
