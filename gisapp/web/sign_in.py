"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gisapp.access.accounts import has_accounts
from gisapp.access.sessions import end_session, start_session
from gisapp.access.sign_in import check_password
from gisapp.errors import NotSignedIn, TooMany, UserError
from gisapp.web.context import services
from gisapp.web.gate import COOKIE
from gisapp.web.i18n import language
from gisapp.web.problems import status_of

BLUEPRINT = Blueprint("sign_in", __name__)


@BLUEPRINT.get("/sign-in")
def show_sign_in() -> Response:
    """Render the sign-in page."""
    return sign_in_page()


@BLUEPRINT.post("/sign-in")
def sign_in() -> AnyResponse:
    """Start a session and go on to where the caller wanted to go."""
    try:
        account = check_password(
            services().database,
            request.form.get("name", ""),
            request.form.get("password", ""),
            request.remote_addr or "",
        )
    except (NotSignedIn, TooMany) as error:
        return sign_in_page(error)
    return begin(account.id, own_path(request.form.get("next", "")))


@BLUEPRINT.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    with services().database.write() as connection:
        end_session(connection, request.cookies.get(COOKIE, ""))
    answer = redirect("/sign-in", 303)
    answer.delete_cookie(COOKIE, samesite="Lax", httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def begin(account: int, onward: str) -> AnyResponse:
    """Start a new session for an account, whatever cookie the browser had, and lead onward."""
    settings = services().settings.access
    with services().database.write() as connection:
        end_session(connection, request.cookies.get(COOKIE, ""))
        address = request.remote_addr or ""
        idle, hours = settings.session_idle, settings.session_hours
        cookie = start_session(connection, account, address, hours, idle)
    answer = redirect(onward, 303)
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Lax", secure=request.is_secure)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def sign_in_page(error: UserError | None = None) -> Response:
    """Render the form, with what went wrong."""
    with services().database.write() as connection:
        anybody = has_accounts(connection)
    page = render_template(
        "sign_in.html",
        error=error and error.message.say(language()),
        name=request.form.get("name", ""),
        onward=own_path(request.values.get("next", "")),
        anybody=anybody,
    )
    answer = make_response(page, status_of(error) if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def own_path(text: str) -> str:
    """Return ``text`` if it is a path on this server, else the first page."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if plain and "\\" not in text and len(text) < 2000 else "/"
