"""The words of plain answers: what a question is lent, and what it gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gisapp.access.scope import Scope
from gisapp.database.engine import Database
from gisapp.database.state import State
from gisapp.features.tile_cache import TileCache
from gisapp.web.i18n import Language


class Held(NamedTuple):
    """What a question is lent: the rows to read, what is kept, the caller's scope.

    ``state`` was read just now; ``language`` is that of callers who do not choose one.
    """

    database: Database
    cache: TileCache
    state: State
    scope: Scope
    language: Language


class Answer(NamedTuple):
    """An answer without what all answers have in common."""

    body: bytes
    headers: list[tuple[str, str]]
    status: str = "200 OK"


class Question(Protocol):
    """What is asked for plainly, by somebody who may ask."""

    def answer(self, held: Held) -> Answer:
        """Return the answer. Raises what the application would answer with an error."""
