"""Errors that a user can understand and mend."""

from __future__ import annotations

from layers.spec import Text


class UserError(Exception):
    """Something the user can mend: what is wrong and what to do, in both languages.

    It knows nothing of HTTP or of the command line; both have a table from class to status.
    ``details`` is what a program that asked is told besides, as JSON can have it (or ``Text``).
    """

    def __init__(self, message: Text, hint: Text | None = None, **details: object) -> None:
        super().__init__(message.en)
        self.message = message
        self.hint = hint
        self.details = details


class BadFile(UserError):
    """A file that cannot be read, or whose content does not fit."""


class BadCoordinates(UserError):
    """A coordinate reference system or coordinates that make no sense here."""


class SetupNeeded(UserError):
    """A program, package or right is missing on this machine."""
