"""The application factory: settings, services and every blueprint of ``gisapp.web``."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Blueprint, Flask

import gisapp.web
from gisapp.access.identity import Identities
from gisapp.database.engine import Database
from gisapp.live.hub import Hub
from gisapp.settings import ROOT, Settings
from gisapp.web.context import Services
from gisapp.web.plain_answers import with_plain_answers
from gisapp.web.receiving import Request
from gisapp.web.security import with_headers


class Application(Flask):
    """Flask without views that are coroutines: asking of each function took a tenth of a tile."""

    request_class = Request

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``func``, which is no coroutine."""
        return func


def create_app(settings: Settings, url: str) -> Flask:
    """Build the application over the migrated database at ``url``."""
    app = Application(
        "gisapp",
        static_folder=str(ROOT / "static"),
        static_url_path="/static",
        template_folder=str(ROOT / "gisapp" / "templates"),
    )
    database, identities = (
        Database(settings.database, url),
        Identities(settings.access.session_idle),
    )
    live = Hub(database.connect_to_listen, settings.server.streams)
    app.extensions["gisapp"] = Services(settings, database, identities, live)
    app.config["MAX_CONTENT_LENGTH"] = settings.server.request_mb << 20
    app.config["MAX_FORM_MEMORY_SIZE"] = 1 << 20
    app.config["MAX_FORM_PARTS"] = 200
    for blueprint in find_blueprints():
        app.register_blueprint(blueprint)
    answering = with_plain_answers(app, app.wsgi_app)
    app.wsgi_app = with_headers(answering)  # type: ignore[method-assign, assignment]
    return app


def find_blueprints() -> list[Blueprint]:
    """Return the ``BLUEPRINT`` of every module of ``gisapp.web`` that has one, the gate's first.

    What a blueprint does before every request is done in this order: nothing before the gate.
    """
    found = (module.name for module in iter_modules(gisapp.web.__path__))
    names = sorted(found, key=lambda name: (name != "gate", name))
    modules = [import_module(f"gisapp.web.{name}") for name in names]
    return [module.BLUEPRINT for module in modules if hasattr(module, "BLUEPRINT")]
