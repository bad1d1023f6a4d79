"""Save the sites of a proposal as planned cameras, all or none, as every edit is made."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from gisapp.coverage.siting_made_of import find_changes
from gisapp.coverage.siting_settings import Rules, type_of
from gisapp.coverage.siting_store import Kept, KeptSite, lock, read_proposal, read_sites
from gisapp.coverage.siting_wish import model_of
from gisapp.database.engine import Database
from gisapp.errors import Changed, Conflict
from gisapp.features import drafts, write
from gisapp.features.crs import CRS84
from gisapp.features.editing import Editor, editing
from gisapp.features.read import metric_srid
from layers.catalogue import LAYERS
from layers.spec import Text

CAMERAS = LAYERS["cameras"]
MARK = """
UPDATE gisapp.siting_sites SET camera = %(camera)s
WHERE proposal = %(proposal)s AND number = %(number)s
"""
REASON = Text("选点方案 {id}", "Proposal {id}")
STALE = Text(
    "方案算出以后，依据已变：{changed}。没有保存任何点位；请重新计算方案。",
    "What the proposal was made of has changed since: {changed}. Nothing was saved; ask for a new "
    "proposal.",
)
MOVED = Text(
    "方案在您打开之后被他人改动；没有保存任何点位，请刷新后再看。",
    "The proposal was changed by someone else since you opened it. Nothing was saved; look again.",
)


def save(
    database: Database, editor: Editor, number: int, rules: Rules, version: int | None = None
) -> list[str]:
    """Store every site that is no camera yet, in one transaction; return all codes, by rank.

    One change of the history, with an audit entry for each camera, inside the editor's areas and
    rights. Saved again, nothing changes. Raises NotFound, Forbidden, Invalid; Conflict when what
    the proposal was made of has changed since, or a code is taken; Changed when ``version`` is
    given and no longer the newest.
    """
    editor.caller.require("create", CAMERAS)
    scope = editor.caller.scope
    with database.read(scope) as reader:
        kept = read_proposal(reader, number)
    if not editor.reason:
        editor = replace(editor, reason=REASON.format(id=kept.id).zh)
    with editing(database, editor, "edit", CAMERAS) as cursor:
        lock(cursor, scope, number)
        with database.read(scope) as reader:
            kept, sites = read_proposal(reader, number), read_sites(reader, number)
            srid = metric_srid(reader)
        new = [site for site in sites if site.camera is None]
        if new:
            require_current(database, kept, rules, version)
        for site in new:
            draft = drafts.read_new(CAMERAS, as_feature(kept, site), CRS84, srid)
            stored = write.add(cursor, editor, CAMERAS, draft)
            given = {"proposal": kept.id, "number": site.number, "camera": stored.code}
            cursor.execute(MARK, given)
        if not new:
            cursor.connection.rollback()
    return [site.camera or code_of(kept, site) for site in sites]


def require_current(database: Database, kept: Kept, rules: Rules, version: int | None) -> None:
    """Raise Changed or Conflict unless the proposal is as it was seen, and made of what is there."""
    if version is not None and version != kept.version:
        raise Changed(MOVED)
    if changed := find_changes(database, kept, rules):
        zh = "、".join(one.zh for one in changed)
        en = ", ".join(one.en for one in changed)
        raise Conflict(Text(STALE.zh.format(changed=zh), STALE.en.format(changed=en)))


def code_of(kept: Kept, site: KeptSite) -> str:
    """Return the code of the camera that a site becomes."""
    return f"GH-{kept.id}-{site.number}"


def as_feature(kept: Kept, site: KeptSite) -> dict[str, Any]:
    """Return a site as a feature of the layer of cameras."""
    model = model_of(site.model)
    pixels = {} if model.width_px is None else {"width_px": model.width_px}
    return {
        "type": "Feature",
        "id": code_of(kept, site),
        "geometry": json.loads(site.place),
        "properties": {
            "name": f"规划监控 {kept.id}-{site.number}",
            "mount": "facade" if site.kind == "facade" else "pole",
            "ptz_type": type_of(model),
            "azimuth": site.azimuth,
            "horizontal_fov": model.fov,
            "max_view_distance": model.range,
            "room_type": "1",
            "status": "planned",
            "note": f"选点方案 {kept.id} 第 {site.number} 位，机型 {model.name}",
            **pixels,
        },
    }
