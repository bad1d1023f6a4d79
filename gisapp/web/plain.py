"""The words of plain answers: what a question is lent, and what it gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gisapp.database.engine import Reader
from gisapp.database.state import State
from gisapp.features.tile_cache import TileCache
from gisapp.web.i18n import Language


class Held(NamedTuple):
    """What a question is lent: a reader in the caller's scope, and what is kept.

    ``state`` was read just now; ``language`` is that of callers who do not choose one.
    """

    reader: Reader
    cache: TileCache
    state: State
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
