"""The OpenAPI documents: valid, complete, and true: random requests never break the server."""

from __future__ import annotations

import re

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.features.filters import filter_names
from gisapp.features.read import MAX_LIMIT
from gisapp.settings import Settings
from gisapp.web.openapi import build_document, gather_paths
from layers.catalogue import LAYERS
from tests.accounts import token_of

OWN = "/openapi.json"  # the document itself, which schemathesis leaves out
FOUND = 302
EXAMPLES = 8  # random requests for each operation
BOUNDED = examples(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# What a made-up request is held against: no 5xx, and only what the document announces.
HELD_TO = [
    checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_document_when_checked_is_valid_openapi(api: FlaskClient, lang: str) -> None:
    newest = api.get(f"/api/openapi.json?lang={lang}").json
    older = api.get(f"/api/openapi-3.0.json?lang={lang}").json
    assert (newest["openapi"], older["openapi"]) == ("3.1.0", "3.0.3")
    OpenAPIV31SpecValidator(newest).validate()
    OpenAPIV30SpecValidator(older).validate()
    operations = [
        operation["operationId"] for item in newest["paths"].values() for operation in item.values()
    ]
    assert len(operations) == len(set(operations))


def test_document_when_read_has_every_layer_with_every_filter() -> None:
    paths = build_document("en")["paths"]
    for layer in LAYERS.values():
        named = paths[f"/collections/{layer.name}/items"]["get"]["parameters"]
        names = {one["name"] for one in named if "name" in one}
        assert names == set(filter_names(layer))
        assert {"$ref": "#/components/parameters/bbox"} in named
    assert (
        build_document("en")["components"]["parameters"]["limit"]["schema"]["maximum"] == MAX_LIMIT
    )


def test_routes_when_under_api_are_all_described(api_app: Flask) -> None:
    described = list(gather_paths())
    for rule in api_app.url_map.iter_rules():
        if rule.rule.startswith("/api"):
            shape = re.sub(r"<[^>]*>", "[^/]+", rule.rule.removeprefix("/api").rstrip("/"))
            assert any(re.fullmatch(shape, path.rstrip("/")) for path in described), rule.rule


def test_viewer_when_opened_shows_every_operation_without_scripts(api: FlaskClient) -> None:
    page = api.get("/api/docs?lang=en")
    for path, item in gather_paths().items():
        for method in item:
            assert f"{method.upper()} /api{path}" in page.text
    assert "<script" not in page.text
    outside = re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", page.text)
    assert outside == []
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def attempt_all(app: Flask, token: str, *, reading: bool) -> set[tuple[str, str]]:
    """Send made-up requests to every operation that reads, or every one that writes."""
    sent = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, headers=sent)
    tried: set[tuple[str, str]] = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if (operation.method.lower() == "get") is not reading:
            continue
        cases = st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE),
            operation.as_strategy(GenerationMode.NEGATIVE),
        )

        @BOUNDED
        @given(case=cases)
        def attempt(case: schemathesis.Case) -> None:
            tried.add((case.operation.path, case.operation.method.lower()))
            answer = case.call(headers=sent)
            if answer.status_code != FOUND:  # a page for people elsewhere
                case.validate_response(answer, checks=HELD_TO)

        attempt()
    return tried


def described(*methods: str) -> set[tuple[str, str]]:
    """Return every path with each of its methods that is among ``methods``."""
    return {
        (path, method)
        for path, item in gather_paths().items()
        for method in item
        if method in methods and path != OWN
    }


def test_requests_when_made_up_from_the_document_never_break_the_server(api_app: Flask) -> None:
    token = token_of(api_app.extensions["gisapp"].database, writes=False)
    assert attempt_all(api_app, token, reading=True) == described("get")


def test_changes_when_made_up_from_the_document_never_break_the_server(
    database: Database, database_url: str, settings: Settings
) -> None:
    app = create_app(settings, database_url)
    tried = attempt_all(app, token_of(database), reading=False)
    assert tried == described("post", "put", "patch", "delete")
    app.extensions["gisapp"].database.close()
