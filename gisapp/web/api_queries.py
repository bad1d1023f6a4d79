"""Spatial queries over HTTP: what can be asked, and the answers."""

from __future__ import annotations

from urllib.parse import urlencode

import flask
from flask import Blueprint, request
from werkzeug.wrappers import Response

from gisapp.errors import BadParameter
from gisapp.queries.answer import Answer
from gisapp.queries.catalogue import QUERIES, query_named
from gisapp.queries.describe import describe_query
from gisapp.queries.export import csv_bytes
from gisapp.queries.parameters import INTEGER
from gisapp.queries.run import MOST_ROWS, ROWS, run_query
from gisapp.queries.spec import Parameter, Query
from gisapp.web.api_answers import GEOJSON, api_url, bytes_answer, json_answer, link, self_links
from gisapp.web.api_request import read_arguments, unknown_parameter, wants_html
from gisapp.web.auditing import note
from gisapp.web.context import require_export
from gisapp.web.i18n import language
from gisapp.web.moment import AS_OF, reading
from gisapp.web.openapi_parts import Part, content, operation, query, schema, shared
from layers.spec import Text

BLUEPRINT = Blueprint("api_queries", __name__)
CSV = "text/csv; charset=utf-8"
FORMATS = ("json", "geojson", "csv", "html")
RESERVED = ("f", "lang", "limit", AS_OF)


@BLUEPRINT.get("/api/queries")
def list_queries() -> Response:
    """Answer every query with its parameters, columns and rules."""
    if wants_html(read_arguments()):
        return flask.redirect("/queries")
    listed = [
        {
            **describe_query(item, language()),
            "links": [
                link("items", api_url(f"/queries/{item.name}"), GEOJSON),
                link("alternate", f"{request.host_url}queries/{item.name}", "text/html"),
            ],
        }
        for item in QUERIES.values()
    ]
    return json_answer({"queries": listed, "links": self_links("/queries")})


@BLUEPRINT.get("/api/queries/<name>")
def answer_query(name: str) -> Response:
    """Answer one query as GeoJSON, or as CSV with ``f=csv``."""
    asked = query_named(name)
    form = asked_format()
    if form == "html":
        given = {key: value for key, value in request.args.items() if key != "f"}
        return flask.redirect(f"/queries/{name}?{urlencode(given)}")
    if form == "csv":
        require_export()
    answer = run_asked(asked)
    if form == "csv":
        note("exported", f"query:{name}", rows=answer.returned, format=form)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return bytes_answer(csv_bytes(answer, language()), CSV, headers)
    return bytes_answer(answer.geojson(language()), GEOJSON)


def asked_format() -> str:
    """Return the format asked for by ``f``, else by the Accept header. Raises BadParameter."""
    form = request.args.get("f")
    if form is None:
        return "html" if wants_html({}) else "json"
    if form not in FORMATS:
        raise BadParameter(
            Text("参数 f：只能是 {names}。", "Parameter f: must be one of {names}.").format(
                names=", ".join(FORMATS)
            )
        )
    return form


def run_asked(asked: Query, most: int = ROWS) -> Answer:
    """Answer ``asked`` with the request's parameters, each given once. Raises BadParameter."""
    known = {*RESERVED, *(item.name for item in asked.parameters)}
    for name, values in request.args.lists():
        if name not in known:
            raise unknown_parameter(name, known)
        if len(values) > 1:
            raise BadParameter(
                Text("参数 {name} 出现多次。", "Parameter {name} is given more than once.").format(
                    name=name
                )
            )
    given = {name: value for name, value in request.args.items() if name not in RESERVED}
    limit = read_limit(request.args.get("limit", str(most)))
    with reading() as reader:
        return run_query(reader, asked, given, limit=limit)


def read_limit(text: str) -> int:
    """Return how many rows are asked for. Raises BadParameter."""
    if not INTEGER.fullmatch(text) or not 1 <= int(text) <= MOST_ROWS:
        raise BadParameter(
            Text("参数 limit 应为 1 到 {most} 的整数。", "limit must be from 1 to {most}.").format(
                most=MOST_ROWS
            )
        )
    return int(text)


def described(parameter: Parameter) -> Part:
    """Return the OpenAPI description of one parameter."""
    form: Part = {
        "type": {"number": "number", "integer": "integer", "boolean": "boolean"}.get(
            parameter.type, "string"
        )
    }
    codes = [item.code for item in parameter.choices] or (
        list(parameter.layers) if parameter.type == "layer" else []
    )
    limits = {"minimum": parameter.minimum, "maximum": parameter.maximum, "enum": codes or None}
    form |= {
        key: value
        for key, value in {**limits, "default": parameter.default}.items()
        if value is not None
    }
    unit = f" ({parameter.unit})" if parameter.unit else ""
    label, more = parameter.label, parameter.help or Text("", "")
    about = Text(f"{label.zh}{unit} {more.zh}".strip(), f"{label.en}{unit} {more.en}".strip())
    return query(parameter.name, form, about, required=parameter.required)


def query_operation(item: Query) -> Part:
    """Return the OpenAPI path item of one query."""
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS}
    forms = query("f", {"type": "string", "enum": list(FORMATS)}, Text("格式", "The format"))
    made = operation(
        f"query_{item.name}",
        "queries",
        item.label,
        {
            **content(schema("featureCollection"), GEOJSON),
            **content({"type": "string"}, "text/csv"),
        },
        [
            *map(described, item.parameters),
            query("limit", limit, Text("最多行数", "The most rows")),
            shared(AS_OF),
            forms,
        ],
        errors=(400, 404),
    )
    made["get"]["description"] = item.description
    made["get"]["parameters"].remove(shared("f"))
    return made


OPENAPI = {
    "/queries": operation(
        "list_queries",
        "queries",
        Text("能问哪些空间查询及其参数", "Which spatial queries there are, with their parameters"),
        content({"type": "object"}),
    ),
    **{f"/queries/{item.name}": query_operation(item) for item in QUERIES.values()},
}
