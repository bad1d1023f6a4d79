"""The second factor of one's own account: set it up, recovery codes, remove it."""

from __future__ import annotations

import io
from contextlib import suppress

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gisapp.access.accounts import Account
from gisapp.access.audit import record
from gisapp.access.second_factor import (
    address_of,
    check_code,
    confirm_factor,
    count_recovery_codes,
    is_wanted,
    new_recovery_codes,
    remove_factor,
    want_factor,
    wanted_secret,
)
from gisapp.access.sessions import end_other_sessions
from gisapp.access.sign_in import confirm_password
from gisapp.errors import BadParameter, Conflict, NotSignedIn, TooMany, UserError
from gisapp.web.account import own_account
from gisapp.web.auditing import entry_for
from gisapp.web.context import caller, services
from gisapp.web.gate import COOKIE, needs_factor
from gisapp.web.i18n import language
from gisapp.web.problems import status_of
from layers.spec import Text

BLUEPRINT = Blueprint("second_factor", __name__)
PAGE = "/account/factor"
HAS_ONE = Conflict(
    Text("已有二次验证，请先移除。", "There is a second factor already: remove it first.")
)


@BLUEPRINT.get(PAGE)
def show_factor() -> Response:
    """Render the second factor: how to set it up, or what can be done with it."""
    return factor_page(own_account())


@BLUEPRINT.post(PAGE + "/begin")
def begin_set_up() -> AnyResponse:
    """Make a new secret to be read by a phone."""
    account = without_factor()
    with services().database.write() as connection:
        want_factor(connection, services().settings, account)
    return redirect(PAGE, 303)


@BLUEPRINT.get(PAGE + "/picture.svg")
def give_picture() -> Response:
    """Answer the QR code of the secret that waits for its confirming code."""
    account = without_factor()
    with services().database.write() as connection:
        secret = wanted_secret(connection, services().settings, account)
    picture = io.BytesIO()
    code = segno.make(address_of(secret, account.name), error="m")
    code.save(picture, kind="svg", scale=5, border=4, light="white", xmldecl=False)
    return private(Response(picture.getvalue(), content_type="image/svg+xml"))


@BLUEPRINT.post(PAGE + "/confirm")
def confirm() -> Response:
    """Take the new secret into use, end other sessions and show the recovery codes once."""
    account, found = without_factor(), services()
    try:
        password, address = request.form.get("password", ""), request.remote_addr or ""
        confirm_password(found.database, account, password, address)
        with found.database.write() as connection:
            code = request.form.get("code", "")
            codes = confirm_factor(connection, found.settings, account, code)
            end_other_sessions(connection, account.id, request.cookies.get(COOKIE, ""))
            record(connection, entry_for("second_factor_changed", about(account), change="set up"))
    except (BadParameter, TooMany, Conflict) as error:
        return factor_page(account, error)
    return codes_page(codes)


@BLUEPRINT.post(PAGE + "/codes")
def renew_codes() -> Response:
    """Show fresh recovery codes once; the former ones are of no use any more."""
    account = own_account()
    try:
        use_own_code(account)
    except (NotSignedIn, TooMany, Conflict) as error:
        return factor_page(account, error)
    with services().database.write() as connection:
        codes = new_recovery_codes(connection, account)
        record(connection, entry_for("second_factor_changed", about(account), change="new codes"))
    return codes_page(codes)


@BLUEPRINT.post(PAGE + "/remove")
def remove() -> AnyResponse:
    """Do without the second factor from now on."""
    account = own_account()
    try:
        use_own_code(account)
    except (NotSignedIn, TooMany, Conflict) as error:
        return factor_page(account, error)
    with services().database.write() as connection:
        remove_factor(connection, account)
        record(connection, entry_for("second_factor_changed", about(account), change="removed"))
    return redirect(PAGE, 303)


def use_own_code(account: Account) -> None:
    """Use up the code that the form sent. Raises NotSignedIn, TooMany and Conflict."""
    found, code = services(), request.form.get("code", "")
    check_code(found.database, found.settings, account, code, request.remote_addr or "")


def without_factor() -> Account:
    """Return one's own account. Raises Conflict when it has a second factor."""
    account = own_account()
    if account.has_factor:
        raise HAS_ONE
    return account


def about(account: Account) -> str:
    """Return how the audit trail names the account."""
    return f"account:{account.name}"


def factor_page(account: Account, error: UserError | None = None) -> Response:
    """Render the page, with what went wrong."""
    found, secret = services(), ""
    with found.database.write() as connection:
        left = count_recovery_codes(connection, account)
        if not account.has_factor and is_wanted(connection, account):
            with suppress(Conflict):  # under a former key: it can only be begun again
                secret = wanted_secret(connection, found.settings, account)
    page = render_template(
        "second_factor.html",
        account=account,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        codes_left=left,
        required=needs_factor(caller(), services().settings.access.second_factor),
        error=error and error.message.say(language()),
        hint=error and error.hint and error.hint.say(language()),
    )
    # 401 would lead a browser to think that it is no longer signed in.
    status = 400 if isinstance(error, NotSignedIn) else status_of(error) if error else 200
    return private(make_response(page, status))


def codes_page(codes: list[str]) -> Response:
    """Render recovery codes, which cannot be shown again."""
    return private(make_response(render_template("recovery_codes.html", codes=codes)))


def private(answer: Response) -> Response:
    """Keep an answer that holds a secret out of every cache."""
    answer.headers["Cache-Control"] = "no-store"
    return answer
