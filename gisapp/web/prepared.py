"""Answers that need compiled loops: given at once, or "in a moment", but never after compiling here.

The entries for servers (`gisapp.wsgi`) put what knows of it into the application; without one, as in
tests, whoever asks compiles.
"""

from __future__ import annotations

from flask import current_app

from gisapp.coverage.ahead import Ahead

AHEAD = "gisapp.ahead"


def require_prepared() -> None:
    """Raise Unavailable while coverage cannot be computed without compiling."""
    ahead: Ahead | None = current_app.extensions.get(AHEAD)
    if ahead is not None:
        ahead.require()
