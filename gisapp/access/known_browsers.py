"""Browsers in which an account has signed in before: others' guesses do not make them wait.

The mark that such a browser keeps opens nothing. It says, signed by the deployment's key, in which
browser which name has signed in; attempts on that name from there are counted by themselves (after
the device cookies of OWASP's "Slow Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import hmac
import secrets

from gisapp.access.secret_key import read_key
from gisapp.settings import Settings


def make_mark(settings: Settings, name: str) -> str:
    """Return a new mark for a browser in which the account ``name`` has signed in.

    "" when the deployment's key can be neither read nor made: signing in must go on without.
    """
    number = secrets.token_hex(16)
    try:
        return f"{number}-{sign(settings, number, name)}"
    except OSError:
        return ""


def browser_of(settings: Settings, name: str, mark: str) -> str:
    """Return the number of the browser that a mark for ``name`` was made for, else ""."""
    number, _, signature = mark.partition("-")
    if not signature:
        return ""
    try:
        right = sign(settings, number, name)
    except OSError:
        return ""
    return number if hmac.compare_digest(right.encode(), signature.encode()) else ""


def sign(settings: Settings, number: str, name: str) -> str:
    """Return the signature (HMAC-SHA-256) of a browser's number and a name. Raises OSError."""
    return hmac.new(read_key(settings), f"browser {number} {name}".encode(), "sha256").hexdigest()
