"""The files that pages load: all our own, addressed by their content, none from elsewhere.

Folium's classes name addresses on other hosts. They are re-pointed once, at the start, and the
header of every map is checked when it is rendered: a link to another host is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import folium
from branca.element import CssLink, Element, JavascriptLink
from folium.elements import JSCSSMixin

from gisapp.errors import NotFound, SetupNeeded
from gisapp.settings import ROOT
from layers.spec import Text

STATIC = ROOT / "static"
# What a Folium map of ours needs: name in Folium, path below static/.
MAP_SCRIPTS = (
    ("leaflet", "vendor/leaflet/leaflet.js"),
    ("protomaps", "vendor/protomaps-leaflet/protomaps-leaflet.js"),
)
MAP_STYLES = (("leaflet_css", "vendor/leaflet/leaflet.css"),)


class RemoteAsset(RuntimeError):
    """A page was about to load a file from another host: a mistake in the code."""


@cache
def static_version(folder: Path = STATIC) -> str:
    """Return a digest of all files below ``folder``: it changes when any of them does."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a file below ``static/``.

    The version is part of the path, so that modules which import one another by relative
    address are versioned too. Raises SetupNeeded for a missing vendor file, else NotFound.
    """
    if not (STATIC / name).is_file():
        raise missing_asset(name)
    return f"/assets/{static_version()}/{name}"


def missing_asset(name: str) -> SetupNeeded | NotFound:
    """Return the error for a file that is not there."""
    if name.startswith("vendor/"):
        return SetupNeeded(
            Text("缺少前端文件 {name}。", "The front-end file {name} is missing.").format(
                name=name
            ),
            Text("请运行：npm ci && npm run vendor", "Run: npm ci && npm run vendor"),
        )
    return NotFound(Text("没有文件 {name}。", "There is no file {name}.").format(name=name))


def repoint_folium() -> None:
    """Make every Folium class load our own files, or none, instead of remote ones.

    The lists belong to the classes, and Folium changes them in place: set them once.
    """
    scripts = [(name, asset(path)) for name, path in MAP_SCRIPTS]
    styles = [(name, asset(path)) for name, path in MAP_STYLES]
    for kind in subclasses(JSCSSMixin):
        is_map = issubclass(kind, folium.Map)
        kind.default_js = list(scripts) if is_map else []
        kind.default_css = list(styles) if is_map else []


def subclasses(kind: type[JSCSSMixin]) -> Iterator[type[JSCSSMixin]]:
    """Yield every class below ``kind``."""
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


def check_header(header: Element) -> None:
    """Drop links that a rendered header holds twice; raise RemoteAsset for a foreign one."""
    seen: set[str] = set()
    for name, child in list(header._children.items()):
        if not isinstance(child, JavascriptLink | CssLink):
            continue
        if not is_own(child.url):
            raise RemoteAsset(child.url)
        if child.url in seen:
            del header._children[name]
        seen.add(child.url)


def is_own(address: str) -> bool:
    """Tell whether ``address`` is a path on our own server."""
    return address.startswith("/") and not address.startswith("//") and "\\" not in address
