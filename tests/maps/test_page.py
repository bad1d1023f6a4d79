"""The map that Folium builds: its place, its zooms, its background, and no data."""

from __future__ import annotations

import pytest

from gisapp.maps.assets import repoint_folium
from gisapp.maps.page import Background, build_map

BBOX = (116.4, 23.4, 116.8, 23.9)


@pytest.fixture(autouse=True)
def repointed() -> None:
    repoint_folium()


def test_map_has_no_inline_script_or_style_in_head_and_body() -> None:
    parts = build_map(BBOX)
    for part in (parts.header, parts.html):
        assert "<script>" not in part
        assert "<style" not in part
        assert "style=" not in part
    assert "user-scalable=no" not in parts.header  # pages may be enlarged


def test_map_opens_in_the_middle_and_limits_zoom() -> None:
    script = build_map(BBOX).script
    assert '"zoom": 11' in script or '"zoom":11' in script.replace(" ", "")
    assert "23.65" in script and "116.6" in script
    assert '"maxZoom": 20' in script
    assert '"attributionControl": false' in script


def test_map_without_background_has_no_tile_layer() -> None:
    parts = build_map(BBOX)
    assert "tileLayer" not in parts.script
    assert parts.background == ""


def test_map_with_background_has_its_layer() -> None:
    url = "https://tiles.example.org/{z}/{x}/{y}.png"
    parts = build_map(BBOX, Background(url, "© Example"))
    assert url in parts.script
    assert parts.background in parts.script


def test_background_that_tries_to_break_out_stays_a_text() -> None:
    parts = build_map(BBOX, Background("https://x/{z}`${1}</script>", "</script>`${1}"))
    assert "</script>" not in parts.script
