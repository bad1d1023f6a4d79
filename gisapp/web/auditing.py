"""How handlers tell the audit trail what was done: who and from where come from the request."""

from __future__ import annotations

from flask import Blueprint, Response, request

from gisapp.access.audit import Action, Entry, Result, record
from gisapp.web.context import known_caller, services

BLUEPRINT = Blueprint("auditing", __name__)


def entry_for(
    action: Action,
    about: str = "",
    result: Result = "done",
    *,
    account: int | None = None,
    name: str | None = None,
    **details: object,
) -> Entry:
    """Return the entry of this request's act, to ``record`` in the handler's own transaction.

    ``about`` is what was acted on, ``kind:name``. ``account`` and ``name`` say who acts where
    the gate does not know (at the sign-in); otherwise it is the caller.
    """
    known = known_caller()
    if known and name is None:
        account, name = known.account, known.name
    return Entry(action, about, result, account, name or "", request.remote_addr or "", details)


def note(
    action: Action,
    about: str = "",
    result: Result = "done",
    *,
    account: int | None = None,
    name: str | None = None,
    **details: object,
) -> None:
    """Record this request's act in a transaction of its own: for reads, and for what failed.

    What changes rows is recorded in the transaction that changes them, by ``entry_for``.
    """
    entry = entry_for(action, about, result, account=account, name=name, **details)
    with services().database.write() as connection:
        record(connection, entry)


@BLUEPRINT.after_app_request
def note_denial(answer: Response) -> Response:
    """Note whatever a known caller was refused."""
    if answer.status_code == 403 and known_caller() is not None:
        note("denied", request.path, "refused", method=request.method)
    return answer
