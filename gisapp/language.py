"""The language of the command line; pages have Flask-Babel."""

from __future__ import annotations

import os

import click

from gisapp.errors import UserError
from layers.spec import Text


def terminal_language() -> str:
    """Return ``zh`` or ``en``: GISAPP_LANGUAGE if set, else Chinese."""
    return "en" if os.environ.get("GISAPP_LANGUAGE", "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """Return one of two texts, in the language of the command line."""
    return Text(zh, en).say(terminal_language())


def print_error(error: UserError) -> None:
    """Print a user's error with its hint, without a traceback."""
    language = terminal_language()
    click.echo(say("错误：", "Error: ") + error.message.say(language), err=True)
    if error.hint:
        click.echo(say("办法：", "What to do: ") + error.hint.say(language), err=True)
