"""The language of the pages: Chinese first, English by switch.

The Chinese text is the message id; ``gisapp/translations/en`` holds the English. The catalogue
is compiled at the start whenever its text is newer.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Blueprint, Response, g, request
from flask.blueprints import BlueprintSetupState
from flask_babel import Babel, get_locale

from gisapp.settings import Settings
from gisapp.web.context import services

Language = Literal["zh", "en"]
BLUEPRINT = Blueprint("i18n", __name__)
CATALOGUE = Path(__file__).parents[1] / "translations" / "en" / "LC_MESSAGES" / "messages.po"
COOKIE = "language"
YEAR = 365 * 24 * 3600
CHINA = timezone(timedelta(hours=8))


def chosen() -> Language:
    """Return the language asked for: ``?lang=``, else the cookie, else the setting."""
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in ("zh", "en"):
            return "en" if wanted == "en" else "zh"
    return default_language(services().settings)


def default_language(settings: Settings) -> Language:
    """Return the language of whoever does not ask for one."""
    return "en" if settings.map.language.startswith("en") else "zh"


def language() -> Language:
    """Return the language of this request, ``zh`` or ``en``."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def html_language() -> str:
    """Return the language as a page's ``lang`` attribute names it."""
    return html_name(language())


def html_name(said: Language) -> str:
    """Return how pages and headers name a language."""
    return "en" if said == "en" else "zh-CN"


@BLUEPRINT.record_once
def set_up(state: BlueprintSetupState) -> None:
    """Attach Flask-Babel to the application, over the compiled catalogue."""
    app = state.app
    folder = app.extensions["gisapp"].settings.var / "translations"
    compile_catalogue(CATALOGUE, folder / "en" / "LC_MESSAGES" / "messages.mo")
    Babel(
        app,
        default_locale="zh",
        default_translation_directories=str(folder),
        locale_selector=chosen,
    )


def compile_catalogue(source: Path, target: Path) -> None:
    """Write the compiled catalogue unless it is newer than its source."""
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return
    with source.open(encoding="utf-8") as file:
        catalogue = read_po(file, locale="en")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    with fresh.open("wb") as file_out:
        write_mo(file_out, catalogue)
    fresh.replace(target)


def script_texts(catalogue: Path = CATALOGUE) -> dict[str, str]:
    """Return the English of the texts that our scripts show, by their Chinese."""
    with catalogue.open(encoding="utf-8") as file:
        messages = read_po(file, locale="en")
    return {
        str(message.id): str(message.string)
        for message in messages
        if message.id and any(place.startswith("static/js/") for place, _ in message.locations)
    }


@BLUEPRINT.after_app_request
def remember(response: Response) -> Response:
    """Keep a language that was asked for in a cookie."""
    wanted = request.args.get("lang")
    if wanted in ("zh", "en") and not request.path.startswith("/api"):
        response.set_cookie(COOKIE, wanted, max_age=YEAR, samesite="Lax", httponly=True)
    # Tiles and pictures speak no language, and finding it is a tenth of a kept tile's cost.
    kind = response.mimetype or ""
    if kind.startswith("text/") or "json" in kind:
        response.headers.setdefault("Content-Language", html_language())
    return response


@BLUEPRINT.app_context_processor
def template_names() -> dict[str, object]:
    """Give every template the language and the address of this page in the other one."""
    g.setdefault("language", language())
    return {"language": language(), "html_language": html_language(), "moment": say_moment}


def say_moment(when: datetime) -> str:
    """Return a time to the minute as tables show it, in China's time."""
    return f"{when.astimezone(CHINA):%Y-%m-%d %H:%M}"
