"""The API's own description: landing, conformance, collections, queryables, problems."""

from __future__ import annotations

import dataclasses
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.statements import Statement
from gisapp.errors import BadFile, BadParameter, DatabaseUnusable, NotFound, SetupNeeded
from gisapp.features.crs import crs_of
from gisapp.web.context import caller_scope, services
from gisapp.web.problems import status_of
from layers.catalogue import LAYERS
from layers.spec import Text
from tests.accounts import signed_in


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_landing_when_its_links_are_followed_answers_everywhere(api: FlaskClient, path) -> None:
    body = api.get(path).json
    rels = [link["rel"] for link in body["links"]]
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= set(rels)
    for link in body["links"]:
        answer = api.get(link["href"])
        assert answer.status_code == 200
        assert answer.content_type.split("; charset")[0] == link["type"]


def test_conformance_when_asked_names_the_classes(api: FlaskClient) -> None:
    classes = api.get("/api/conformance").json["conformsTo"]
    for name in ("core", "geojson", "html", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in classes
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in classes


def test_collections_when_listed_are_the_layers(api: FlaskClient) -> None:
    listed = api.get("/api/collections").json["collections"]
    assert [one["id"] for one in listed] == list(LAYERS)
    for one in listed:
        assert api.get(f"/api/collections/{one['id']}").json == one
        assert one["storageCrs"] == crs_of(4548).uri
        assert one["storageCrs"] in one["crs"]
        assert one["crs"][0].endswith("CRS84")
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert 116 < west < east < 118
        assert 23 < south < north < 24
        assert "演示数据" in one["attribution"]
        for link in one["links"]:
            assert api.get(link["href"]).status_code == 200


def test_times_of_a_layer_when_it_has_them_bound_its_features(api: FlaskClient) -> None:
    interval = api.get("/api/collections/incidents").json["extent"]["temporal"]["interval"][0]
    path = "/api/collections/incidents/items?limit=10000&datetime="
    total = api.get(f"{path}../..").json["numberMatched"]
    assert api.get(f"{path}{interval[0]}/..").json["numberMatched"] == total > 0
    assert api.get(f"{path}../1999-01-01").json["numberMatched"] == 0
    # Cells that are still valid leave the interval open.
    cells = api.get("/api/collections/grid_cells").json["extent"]["temporal"]["interval"][0]
    assert cells[1] is None
    assert "temporal" not in api.get("/api/collections/cameras").json["extent"]


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_queryables_when_asked_say_types_units_and_codes(api: FlaskClient, layer) -> None:
    answer = api.get(f"/api/collections/{layer.name}/queryables?lang=en")
    assert answer.content_type == "application/schema+json"
    schema = answer.json
    assert schema["title"] == layer.label.en
    for field in layer.fields:
        described = schema["properties"][field.name]
        assert described["title"] == field.label.en
        assert described["x-titles"] == {"zh": field.label.zh, "en": field.label.en}
        assert described.get("enum", []) == [choice.code for choice in field.choices]
        assert described.get("x-ogc-unit", "") == field.unit


@pytest.mark.parametrize(
    "path", ["/api/", "/api/conformance", "/api/collections", "/api/collections/areas",
             "/api/collections/areas/queryables", "/api/docs"],
)  # fmt: skip
def test_page_when_asked_for_is_html_in_both_languages(api: FlaskClient, path: str) -> None:
    for lang, html in (("zh", "zh-CN"), ("en", "en")):
        page = api.get(f"{path}?lang={lang}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert page.content_type.startswith("text/html")
        assert f'<html lang="{html}"' in page.text
        assert "演示数据：系统生成，非真实数据" in page.text or lang == "en"
        assert "<h1>" in page.text
        assert "onclick" not in page.text
        assert " style=" not in page.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadParameter, 400),
        (NotFound, 404),
        (DatabaseUnusable, 503),
        (BadFile, 422),
        (SetupNeeded, 422),
    ],
)
def test_error_when_a_user_can_mend_it_has_its_status(error, status) -> None:
    assert status_of(error(Text("坏", "bad"))) == status


def test_problem_when_under_api_is_problem_json_in_the_language(api: FlaskClient) -> None:
    for lang, title in (("zh", "请求无效"), ("en", "Bad request")):
        answer = api.get(f"/api/collections?colour=red&lang={lang}")
        assert answer.content_type == "application/problem+json"
        problem = answer.json
        assert (answer.status_code, problem["status"], problem["title"]) == (400, 400, title)
        assert "colour" in problem["detail"]
        assert "lang" in problem["hint"]


def test_problem_when_elsewhere_is_a_page(api: FlaskClient) -> None:
    page = api.get("/nowhere")
    assert page.status_code == 404
    assert page.content_type.startswith("text/html")
    assert "没有这个地址" in page.text


def test_unforeseen_error_when_raised_tells_a_log_id_and_nothing_else(
    database_url, settings, caplog: pytest.LogCaptureFixture
) -> None:
    app: Flask = create_app(settings, database_url)

    @app.get("/api/broken")
    def fail() -> str:
        raise RuntimeError("the password is swordfish")

    with caplog.at_level(logging.ERROR):
        answer = signed_in(app).get("/api/broken")
    app.extensions["gisapp"].database.close()
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "swordfish" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json["log_id"] in answer.json["detail"]
    assert answer.json["log_id"] in caplog.text
    assert "swordfish" in caplog.text


def test_slow_query_when_stopped_is_503_with_a_hint(database_url, settings) -> None:
    quick = dataclasses.replace(
        settings, database=dataclasses.replace(settings.database, statement_timeout_ms=400)
    )
    app = create_app(quick, database_url)

    @app.get("/api/slow")
    def sleep() -> str:
        with services().database.read(caller_scope()) as reader:
            return str(reader.value(Statement("SELECT pg_sleep(5)")))

    answer = signed_in(app).get("/api/slow?lang=en")
    app.extensions["gisapp"].database.close()
    assert answer.status_code == 503
    assert "cancelled" in answer.json["detail"]
    assert answer.json["hint"]
    assert answer.headers["Retry-After"] == "5"


def test_database_when_gone_is_503(settings) -> None:
    app = create_app(settings, "postgresql://nobody:x@/none?host=/nonexistent")
    token = {"Authorization": "Bearer x"}
    answer = app.test_client().get("/api/collections/cameras/items", headers=token)
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert "hint" in answer.json
    assert "nonexistent" not in answer.text
