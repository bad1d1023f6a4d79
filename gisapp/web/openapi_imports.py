"""Imports in the OpenAPI document."""

from __future__ import annotations

from gisapp.imports.preview import MOST_FINDINGS, MOST_ROWS
from gisapp.imports.records import LAST, MOST, PAGE, STATES
from gisapp.web.openapi_parts import (
    STRING,
    Part,
    content,
    in_path,
    operation,
    problem,
    query,
    writing,
)
from layers.catalogue import LAYERS
from layers.spec import Text

TAG = "imports"
COUNT: Part = {"type": "integer", "minimum": 0}
NUMBER = in_path(
    "number", {"type": "integer", "minimum": 0, "maximum": LAST}, Text("导入编号", "The import")
)
ROUND: Part = {"type": "integer", "minimum": 1, "description": Text("第几轮", "The round")}
IMPORT: Part = {
    "type": "object",
    "required": ["id", "title", "state", "round", "madeAt"],
    "properties": {
        "id": {"type": "integer"},
        "title": STRING,
        "state": {"type": "string", "enum": list(STATES)},
        "stateTitle": STRING,
        "layer": STRING,
        "sender": STRING,
        "askedBy": STRING,
        "madeAt": {"type": "string", "format": "date-time"},
        "round": ROUND,
    },
}
COUNTS: Part = dict.fromkeys(("insert", "update", "unchanged", "reject"), COUNT)
WHOLE: Part = {
    **IMPORT,
    "properties": {
        **IMPORT["properties"],
        "files": {"type": "array", "items": {"type": "object"}},
        "tables": {"type": "array", "items": {"type": "object"}},
        "discoveries": {"type": "array", "items": {"type": "object"}},
        "canApply": {"type": "boolean"},
        "canUndo": {"type": "boolean"},
        "error": STRING,
    },
}
UPLOAD: Part = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "layer": {"type": "string", "enum": ["", *LAYERS]},
        "sender": {"type": "string", "maxLength": 100},
        "source": {"type": "string", "maxLength": 200},
        "attribution": {"type": "string", "maxLength": 200},
        "licence": {"type": "string", "maxLength": 200},
        "encoding": {"type": "string", "maxLength": 200},
        "source_layer": {"type": "string", "maxLength": 200},
    },
}
DECISION: Part = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "round": ROUND,
        "plan": {
            "type": "object",
            "description": Text(
                "方案的合并补丁（RFC 7396）", "A merge patch of the plan (RFC 7396)"
            ),
        },
        "remedy": {
            "type": "object",
            "properties": {"check": STRING, "key": STRING},
            "description": Text("采用的处理办法", "The remedy to apply"),
        },
        "layer": {"type": "string", "enum": ["", *LAYERS]},
        "table": {"type": "string", "maxLength": 200},
        "sender": {"type": "string", "maxLength": 100},
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "encoding": {"type": "string", "maxLength": 200},
                "source_layer": {"type": "string", "maxLength": 200},
                "header_row": {"type": "integer", "minimum": 0, "maximum": 1000},
            },
        },
    },
}
FINDING: Part = {
    "type": "object",
    "properties": {"row": COUNT, "field": STRING, "value": STRING, "reason": STRING},
}
LIMIT = Text("最多条数", "The most of them")
TOO_LARGE = problem(Text("文件过大", "Too large"))
NO_ROOM = problem(Text("服务器磁盘空间不足，没有保留", "No room on the server; nothing is kept"))


def receiving() -> Part:
    """Return the description of sending files."""
    made = writing(
        "create_import",
        Text("上传文件并检查", "Send files and have them checked"),
        {"201": (Text("已保留，正在检查", "Kept, being checked"), content(WHOLE))},
        body=content(UPLOAD, "multipart/form-data"),
        tag=TAG,
    )
    made["responses"].update({"413": TOO_LARGE, "507": NO_ROOM})
    return made


def deed(name: str, summary: Text, body: Part | None = None, *more: Part) -> Part:
    """Return the description of something that is begun with an import; ``more`` parameters."""
    return writing(
        name,
        summary,
        {"202": (Text("已排队", "Queued"), content(WHOLE))},
        parameters=[NUMBER, *more],
        body=body,
        tag=TAG,
    )


OPENAPI = {
    "/imports": {
        **operation(
            "list_imports",
            TAG,
            Text(
                "导入记录：自己的；看全部区域的看全部",
                "Imports: one's own; who sees all areas, all",
            ),
            content(
                {"type": "object", "properties": {"imports": {"type": "array", "items": IMPORT}}}
            ),
            [
                query("before", {"type": "integer", "minimum": 1, "maximum": LAST}, LIMIT),
                query(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
                    LIMIT,
                ),
            ],
        ),
        "post": receiving(),
    },
    "/imports/{number}": {
        **operation(
            "show_import",
            TAG,
            Text("一次导入：状态、方案、检查结果", "One import: state, plan, what was found"),
            content(WHOLE),
            [NUMBER],
            (400, 404),
        ),
        "patch": deed(
            "change_import",
            Text("修改方案或采用处理办法，并重新检查", "Decide something and check again"),
            content(DECISION),
        ),
        "delete": writing(
            "delete_import",
            Text("删除导入及其文件；已导入的行不变", "Forget an import; what was applied stays"),
            {"204": (Text("已删除", "Deleted"), {})},
            parameters=[NUMBER],
            tag=TAG,
        ),
    },
    "/imports/{number}/rows": operation(
        "show_import_rows",
        TAG,
        Text("前若干行导入后的样子及动作", "The first rows as they would be, and what each does"),
        content({"type": "object", "required": ["features"]}, "application/geo+json"),
        [
            NUMBER,
            query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}, LIMIT),
            query(
                "action",
                {"type": "string", "enum": list(COUNTS)},
                Text("只列这种动作的行", "Only rows with this action"),
            ),
            query(
                "where",
                {"type": "string", "enum": ["outside"]},
                Text("只列辖区外的行", "Only rows outside the district"),
            ),
        ],
        (400, 404),
    ),
    "/imports/{number}/findings": operation(
        "list_import_findings",
        TAG,
        Text("逐行的问题", "What is wrong with rows"),
        content(
            {"type": "object", "properties": {"findings": {"type": "array", "items": FINDING}}}
        ),
        [
            NUMBER,
            query(
                "after",
                {"type": "integer", "minimum": 0, "maximum": LAST},
                Text("只列行号大于此数的", "Only rows behind this one"),
            ),
            query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_FINDINGS}, LIMIT),
        ],
        (400, 404),
    ),
    "/imports/{number}/rejects": operation(
        "give_import_rejects",
        TAG,
        Text(
            "退回的行，原格式，附原因", "The rejected rows in the format they came in, with reasons"
        ),
        content({"type": "string", "format": "binary"}, "application/octet-stream"),
        [NUMBER],
        (400, 404),
    ),
    "/imports/{number}/apply": {
        "post": deed(
            "apply_import",
            Text("导入检查过的行", "Apply the checked rows"),
            None,
            query("round", ROUND, Text("所依据的那一轮检查", "The check that was looked at")),
        )
    },
    "/imports/{number}/undo": {
        "post": deed("undo_import", Text("整体撤销一次导入", "Take an import back as a whole"))
    },
}
