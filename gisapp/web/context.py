"""What every handler reaches for: the services of this process and the caller's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database
from gisapp.settings import Settings


@dataclass(frozen=True)
class Services:
    """Built once by ``create_app``: settings and the database."""

    settings: Settings
    database: Database


def services() -> Services:
    """Return the services of the running application."""
    return cast(Services, current_app.extensions["gisapp"])


def caller_scope() -> Scope:
    """Return the area scope of whoever asks.

    The one place where accounts will come in: until then the server listens on loopback only,
    is read-only, and its one user sees everything.
    """
    return EVERYTHING
