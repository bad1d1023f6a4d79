"""The jobs in the OpenAPI document."""

from __future__ import annotations

from gisapp.jobs.catalogue import JOBS
from gisapp.jobs.read import LAST, MOST, PAGE, STATES
from gisapp.web.openapi_parts import Part, content, in_path, operation, query, writing
from layers.spec import Text

STRING: Part = {"type": "string"}
VALUE: Part = {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}
NUMBER = in_path(
    "number", {"type": "integer", "minimum": 0, "maximum": LAST}, Text("任务编号", "The job")
)
JOB: Part = {
    "type": "object",
    "required": ["id", "name", "state", "progress", "askedBy", "askedAt"],
    "properties": {
        "id": {"type": "integer"},
        "name": STRING,
        "title": STRING,
        "parameters": {"type": "object"},
        "state": {"type": "string", "enum": list(STATES)},
        "progress": {
            "type": "object",
            "properties": {
                "done": {"type": "integer"},
                "total": {"type": "integer"},
                "text": STRING,
            },
        },
        "askedBy": STRING,
        "askedAt": {"type": "string", "format": "date-time"},
        "attempts": {"type": "integer"},
        "cancelAsked": {"type": "boolean"},
        "error": STRING,
        "logId": STRING,
    },
}
BODY: Part = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "enum": list(JOBS)},
        "parameters": {"type": "object", "additionalProperties": VALUE},
    },
}
OPENAPI = {
    "/jobs": {
        **operation(
            "list_jobs",
            "jobs",
            Text("任务列表：自己的；管理员看全部", "Jobs: one's own; an administrator sees all"),
            content({"type": "object", "properties": {"jobs": {"type": "array", "items": JOB}}}),
            [
                query(
                    "before",
                    {"type": "integer", "minimum": 1, "maximum": LAST},
                    Text("只列编号小于此数的任务", "Only jobs numbered below this"),
                ),
                query(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
                    Text("最多条数", "The most jobs"),
                ),
            ],
        ),
        "post": writing(
            "start_job",
            Text("启动一个任务", "Start a job"),
            {"202": (Text("已排队", "Queued"), content(JOB))},
            body=content(BODY),
            tag="jobs",
        ),
    },
    "/jobs/kinds": operation(
        "list_job_kinds",
        "jobs",
        Text("能启动哪些任务及其参数", "Which jobs can be started, with their parameters"),
        content({"type": "object"}),
    ),
    "/jobs/{number}": operation(
        "show_job", "jobs", Text("一个任务", "One job"), content(JOB), [NUMBER], (400, 404)
    ),
    "/jobs/{number}/result": operation(
        "give_job_result",
        "jobs",
        Text("任务留下的文件", "The document that a job has left"),
        content({}, "application/geo+json"),
        [NUMBER],
        (400, 403, 404),
    ),
    "/jobs/{number}/cancel": {
        "post": writing(
            "cancel_job",
            Text("取消任务", "Cancel a job"),
            {"200": (Text("已取消，或已通知", "Cancelled, or told to stop"), content(JOB))},
            parameters=[NUMBER],
            tag="jobs",
        )
    },
    "/jobs/{number}/retry": {
        "post": writing(
            "retry_job",
            Text("重试任务", "Try a job again"),
            {"200": (Text("已重新排队", "Queued again"), content(JOB))},
            parameters=[NUMBER],
            tag="jobs",
        )
    },
}
