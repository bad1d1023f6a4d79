"""One's own account: who one is, a new password, other sessions."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from gisapp.access.accounts import account_numbered, set_password
from gisapp.access.attempts import count_attempt, forgive
from gisapp.access.passwords import is_password
from gisapp.access.sessions import end_other_sessions, list_sessions
from gisapp.errors import BadParameter, Forbidden, TooMany, UserError
from gisapp.web.context import caller, services
from gisapp.web.gate import COOKIE
from gisapp.web.i18n import language
from gisapp.web.problems import status_of
from gisapp.web.sign_in import begin
from layers.spec import Text

BLUEPRINT = Blueprint("account", __name__)
WRONG = BadParameter(Text("原口令不正确。", "The present password is wrong."))
DIFFERENT = BadParameter(Text("两次输入的新口令不一致。", "The new passwords differ."))


@BLUEPRINT.get("/account")
def show_account() -> tuple[str, int]:
    """Render the caller's own account."""
    return account_page()


@BLUEPRINT.post("/account/password")
def change_password() -> Response | tuple[str, int]:
    """Change one's own password; every session ends and this browser gets a new one."""
    asks = own_number()
    former, wanted = request.form.get("former", ""), request.form.get("wanted", "")
    try:
        address = request.remote_addr or ""
        with services().database.write() as connection:
            count_attempt(connection, caller().name, address)
        with services().database.write() as connection:
            account = account_numbered(connection, asks)
            if not is_password(account.password, former):
                raise WRONG
            forgive(connection, caller().name, address)
            if wanted != request.form.get("again", ""):
                raise DIFFERENT
            set_password(connection, account, wanted)
    except (BadParameter, TooMany) as error:
        return account_page(error)
    return begin(asks, "/account")


@BLUEPRINT.post("/account/sessions/end")
def end_sessions() -> Response:
    """Sign out everywhere else."""
    with services().database.write() as connection:
        end_other_sessions(connection, own_number(), request.cookies.get(COOKIE, ""))
    return redirect("/account", 303)


def own_number() -> int:
    """Return the number of the account that is signed in. Raises Forbidden for tokens."""
    number = caller().account
    if caller().credential != "session" or number is None:
        raise Forbidden(Text("令牌不能管理账号。", "A token cannot manage its account."))
    return number


def account_page(error: UserError | None = None) -> tuple[str, int]:
    """Render the account, with what went wrong."""
    with services().database.write() as connection:
        account = account_numbered(connection, own_number())
        sessions = list_sessions(connection, account.id)
    page = render_template(
        "account.html",
        account=account,
        sessions=sessions,
        error=error and error.message.say(language()),
    )
    return page, status_of(error) if error else 200
