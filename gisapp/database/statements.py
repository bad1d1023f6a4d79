"""SQL statements as values: text, the layers they read, and an example the tests EXPLAIN.

A statement names a layer's table by the layer's bare name (``FROM cameras``). Those names exist
nowhere else: the tables live in schema ``gisapp``, which is not on the reader's search path.
``Reader`` puts a WITH clause before the statement that defines each name in ``reads`` as the
rows the caller may see (``gisapp/access/scope.py``), so a statement that forgets to say what it
reads fails instead of showing too much. Tables that are not layers are named in full.

A reader that was lent for a moment of the past sees those names as they were then: a statement
needs to do nothing for it, but it must not use the parameter name ``as_of``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from psycopg2 import sql

from gisapp.access.scope import Versions

# What each connection does once. Planned: only where every value calls for the same plan, as in
# looking up by a key or in one tile. Parsed, and planned for the values of each time: a page in a
# small box goes by another index than one in a large box.
Preparation = Literal["planned", "parsed"] | None


@dataclass(frozen=True)
class Statement:
    """One read statement.

    ``text`` has psycopg2 ``%(name)s`` parameters and may have ``{name}`` places for identifiers
    from layer declarations when it is ``composed`` beforehand. It must not begin with WITH
    (write further WITH items as ``, name AS (...)`` in ``also_with``).
    ``example`` holds parameters with which the tests EXPLAIN it.
    """

    text: str | sql.Composable
    # Layers, (alias, layer) pairs, or all versions of a layer.
    reads: tuple[str | tuple[str, str] | Versions, ...] = ()
    also_with: str = ""
    example: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    whole: tuple[str, ...] = ()  # layers it has to read whole; say why in a comment
    present: bool = False  # reads what is kept of the present only, such as clusters
    prepared: Preparation = None  # for any values of the example's types
    # By scope, and whether it is of the past.
    rendered: dict[tuple[str, bool], str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def body(self) -> sql.Composable:
        """The statement's text as something psycopg2 can compose."""
        return sql.SQL(self.text) if isinstance(self.text, str) else self.text
