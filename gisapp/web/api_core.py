"""The entry to the API: landing page, conformance, the OpenAPI document and its viewer."""

from __future__ import annotations

from flask import Blueprint, Response

from gisapp.features.sources import attributions, read_sources
from gisapp.web import openapi
from gisapp.web.api_answers import HTML, JSON, api_url, json_answer, link, page_answer, self_links
from gisapp.web.api_request import read_arguments, wants_html
from gisapp.web.context import caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.openapi_parts import STRING, content, operation, page, schema
from layers.spec import Text

BLUEPRINT = Blueprint("api_core", __name__)
PART_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
PART_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
PART_4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
PART_5 = "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/"
COMMON = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/"
TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
TILING_SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
CONFORMS_TO = (
    f"{COMMON}core",
    f"{PART_1}core",
    f"{PART_1}oas30",
    f"{PART_1}geojson",
    f"{PART_1}html",
    f"{PART_2}crs",
    f"{PART_4}create-replace-delete",
    f"{PART_4}update",
    f"{PART_4}features",
    f"{PART_4}optimistic-locking-etags",
    f"{PART_5}schemas",
    f"{TILES}core",
    f"{TILES}tileset",
    f"{TILES}tilesets-list",
    f"{TILES}dataset-tilesets",
    f"{TILES}geodata-tilesets",
    f"{TILES}collections-selection",
    f"{TILES}mvt",
)
OPENAPI_31 = "application/vnd.oai.openapi+json;version=3.1"
OPENAPI_30 = "application/vnd.oai.openapi+json;version=3.0"
TITLES = {
    "service-desc": Text("API 定义（OpenAPI）", "The API's definition (OpenAPI)"),
    "service-doc": Text("API 文档", "The API's documentation"),
    "conformance": Text("符合的标准", "The standards met"),
    "data": Text("图层", "Layers"),
    TILESETS: Text("矢量瓦片", "Vector tiles"),
    TILING_SCHEMES: Text("瓦片矩阵集", "Tile matrix sets"),
}


@BLUEPRINT.get("/api/", strict_slashes=False)
def show_landing() -> Response:
    """Answer the landing page."""
    arguments = read_arguments()
    said = language()
    with services().database.read(caller_scope()) as reader:
        known = read_sources(reader)
    landing = {
        "title": openapi.TITLE.say(said),
        "description": openapi.ABOUT.say(said),
        "attribution": "; ".join(attributions(known, said)),
        "links": [*self_links("/"), *landing_links()],
    }
    if wants_html(arguments):
        return page_answer("api/landing.html", landing=landing)
    return json_answer(landing)


def landing_links() -> list[dict[str, str]]:
    """Return the links from the landing page onwards."""
    said = language()
    onward = [
        ("service-desc", "/openapi-3.0.json", OPENAPI_30),
        ("service-desc", "/openapi.json", OPENAPI_31),
        ("service-doc", "/docs", HTML),
        ("conformance", "/conformance", JSON),
        ("data", "/collections", JSON),
        (TILESETS, "/tiles", JSON),
        (TILING_SCHEMES, "/tileMatrixSets", JSON),
    ]
    return [link(rel, api_url(path), kind, TITLES[rel].say(said)) for rel, path, kind in onward]


@BLUEPRINT.get("/api/conformance")
def show_conformance() -> Response:
    """Answer the classes of the standards that the API meets."""
    arguments = read_arguments()
    if wants_html(arguments):
        return page_answer("api/conformance.html", conforms_to=CONFORMS_TO)
    return json_answer({"conformsTo": CONFORMS_TO})


@BLUEPRINT.get("/api/openapi.json")
def give_openapi() -> Response:
    """Answer the OpenAPI 3.1 document."""
    read_arguments()
    return json_answer(openapi.build_document(language()), OPENAPI_31)


@BLUEPRINT.get("/api/openapi-3.0.json")
def give_openapi_30() -> Response:
    """Answer the same document as OpenAPI 3.0, which older clients ask for."""
    read_arguments()
    return json_answer(openapi.build_document(language(), openapi.VERSIONS[1]), OPENAPI_30)


@BLUEPRINT.get("/api/docs")
def show_docs() -> Response:
    """Answer the OpenAPI document as a page."""
    read_arguments()
    return page_answer("api/docs.html", document=openapi.build_document(language()))


OPENAPI = {
    "/": operation(
        "landing",
        "capabilities",
        Text("入口", "The entry"),
        {**content(schema("landing")), **page()},
    ),
    "/conformance": operation(
        "conformance",
        "capabilities",
        TITLES["conformance"],
        {**content(schema("conformance")), **page()},
    ),
    "/openapi.json": operation(
        "openapi",
        "capabilities",
        Text("OpenAPI 3.1 文档", "The OpenAPI 3.1 document"),
        content({"type": "object"}, OPENAPI_31),
    ),
    "/openapi-3.0.json": operation(
        "openapi30",
        "capabilities",
        Text("OpenAPI 3.0 文档", "The OpenAPI 3.0 document"),
        content({"type": "object"}, OPENAPI_30),
    ),
    "/docs": operation("docs", "capabilities", TITLES["service-doc"], content(STRING, HTML)),
}
