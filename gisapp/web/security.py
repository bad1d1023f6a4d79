"""Headers of every answer: a strict Content-Security-Policy and its companions."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, g

from gisapp.web.context import services

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

BLUEPRINT = Blueprint("security", __name__)
HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"),
]
SECURE = [*HEADERS, ("Strict-Transport-Security", "max-age=31536000")]
# For answers that are made by the thousand and are no page: nothing of it may run.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


def page_nonce() -> str:
    """Return the nonce of this answer's own scripts and styles, the same within one request."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    nonce: str = g.nonce
    return nonce


def background_origin(url: str) -> str:
    """Return the origin of the background map's address, as img-src names it; "" when off.

    ``{s}`` in the host, Leaflet's place for a subdomain, becomes a wildcard.
    """
    if not url:
        return ""
    parts = urlsplit(url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def content_policy(nonce: str, background: str) -> str:
    """Return the policy: our own files, nonced scripts and styles, one background host if set."""
    images = " ".join(filter(None, ("img-src 'self' data:", background)))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            images,
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def with_headers(inner: WSGIApplication) -> WSGIApplication:
    """Return the application with the headers that are the same on every answer of a scheme.

    Added to the finished list: one by one through Flask they were a tenth of a kept tile's cost.
    """

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            same = SECURE if environ["wsgi.url_scheme"] == "https" else HEADERS
            return start(status, headers + same, *more)

        return inner(environ, begin)

    return answer


@BLUEPRINT.after_app_request
def add_headers(response: Response) -> Response:
    """Put the headers that depend on the request on every answer, also on errors."""
    if "Content-Security-Policy" not in response.headers:
        origin = background_origin(services().settings.map.basemap_url)
        response.headers["Content-Security-Policy"] = content_policy(page_nonce(), origin)
    return response


@BLUEPRINT.app_context_processor
def template_names() -> dict[str, object]:
    """Give every template the nonce."""
    return {"nonce": page_nonce}
