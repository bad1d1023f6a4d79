"""The files of ``static/`` over HTTP, and packing for answers that are worth it."""

from __future__ import annotations

import gzip
import mimetypes
from functools import cache
from pathlib import Path

import flask
from flask import Blueprint, Response, request, send_from_directory
from werkzeug.security import safe_join

from gisapp.maps.assets import STATIC, asset, static_version

BLUEPRINT = Blueprint("assets", __name__)
IMMUTABLE = "public, max-age=31536000, immutable"
WORTH_PACKING = 1000  # bytes
PACKED_KINDS = (".css", ".js", ".svg")


@BLUEPRINT.get("/assets/<version>/<path:name>")
def give_asset(version: str, name: str) -> Response:
    """Answer a file of ``static/``, kept by browsers for ever under its version."""
    current = version == static_version()
    if current and accepts_gzip() and Path(name).suffix in PACKED_KINDS:
        body = packed_file(name)
        answer = Response(body, mimetype=mimetypes.guess_type(name)[0])
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer = send_from_directory(STATIC, name)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = IMMUTABLE if current else "no-cache"
    return answer


@cache
def packed_file(name: str) -> bytes:
    """Return a file of ``static/`` packed, kept as long as the process: files do not change."""
    path = safe_join(str(STATIC), name)
    if path is None or not Path(path).is_file():
        flask.abort(404)
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


def accepts_gzip() -> bool:
    """Tell whether the caller unpacks gzip."""
    return "gzip" in request.headers.get("Accept-Encoding", "")


def packed(answer: Response) -> Response:
    """Pack a page or its JSON when the caller unpacks it and it is worth it."""
    body = None if answer.direct_passthrough else answer.get_data()
    done = answer.content_encoding is not None
    if body is None or done or len(body) < WORTH_PACKING or not accepts_gzip():
        return answer
    answer.set_data(gzip.compress(body, 5, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding, Cookie"
    return answer


@BLUEPRINT.app_context_processor
def template_names() -> dict[str, object]:
    """Give every template the addresses of our own files."""
    return {"asset": asset, "map_modules": map_modules}


@cache
def map_modules() -> list[str]:
    """Return the addresses of the map's modules, so that browsers fetch all of them at once."""
    names = sorted(path.name for path in (STATIC / "js").glob("*.js"))
    return [asset(f"js/{name}") for name in names if name != "table.js"]
