"""What is written: a table's declaration, its rows in chunks, and what came of it.

Coordinates are x east, y north in every format, whatever axis order the authority declares:
so do GIS programs expect them in files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy
import shapely

from geodata.crs import find_crs
from layers.spec import Field, Text

Headers = Literal["zh", "en", "names"]
Offset = Literal["", "gcj02", "bd09"]
DEGREE_DIGITS = 9  # after the point in texts: a tenth of a millimetre
EXACT = 17  # as many as it takes to read back the very same number
NO_SHAPES = "None"
READ_ME = ("说明.txt", "字段说明.txt")  # beside the files of a zip: the note, and what columns mean


@dataclass(frozen=True)
class Export:
    """What a file says besides its rows.

    ``fields`` are the columns in order. ``geometry`` is the type of all shapes, empty for any,
    "None" for a table without. ``crs`` is what PROJ knows (``EPSG:4548``), empty when the
    coordinates have no CRS that has a name. ``offset`` says that they are deliberately shifted
    degrees. ``title`` is the field that names a place. ``note`` goes with the rows: title and
    text of each line. ``headers`` and ``encoding`` are used by the formats that offer them, ``above``
    (rows over the headings, blank ones empty) by workbooks.
    """

    name: str
    label: Text
    fields: tuple[Field, ...]
    geometry: str = ""
    crs: str = "EPSG:4326"
    offset: Offset = ""
    title: str = ""
    note: tuple[tuple[Text, Text], ...] = ()
    language: str = "zh"
    headers: Headers = "zh"
    encoding: str = "UTF-8"
    above: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def in_degrees(self) -> bool:
        """Whether coordinates are longitude and latitude."""
        return bool(self.offset) or (bool(self.crs) and bool(find_crs(self.crs).is_geographic))

    @property
    def digits(self) -> int:
        """Digits after the point of coordinates as text; metres come back bit by bit."""
        return DEGREE_DIGITS if self.in_degrees else EXACT

    @property
    def has_shapes(self) -> bool:
        """Whether rows have a geometry."""
        return self.geometry != NO_SHAPES

    def note_lines(self) -> list[str]:
        """Return the note in the file's language, one line for each thing told."""
        colon = ": " if self.language == "en" else "："
        told = ((title.say(self.language), text.say(self.language)) for title, text in self.note)
        return [colon.join(pair).replace("\r", " ").replace("\n", " ") for pair in told]


@dataclass(frozen=True)
class Chunk:
    """Some thousand rows: a list of values for each field, and each row's shape as WKB.

    Values are as the database gives them: str, int, float, bool, date, datetime with zone, None.
    ``wkb`` holds None where a row has no shape; it is empty for a table without shapes.
    """

    columns: tuple[Sequence[object], ...]
    wkb: Sequence[bytes | None] = ()
    rows: int = field(default=-1)

    def __len__(self) -> int:
        if self.rows >= 0:
            return self.rows
        return len(self.columns[0]) if self.columns else len(self.wkb)

    def lines(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows' values."""
        return zip(*self.columns, strict=True) if self.columns else iter([()] * len(self))

    @cached_property
    def shapes(self) -> numpy.ndarray:
        """The shapes in two dimensions, as shapely has them; None where there is none."""
        if not len(self.wkb):
            return numpy.full(len(self), None, dtype=object)
        found: numpy.ndarray = shapely.force_2d(
            shapely.from_wkb(numpy.array(self.wkb, dtype=object))
        )
        return found


Chunks = Iterator[Chunk]
Write = Callable[[Export, Chunks, Path], list[Text]]  # returns what people must be told


@dataclass(frozen=True)
class Written:
    """How many rows a file holds, and what of them does not fit the format."""

    rows: int
    notes: tuple[Text, ...]


@dataclass(frozen=True)
class Format:
    """One format: how files of it are named, what it cannot hold, and what writes it.

    ``headers`` and ``encodings`` say that columns may bear labels and texts other encodings;
    ``degrees_only`` that coordinates are longitude and latitude of WGS 84 (or shifted ones).
    """

    name: str
    label: Text
    suffix: str
    media_type: str
    limits: Text
    write: Write
    headers: bool = False
    encodings: tuple[str, ...] = ()
    degrees_only: bool = False
    most_rows: int | None = None
