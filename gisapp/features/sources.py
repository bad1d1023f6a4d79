"""Where rows came from, and what every page, answer and export must say about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from layers.spec import Text

SOURCES = Statement(
    "SELECT name, attribution, licence, generated, loaded_at FROM gisapp.sources ORDER BY name"
)
GENERATED = Text("演示数据：系统生成，非真实数据", "Demonstration data: generated, not real")


@dataclass(frozen=True)
class Source:
    """One source of rows; ``generated`` when the demonstration made them."""

    name: str
    attribution: str
    licence: str
    generated: bool
    loaded_on: str


def read_sources(reader: Reader) -> list[Source]:
    """Return every source of rows."""
    return [
        Source(name, attribution, licence, generated, loaded_at.date().isoformat())
        for name, attribution, licence, generated, loaded_at in reader.rows(SOURCES)
    ]


def attributions(sources: Iterable[Source], language: str) -> list[str]:
    """Return what must be shown: who made the data, and once that some are generated."""
    known = list(sources)
    texts = dict.fromkeys(one.attribution for one in known if not one.generated)
    notice = [GENERATED.say(language)] if any(one.generated for one in known) else []
    return [*notice, *(text for text in texts if text)]
