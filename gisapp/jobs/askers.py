"""Who a job works for: whoever asked, with the rights that they have when it starts."""

from __future__ import annotations

from typing import Any

from gisapp.access.accounts import account_numbered
from gisapp.access.caller import SYSTEM, Caller
from gisapp.access.identity import narrowed, scope_of
from gisapp.access.scope import Scope
from gisapp.errors import Forbidden, NotFound
from gisapp.jobs.context import Claim
from layers.spec import Text

GONE = Forbidden(Text("提交任务的账号已不存在。", "The account that asked for the job is gone."))


def find_caller(connection: Any, claim: Claim) -> Caller:
    """Return the asker of a job as of now. Raises Forbidden when the account was removed.

    It sees what the account may see now and could see when it asked, perhaps with a token for
    fewer areas.
    """
    if claim.account is None:
        return SYSTEM
    try:
        account = account_numbered(connection, claim.account)
    except NotFound:
        raise GONE from None
    scope = scope_of(account.role, account.everywhere, list(account.areas))
    return Caller(account.id, account.name, account.role, inside(scope, claim.areas), "system")


def inside(scope: Scope, areas: list[str] | None) -> Scope:
    """Return what lies both in ``scope`` and in ``areas`` (None: all)."""
    if areas is None:
        return scope
    return narrowed(scope, tuple(areas)) if areas else Scope((), scope.hidden)
