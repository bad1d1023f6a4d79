"""What an administrator can do with an account besides its rights, each after a page that asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gisapp.access.accounts import (
    Account,
    connect_subject,
    end_sessions,
    remove_account,
    set_password,
)
from gisapp.access.administration import acting_administrator, managed_account
from gisapp.access.attempts import lift_waits
from gisapp.access.audit import Action, record
from gisapp.access.open_id import subject_digest
from gisapp.access.passwords import new_password
from gisapp.access.second_factor import remove_factor
from gisapp.errors import BadParameter, Conflict, NotFound, UserError
from gisapp.web.admin_accounts import PAGE, account_entry, own_number, secret_page
from gisapp.web.context import services
from gisapp.web.i18n import language
from gisapp.web.problems import status_of
from layers.spec import Text

BLUEPRINT = Blueprint("admin_actions", __name__)
LONGEST_SUBJECT = 255  # characters: OpenID Connect Core, section 2


@dataclass(frozen=True)
class Deed:
    """One thing that can be done: what it is called and means, how it is done and noted.

    ``run`` returns a secret to be shown once, or "".
    """

    title: Text
    meaning: Text
    action: Action
    run: Callable[[Any, Account], str]
    change: str  # for the audit trail


def reset_password(connection: Any, account: Account) -> str:
    """Set a new first password and return it; waits after failures are lifted."""
    password = new_password()
    set_password(connection, account, password, must_change=True)
    lift_waits(connection, account.name)
    return password


def sign_out(connection: Any, account: Account) -> str:
    """End the sessions of an account and revoke its tokens."""
    end_sessions(connection, account.id, tokens=True)
    return ""


def take_factor(connection: Any, account: Account) -> str:
    """Remove the second factor of an account; waits after failures are lifted."""
    remove_factor(connection, account)
    lift_waits(connection, account.name)
    return ""


def connect(connection: Any, account: Account) -> str:
    """Connect an account with the OpenID subject that the form sent; "" disconnects it."""
    subject = request.form.get("subject", "").strip()
    if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise BadParameter(Text("标识无效。", "Not a subject."))
    issuer = services().settings.open_id.issuer
    connect_subject(connection, account, subject_digest(issuer, subject) if subject else None)
    return ""


def remove(connection: Any, account: Account) -> str:
    """Take an account out of use."""
    remove_account(connection, account)
    return ""


DEEDS = {
    "password": Deed(
        Text("重设口令", "Reset the password"),
        Text(
            "生成新的初始口令并显示一次；该账号的登录全部结束，下次登录须修改。令牌不受影响。",
            "A new first password is made and shown once. All its sessions end and it must choose "
            "an own password at the next sign-in. Tokens stay.",
        ),
        "password_changed",
        reset_password,
        "reset",
    ),
    "sign-out": Deed(
        Text("强制下线", "Sign out everywhere"),
        Text(
            "结束该账号的全部登录，并撤销其全部访问令牌。",
            "All its sessions end and all its access tokens are revoked.",
        ),
        "sign_out",
        sign_out,
        "sessions and tokens",
    ),
    "factor": Deed(
        Text("移除二次验证", "Remove the second factor"),
        Text(
            "手机丢失时使用：移除后登录只需口令，恢复码作废。请先当面核实。",
            "For a lost phone: from then on the password is enough, and the recovery codes are of "
            "no use. Make sure in person first.",
        ),
        "second_factor_changed",
        take_factor,
        "removed",
    ),
    "open-id": Deed(
        Text("绑定统一登录", "Connect with the sign-in provider"),
        Text(
            "填写提供方给出的标识（sub）；只保存其摘要。留空则解除绑定。",
            "Enter the subject (sub) that the provider gave; only a digest of it is kept. Empty: "
            "disconnect.",
        ),
        "account_changed",
        connect,
        "open id",
    ),
    "remove": Deed(
        Text("停用账号", "Remove the account"),
        Text(
            "立即结束登录、撤销令牌，今后不能再登录；历史与审计中的记录保留。",
            "Its sessions end and its tokens are revoked at once; it never signs in again. What it "
            "did stays in history and audit.",
        ),
        "account_removed",
        remove,
        "removed",
    ),
}


@BLUEPRINT.get(PAGE + "/<int:number>/<deed>")
def ask(number: int, deed: str) -> Response:
    """Render what would happen, to be confirmed."""
    return ask_page(number, deed)


@BLUEPRINT.post(PAGE + "/<int:number>/<deed>")
def do(number: int, deed: str) -> AnyResponse:
    """Do it, and note it in the same transaction."""
    chosen, own = deed_named(deed), own_number()
    try:
        with services().database.write() as connection:
            account = managed_account(connection, acting_administrator(connection, own), number)
            secret = chosen.run(connection, account)
            record(connection, account_entry(chosen.action, account, {"change": chosen.change}))
    except (BadParameter, Conflict) as error:
        return ask_page(number, deed, error)
    if secret:
        return secret_page(account, secret)
    return redirect(PAGE if deed == "remove" else f"{PAGE}/{number}", 303)


def ask_page(number: int, deed: str, error: UserError | None = None) -> Response:
    """Render the page that asks, with what went wrong."""
    chosen, own = deed_named(deed), own_number()
    with services().database.write() as connection:
        account = managed_account(connection, acting_administrator(connection, own), number)
    page = render_template(
        "admin/confirm.html",
        account=account,
        deed=deed,
        title=chosen.title.say(language()),
        meaning=chosen.meaning.say(language()),
        error=error and error.message.say(language()),
        hint=error and error.hint and error.hint.say(language()),
    )
    return make_response(page, status_of(error) if error else 200)


def deed_named(name: str) -> Deed:
    """Return what can be done under ``name``. Raises NotFound."""
    if name not in DEEDS or (name == "open-id" and not services().settings.open_id.issuer):
        raise NotFound(Text("没有这个操作。", "There is nothing of that name to do."))
    return DEEDS[name]
