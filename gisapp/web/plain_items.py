"""Pages of features and single features as plain questions."""

from __future__ import annotations

import re
from typing import NamedTuple
from wsgiref.types import WSGIEnvironment

from gisapp.features import read
from gisapp.features.crs import CRS84
from gisapp.features.faults import clean_text
from gisapp.features.versions import missing
from gisapp.web.api_answers import Place, tag_of
from gisapp.web.api_items import LONGEST_CODE
from gisapp.web.feature_answers import (
    collection_bytes,
    feature_headers,
    linked_feature,
    page_links,
    whole_number,
)
from gisapp.web.i18n import COOKIE, html_name
from gisapp.web.items_query import read_items_query
from gisapp.web.plain import Answer, Held
from layers.catalogue import LAYERS
from layers.spec import Layer

PATH = re.compile(r"/api/collections/(\w+)/items(?:/([\w-]+))?", re.ASCII)
PARAMETER = re.compile(r"(bbox|limit|after|f)=((?:[\w.,-]|%2C)+)", re.ASCII)
# A name or an IPv4 address, as links repeat it; the port that a scheme has anyway is left out there.
HOST = re.compile(r"[a-z0-9][a-z0-9.-]*(?::(?!80$|443$)[1-9][0-9]*)?", re.ASCII)


class Page(NamedTuple):
    """A page of a layer's features that is asked for plainly."""

    layer: Layer
    arguments: dict[str, str]
    root: str

    def answer(self, held: Held) -> Answer:
        """Return the page."""
        query = read_items_query(held.reader, self.layer, self.arguments)
        page = read.read_page(held.reader, query)
        place = Place(self.root, held.language)
        links = page_links(place, self.layer, self.arguments, page)
        body = collection_bytes(place, page, whole_number(page, query.after is None), links)
        tag = tag_of(page.revision, held.language, held.reader.scope)
        return in_language(body, feature_headers(query.crs, f'W/"{tag}"'), held)


class Item(NamedTuple):
    """A feature that is asked for plainly."""

    layer: Layer
    code: str
    root: str

    def answer(self, held: Held) -> Answer:
        """Return the feature. Raises NotFound."""
        clean_text("code", self.code, LONGEST_CODE)
        found = read.read_feature(held.reader, self.layer, self.code, CRS84)
        if found is None:
            raise missing(self.layer, self.code)
        feature, version = found
        body = linked_feature(Place(self.root, held.language), self.layer, self.code, feature)
        return in_language(body, feature_headers(CRS84, f'"{version}"'), held)


def in_language(body: bytes, headers: list[tuple[str, str]], held: Held) -> Answer:
    """Return an answer that says in which language its texts are."""
    return Answer(body, [*headers, ("Content-Language", html_name(held.language))])


def read_page(environ: WSGIEnvironment) -> Page | None:
    """Return the page that a request asks for, or None when it is anything less plain."""
    layer, code, root = read_address(environ)
    arguments = read_arguments(environ.get("QUERY_STRING", ""))
    if layer is None or code or arguments is None:
        return None
    return Page(layer, arguments, root)


def read_item(environ: WSGIEnvironment) -> Item | None:
    """Return the feature that a request asks for, or None when it is anything less plain."""
    layer, code, root = read_address(environ)
    if layer is None or not code or environ.get("QUERY_STRING"):
        return None
    return Item(layer, code, root)


def read_address(environ: WSGIEnvironment) -> tuple[Layer | None, str, str]:
    """Return layer, code and what links begin with; no layer when anything is less plain.

    Whoever may want a page for people, another language or only news is not answered here.
    """
    found = PATH.fullmatch(environ["PATH_INFO"])
    if found is None or environ.get("SCRIPT_NAME") or "HTTP_IF_NONE_MATCH" in environ:
        return None, "", ""
    host = environ.get("HTTP_HOST", "")
    chosen = f"{COOKIE}=" in environ.get("HTTP_COOKIE", "")
    if chosen or "html" in environ.get("HTTP_ACCEPT", "").lower() or "xn--" in host:
        return None, "", ""
    layer = LAYERS.get(found[1]) if HOST.fullmatch(host) else None
    return layer, found[2] or "", f"{environ['wsgi.url_scheme']}://{host}/api"


def read_arguments(query: str) -> dict[str, str] | None:
    """Return the parameters of a page, or None when they are anything less plain."""
    arguments: dict[str, str] = {}
    for part in query.split("&") if query else ():
        found = PARAMETER.fullmatch(part)
        if found is None or found[1] in arguments:
            return None
        arguments[found[1]] = found[2].replace("%2C", ",")
    return arguments if arguments.get("f", "json") == "json" else None
