"""Assets: our own files only, addressed by content, each once."""

from __future__ import annotations

from pathlib import Path

import branca.colormap
import folium
import folium.plugins
import pytest
from branca.element import CssLink, Element, JavascriptLink
from flask.testing import FlaskClient
from folium.elements import JSCSSMixin

from gisapp.errors import NotFound, SetupNeeded
from gisapp.maps.assets import (
    RemoteAsset,
    asset,
    check_header,
    is_own,
    repoint_folium,
    static_version,
    subclasses,
)
from gisapp.maps.page import render


@pytest.fixture(autouse=True)
def repointed() -> None:
    repoint_folium()


def test_every_folium_class_when_repointed_loads_our_own_files() -> None:
    kinds = set(subclasses(JSCSSMixin))
    assert len(kinds) > 30  # Folium's plugins are among them
    for kind in kinds:
        links = [url for _, url in (*kind.default_js, *kind.default_css)]
        assert all(is_own(url) for url in links), kind
    assert len(folium.Map.default_js) == 2


def test_header_when_it_names_another_host_is_refused() -> None:
    page = folium.Map(tiles=None)
    # branca's colour map adds a script of another host by itself.
    branca.colormap.LinearColormap(["red", "blue"]).add_to(page)
    with pytest.raises(RemoteAsset, match="d3"):
        render(page, "")


def test_header_when_a_file_is_named_twice_keeps_one() -> None:
    header = Element()
    for name in ("one", "two"):
        header.add_child(JavascriptLink("/assets/x/a.js"), name=name)
    header.add_child(CssLink("/assets/x/a.css"), name="three")
    check_header(header)
    assert list(header._children) == ["one", "three"]


@pytest.mark.parametrize(
    "address", ["https://x.example/a.js", "//x.example/a.js", "a.js", "/\\x.example/a.js", ""]
)
def test_address_when_not_a_path_of_ours_is_foreign(address: str) -> None:
    assert not is_own(address)


def test_version_when_a_file_changes_is_another(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    first = static_version(tmp_path)
    static_version.cache_clear()
    (tmp_path / "a.js").write_text("2")
    second = static_version(tmp_path)
    static_version.cache_clear()
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    assert len({first, second, static_version(tmp_path)}) == 3


def test_asset_when_missing_says_how_to_get_it() -> None:
    with pytest.raises(SetupNeeded, match=r"vendor/none\.js"):
        asset("vendor/none.js")
    with pytest.raises(NotFound):
        asset("js/none.js")


def test_asset_when_asked_under_its_version_is_kept_for_ever(client: FlaskClient) -> None:
    with client.get(asset("js/main.js")) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.mimetype == "text/javascript"
    with client.get("/assets/000000000000/js/main.js") as other:
        assert other.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../setup.cfg", "%2e%2e/setup.cfg", "js/none.js", "js"])
def test_asset_when_outside_or_missing_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/assets/{static_version()}/{name}").status_code == 404
