"""Answers of the API: JSON with its links, pages, and 304 when the caller has the newest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

from flask import Response, render_template, request

from gisapp.access.scope import Scope
from gisapp.features.sources import read_sources
from gisapp.features.tile_cache import digest
from gisapp.web.context import caller_scope, services
from gisapp.web.i18n import Language, language
from gisapp.web.security import DATA_POLICY
from layers.spec import Field, Text

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
PIECE = 1 << 16  # bytes of a file that are sent at once
# Kept by the browser, but always asked for again: a layer may change at any moment.
REVALIDATE = "private, no-cache"
VERSION = version("gisapp")
VARY = "Accept, Cookie"
DATA_HEADERS = (
    ("Cache-Control", REVALIDATE),
    ("Vary", VARY),
    ("Content-Security-Policy", DATA_POLICY),
)
YES_NO = {True: Text("是", "Yes"), False: Text("否", "No")}


@dataclass(frozen=True)
class Place:
    """What the links of an answer begin with (``http://host/api``), and the language they speak.

    ``chosen`` is the language if the parameter ``lang`` asks for it: links keep it.
    """

    root: str
    language: Language
    chosen: str = ""

    def url(self, path: str, parameters: Mapping[str, str] | None = None) -> str:
        """Return the absolute address of a resource under ``/api``."""
        query = urlencode(parameters or {})
        return f"{self.root}{path}" + (f"?{query}" if query else "")

    def own_links(
        self, path: str, kind: str = JSON, parameters: Mapping[str, str] | None = None
    ) -> list[dict[str, str]]:
        """Return the links of a resource to itself and to its page."""
        asked = {name: value for name, value in (parameters or {}).items() if name != "f"}
        if self.chosen:
            asked["lang"] = self.chosen
        return [
            link("self", self.url(path, {**asked, "f": "json"}), kind),
            link("alternate", self.url(path, {**asked, "f": "html"}), HTML),
        ]


def here() -> Place:
    """Return the place of this request."""
    return Place(f"{request.host_url}api", language(), request.args.get("lang", ""))


def api_url(path: str, parameters: Mapping[str, str] | None = None) -> str:
    """Return the absolute address of a resource under ``/api``."""
    return here().url(path, parameters)


def link(rel: str, href: str, kind: str, title: str = "") -> dict[str, str]:
    """Return one link object."""
    made = {"rel": rel, "type": kind, "href": href}
    return {**made, "title": title} if title else made


def self_links(
    path: str, kind: str = JSON, parameters: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Return the links of a resource to itself and to its page, with the request's language."""
    return here().own_links(path, kind, parameters)


def write_json(value: object) -> bytes:
    """Return ``value`` as JSON bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_answer(value: object, kind: str = JSON) -> Response:
    """Return a JSON answer that caches ask for again."""
    return bytes_answer(write_json(value), kind)


def bytes_answer(body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return ``body`` as it is."""
    answer = Response(body, headers=[("Content-Type", kind), *DATA_HEADERS])
    answer.headers.extend(headers or {})
    return answer


class Pieces:
    """An open file as the pieces of an answer; closed at its end, or when nobody listens."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.file.read(PIECE):
            yield piece
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def file_answer(file: BinaryIO, kind: str, name: str) -> Response:
    """Return an open file, sent piece by piece, to be saved under ``name``."""
    answer = Response(Pieces(file), content_type=kind)
    plain = "".join(sign if sign.isascii() and sign.isprintable() else "_" for sign in name)
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.content_length = os.fstat(file.fileno()).st_size
    return answer


def page_answer(template: str, **values: Any) -> Response:
    """Return a page; ``values`` go to its template, and the sources that its foot names."""
    with services().database.read(caller_scope()) as reader:
        known = read_sources(reader)
    text = render_template(template, said=said, sources=known, **values)
    answer = Response(text, content_type=f"{HTML}; charset=utf-8")
    answer.headers["Cache-Control"] = REVALIDATE
    answer.headers["Vary"] = VARY
    return answer


def entity_tag(revision: str) -> str:
    """Return the tag of this address's JSON answer at a layer's revision."""
    return tag_of(revision, language(), caller_scope())


def tag_of(revision: str, said: Language, scope: Scope) -> str:
    """Return the tag of one address's JSON answer at a layer's revision.

    An address says everything else that the answer depends on but language and scope. As a
    digest it tells that the layer was changed, but not how often.
    """
    return digest(f"{VERSION}-{revision}-{said}-{scope.key}")


def is_newest(tag: str) -> bool:
    """Tell whether the caller already has the answer with this tag."""
    return request.if_none_match.contains_weak(tag)


def not_modified(tag: str, weak: bool = True) -> Response:
    """Return 304 with the tag."""
    answer = Response(status=304)
    answer.set_etag(tag, weak=weak)
    answer.headers["Cache-Control"] = REVALIDATE
    answer.headers["Vary"] = VARY
    return answer


def said(field: Field, value: object) -> str:
    """Return a property as a page shows it: the label of a code, yes or no, else as it is."""
    if value is None:
        return ""
    if field.type == "boolean":
        return YES_NO[bool(value)].say(language())
    choice = field.choice(str(value)) if field.type == "choice" else None
    return choice.label.say(language()) if choice else str(value)
