"""Exports over HTTP: what can be had of a layer or an answer, and the file itself.

A file is written whole before the first byte is sent, so that its status is true; more rows than
are given at once are a job's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, request

from geodata.writers.catalogue import FORMATS
from geodata.writers.spec import Written
from gisapp.database.engine import Reader
from gisapp.errors import TooLarge
from gisapp.features import exporting
from gisapp.features.asked import asked_conditions, say_filters
from gisapp.features.faults import bad_value
from gisapp.features.read import metric_srid
from gisapp.features.targets import HEADERS, Options, offered_targets, read_options
from gisapp.queries import exporting as answers
from gisapp.queries.catalogue import QUERIES, query_named
from gisapp.queries.spec import Query
from gisapp.web.api_answers import JSON, api_url, file_answer, json_answer, link
from gisapp.web.api_queries import described
from gisapp.web.api_request import named_layer, unknown_parameter
from gisapp.web.auditing import note
from gisapp.web.context import require, require_export, services
from gisapp.web.i18n import language
from gisapp.web.moment import AS_OF, reading
from gisapp.web.openapi_parts import Part, content, filter_parameter, operation, query, shared
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("api_exports", __name__)
FORMAT = "f"
LANGUAGE = "lang"
TOO_MANY = Text(
    "共 {rows} 行，超过一次可导出的 {most} 行。",
    "There are {rows} rows; at once {most} are given.",
)
AS_JOB = Text(
    "请启动任务 {job}（POST /api/jobs），完成后在任务页下载。",
    "Start the job {job} (POST /api/jobs) and fetch its file when it is done.",
)
Write = Callable[[Path], Written]


@BLUEPRINT.get("/api/collections/<name>/export")
def export_layer_rows(name: str) -> Response:
    """Answer a file of a layer's rows; without ``f`` what there is to be had."""
    layer = named_layer(name)
    given = read_given(exporting.allowed_names(layer))
    require("export", layer)
    with reading(layer) as reader:
        conditions = asked_conditions(reader, layer, given)
        options = read_options(given, metric_srid(reader))
        if FORMAT not in given:
            rows = exporting.count_rows(reader, layer, conditions)
            return json_answer(
                {
                    **offer(reader, rows),
                    "filters": said(say_filters(layer, given)),
                    "job": {"name": "export_layer", "parameters": {"collection": name, **given}},
                    "links": [itself(f"/collections/{name}/export", given)],
                }
            )
        most = services().settings.exports.rows
        rows = exporting.count_rows(reader, layer, conditions, most + 1)
        require_few(rows, most, "export_layer", {"collection": name, **given})

        def write(path: Path) -> Written:
            return exporting.export_layer(reader, layer, given, options, language(), path)

        return written(options, layer.name, f"layer:{name}", given, write)


@BLUEPRINT.get("/api/queries/<name>/export")
def export_answer(name: str) -> Response:
    """Answer a file of a query's whole answer; without ``f`` what there is to be had."""
    asked = query_named(name)
    given = read_given(answers.allowed_names(asked))
    require_export()
    with reading() as reader:
        options = read_options(given, metric_srid(reader))
        found = answers.Asked(reader, asked, given)
        rows, _ = found.measure()
        if FORMAT not in given:
            return json_answer(
                {
                    **offer(reader, rows),
                    "filters": said(found.filters()),
                    "job": {"name": "export_query", "parameters": {"query": name, **given}},
                    "links": [itself(f"/queries/{name}/export", given)],
                }
            )
        most = services().settings.exports.rows
        require_few(rows, most, "export_query", {"query": name, **given})

        def write(path: Path) -> Written:
            return answers.export_query(reader, asked, given, options, language(), path)

        return written(options, asked.name, f"query:{name}", given, write)


def read_given(known: tuple[str, ...]) -> dict[str, str]:
    """Return the request's parameters, each once. Raises BadParameter for an unknown one."""
    for name, values in request.args.lists():
        if name not in (*known, LANGUAGE):
            raise unknown_parameter(name, (*known, LANGUAGE))
        if len(values) > 1:
            raise bad_value(name, Text("出现多次", "it is given more than once"))
    if request.args.get(LANGUAGE, "zh") not in ("zh", "en"):
        raise bad_value(LANGUAGE, Text("可用 zh、en", "give zh or en"))
    given = {name: text for name, text in request.args.items() if name != LANGUAGE and text}
    if given.get(FORMAT) == "json":  # the offer itself
        del given[FORMAT]
    return given


def itself(path: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the link of an offer to itself."""
    return link("self", api_url(path, {**given, FORMAT: "json"}), JSON)


def require_few(rows: int, most: int, job: str, parameters: Mapping[str, str]) -> None:
    """Raise TooLarge, with the job that does it, for more rows than are given at once."""
    if rows > most:
        count = str(rows) if rows > most + 1 else f"> {most}"
        asked = {"name": job, "parameters": {**parameters, LANGUAGE: language()}}
        raise TooLarge(TOO_MANY.format(rows=count, most=most), AS_JOB.format(job=job), job=asked)


def written(
    options: Options, name: str, about: str, given: Mapping[str, str], write: Write
) -> Response:
    """Write a file, tell the audit trail, and answer it; nothing is left on the disk."""
    folder = services().settings.exports_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file_name = options.file_name(name, datetime.now(UTC))
    with TemporaryDirectory(dir=folder) as place:
        path = Path(place) / f"export{options.form.suffix}"
        found = write(path)
        file = path.open("rb")
    asked = [f"{key}={text}" for key, text in given.items()]
    form, crs = options.form.name, options.target.name
    note("exported", about, rows=found.rows, format=form, crs=crs, asked=asked)
    return file_answer(file, options.form.media_type, file_name)


def offer(reader: Reader, rows: int) -> dict[str, Any]:
    """Return how many rows there are and what they can be written in, in one language."""
    speak = language()
    return {
        "rows": rows,
        "atOnce": services().settings.exports.rows,
        "formats": [
            {
                "name": form.name,
                "title": form.label.say(speak),
                "suffix": form.suffix,
                "limits": form.limits.say(speak),
                "headers": list(HEADERS) if form.headers else [],
                "encodings": list(form.encodings),
                "degreesOnly": form.degrees_only,
                "mostRows": form.most_rows,
            }
            for form in FORMATS.values()
        ],
        "crs": [
            {
                "name": target.name,
                "title": target.label.say(speak),
                "warning": target.warning.say(speak) if target.warning else "",
                "inDegrees": bool(target.offset) or target.srid == 4326,
            }
            for target in offered_targets(metric_srid(reader))
        ],
    }


def said(filters: list[tuple[Text, Text]]) -> list[dict[str, str]]:
    """Return filters as people read them."""
    speak = language()
    return [{"title": name.say(speak), "value": text.say(speak)} for name, text in filters]


def option_parameters() -> list[Part]:
    """Return the description of how a file is written."""
    forms = {"type": "string", "enum": ["json", *FORMATS]}
    crs = {"type": "string", "maxLength": 100}
    about = Text(
        "格式；不写则说明有多少行、能导出成什么",
        "The format; without it: how many rows there are and what they can be written in",
    )
    return [
        query(FORMAT, forms, about),
        query(
            "crs",
            crs,
            Text(
                "坐标系，如 EPSG:4548、EPSG:4527；gcj02、bd09 为偏移坐标",
                "The CRS, such as EPSG:4548 or EPSG:4527; gcj02 and bd09 are shifted",
            ),
        ),
        query(
            "headers",
            {"type": "string", "enum": list(HEADERS), "default": "zh"},
            Text("表头（CSV、XLSX）", "The headings (CSV, XLSX)"),
        ),
        query(
            "encoding",
            {"type": "string", "enum": ["UTF-8", "GB18030"], "default": "UTF-8"},
            Text("文字编码（Shapefile）", "The encoding of texts (Shapefile)"),
        ),
    ]


def file_contents() -> Part:
    """Return every kind of answer."""
    kinds = [form.media_type.partition(";")[0] for form in FORMATS.values()]
    binary = {"type": "string", "format": "binary"}
    found: Part = {**content({"type": "object"})}
    for kind in kinds:
        found |= content(binary, kind)
    return found


def layer_operation(layer: Layer) -> Part:
    """Return the OpenAPI path item of a layer's export."""
    words = query(
        "q",
        {"type": "string", "maxLength": 100},
        Text("名称、编号中的文字", "Words of names or codes"),
    )
    texts = [
        query(name, {"type": "string", "maxLength": most}, label)
        for name, most, label in (
            ("code", 64, Text("编号", "The feature's code")),
            ("area_code", 12, Text("行政区划代码或其前几位", "The area code or its first digits")),
            ("source", 200, Text("数据来源", "The source")),
        )
    ]
    made = operation(
        f"export_{layer.name}",
        "data",
        Text(f"导出：{layer.label.zh}", f"Export: {layer.label.en}"),
        file_contents(),
        [
            *option_parameters(),
            *(shared(name) for name in ("bbox", "bbox-crs", "datetime", AS_OF)),
            words,
            *texts,
            *map(filter_parameter, layer.fields),
        ],
        errors=(400, 403, 404),
    )
    made["get"]["parameters"].remove(shared(FORMAT))
    return made


def answer_operation(item: Query) -> Part:
    """Return the OpenAPI path item of an answer's export."""
    made = operation(
        f"export_query_{item.name}",
        "queries",
        Text(f"导出：{item.label.zh}", f"Export: {item.label.en}"),
        file_contents(),
        [*option_parameters(), *map(described, item.parameters), shared(AS_OF)],
        errors=(400, 403, 404),
    )
    made["get"]["parameters"].remove(shared(FORMAT))
    return made


OPENAPI = {
    **{f"/collections/{name}/export": layer_operation(layer) for name, layer in LAYERS.items()},
    **{f"/queries/{name}/export": answer_operation(item) for name, item in QUERIES.items()},
}
