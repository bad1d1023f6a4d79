"""Features over HTTP: pages of a layer's items, and one item by its code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request

from gisapp.database.engine import Reader
from gisapp.features import read
from gisapp.features.asked import named_crs
from gisapp.features.crs import CRS84_URI, Crs
from gisapp.features.faults import clean_text
from gisapp.features.filters import filter_names
from gisapp.features.sources import GENERATED
from gisapp.features.versions import missing
from gisapp.web import api_answers as answers
from gisapp.web.api_answers import GEOJSON, JSON, api_url, link
from gisapp.web.api_request import named_layer, read_arguments, wants_html
from gisapp.web.i18n import language
from gisapp.web.items_query import PAGING, read_items_query, write_key
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
    links = page_links(layer, arguments, page)
    if html:
        answer = items_page(layer, page, matched, links)
    else:
        answer = with_tag(collection_bytes(page, matched, links), page.revision)
    return in_crs(answer, query.crs)


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
        answer = item_page(layer, code, feature)
    elif request.if_none_match.contains_weak(version):
        answer = answers.not_modified(version, weak=False)
    else:
        answer = answers.bytes_answer(linked_feature(layer, code, feature), GEOJSON)
        answer.set_etag(version)
    return in_crs(answer, crs)


def number_matched(
    reader: Reader, query: read.FeatureQuery, page: read.Page, arguments: dict[str, str]
) -> int | None:
    """Return how many features match where that is known or asked for, else None."""
    if query.after is None and page.next_key is None:
        return page.returned
    return read.count(reader, query) if arguments.get("count") == "true" else None


def held_tag(reader: Reader, layer: Layer) -> str:
    """Return the tag of the newest answer if the caller already has it, else ""."""
    if "If-None-Match" not in request.headers:
        return ""
    tag = answers.entity_tag(read.revision(reader, layer))
    return tag if answers.is_newest(tag) else ""


def with_tag(body: bytes, revision: str) -> Response:
    """Return GeoJSON with the tag of the layer's revision."""
    answer = answers.bytes_answer(body, GEOJSON)
    answer.set_etag(answers.entity_tag(revision), weak=True)
    return answer


def in_crs(answer: Response, crs: Crs) -> Response:
    """Say in which CRS, and so in which axis order, an answer's coordinates are."""
    answer.headers["Content-Crs"] = f"<{crs.uri}>"
    return answer


def page_links(layer: Layer, arguments: dict[str, str], page: read.Page) -> list[dict[str, str]]:
    """Return the links of a page: itself, as a page for people, the next one, the layer."""
    path = f"/collections/{layer.name}"
    links = answers.self_links(f"{path}/items", GEOJSON, arguments)
    if page.next_key is not None:
        onward = {**arguments, "after": write_key(page.next_key)}
        links.append(link("next", api_url(f"{path}/items", onward), GEOJSON))
    links.append(link("collection", api_url(path), JSON, layer.label.say(language())))
    return links


def collection_bytes(page: read.Page, matched: int | None, links: list[dict[str, str]]) -> bytes:
    """Return a page as a FeatureCollection; the features stay as the database wrote them."""
    head: dict[str, Any] = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberReturned": page.returned,
        "links": links,
    }
    if shown_moment():
        head["asOf"] = shown_moment()
    credit = [GENERATED.say(language())] if page.generated else []
    if page.attribution:
        credit.append(page.attribution)
    if credit:
        head["attribution"] = "; ".join(credit)
    if matched is not None:
        head["numberMatched"] = matched
    return b"".join((answers.write_json(head)[:-1], b',"features":[', page.features, b"]}"))


def linked_feature(layer: Layer, code: str, feature: bytes) -> bytes:
    """Return a feature as the database wrote it, with its links."""
    path = f"/collections/{layer.name}"
    links = [
        *answers.self_links(f"{path}/items/{quote(code, safe='')}", GEOJSON, kept_moment()),
        link("collection", api_url(path), JSON, layer.label.say(language())),
    ]
    return feature[:-1] + b',"links":' + answers.write_json(links) + b"}"


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
