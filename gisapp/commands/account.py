"""`gisapp account`: who may sign in, from the server's own command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_args

import click

from gisapp.access.accounts import (
    UNKNOWN,
    Account,
    change_account,
    create_account,
    find_account,
    list_accounts,
    remove_account,
    set_password,
)
from gisapp.access.attempts import lift_waits
from gisapp.access.audit import Action, Entry, record
from gisapp.access.passwords import new_password
from gisapp.access.second_factor import remove_factor
from gisapp.commands.connect import open_database
from gisapp.errors import BadParameter
from gisapp.language import say
from layers.spec import Role, Text

ROLE = click.option(
    "--role", type=click.Choice(get_args(Role)), required=True, help=say("角色。", "The role.")
)
AREAS = click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="CODE",
    help=say("可见区域代码，可多次。", "Code of an area it sees; may be given several times."),
)
EVERYWHERE = click.option(
    "--everywhere", is_flag=True, help=say("可见全部区域。", "It sees all areas.")
)
ASKED = click.option(
    "--ask-password",
    is_flag=True,
    help=say("输入口令，而不是生成。", "Type the password instead of having one made."),
)


@click.group(
    "account",
    help=say(
        "管理登录账号。\n\n例：gisapp account add xunfang01 --role inspector --area 445103101",
        "Manage who may sign in.\n\nExample: gisapp account add patrol01 --role inspector "
        "--area 445103101",
    ),
)
def account_command() -> None:
    """Group the commands about accounts."""


@account_command.command("list", help=say("列出账号。", "List all accounts."))
def list_command() -> None:
    """Print name, role and areas of every account."""
    with writing() as connection:
        for account in list_accounts(connection):
            areas = say("全部区域", "all areas") if account.everywhere else " ".join(account.areas)
            click.echo(f"{account.name:20} {account.role:14} {areas or '-'}")


@account_command.command("add", help=say("新建账号，打印初始口令。", "Make an account."))
@click.argument("name")
@ROLE
@AREAS
@EVERYWHERE
@ASKED
def add_command(
    name: str, role: str, areas: tuple[str, ...], everywhere: bool, ask_password: bool
) -> None:
    """Make an account and print its first password."""
    with writing() as connection:
        password = asked_password() if ask_password else new_password()
        account = create_account(connection, name, role, seen(areas, everywhere), password)
        note(connection, "account_created", account, role=role, areas=areas or "*")
    tell_password(account.name, None if ask_password else password)


@account_command.command("change", help=say("更改角色和可见区域。", "Change role and areas."))
@click.argument("name")
@ROLE
@AREAS
@EVERYWHERE
def change_command(name: str, role: str, areas: tuple[str, ...], everywhere: bool) -> None:
    """Give an account another role and other areas, at once."""
    with writing() as connection:
        account = named(connection, name)
        change_account(connection, account, role, seen(areas, everywhere))
        note(connection, "account_changed", account, role=role, areas=areas or "*")
    click.echo(say("已更改。", "Changed."))


@account_command.command("password", help=say("重设口令。", "Set a new password."))
@click.argument("name")
@ASKED
def password_command(name: str, ask_password: bool) -> None:
    """Set a password that must be changed at the next sign-in; sessions end."""
    with writing() as connection:
        account = named(connection, name)
        password = asked_password() if ask_password else new_password()
        set_password(connection, account, password, must_change=True)
        lift_waits(connection, account.name)
        note(connection, "password_changed", account, change="reset")
    tell_password(account.name, None if ask_password else password)


@account_command.command("remove", help=say("停用账号。", "Take an account out of use."))
@click.argument("name")
def remove_command(name: str) -> None:
    """End an account's sessions and tokens; it never signs in again."""
    with writing() as connection:
        account = named(connection, name)
        remove_account(connection, account)
        note(connection, "account_removed", account)
    click.echo(say("已停用。", "Removed."))


@account_command.command(
    "remove-factor", help=say("移除二次验证（手机或密钥丢失时）。", "Remove the second factor.")
)
@click.argument("name")
def remove_factor_command(name: str) -> None:
    """Let an account sign in by its password alone: its phone or our key was lost."""
    with writing() as connection:
        account = named(connection, name)
        remove_factor(connection, account)
        lift_waits(connection, account.name)
        note(connection, "second_factor_changed", account, change="removed")
    click.echo(say("已移除。", "Removed."))


def note(connection: Any, action: Action, account: Account, **details: object) -> None:
    """Tell the audit trail what the command line did with ``account``."""
    record(connection, Entry(action, f"account:{account.name}", details=details))


@contextmanager
def writing() -> Iterator[Any]:
    """Lend a connection to the configured database, in one transaction."""
    with open_database() as database, database.write() as connection:
        yield connection


def named(connection: Any, name: str) -> Account:
    """Return the account called ``name``. Raises NotFound."""
    account = find_account(connection, name)
    if account is None:
        raise UNKNOWN
    return account


def seen(areas: tuple[str, ...], everywhere: bool) -> tuple[str, ...] | None:
    """Return the areas to see, None for all. Raises BadParameter unless just one way is given."""
    if everywhere == bool(areas):
        raise BadParameter(
            Text("请给出 --area 或 --everywhere 之一。", "Give either --area or --everywhere.")
        )
    return None if everywhere else areas


def asked_password() -> str:
    """Return a password typed twice."""
    typed: str = click.prompt(say("口令", "Password"), hide_input=True, confirmation_prompt=True)
    return typed


def tell_password(name: str, password: str | None) -> None:
    """Print how to sign in; a password that was typed is not repeated."""
    click.echo(say("账号：", "Account: ") + name)
    if password:
        click.echo(say("初始口令：", "First password: ") + password)
        click.echo(say("首次登录须修改。", "It must be changed at the first sign-in."))
