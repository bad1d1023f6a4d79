"""Errors of the server; ``gisapp/web/problems.py`` maps each class to an HTTP status."""

from __future__ import annotations

from geodata.errors import BadCoordinates, BadFile, SetupNeeded, UserError

__all__ = [
    "BadCoordinates",
    "BadFile",
    "BadParameter",
    "DatabaseUnusable",
    "NotFound",
    "SetupNeeded",
    "UserError",
]


class BadParameter(UserError):
    """A parameter that is unknown, malformed or out of range (HTTP 400)."""


class NotFound(UserError):
    """No such layer, feature, query or page (HTTP 404)."""


class DatabaseUnusable(UserError):
    """The database is unreachable, too old, without PostGIS or not migrated (HTTP 503)."""
