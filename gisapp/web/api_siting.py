"""Proposals of camera sites over HTTP: ask for one, look at it, nudge it, save it."""

from __future__ import annotations

import json
import math
from typing import Any

from flask import Blueprint, Response, request

from gisapp.access.audit import record
from gisapp.coverage import siting_nudge as nudging
from gisapp.coverage.siting_made_of import find_changes
from gisapp.coverage.siting_read import find_area
from gisapp.coverage.siting_rules import RULES
from gisapp.coverage.siting_save import CAMERAS, save
from gisapp.coverage.siting_settings import Rules, rules_from
from gisapp.coverage.siting_store import (
    Kept,
    KeptSite,
    list_proposals,
    read_proposal,
    read_sites,
    remove,
)
from gisapp.errors import BadParameter
from gisapp.features.faults import bad_value
from gisapp.jobs.catalogue import job_named
from gisapp.web.api_answers import GEOJSON, api_url, json_answer, link
from gisapp.web.api_body import editor, read_object
from gisapp.web.api_jobs import as_text, found_job, start
from gisapp.web.api_request import read_arguments
from gisapp.web.auditing import entry_for
from gisapp.web.context import caller_scope, require, services
from gisapp.web.i18n import language
from gisapp.web.prepared import require_prepared
from layers.spec import Text

BLUEPRINT = Blueprint("api_siting", __name__)
PROPOSALS = "/api/coverage/proposals"
PROPOSAL = f"{PROPOSALS}/<int:number>"
JOB = "propose_cameras"
MOVABLE = {"position", "azimuth", "keep", "version"}
NO_MODELS = Text(
    "models 应为文字，或 {name, fov, range, cost} 的列表",
    "models is a text, or a list of {name, fov, range, cost}",
)


@BLUEPRINT.get(PROPOSALS)
def list_them() -> Response:
    """Answer the proposals of the caller's areas, the newest first."""
    read_arguments()
    with services().database.read(caller_scope()) as reader:
        found = list_proposals(reader)
    return json_answer({"proposals": [written(kept) for kept in found]})


@BLUEPRINT.post(PROPOSALS)
def start_proposal() -> Response:
    """Start the job that makes a proposal; the answer says where the job is found."""
    require("create", CAMERAS)
    read_arguments()
    given = read_wish(read_object("application/json"))
    job_named(JOB).require_good(given)
    with services().database.read(caller_scope()) as reader:
        find_area(reader, given.get("area", ""))
    number = start(JOB, given)
    answer = json_answer(found_job(number))
    answer.status_code = 202
    answer.headers["Location"] = api_url(f"/jobs/{number}")
    return answer


@BLUEPRINT.get(PROPOSAL)
def show_proposal(number: int) -> Response:
    """Answer a proposal as GeoJSON: a point for each site, and a polygon for its view."""
    read_arguments()
    with services().database.read(caller_scope()) as reader:
        kept = read_proposal(reader, number)
        sites = read_sites(reader, number)
    changed = find_changes(services().database, kept, district_rules())
    features = [feature for site in sites for feature in written_site(site)]
    rules = [
        {"text": text.say(language()), "source": source.say(language())} for text, source in RULES
    ]
    told = {
        "type": "FeatureCollection",
        **written(kept),
        "stale": bool(changed),
        "changed": [text.say(language()) for text in changed],
        "rules": rules,
    }
    return json_answer({**told, "features": features}, GEOJSON)


@BLUEPRINT.delete(PROPOSAL)
def remove_proposal(number: int) -> Response:
    """Remove a proposal; cameras that it was saved as stay."""
    require("create", CAMERAS)
    read_arguments()
    with services().database.write() as connection:
        remove(connection, caller_scope(), number)
        record(connection, entry_for("proposal_removed", f"proposal:{number}"))
    return Response(status=204)


@BLUEPRINT.patch(f"{PROPOSAL}/sites/<int:site>")
def move_site(number: int, site: int) -> Response:
    """Move or turn a site: the answer is its view and the proposal's figures then."""
    require("create", CAMERAS)
    read_arguments()
    move, keep, version = read_move(read_object("application/json"))
    require_prepared()
    database = services().database
    if keep:
        entry = entry_for("proposal_changed", f"proposal:{number}", site=site)
        kept, moved, view = nudging.move_site(
            database, caller_scope(), (number, site), move, version, entry
        )
    else:
        with database.read(caller_scope()) as reader:
            kept, moved, view = nudging.try_move(reader, number, site, move)
    return json_answer(
        {
            "proposal": kept.id,
            "site": site,
            "version": kept.version + keep,
            "azimuth": moved.azimuth,
            "gain": moved.gain,
            "flags": moved.flags,
            "figures": shares({**kept.figures, **moved.figures.written(), "moved": True}),
            "view": json.loads(view),
        }
    )


@BLUEPRINT.post(f"{PROPOSAL}/save")
def save_proposal(number: int) -> Response:
    """Save the sites as planned cameras, all or none; once saved, again changes nothing."""
    require("create", CAMERAS)
    read_arguments()
    version = read_version(read_object("application/json")) if request.content_length else None
    codes = save(services().database, editor(), number, district_rules(), version)
    return json_answer({"cameras": codes})


def district_rules() -> Rules:
    """Return the district's rules as they are set."""
    return rules_from(services().settings.coverage)


def read_version(body: dict[str, Any]) -> int | None:
    """Return the version that a body says was looked at. Raises BadParameter."""
    if unknown := set(body) - {"version"}:
        raise bad_value(min(unknown)[:60], Text("没有这个参数", "there is no such parameter"))
    version: int | None = body.get("version")
    if not (version is None or is_count(version)):
        raise bad_value("version", Text("应为整数", "give a whole number"))
    return version


def read_wish(body: dict[str, Any]) -> dict[str, str]:
    """Return the job's parameters as texts. Raises BadParameter."""
    given = {name: value for name, value in body.items() if value is not None}
    if given.get("models") == []:
        raise bad_value("models", NO_MODELS)
    if isinstance(given.get("models"), list):
        given["models"] = ";".join(map(model_text, given["models"]))
    for name, value in given.items():
        if not isinstance(value, str | int | float):
            raise bad_value(
                name[:60], Text("应为文字、数或真假", "give a text, number or truth value")
            )
    return {name: as_text(value) for name, value in given.items()}


def model_text(model: Any) -> str:
    """Return a model as the job's parameter writes it. Raises BadParameter."""
    if not isinstance(model, dict) or set(model) - {"name", "fov", "range", "cost"}:
        raise bad_value("models", NO_MODELS)
    parts = [model.get("name"), model.get("fov"), model.get("range"), model.get("cost", 1)]
    if any(not isinstance(part, str | int | float) or set(str(part)) & set(":;") for part in parts):
        raise bad_value("models", NO_MODELS)
    return ":".join(map(str, parts))


def read_move(body: dict[str, Any]) -> tuple[nudging.Move, bool, int | None]:
    """Return the move that a body describes, whether it is kept, and of which version.

    Raises BadParameter.
    """
    if unknown := set(body) - MOVABLE:
        raise bad_value(min(unknown)[:60], Text("没有这个参数", "there is no such parameter"))
    place, keep, version = body.get("position"), body.get("keep", True), body.get("version")
    if not isinstance(keep, bool) or not (version is None or is_count(version)):
        raise BadParameter(
            Text("keep 应为真假，version 应为整数。", "keep is a truth value, version a number.")
        )
    azimuth = body.get("azimuth")
    if azimuth is not None and not in_range(azimuth, 0, 360):
        raise bad_value("azimuth", Text("应为 0 到 360 度", "give 0 to 360 degrees"))
    if place is None:
        return nudging.Move(None, azimuth), keep, version
    fits = isinstance(place, list) and len(place) == 2
    if not fits or not in_range(place[0], -180, 180) or not in_range(place[1], -90, 90):
        raise bad_value("position", Text("应为 [经度, 纬度]", "give [longitude, latitude]"))
    return nudging.Move((float(place[0]), float(place[1])), azimuth), keep, version


def is_count(value: object) -> bool:
    """Tell whether a value is a whole number that the database can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31


def in_range(value: object, low: float, high: float) -> bool:
    """Tell whether a value is a number within bounds."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value) and low <= value <= high


def written(kept: Kept) -> dict[str, Any]:
    """Return a proposal as JSON says it."""
    return {
        "id": kept.id,
        "area": kept.area_code,
        "areaName": kept.area_name,
        "madeAt": kept.made_at.isoformat(timespec="seconds"),
        "madeBy": kept.made_by,
        "version": kept.version,
        "asked": {name: value for name, value in kept.asked.items() if name != "made_of"},
        "figures": shares(dict(kept.figures)),
        "sites": kept.sites,
        "links": [link("self", api_url(f"/coverage/proposals/{kept.id}"), GEOJSON)],
    }


def shares(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures with shares of the total; a proven gap only while no site was moved."""
    total = figures["total"]
    for name in ("sure_before", "possible_before", "sure_after", "possible_after"):
        figures[f"{name}_share"] = figures[name] / total if total else None
    if figures.get("moved"):
        figures["gap"] = None
    return figures


def written_site(site: KeptSite) -> list[dict[str, Any]]:
    """Return a site as two features: where it stands and what it sees."""
    properties = {
        "site": site.number,
        "kind": site.kind,
        "azimuth": site.azimuth,
        "model": site.model,
        "cost": site.cost,
        "gain": site.gain,
        "flags": site.flags,
        "moved": site.moved,
        "camera": site.camera,
    }
    parts = (("site", site.place), ("view", site.view))
    return [
        {
            "type": "Feature",
            "id": f"{part}-{site.number}",
            "geometry": json.loads(geometry),
            "properties": {"part": part, **properties},
        }
        for part, geometry in parts
    ]
