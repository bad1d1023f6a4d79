"""Who may manage whose account, and what rights may be given: never more than one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gisapp.access.accounts import (
    UNKNOWN,
    Account,
    account_numbered,
    list_accounts,
    take_turns,
)
from gisapp.errors import BadParameter, Conflict, Forbidden
from layers.spec import Text

OWN = Conflict(
    Text("不能在此更改自己的账号。", "Nobody changes the own account here."),
    Text("请由另一位管理员更改。", "Another administrator can."),
)
BEYOND = Forbidden(
    Text("不能授予超出自己范围的区域。", "Nobody gives areas beyond the own ones."),
    Text("请联系上一级管理员。", "Ask an administrator of the larger area."),
)
NO_AREAS = BadParameter(
    Text("请至少选择一个区域，或选全部区域。", "Choose an area at least, or all areas.")
)


def acting_administrator(connection: Any, number: int) -> Account:
    """Return the account that acts, as it is now. Raises Forbidden unless an administrator's.

    Until the transaction ends nobody else manages accounts: its rights stay what they are now.
    """
    take_turns(connection)
    actor = account_numbered(connection, number)
    if actor.role != "administrator":
        raise Forbidden(Text("只有管理员可以这样做。", "Only administrators may do this."))
    return actor


def covers(actor: Account, areas: Iterable[str] | None) -> bool:
    """Tell whether ``areas`` (None: all) lie in those of ``actor``.

    No areas at all lie nowhere: only who sees everything manages an account without any.
    """
    if actor.everywhere:
        return True
    listed = tuple(areas or ())
    return bool(listed) and all(area.startswith(actor.areas) for area in listed)


def manages(actor: Account, account: Account) -> bool:
    """Tell whether ``actor`` may manage ``account``: all of whose areas are among the own ones."""
    return covers(actor, None if account.everywhere else account.areas)


def managed_accounts(connection: Any, actor: Account) -> list[Account]:
    """Return the accounts that ``actor`` manages, and its own."""
    everybody = list_accounts(connection)
    return [one for one in everybody if one.id == actor.id or manages(actor, one)]


def managed_account(connection: Any, actor: Account, number: int) -> Account:
    """Return an account to be changed by ``actor``, locked until the transaction ends.

    Raises NotFound beyond the actor's areas, as if there were none; Conflict for the own one.
    """
    account = account_numbered(connection, number, lock=True)
    if account.id == actor.id:
        raise OWN
    if not manages(actor, account):
        raise UNKNOWN
    return account


def require_grantable(actor: Account, areas: list[str] | None) -> None:
    """Raise BadParameter without areas and Forbidden beyond those of ``actor``."""
    if areas is not None and not areas:
        raise NO_AREAS
    if not covers(actor, areas):
        raise BEYOND
