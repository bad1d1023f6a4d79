"""Personal access tokens of one's own account, for programs such as QGIS."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gisapp.access.audit import record
from gisapp.access.sessions import LONGEST_LIFE, list_tokens, make_token, revoke_token
from gisapp.errors import BadParameter, UserError
from gisapp.web.account import own_account
from gisapp.web.area_choice import area_choice, area_names, chosen_areas
from gisapp.web.auditing import entry_for
from gisapp.web.context import caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.problems import status_of
from layers.spec import Text

BLUEPRINT = Blueprint("tokens", __name__)
PAGE = "/account/tokens"
NO_DAYS = BadParameter(
    Text(f"有效期须为 1 到 {LONGEST_LIFE} 天。", f"It lasts 1 to {LONGEST_LIFE} days.")
)


@BLUEPRINT.get(PAGE)
def show_tokens() -> Response:
    """Render one's tokens and the form for another one."""
    return tokens_page()


@BLUEPRINT.post(PAGE)
def create_token() -> Response:
    """Make a token and show it once."""
    account, form = own_account(), request.form
    label, writes, areas = form.get("label", ""), form.get("writes") == "yes", chosen_areas()
    try:
        days = read_days(form.get("days", ""))
        with services().database.write() as connection:
            token = make_token(connection, account, label, days, writes, areas)
            made = entry_for(
                "token_created", f"token:{label}", days=days, writes=writes, areas=areas
            )
            record(connection, made)
    except BadParameter as error:
        return tokens_page(error)
    return tokens_page(fresh=token)


@BLUEPRINT.post(PAGE + "/<int:number>/revoke")
def revoke(number: int) -> AnyResponse:
    """Revoke one of one's tokens; it is refused from the next request on."""
    account = own_account()
    with services().database.write() as connection:
        label = revoke_token(connection, account.id, number)
        record(connection, entry_for("token_revoked", f"token:{label}"))
    return redirect(PAGE, 303)


def read_days(text: str) -> int:
    """Return a number of days. Raises BadParameter."""
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise NO_DAYS
    return int(text)


def tokens_page(error: UserError | None = None, fresh: str = "") -> Response:
    """Render the page, with what went wrong or the token that was just made."""
    account = own_account()
    with services().database.write() as connection:
        tokens = list_tokens(connection, account.id)
    page = render_template(
        "tokens.html",
        account=account,
        tokens=tokens,
        token_areas={token.id: area_names(token.areas) for token in tokens},
        choice=area_choice(caller_scope(), request.form.getlist("area") if error else ()),
        form=request.form if error else {},
        fresh=fresh,
        longest=LONGEST_LIFE,
        base=request.host_url.rstrip("/"),
        error=error and error.message.say(language()),
    )
    answer = make_response(page, status_of(error) if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer
