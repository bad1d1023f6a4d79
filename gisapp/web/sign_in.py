"""Signing in, in one step or with a code of the second factor, and out."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gisapp.access.accounts import Account, account_numbered, has_accounts
from gisapp.access.audit import Entry, record
from gisapp.access.known_browsers import browser_of, make_mark
from gisapp.access.second_factor import check_code
from gisapp.access.sessions import end_session, note_sign_in, start_session
from gisapp.access.sign_in import check_password, plain_name
from gisapp.access.steps import LASTS, Step, begin_step, find_step, take_step
from gisapp.errors import Conflict, NotSignedIn, TooMany, UserError
from gisapp.web.auditing import entry_for, note
from gisapp.web.context import services
from gisapp.web.gate import COOKIE
from gisapp.web.i18n import language
from gisapp.web.problems import status_of
from layers.spec import Text

BLUEPRINT = Blueprint("sign_in", __name__)
STEP_COOKIE, STEP_PATH = "gisapp_step", "/sign-in"
KNOWN_COOKIE, KNOWN_DAYS = "gisapp_known", 90
LONGEST_NAME = 64  # of what was typed, in the audit trail
OVER = NotSignedIn(
    Text("登录已超时，请重新开始。", "The sign-in took too long or is over: begin again.")
)


@BLUEPRINT.get("/sign-in")
def show_sign_in() -> Response:
    """Render the sign-in page."""
    return sign_in_page()


@BLUEPRINT.post("/sign-in")
def sign_in() -> AnyResponse:
    """Check name and password and go on to where the caller wanted to go, or to the next step."""
    name = request.form.get("name", "")
    try:
        password, address = request.form.get("password", ""), request.remote_addr or ""
        browser = known_browser(plain_name(name))
        account = check_password(services().database, name, password, address, browser)
    except NotSignedIn as error:
        note_refusal(name, "password")
        return sign_in_page(error)
    except TooMany as error:
        return sign_in_page(error)
    return go_on(account, own_path(request.form.get("next", "")), "password")


@BLUEPRINT.get("/sign-in/code")
def show_code() -> AnyResponse:
    """Render the second step."""
    return code_page() if waiting_account() else redirect("/sign-in", 303)


@BLUEPRINT.post("/sign-in/code")
def send_code() -> AnyResponse:
    """Check the code of the second factor and start the session."""
    account = waiting_account()
    if account is None:
        return sign_in_page(OVER)
    found, code = services(), request.form.get("code", "")
    try:
        address, browser = request.remote_addr or "", known_browser(account.name)
        check_code(found.database, found.settings, account, code, address, browser)
    except NotSignedIn as error:
        note_refusal(account.name, "code")
        return code_page(error)
    except (TooMany, Conflict) as error:
        return code_page(error)
    with found.database.write() as connection:
        step = take_step(connection, request.cookies.get(STEP_COOKIE, ""))
    if step is None:
        return sign_in_page(OVER)
    return begin_signed_in(account, step.onward, "code")


@BLUEPRINT.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    with services().database.write() as connection:
        end_session(connection, request.cookies.get(COOKIE, ""))
        record(connection, entry_for("sign_out"))
    answer = redirect("/sign-in", 303)
    answer.delete_cookie(COOKIE, samesite="Lax", httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def go_on(account: Account, onward: str, method: str) -> AnyResponse:
    """Start the session of an account that proved itself, or ask for its second factor first."""
    if account.has_factor:
        return wait_for(Step(account.id, onward), "/sign-in/code")
    return begin_signed_in(account, onward, method)


def begin_signed_in(account: Account, onward: str, method: str) -> AnyResponse:
    """Start the session of a sign-in, unless the account changed while it was being checked."""
    try:
        answer = begin(account.id, onward, sign_in_entry(account, method), account)
    except NotSignedIn as error:
        return sign_in_page(error)
    if mark := make_mark(services().settings, account.name):
        leave_cookie(answer, KNOWN_COOKIE, mark, KNOWN_DAYS * 86_400, "Strict")
    return answer


def leave_cookie(
    answer: AnyResponse, name: str, value: str, seconds: int, same_site: Literal["Strict", "Lax"]
) -> None:
    """Let the browser keep a cookie for so long, for the pages of signing in alone."""
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path=STEP_PATH,
        httponly=True,
        samesite=same_site,
        secure=request.is_secure,
    )


def wait_for(step: Step, address: str) -> AnyResponse:
    """Lead to ``address`` and keep in the browser what leads back to ``step``."""
    with services().database.write() as connection:
        cookie = begin_step(connection, step)
    answer = redirect(address, 303)
    leave_cookie(answer, STEP_COOKIE, cookie, LASTS * 60, "Lax")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def waiting_account() -> Account | None:
    """Return the account whose code this browser is asked for, or None."""
    with services().database.write() as connection:
        step = find_step(connection, request.cookies.get(STEP_COOKIE, ""))
        return account_numbered(connection, step.account) if step and step.account else None


def begin(
    account: int, onward: str, entry: Entry | None = None, checked: Account | None = None
) -> AnyResponse:
    """Start a new session for an account, whatever cookie the browser had, and lead onward.

    ``entry`` is what the audit trail is told of it when it is a sign-in, ``checked`` the account
    as it was when it proved itself. Raises NotSignedIn when password or factor changed since.
    """
    settings = services().settings.access
    with services().database.write() as connection:
        if entry:  # first, as everyone who manages accounts locks the account first
            note_sign_in(connection, account)
        if checked and proofs(account_numbered(connection, account)) != proofs(checked):
            raise OVER
        end_session(connection, request.cookies.get(COOKIE, ""))
        address = request.remote_addr or ""
        idle, hours = settings.session_idle, settings.session_hours
        cookie = start_session(connection, account, address, hours, idle)
        if entry:
            record(connection, entry)
    answer = redirect(onward, 303)
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Lax", secure=request.is_secure)
    answer.delete_cookie(STEP_COOKIE, path=STEP_PATH, samesite="Lax", httponly=True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def known_browser(name: str) -> str:
    """Return the number of the browser that asks if ``name`` has signed in there before, else ""."""
    return browser_of(services().settings, name, request.cookies.get(KNOWN_COOKIE, ""))


def proofs(account: Account) -> tuple[str, bool]:
    """Return what a sign-in was checked against; hashes made anew meanwhile ask for another try."""
    return account.password, account.has_factor


def sign_in_entry(account: Account, method: str) -> Entry:
    """Return what the audit trail is told of a sign-in."""
    about = f"account:{account.name}"
    return entry_for("sign_in", about, account=account.id, name=account.name, method=method)


def note_refusal(name: str, method: str) -> None:
    """Tell the audit trail of a wrong password, code or identity.

    Attempts that have to wait are not judged and not noted: they cannot flood the trail.
    """
    name = name.strip().lower()[:LONGEST_NAME]
    note("sign_in_refused", result="refused", name=name, method=method)


def sign_in_page(error: UserError | None = None, **more: str) -> Response:
    """Render the form, with what went wrong."""
    with services().database.write() as connection:
        anybody = has_accounts(connection)
    page = render_template(
        "sign_in.html",
        error=error and error.message.say(language()),
        hint=error and error.hint and error.hint.say(language()),
        name=request.form.get("name", ""),
        onward=own_path(request.values.get("next", "")),
        anybody=anybody,
        open_id=services().settings.open_id,
        **more,
    )
    answer = make_response(page, status_of(error) if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def code_page(error: UserError | None = None) -> Response:
    """Render the form of the second step, with what went wrong."""
    page = render_template(
        "sign_in_code.html",
        error=error and error.message.say(language()),
        hint=error and error.hint and error.hint.say(language()),
    )
    answer = make_response(page, status_of(error) if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def own_path(text: str) -> str:
    """Return ``text`` if it is a path on this server, else the first page."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if plain and "\\" not in text and len(text) < 2000 else "/"
