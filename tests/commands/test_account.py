"""The command ``account``: who may sign in, and that the audit trail is told of every change."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from gisapp.access.accounts import Account, find_account
from gisapp.access.passwords import is_password
from gisapp.commands.account import account_command
from gisapp.database.engine import Database
from gisapp.errors import BadParameter, Conflict, NotFound
from gisapp.settings import Settings
from tests.access.people import audited, run

Call = Callable[..., Result]
PASSWORD = re.compile(r"(?:[A-Za-z0-9]{4}-){3}[A-Za-z0-9]{4}")
SET_UP = "UPDATE gisapp.accounts SET factor = 'x' WHERE name = 'patrol01'"


@pytest.fixture
def call(database_url: str, settings: Settings) -> Call:
    environ = {"GISAPP_DATABASE_URL": database_url, "GISAPP_VAR": str(settings.var)}

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(account_command, words, env=environ)

    return invoke


def patrol(database: Database) -> Account | None:
    with database.write() as connection:
        return find_account(connection, "patrol01")


def test_account_when_managed_on_the_command_line_is_audited(
    call: Call, database: Database
) -> None:
    made = call("add", "patrol01", "--role", "inspector", "--area", "445103101")
    assert made.exit_code == 0, made.output
    account = patrol(database)
    assert account and account.areas == ("445103101",)
    assert is_password(account.password, PASSWORD.findall(made.output)[0])
    assert "445103101" in call("list").output
    assert call("change", "patrol01", "--role", "leader", "--everywhere").exit_code == 0
    assert patrol(database).everywhere
    reset = call("password", "patrol01")
    assert is_password(patrol(database).password, PASSWORD.findall(reset.output)[0])
    run(database, SET_UP)
    assert call("remove-factor", "patrol01").exit_code == 0
    assert not patrol(database).has_factor
    assert call("remove", "patrol01").exit_code == 0
    assert patrol(database) is None
    assert audited(database) == [
        (action, "gisapp", "account:patrol01", "done")
        for action in (
            "account_created",
            "account_changed",
            "password_changed",
            "second_factor_changed",
            "account_removed",
        )
    ]


def test_account_when_it_cannot_be_is_told_and_nothing_is_noted(
    call: Call, database: Database
) -> None:
    assert isinstance(call("password", "nobody").exception, NotFound)
    assert isinstance(call("add", "patrol01", "--role", "viewer").exception, BadParameter)
    call("add", "chief", "--role", "administrator", "--everywhere")
    assert isinstance(call("remove", "chief").exception, Conflict)
    assert [action for action, *_ in audited(database)] == ["account_created"]
