"""How handlers tell the audit trail what was done: who and from where come from the request."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from gisapp.access.audit import Action, Entry, Result, record
from gisapp.web.context import known_caller, services

BLUEPRINT = Blueprint("auditing", __name__)
HOUR = 3600.0  # seconds
MOST_NOTED = 10_000
RECENT = "gisapp.noted"


class Recent:
    """Reads that this process has noted, and when: each is noted once in an hour."""

    def __init__(self) -> None:
        self.noted: OrderedDict[object, float] = OrderedDict()
        self.lock = Lock()

    def is_new(self, key: object) -> bool:
        """Tell whether a read was not noted within the hour, and take it for noted now."""
        now = time.monotonic()
        with self.lock:
            if now - self.noted.get(key, -HOUR) < HOUR:
                return False
            self.noted[key] = now
            self.noted.move_to_end(key)
            while len(self.noted) > MOST_NOTED:
                self.noted.popitem(last=False)
            return True


@BLUEPRINT.record_once
def set_up(state: BlueprintSetupState) -> None:
    """Begin without anything noted."""
    state.app.extensions[RECENT] = Recent()


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


def note_once(action: Action, about: str, *, moment: str) -> None:
    """Record a read of ``moment`` unless this process has recorded the caller's same one within the hour.

    A map asks for the same thing in hundreds of tiles: one entry says it.
    """
    known = known_caller()
    key = (known and known.account, action, about, moment)
    if current_app.extensions[RECENT].is_new(key):
        note(action, about, moment=moment)


@BLUEPRINT.after_app_request
def note_denial(answer: Response) -> Response:
    """Note whatever a known caller was refused."""
    if answer.status_code == 403 and known_caller() is not None:
        note("denied", request.path, "refused", method=request.method)
    return answer
