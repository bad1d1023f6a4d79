"""The administrator's pages of accounts: who there is, a new one, role and areas of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gisapp.access.accounts import Account, account_numbered, change_account, create_account
from gisapp.access.administration import (
    acting_administrator,
    managed_account,
    managed_accounts,
    manages,
    require_grantable,
)
from gisapp.access.audit import Action, Entry, record
from gisapp.access.passwords import new_password
from gisapp.errors import BadParameter, Conflict, Forbidden, NotFound, UserError
from gisapp.web.area_choice import area_choice, area_names, chosen_areas
from gisapp.web.auditing import entry_for
from gisapp.web.context import caller, require_administrator, services
from gisapp.web.i18n import language
from gisapp.web.problems import status_of
from layers.spec import Role, Text

BLUEPRINT = Blueprint("admin_accounts", __name__)
PAGE = "/admin/accounts"


@BLUEPRINT.get(PAGE)
def show_accounts() -> str:
    """Render the accounts that the caller manages."""
    number = own_number()
    with services().database.write() as connection:
        actor = acting_administrator(connection, number)
        accounts = managed_accounts(connection, actor)
    seen = {account.id: area_names(account.areas) for account in accounts}
    return render_template("admin/accounts.html", accounts=accounts, areas=seen, own=number)


@BLUEPRINT.get(PAGE + "/new")
def show_new() -> Response:
    """Render the form for a new account."""
    return new_page()


@BLUEPRINT.post(PAGE + "/new")
def create() -> Response:
    """Make an account and show its first password once."""
    number, areas = own_number(), asked_areas()
    name, role = request.form.get("name", ""), request.form.get("role", "")
    password = "" if request.form.get("without_password") else new_password()
    try:
        with services().database.write() as connection:
            require_grantable(acting_administrator(connection, number), areas)
            account = create_account(connection, name, role, areas, password)
            told = {"role": role, "areas": "*" if areas is None else areas}
            record(connection, account_entry("account_created", account, told))
    except (BadParameter, Conflict) as error:
        return new_page(error)
    return secret_page(account, password)


@BLUEPRINT.get(PAGE + "/<int:number>")
def show_one(number: int) -> Response:
    """Render one account: role, areas and what can be done with it."""
    return account_page(number)


@BLUEPRINT.post(PAGE + "/<int:number>")
def change(number: int) -> AnyResponse:
    """Give an account another role and other areas, once that was confirmed."""
    own, areas, role = own_number(), asked_areas(), request.form.get("role", "")
    try:
        with services().database.write() as connection:
            actor = acting_administrator(connection, own)
            account = managed_account(connection, actor, number)
            require_grantable(actor, areas)
            if not request.form.get("confirmed"):
                return confirm_change(account, role, areas)
            change_account(connection, account, role, areas)
            told = {
                "former_role": account.role,
                "role": role,
                "former_areas": "*" if account.everywhere else account.areas,
                "areas": "*" if areas is None else areas,
            }
            record(connection, account_entry("account_changed", account, told))
    except (BadParameter, Conflict) as error:
        return account_page(number, error)
    return redirect(f"{PAGE}/{number}", 303)


def own_number() -> int:
    """Return the number of the administrator who asks. Raises Forbidden for all others."""
    require_administrator()
    number = caller().account
    if caller().credential != "session" or number is None:
        raise Forbidden(Text("令牌不能管理账号。", "A token cannot manage accounts."))
    return number


def asked_areas() -> list[str] | None:
    """Return the areas that the form gives, None for all."""
    return None if request.form.get("everywhere") else chosen_areas()


def account_entry(action: Action, account: Account, details: Mapping[str, object]) -> Entry:
    """Return the entry of an act on ``account``."""
    return replace(entry_for(action, f"account:{account.name}"), details=details)


def roles() -> tuple[Role, ...]:
    """Return all roles, those with the least rights first."""
    return get_args(Role)


def new_page(error: UserError | None = None) -> Response:
    """Render the form for a new account, with what went wrong."""
    with services().database.write() as connection:
        actor = acting_administrator(connection, own_number())
    page = render_template(
        "admin/new.html",
        actor=actor,
        roles=roles(),
        form=request.form,
        choice=area_choice(actor.scope, request.form.getlist("area")),
        open_id=services().settings.open_id,
        error=error and error.message.say(language()),
        hint=error and error.hint and error.hint.say(language()),
    )
    return make_response(page, status_of(error) if error else 200)


def account_page(number: int, error: UserError | None = None) -> Response:
    """Render one account, with what went wrong. Raises NotFound beyond the caller's areas."""
    own = own_number()
    with services().database.write() as connection:
        actor = acting_administrator(connection, own)
        account = account_numbered(connection, number)
        if number != own and not manages(actor, account):
            raise NotFound(Text("没有这个账号。", "There is no such account."))
    page = render_template(
        "admin/account.html",
        actor=actor,
        account=account,
        own=number == own,
        roles=roles(),
        areas=area_names(account.areas),
        choice=area_choice(actor.scope, account.areas),
        open_id=services().settings.open_id,
        error=error and error.message.say(language()),
        hint=error and error.hint and error.hint.say(language()),
    )
    return make_response(page, status_of(error) if error else 200)


def confirm_change(account: Account, role: str, areas: list[str] | None) -> Response:
    """Render what would change, to be confirmed."""
    page = render_template(
        "admin/confirm_change.html",
        account=account,
        role=role if role in roles() else account.role,
        codes=areas,
        areas=area_names(areas or ()),
        former=area_names(account.areas),
    )
    return make_response(page)


def secret_page(account: Account, password: str) -> Response:
    """Render a password that is shown this once."""
    page = render_template("admin/password.html", account=account, password=password)
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer
