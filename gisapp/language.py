"""The language of the command line; pages have Flask-Babel."""

from __future__ import annotations

import os

from layers.spec import Text


def terminal_language() -> str:
    """Return ``zh`` or ``en``: GISAPP_LANGUAGE if set, else Chinese."""
    return "en" if os.environ.get("GISAPP_LANGUAGE", "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """Return one of two texts, in the language of the command line."""
    return Text(zh, en).say(terminal_language())
