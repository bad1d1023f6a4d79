"""Features over HTTP: pages of a layer's items, and one item by its code."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gisapp.database.engine import Reader
from gisapp.features import read
from gisapp.features.asked import named_crs
from gisapp.features.crs import CRS84_URI, Crs
from gisapp.features.faults import clean_text
from gisapp.features.filters import filter_names
from gisapp.features.versions import missing
from gisapp.web import api_answers as answers
from gisapp.web.api_answers import GEOJSON
from gisapp.web.api_request import named_layer, read_arguments, wants_html
from gisapp.web.feature_answers import (
    collection_bytes,
    feature_headers,
    linked_feature,
    page_links,
    said_crs,
    whole_number,
)
from gisapp.web.items_query import PAGING, read_items_query
from gisapp.web.moment import AS_OF, kept_moment, reading, shown_moment
from gisapp.web.openapi_parts import (
    Part,
    content,
    filter_parameter,
    in_path,
    operation,
    page,
    query,
    schema,
    shared,
)
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

BLUEPRINT = Blueprint("api_items", __name__)
ITEMS = "/api/collections/<name>/items"
LONGEST_CODE = 64


@BLUEPRINT.get(ITEMS, provide_automatic_options=False)
def list_items(name: str) -> Response:
    """Answer a page of a layer's features."""
    layer = named_layer(name)
    arguments = read_arguments(*PAGING, also=filter_names(layer))
    html = wants_html(arguments)
    with reading(layer, dated=True) as reader:
        query = read_items_query(reader, layer, arguments)
        if not html and (tag := held_tag(reader, layer)):
            return answers.not_modified(tag)
        page = read.read_page(reader, query)
        matched = number_matched(reader, query, page, arguments)
    place = answers.here()
    links = page_links(place, layer, arguments, page)
    if html:
        return in_crs(items_page(layer, page, matched, links), query.crs)
    body = collection_bytes(place, page, matched, links, shown_moment())
    tag = answers.entity_tag(page.revision)
    return Response(body, headers=feature_headers(query.crs, f'W/"{tag}"'))


@BLUEPRINT.get(ITEMS + "/<path:code>", provide_automatic_options=False)
def show_item(name: str, code: str) -> Response:
    """Answer one feature."""
    layer = named_layer(name)
    arguments = read_arguments("crs", AS_OF)
    html = wants_html(arguments)
    clean_text("code", code, LONGEST_CODE)
    with reading(layer) as reader:
        crs = named_crs(reader, arguments.get("crs", CRS84_URI))
        found = read.read_feature(reader, layer, code, crs)
    if found is None:
        raise missing(layer, code)
    feature, version = found
    if html:
        return in_crs(item_page(layer, code, feature), crs)
    if request.if_none_match.contains_weak(version):
        return in_crs(answers.not_modified(version, weak=False), crs)
    body = linked_feature(answers.here(), layer, code, feature, kept_moment())
    return Response(body, headers=feature_headers(crs, f'"{version}"'))


def number_matched(
    reader: Reader, query: read.FeatureQuery, page: read.Page, arguments: dict[str, str]
) -> int | None:
    """Return how many features match where that is known or asked for, else None."""
    known = whole_number(page, first=query.after is None)
    if known is not None or arguments.get("count") != "true":
        return known
    return read.count(reader, query)


def held_tag(reader: Reader, layer: Layer) -> str:
    """Return the tag of the newest answer if the caller already has it, else ""."""
    if "If-None-Match" not in request.headers:
        return ""
    tag = answers.entity_tag(read.revision(reader, layer))
    return tag if answers.is_newest(tag) else ""


def in_crs(answer: Response, crs: Crs) -> Response:
    """Say in which CRS, and so in which axis order, an answer's coordinates are."""
    answer.headers["Content-Crs"] = said_crs(crs)
    return answer


def items_page(
    layer: Layer, page: read.Page, matched: int | None, links: list[dict[str, str]]
) -> Response:
    """Return a page of features as a table for people."""
    features = json.loads(b"[" + page.features + b"]")
    onward = next((one["href"] for one in links if one["rel"] == "next"), "")
    return answers.page_answer(
        "api/items.html",
        layer=layer,
        features=features,
        matched=matched,
        onward=onward,
        as_of=shown_moment(),
        kept=urlencode({"f": "html", **kept_moment()}),
    )


def item_page(layer: Layer, code: str, feature: bytes) -> Response:
    """Return one feature as a table for people."""
    return answers.page_answer(
        "api/item.html",
        layer=layer,
        code=code,
        feature=json.loads(feature),
        as_of=shown_moment(),
        kept=urlencode({"f": "html", **kept_moment()}),
    )


def items_path(layer: Layer) -> Part:
    """Return the description of a layer's items, every filter of its own included."""
    filters = [
        query(
            "code",
            {"type": "string", "maxLength": LONGEST_CODE},
            Text("编号", "The feature's code"),
        ),
        query(
            "area_code",
            {"type": "string", "pattern": "^[0-9]{1,12}$"},
            Text("行政区划代码或其前几位", "The area code or its first digits"),
        ),
        query("source", {"type": "string", "maxLength": 200}, Text("数据来源", "The source")),
        *(filter_parameter(field) for field in layer.fields),
    ]
    return operation(
        f"items_{layer.name}",
        "data",
        Text(f"要素：{layer.label.zh}", f"Features: {layer.label.en}"),
        {**content(schema("featureCollection"), GEOJSON), **page()},
        [*(shared(name) for name in PAGING), *filters],
    )


def item_path(layer: Layer) -> Part:
    """Return the description of one feature of a layer."""
    code = in_path("code", {"type": "string", "minLength": 1}, Text("编号", "The code"))
    return operation(
        f"item_{layer.name}",
        "data",
        Text(f"一个要素：{layer.label.zh}", f"One feature: {layer.label.en}"),
        {**content(schema("feature"), GEOJSON), **page()},
        [code, shared("crs"), shared(AS_OF)],
        errors=(400, 404),
    )


OPENAPI = {
    f"/collections/{name}/items{rest}": describe(layer)
    for name, layer in LAYERS.items()
    for rest, describe in (("", items_path), ("/{code}", item_path))
}
