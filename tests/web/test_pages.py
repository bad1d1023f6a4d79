"""Pages without a browser: headers, languages, notices, and what the map is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.settings import load_settings
from gisapp.web.security import background_origin
from layers.catalogue import LAYERS
from tests.accounts import SignedIn, signed_in

PAGES = ["/", "/layers", "/help", "/no-such-page", *(f"/layers/{name}" for name in LAYERS)]
DATA = ["/api/collections", "/map/places.json", "/assets/x/js/main.js"]
DEMO = ("演示数据：系统生成，非真实数据", "Demonstration data: generated, not real")


def map_config(client: FlaskClient, path: str = "/") -> dict[str, object]:
    """Return what a page tells its scripts."""
    page = client.get(path).text
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', page, re.S)
    assert found
    told: dict[str, object] = json.loads(found.group(1))
    return told


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_answer_has_a_strict_policy(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    if path.startswith("/api/"):  # nothing in it may run, whoever shows it
        assert policy == "default-src 'none'; frame-ancestors 'none'"
    else:
        assert policy.startswith("default-src 'none'; script-src 'self' 'nonce-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]


def test_nonce_is_new_for_every_answer_and_on_every_inline_script(client: FlaskClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonces = [
        re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        for answer in (first, second)
    ]
    assert nonces[0][0] != nonces[1][0]
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)([^>]*)>", first.text)
    assert inline and all(f'nonce="{nonces[0][0]}"' in one for one in inline)
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", first.text)


@pytest.mark.parametrize("path", PAGES)
def test_page_names_no_other_host(client: FlaskClient, path: str) -> None:
    assert not re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", client.get(path).text)


@pytest.mark.parametrize(("language", "at"), [("zh", 0), ("en", 1)])
@pytest.mark.parametrize("path", ["/", "/layers", "/help", "/layers/cameras"])
def test_page_speaks_the_language_and_says_demo_and_who_is_signed_in(
    client: SignedIn, path: str, language: str, at: int
) -> None:
    text = client.get(f"{path}?lang={language}").text
    assert f'<html lang="{("zh-CN", "en")[at]}">' in text
    assert DEMO[at] in text
    assert client.name in text


def test_language_is_remembered_and_odd_ones_are_ignored(client: FlaskClient) -> None:
    assert 'lang="zh-CN"' in client.get("/help").text
    client.get("/help?lang=en")
    assert 'lang="en"' in client.get("/help").text
    client.get("/help?lang=<script>")
    assert 'lang="en"' in client.get("/help").text
    client.get("/help?lang=zh")
    assert 'lang="zh-CN"' in client.get("/help").text


def test_map_knows_district_extent_and_metric_system(client: FlaskClient) -> None:
    told = map_config(client)
    assert told["district"] == "潮安区"
    west, south, east, north = told["bbox"]  # type: ignore[misc] - JSON
    assert 116 < west < east < 117.5 and 23 < south < north < 24.5
    assert told["metric"]["srid"] == 4548  # type: ignore[index] - JSON
    assert told["texts"] == {}
    assert map_config(client, "/?lang=en")["texts"]["图例"] == "Legend"  # type: ignore[index] - JSON


def test_counts_are_those_of_the_rows(client: FlaskClient) -> None:
    counts = client.get("/map/summary.json").get_json()
    for name in LAYERS:
        page = client.get(f"/api/collections/{name}/items?limit=1&count=exact").get_json()
        assert page["features"], name
        assert counts[name]["count"] >= 1
    text = client.get("/layers").text
    assert f'<td class="number">{counts["visits"]["count"]:,}</td>' in text


def test_places_have_a_point_inside_and_answer_304(client: FlaskClient) -> None:
    first = client.get("/map/places.json?level=village")
    places = first.get_json()
    assert len(places) > 40
    assert {place["level"] for place in places} == {"village"}
    again = client.get(
        "/map/places.json?level=village", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304


def test_declarations_are_kept_only_under_their_version_and_language(client: FlaskClient) -> None:
    version = map_config(client)["version"]
    kept = client.get(f"/map/declarations.json?lang=zh&v={version}")
    assert "immutable" in kept.headers["Cache-Control"]
    assert "immutable" not in client.get("/map/declarations.json").headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    "path", ["/layers/nothing", "/layers/" + "x" * 3000, "/layers/%00", "/map/nothing", "/\x7f"]
)
def test_bad_address_is_a_page_and_not_a_failure(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404, 414)
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("", ""),
        ("https://t{s}.tianditu.example/vec?x={x}", "https://t*.tianditu.example"),
        ("https://{s}.tiles.example:8443/{z}/{x}/{y}.png", "https://*.tiles.example:8443"),
        ("/own/{z}/{x}/{y}.png", ""),
    ],
)
def test_background_origin(url: str, origin: str) -> None:
    assert background_origin(url) == origin


@pytest.fixture
def background_app(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    settings = load_settings(
        {
            "GISAPP_VAR": str(tmp_path),
            "GISAPP_BASEMAP_URL": "https://tiles.example/{z}/{x}/{y}.png",
            "GISAPP_BASEMAP_ATTRIBUTION": "© <b>Tiles</b>",
        }
    )
    app = create_app(settings, demo_url)
    yield app
    app.extensions["gisapp"].database.close()


def test_background_host_is_allowed_for_images_only_when_set(background_app: Flask) -> None:
    client = signed_in(background_app)
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://tiles.example;" in policy
    assert policy.count("tiles.example") == 1
    assert "https://tiles.example/{z}/{x}/{y}.png" in answer.text
    assert map_config(client)["backgroundAttribution"] == "© <b>Tiles</b>"
