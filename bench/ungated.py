"""The application without its gate, for `bench.gate` alone: what the gate costs shows beside it.

It answers everybody everything. Nothing outside the bench may start it.
"""

from __future__ import annotations

from wsgiref.types import WSGIEnvironment

from flask import Flask, g

from gisapp import wsgi
from gisapp.access.caller import SYSTEM
from gisapp.access.identity import Identities, Key, Known
from gisapp.access.scope import NOTHING
from gisapp.database.state import read_state
from gisapp.web import gate, plain_answers
from gisapp.web.context import services

ANYBODY = Known(SYSTEM, must_change=False, has_factor=True, revision=0, until=0)


def create() -> Flask:
    """Build the application over the environment's database and take its gate away."""
    plain_answers.read_credential = nobody_s
    Identities.recall = everybody  # type: ignore[method-assign]
    app = wsgi.create()
    before = app.before_request_funcs[None]
    before[before.index(gate.admit)] = let_in
    return app


def nobody_s(_environ: WSGIEnvironment) -> Key:
    """Ask for no credential in front of Flask either."""
    return (True, b"")


def everybody(_self: Identities, _revision: int, _key: Key) -> Known:
    """Take everybody for the server itself."""
    return ANYBODY


def let_in() -> None:
    """Let everybody in as the server itself; tiles still go by the layers' state."""
    g.caller = SYSTEM
    with services().database.read(NOTHING) as reader:
        g.state = read_state(reader)
