"""One's own account: who one is, a new password, other devices."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from gisapp.access.accounts import Account, account_numbered, set_password
from gisapp.access.audit import record
from gisapp.access.second_factor import count_recovery_codes
from gisapp.access.sessions import end_other_sessions, list_sessions, list_tokens
from gisapp.access.sign_in import confirm_password
from gisapp.errors import BadParameter, Forbidden, TooMany, UserError
from gisapp.web.area_choice import area_names
from gisapp.web.auditing import entry_for
from gisapp.web.context import caller, services
from gisapp.web.gate import COOKIE
from gisapp.web.i18n import language
from gisapp.web.problems import status_of
from gisapp.web.sign_in import begin
from layers.spec import Text

BLUEPRINT = Blueprint("account", __name__)
DIFFERENT = BadParameter(Text("两次输入的新口令不一致。", "The new passwords differ."))


@BLUEPRINT.get("/account")
def show_account() -> tuple[str, int]:
    """Render the caller's own account."""
    return account_page()


@BLUEPRINT.post("/account/password")
def change_password() -> Response | tuple[str, int]:
    """Change one's own password; every session ends and this browser gets a new one."""
    account, wanted = own_account(), request.form.get("wanted", "")
    try:
        database, former = services().database, request.form.get("former", "")
        confirm_password(database, account, former, request.remote_addr or "")
        if wanted != request.form.get("again", ""):
            raise DIFFERENT
        with database.write() as connection:
            set_password(connection, account, wanted)
            record(connection, entry_for("password_changed", f"account:{account.name}"))
    except (BadParameter, TooMany) as error:
        return account_page(error)
    # Who had to change it came for the map.
    return begin(account.id, "/" if account.must_change else "/account")


@BLUEPRINT.post("/account/sessions/end")
def end_sessions() -> Response:
    """Sign out everywhere else."""
    account = own_account()
    with services().database.write() as connection:
        ended = end_other_sessions(connection, account.id, request.cookies.get(COOKIE, ""))
        about = f"account:{account.name}"
        record(connection, entry_for("sign_out", about, others=ended))
    return redirect("/account", 303)


def own_account() -> Account:
    """Return the account that is signed in. Raises Forbidden for tokens."""
    number = caller().account
    if caller().credential != "session" or number is None:
        raise Forbidden(Text("令牌不能管理账号。", "A token cannot manage its account."))
    with services().database.write() as connection:
        return account_numbered(connection, number)


def account_page(error: UserError | None = None) -> tuple[str, int]:
    """Render the account, with what went wrong."""
    account = own_account()
    with services().database.write() as connection:
        sessions = list_sessions(connection, account.id)
        tokens = list_tokens(connection, account.id)
        codes_left = count_recovery_codes(connection, account)
    page = render_template(
        "account.html",
        account=account,
        sessions=sessions,
        tokens=tokens,
        codes_left=codes_left,
        areas=area_names(account.areas),
        error=error and error.message.say(language()),
    )
    return page, status_of(error) if error else 200
