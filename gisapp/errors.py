"""Errors of the server; ``gisapp/web/problems.py`` maps each class to an HTTP status."""

from __future__ import annotations

from geodata.errors import BadCoordinates, BadFile, SetupNeeded, UserError

__all__ = [
    "BadCoordinates",
    "BadFile",
    "BadParameter",
    "Changed",
    "Conflict",
    "DatabaseUnusable",
    "Forbidden",
    "Invalid",
    "NotFound",
    "NotSignedIn",
    "SetupNeeded",
    "StorageFull",
    "TooLarge",
    "TooMany",
    "Unavailable",
    "Unconditional",
    "UserError",
]


class BadParameter(UserError):
    """A parameter that is unknown, malformed or out of range (HTTP 400)."""


class NotFound(UserError):
    """No such layer, feature, query or page (HTTP 404)."""


class DatabaseUnusable(UserError):
    """The database is unreachable, too old, without PostGIS or not migrated (HTTP 503)."""


class NotSignedIn(UserError):
    """Nobody is signed in, or no longer (HTTP 401; a page is led to the sign-in)."""


class Forbidden(UserError):
    """Whoever asks is known but may not do this (HTTP 403)."""


class Conflict(UserError):
    """What is asked does not fit what is there now, such as a code that is taken (HTTP 409)."""


class Changed(UserError):
    """A row was changed by someone else since it was read (HTTP 412)."""


class Invalid(UserError):
    """Something sent that does not fit its declaration (HTTP 422); ``errors`` says what, where."""


class Unconditional(UserError):
    """A change that does not say which version of the row it was made from (HTTP 428)."""


class TooLarge(UserError):
    """An answer that is too large to be given at once; ``job`` says what job makes it (HTTP 413)."""


class TooMany(UserError):
    """Too many requests or attempts in a short time (HTTP 429)."""


class StorageFull(UserError):
    """The disk has no room for what was sent; nothing of it is kept (HTTP 507)."""


class Unavailable(UserError):
    """Another server that we ask does not answer as it should (HTTP 503)."""
