"""Signing in by name and password."""

from __future__ import annotations

from dataclasses import replace

from gisapp.access.accounts import Account, find_account, set_hash
from gisapp.access.attempts import count_attempt, forgive
from gisapp.access.passwords import hash_password, is_outdated, is_password
from gisapp.database.engine import Database
from gisapp.errors import BadParameter, NotSignedIn
from layers.spec import Text

WRONG = NotSignedIn(
    Text("账号或口令不正确。", "Wrong name or password."),
    Text("连续失败后须等待。", "After several failures you have to wait."),
)

WRONG_PRESENT = BadParameter(Text("原口令不正确。", "The present password is wrong."))


def check_password(
    database: Database, name: str, password: str, address: str, browser: str = ""
) -> Account:
    """Return the account that ``name`` and ``password`` open.

    Counts the attempt first, and takes as long for a name that nobody has. Raises NotSignedIn,
    and TooMany while name or address have to wait, or the ``browser`` that knows the name.
    """
    name = plain_name(name)
    with database.write() as connection:
        count_attempt(connection, name, address, browser=browser)
    with database.write() as connection:
        account = find_account(connection, name)
    if not is_password(account.password if account else "", password) or account is None:
        raise WRONG
    with database.write() as connection:
        forgive(connection, name, address, browser=browser)
        if is_outdated(account.password):
            newer = hash_password(password)
            set_hash(connection, account, newer)
            account = replace(account, password=newer)
    return account


def plain_name(name: str) -> str:
    """Return a name as accounts have it, of whatever was typed."""
    return name.strip().lower()[:64].replace("\0", "")


def confirm_password(database: Database, account: Account, password: str, address: str) -> None:
    """Make sure that whoever is signed in knows the password of ``account``, if it has one.

    Counts the attempt first. Raises BadParameter, and TooMany while name or address have to wait.
    """
    if not account.password:
        return
    with database.write() as connection:
        count_attempt(connection, account.name, address)
    if not is_password(account.password, password):
        raise WRONG_PRESENT
    with database.write() as connection:
        forgive(connection, account.name, address)
