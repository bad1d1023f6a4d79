"""Proposals of camera sites in the OpenAPI document."""

from __future__ import annotations

from gisapp.jobs.catalogue import JOBS
from gisapp.jobs.read import LAST
from gisapp.web.openapi_jobs import JOB
from gisapp.web.openapi_parts import STRING, Part, content, in_path, operation, writing
from layers.spec import Text

NUMBER: Part = {"type": "number"}
WHOLE: Part = {"type": "integer", "minimum": 0, "maximum": LAST}
PROPOSAL = in_path("number", WHOLE, Text("方案编号", "The proposal"))
SITE = in_path("site", WHOLE, Text("点位名次", "The site's rank"))
MAYBE: Part = {"oneOf": [{"type": "number"}, {"type": "string"}, {"type": "boolean"}]}
KEPT: Part = {
    "type": "object",
    "required": ["id", "area", "madeAt", "version", "asked", "figures", "sites"],
    "properties": {
        "id": WHOLE,
        "area": STRING,
        "madeAt": {"type": "string", "format": "date-time"},
        "madeBy": STRING,
        "version": WHOLE,
        "asked": {"type": "object"},
        "figures": {"type": "object"},
        "sites": WHOLE,
    },
}
COLLECTION: Part = {
    "type": "object",
    "required": ["type", "id", "figures", "rules", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "id": WHOLE,
        "figures": {"type": "object"},
        "stale": {"type": "boolean"},
        "changed": {"type": "array", "items": STRING},
        "rules": {"type": "array", "items": {"type": "object"}},
        "features": {"type": "array", "items": {"type": "object"}},
    },
}
MOVED: Part = {
    "type": "object",
    "required": ["proposal", "site", "version", "azimuth", "gain", "figures", "view"],
    "properties": {
        "proposal": WHOLE,
        "site": WHOLE,
        "version": WHOLE,
        "azimuth": NUMBER,
        "gain": NUMBER,
        "flags": {"type": "array", "items": {"type": "object"}},
        "figures": {"type": "object"},
        "view": {"type": "object"},
    },
}
WISH: Part = {
    "type": "object",
    "required": ["area"],
    "additionalProperties": False,
    "properties": {
        parameter.name: (
            {**MAYBE, "description": parameter.label}
            if parameter.name not in ("area", "models")
            else {"type": "string", "description": parameter.label}
        )
        for parameter in JOBS["propose_cameras"].parameters
    },
}
MOVE: Part = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "position": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
        "azimuth": {"type": "number", "minimum": 0, "maximum": 360},
        "keep": {"type": "boolean", "default": True},
        "version": {"type": "integer", "minimum": 0},
    },
}
SAVE: Part = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"version": {"type": "integer", "minimum": 0}},
}
DONE = Text("成功", "Done")
OPENAPI = {
    "/coverage/proposals": {
        **operation(
            "list_proposals",
            "coverage",
            Text("监控选点方案：本人区域内的", "Proposals of camera sites in one's areas"),
            content(
                {"type": "object", "properties": {"proposals": {"type": "array", "items": KEPT}}}
            ),
        ),
        "post": writing(
            "start_proposal",
            Text("请求一个选点方案", "Ask for a proposal"),
            {"202": (Text("已排队", "Queued"), content(JOB))},
            body=content(WISH),
            tag="coverage",
        ),
    },
    "/coverage/proposals/{number}": {
        **operation(
            "show_proposal",
            "coverage",
            Text("一个方案：点位与视野", "A proposal: its sites and their views"),
            content(COLLECTION, "application/geo+json"),
            [PROPOSAL],
            (400, 404),
        ),
        "delete": writing(
            "remove_proposal",
            Text("删除方案", "Remove a proposal"),
            {"204": (Text("已删除", "Removed"), {})},
            parameters=[PROPOSAL],
            tag="coverage",
        ),
    },
    "/coverage/proposals/{number}/sites/{site}": {
        "patch": writing(
            "move_site",
            Text("移动或转动一个点位", "Move or turn a site"),
            {"200": (DONE, content(MOVED))},
            parameters=[PROPOSAL, SITE],
            body=content(MOVE),
            tag="coverage",
        )
    },
    "/coverage/proposals/{number}/save": {
        "post": writing(
            "save_proposal",
            Text("存为规划监控", "Save as planned cameras"),
            {"200": (DONE, content({"type": "object"}))},
            ("Gisapp-Reason",),
            parameters=[PROPOSAL],
            body=content(SAVE),
            tag="coverage",
        )
    },
}
OPENAPI["/coverage/proposals/{number}/save"]["post"]["requestBody"]["required"] = False
