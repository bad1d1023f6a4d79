"""Statements that each connection parses once, and plans once if told to, for whatever values.

PostgreSQL's ``PREPARE`` under names of our own: psycopg2 writes values into the text. A small
tile, whose statement takes longer to plan than to run, costs the database half; of a page of
1,000 premises a seventh went into parsing what writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg2 import extensions

PREPARE = "PREPARE {name} {types} AS {text}"
EXECUTE = "EXECUTE {name} {values}"
FORGET = "DEALLOCATE ALL"
PLACE = re.compile(r"%\((\w+)\)s")
TYPES: dict[type, str] = {
    int: "integer",  # one beyond its range: bigint
    float: "double precision",
    str: "text",
    list: "text[]",
    datetime: "timestamptz",
}
INTEGER = 2**31
MOST = 200  # on one connection, 25 MB at most: scopes come and go


class Connection(extensions.connection):
    """A connection that knows what was prepared on it: calls by the statements' texts."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.prepared: dict[str, str] = {}


def prepare(cursor: Any, text: str, example: Mapping[str, object]) -> str:
    """Return a call, with the same parameters, of a statement that is prepared if need be.

    ``example`` holds a value of the right type for each parameter.
    """
    held: dict[str, str] = cursor.connection.prepared
    call = held.get(text)
    if call is None:
        if len(held) >= MOST:
            cursor.execute(FORGET)
            held.clear()
        call = held[text] = make(cursor, f"gisapp_{len(held)}", text, example)
    return call


def make(cursor: Any, name: str, text: str, example: Mapping[str, object]) -> str:
    """Prepare a statement under ``name`` and return its call."""
    places = list(dict.fromkeys(PLACE.findall(text)))
    numbered = text % {place: f"${number}" for number, place in enumerate(places, 1)}
    types = listed(type_of(example[place]) for place in places)
    cursor.execute(PREPARE.format(name=name, types=types, text=numbered))
    return EXECUTE.format(name=name, values=listed(f"%({place})s" for place in places))


def type_of(value: object) -> str:
    """Return the PostgreSQL type of a parameter whose example is ``value``."""
    beyond = isinstance(value, int) and not -INTEGER <= value < INTEGER
    return "bigint" if beyond else TYPES[type(value)]


def listed(parts: Any) -> str:
    """Return parts in brackets; nothing for none."""
    text = ", ".join(parts)
    return f"({text})" if text else ""
