"""Save the sites of a proposal as planned cameras, through the way that every edit goes."""

from __future__ import annotations

import json
from typing import Any

from gisapp.coverage.siting_store import Kept, KeptSite, read_proposal, read_sites
from gisapp.database.engine import Database
from gisapp.errors import Conflict
from gisapp.features import drafts, write
from gisapp.features.crs import CRS84
from gisapp.features.editing import Editor
from gisapp.features.read import metric_srid, read_feature
from layers.catalogue import LAYERS

CAMERAS = LAYERS["cameras"]
MARK = """
UPDATE gisapp.siting_sites SET camera = %(camera)s
WHERE proposal = %(proposal)s AND number = %(number)s
"""
PANORAMIC, FIXED = "6", "3"  # GB/T 28181 PTZType


def save(database: Database, editor: Editor, number: int) -> list[str]:
    """Store every site that is no camera yet; return the codes of all, by rank.

    Each is one change with its audit entry, inside the editor's areas and rights; one whose code
    is there already was stored by an attempt that did not come to note it. Raises NotFound,
    Forbidden, Invalid.
    """
    editor.caller.require("create", CAMERAS)
    with database.read(editor.caller.scope) as reader:
        kept = read_proposal(reader, number)
        sites, srid = read_sites(reader, number), metric_srid(reader)
    codes = []
    for site in sites:
        code = site.camera
        if code is None:
            draft = drafts.read_new(CAMERAS, as_feature(kept, site), CRS84, srid)
            code = str(draft.code)
            try:
                write.create(database, editor, CAMERAS, draft)
            except Conflict:
                if not is_there(database, editor, code):
                    raise
            mark(database, kept.id, site.number, code)
        codes.append(code)
    return codes


def as_feature(kept: Kept, site: KeptSite) -> dict[str, Any]:
    """Return a site as a feature of the layer of cameras."""
    fov = float(site.model["fov"])
    return {
        "type": "Feature",
        "id": f"GH-{kept.id}-{site.number}",
        "geometry": json.loads(site.place),
        "properties": {
            "name": f"规划监控 {kept.id}-{site.number}",
            "mount": "facade" if site.kind == "facade" else "pole",
            "ptz_type": PANORAMIC if fov >= 360 else FIXED,
            "azimuth": site.azimuth,
            "horizontal_fov": fov,
            "max_view_distance": float(site.model["range"]),
            "room_type": "1",
            "status": "planned",
            "note": f"选点方案 {kept.id} 第 {site.number} 位，机型 {site.model['name']}",
        },
    }


def is_there(database: Database, editor: Editor, code: str) -> bool:
    """Tell whether the editor sees a camera with this code."""
    with database.read(editor.caller.scope) as reader:
        return read_feature(reader, CAMERAS, code, CRS84) is not None


def mark(database: Database, proposal: int, site: int, code: str) -> None:
    """Note which camera a site has become."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(MARK, {"proposal": proposal, "number": site, "camera": code})
