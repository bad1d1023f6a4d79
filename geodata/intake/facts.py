"""What reading a file has told: the facts of one table, and how the reading may be steered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from geodata.encodings import EncodingGuess, guess_from_json
from layers.spec import Text

# "time" is a moment as ISO 8601 text, "date" a day; both are texts in the chunks.
ColumnType = Literal["text", "integer", "number", "boolean", "date", "time"]
NOTHING = Text("", "")
FIXED = EncodingGuess("utf-8", 1.0, Text("格式自带编码。", "The format fixes it."))


@dataclass(frozen=True)
class Limits:
    """How much one conversion may take. Bytes, seconds, counts; an operator may raise them."""

    file_bytes: int = 2 << 30  # of all files of an upload together
    unpacked_bytes: int = 4_000_000_000  # of what their archives hold
    members: int = 2_000  # of an archive
    ratio: int = 250  # unpacked size over packed size, above the first 10 MB
    memory_bytes: int = 2_000_000_000  # address space of the parsing process
    cpu_seconds: int = 900
    wall_seconds: int = 1_200
    output_bytes: int = 6_000_000_000  # of one written file
    columns: int = 1_000
    tables: int = 200
    cell_bytes: int = 10_000_000  # of one text


DEFAULT = Limits()


@dataclass(frozen=True)
class ReadOptions:
    """What a user overrules. Convert again with other options to see the difference.

    ``encoding`` is a name of ``geodata.encodings``; ``source_layer`` reads only that table;
    ``header_row`` is the row of a list that holds the names, from 1 (0: there is none).
    """

    encoding: str | None = None
    source_layer: str | None = None
    header_row: int | None = None


@dataclass(frozen=True)
class Column:
    """One column: its name, unique in the table, and the type of its values."""

    name: str
    type: ColumnType


@dataclass(frozen=True)
class Facts:
    """What is known of one table. ``bounds`` are in the numbers of the file, finite ones only.

    ``crs`` is as declared ("EPSG:4490" or WKT), None where the file says nothing.
    ``geometry_types`` counts rows by type ("Point Z", "none" for rows without a shape).
    ``header_row`` is the row of the list that holds the names (None: not a list; 0: no names).
    ``delimiter`` and ``quoted`` (every cell is) tell how a text list is written, ``above`` the rows
    over its header, blank ones empty; these may name persons and are shown to nobody.
    """

    source: str
    name: str
    format: str
    rows: int
    columns: tuple[Column, ...]
    has_shapes: bool
    geometry_types: Mapping[str, int]
    bounds: tuple[float, float, float, float] | None = None
    crs: str | None = None
    crs_evidence: Text = NOTHING
    encoding: EncodingGuess = FIXED
    header_row: int | None = None
    notes: tuple[Text, ...] = ()
    delimiter: str = ""
    quoted: bool = False
    above: tuple[tuple[str, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON has them."""
        return asdict(self)


def facts_from_json(held: Mapping[str, Any]) -> Facts:
    """Return the facts that ``Facts.to_json`` wrote."""
    return Facts(
        **{
            **held,
            "columns": tuple(Column(**column) for column in held["columns"]),
            "bounds": tuple(held["bounds"]) if held["bounds"] else None,
            "crs_evidence": Text(**held["crs_evidence"]),
            "encoding": guess_from_json(held["encoding"]),
            "notes": tuple(Text(**note) for note in held["notes"]),
            "above": tuple(tuple(row) for row in held.get("above", ())),
        }
    )
