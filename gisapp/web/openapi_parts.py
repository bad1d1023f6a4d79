"""Pieces of an OpenAPI document, for the ``OPENAPI`` that stands beside a module's BLUEPRINT.

``OPENAPI`` maps paths below ``/api`` to path items. Wherever a text is for people it may be a
``Text``; the document is written in the language that is asked for. Only what OpenAPI 3.0 and
3.1 share is used, so that both can be given out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.spec import Choice, Field, Text

Part = dict[str, Any]

STRING: Part = {"type": "string"}
NUMBER_OR_RANGE = r"^([+-]?[0-9.eE+-]+|[+-]?[0-9.eE+-]*\.\.[+-]?[0-9.eE+-]*)$"
OUTCOMES = {
    400: Text("参数未知或无效", "A parameter is unknown or not valid"),
    403: Text("没有权限", "Not allowed"),
    404: Text("没有这个图层、要素、查询或任务", "No such layer, feature, query or job"),
}
REFUSALS = {
    400: Text("读不懂", "It cannot be read"),
    403: Text("无权或超出本账号的区域", "Not allowed, or outside the account's areas"),
    404: Text("没有这个图层、要素或任务", "No such layer, feature or job"),
    409: Text("编号已被使用，或任务已结束", "The code is taken, or the job has ended"),
    412: Text("读取之后已被他人修改：附双方版本", "Changed since it was read; both sides are told"),
    422: Text("不符合图层的规定：逐项说明", "It does not fit the layer; every fault is told"),
    428: Text("没有注明所依据的版本", "It does not say which version it is made from"),
}
# Any other problem, such as a database that is out of reach.
OTHER = Text("其他问题", "Another problem")
FORMAT = Text("格式；不写则按 Accept 头", "The format; without it the Accept header decides")
LANGUAGE = Text("说明文字的语言", "The language of texts")


def query(
    name: str, schema: Part, description: Text, required: bool = False, **more: object
) -> Part:
    """Return a query parameter."""
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": schema,
        **more,
    }


def in_path(name: str, schema: Part, description: Text) -> Part:
    """Return a path parameter."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
    }


def in_header(name: str, schema: Part, description: Text) -> Part:
    """Return a header that a request may bring."""
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
    }


def shared(name: str) -> Part:
    """Return a reference to a parameter of the document's components."""
    return {"$ref": f"#/components/parameters/{name}"}


def schema(name: str) -> Part:
    """Return a reference to a schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def content(described: Part, kind: str = "application/json") -> Part:
    """Return the content of an answer of one media type."""
    return {kind: {"schema": described}}


def degrees(most: float) -> Part:
    """Return the schema of an angle from ``-most`` to ``most`` degrees."""
    return {"type": "number", "minimum": -most, "maximum": most}


def page() -> Part:
    """Return the content of an answer that is a page for people."""
    return content(STRING, "text/html")


def operation(
    name: str,
    tag: str,
    summary: Text,
    answers: Mapping[str, Any],
    parameters: Iterable[Part] = (),
    errors: Iterable[int] = (400,),
) -> Part:
    """Return a path item with one GET operation; ``f`` and ``lang`` are added."""
    responses: Part = {"200": {"description": Text("成功", "Done"), "content": dict(answers)}}
    for status in errors:
        responses[str(status)] = problem(OUTCOMES[status])
    responses["default"] = problem(OTHER)
    return {
        "get": {
            "operationId": name,
            "tags": [tag],
            "summary": summary,
            "parameters": [*parameters, shared("f"), shared("lang")],
            "responses": responses,
        }
    }


def writing(
    name: str,
    summary: Text,
    answers: Mapping[str, tuple[Text, Part]],
    headers: Iterable[str] = (),
    parameters: Iterable[Part] = (),
    body: Part | None = None,
    tag: str = "editing",
) -> Part:
    """Return an operation that writes: ``answers`` are its good ones by status.

    ``headers`` are those of ``HEADERS``, ``body`` the content it asks for.
    """
    responses: Part = {
        status: {"description": text, **({"content": sent} if sent else {})}
        for status, (text, sent) in answers.items()
    }
    for status, text in REFUSALS.items():
        responses[str(status)] = problem(text)
    responses["default"] = problem(OTHER)
    made: Part = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": [*parameters, *map(shared, headers), shared("lang")],
        "responses": responses,
    }
    if body is not None:
        made["requestBody"] = {"required": True, "content": body}
    return made


def problem(description: Text) -> Part:
    """Return the answer for an error."""
    return {
        "description": description,
        "content": content(schema("problem"), "application/problem+json"),
    }


def filter_parameter(field: Field) -> Part:
    """Return the query parameter that filters by a declared field."""
    more: Part = {}
    described = filter_schema(field)
    if field.type == "choice":
        more = {"style": "form", "explode": False}
    return query(field.name, described, filter_description(field), **more)


def filter_schema(field: Field) -> Part:
    """Return the schema of a filter's value."""
    if field.type == "choice":
        codes = [choice.code for choice in field.choices]
        return {"type": "array", "minItems": 1, "items": {"type": "string", "enum": codes}}
    if field.type == "boolean":
        return {"type": "boolean"}
    if field.type in ("integer", "number"):
        return {"type": "string", "pattern": NUMBER_OR_RANGE}
    if field.type in ("date", "datetime"):
        return {"type": "string"}
    return {"type": "string", "maxLength": 2000}


def filter_description(field: Field) -> Text:
    """Return what a filter means: label, unit, codes, grammar."""
    zh, en = (f" ({unit})" if unit else "" for unit in map(field.unit_in, ("zh", "en")))
    more = {
        "choice": Text("：" + said_choices(field.choices, "zh"), said_choices(field.choices, "en")),
        "integer": Text("：等于 n，或区间 a..b", "equal to n, or a range a..b"),
        "number": Text("：等于 n，或区间 a..b", "equal to n, or a range a..b"),
        "date": Text("：日期或区间 a/b", "a date or an interval a/b"),
        "datetime": Text("：时间或区间 a/b", "a time or an interval a/b"),
        "boolean": Text("", "true or false"),
        "text": Text("：完全相同", "equal text"),
    }[field.type]
    return Text(f"{field.label.zh}{zh}{more.zh}", f"{field.label.en}{en}: {more.en}")


def said_choices(choices: Iterable[Choice], language: str) -> str:
    """Return the codes of a table with their labels."""
    return ", ".join(f"{choice.code} = {choice.label.say(language)}" for choice in choices)


def spoken(value: Any, language: str) -> Any:
    """Return ``value`` with every ``Text`` in it said in ``language``."""
    if isinstance(value, Text):
        return value.say(language)
    if isinstance(value, Mapping):
        return {key: spoken(part, language) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [spoken(part, language) for part in value]
    return value
