"""The application without its gate, for `bench.gate` alone: what the gate costs shows beside it.

It answers everybody everything. Nothing outside the bench may start it.
"""

from __future__ import annotations

from flask import Flask, g

from gisapp import wsgi
from gisapp.access.caller import SYSTEM
from gisapp.access.scope import NOTHING
from gisapp.database.state import read_state
from gisapp.web import gate
from gisapp.web.context import services


def create() -> Flask:
    """Build the application over the environment's database and take its gate away."""
    app = wsgi.create()
    before = app.before_request_funcs[None]
    before[before.index(gate.admit)] = let_in
    return app


def let_in() -> None:
    """Let everybody in as the server itself; tiles still go by the layers' state."""
    g.caller = SYSTEM
    with services().database.read(NOTHING) as reader:
        g.state = read_state(reader)
