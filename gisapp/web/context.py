"""What every handler reaches for: the services of this process and the caller's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, g

from gisapp.access.caller import Caller
from gisapp.access.identity import Identities
from gisapp.access.scope import Scope
from gisapp.database.engine import Database
from gisapp.errors import Forbidden, NotSignedIn
from gisapp.live.hub import Hub
from gisapp.settings import Settings
from layers.catalogue import LAYERS
from layers.spec import Action, Layer, Text


@dataclass(frozen=True)
class Services:
    """Built once by ``create_app``: settings, the database, the callers known so far, news."""

    settings: Settings
    database: Database
    identities: Identities
    live: Hub


def services() -> Services:
    """Return the services of the running application."""
    return cast(Services, current_app.extensions["gisapp"])


def caller() -> Caller:
    """Return whoever asks, as the gate found out. Raises NotSignedIn on a page for everybody."""
    found = known_caller()
    if found is None:
        raise NotSignedIn(Text("请先登录。", "Please sign in."))
    return found


def known_caller() -> Caller | None:
    """Return whoever asks, or None on a page that is for everybody."""
    found: Caller | None = g.get("caller")
    return found


def caller_scope() -> Scope:
    """Return the areas whose rows whoever asks may see."""
    return caller().scope


def require(action: Action, layer: Layer) -> None:
    """Raise Forbidden unless whoever asks may do ``action`` on rows of ``layer``."""
    caller().require(action, layer)


def require_overseer() -> None:
    """Raise Forbidden unless an administrator of all areas asks: the audit trail knows of all."""
    require_administrator()
    if not caller().oversees:
        raise Forbidden(
            Text("只有看全部区域的管理员可以这样做。", "Only administrators of all areas may.")
        )


def require_export() -> None:
    """Raise Forbidden unless whoever asks may take rows of all layers away as a file."""
    for layer in LAYERS.values():
        require("export", layer)


def require_administrator() -> None:
    """Raise Forbidden unless an administrator asks, and not by a token for reading."""
    found = caller()
    if not found.administers or found.read_only:
        raise Forbidden(Text("只有管理员可以这样做。", "Only administrators may do this."))
