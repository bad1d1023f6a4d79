"""Frames as COPY text, made piece by piece in a thread of its own while the database reads."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import geopandas
import numpy
import pandas
import shapely
from psycopg2 import sql

from layers.spec import FieldType, Layer

Progress = Callable[[int], None]
Extra = Callable[[geopandas.GeoDataFrame], list[str]]  # a further column of a piece, as COPY text

NULL = r"\N"
LOCAL_TIME = "+08:00"  # of times that come without a zone
SPECIAL = "\\\n\r\t"
ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
SRID_FLAG = 0x20000000  # in the type number of PostGIS's extended WKB
HEADER = 10  # hex digits of byte order and type number


class CopyStream(io.RawIOBase):
    """A file of COPY lines: the code, the geometry, declared fields, then further columns.

    ``pieces`` are frames of some thousand rows; ``names`` are the declared fields that they have;
    ``extra`` makes the further columns of a piece. The next piece is asked for, and written as
    text, while the database takes the last one. To be used in ``with``, by ``copy``.
    """

    def __init__(
        self,
        layer: Layer,
        names: Sequence[str],
        pieces: Iterable[geopandas.GeoDataFrame],
        srid: int,
        extra: Sequence[Extra],
        progress: Progress | None,
    ) -> None:
        self.layer, self.names = layer, names
        self.srid, self.extra, self.progress = srid, extra, progress
        self.failed: BaseException | None = None
        self.texts = self._write(pieces)
        self.maker = ThreadPoolExecutor(1)
        self.coming = self.maker.submit(next, self.texts, None)

    def __exit__(self, *reason: object) -> None:
        """End the thread, whether all was read or not."""
        self.maker.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def _write(self, pieces: Iterable[geopandas.GeoDataFrame]) -> Iterator[tuple[int, bytes]]:
        done = 0
        for part in pieces:
            columns = [
                copy_texts("text", part["code"]),
                hex_shapes(part.geometry.to_numpy(), self.srid),
                *(copy_texts(field_type(self.layer, name), part[name]) for name in self.names),
                *(make(part) for make in self.extra),
            ]
            lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
            done += len(part)
            if len(part):
                yield done, f"{lines}\n".encode()

    def readable(self) -> bool:
        """Tell that this is a file to read from."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return one piece whatever the size asked for, as libpq takes it; nothing at the end."""
        try:
            return self._next()
        except BaseException as error:
            self.failed = error
            return b""

    def _next(self) -> bytes:
        piece = self.coming.result()
        if piece is None:
            return b""
        self.coming = self.maker.submit(next, self.texts, None)
        done, lines = piece
        if self.progress:
            self.progress(done)
        return lines

    def copy(self, cursor: Any, statement: sql.Composed) -> None:
        """Run a COPY that reads this. Raises what making a piece or telling of it has raised.

        The driver would make a cancelled query of it.
        """
        cursor.copy_expert(statement.as_string(cursor), self)
        if self.failed:
            raise self.failed


def field_type(layer: Layer, name: str) -> FieldType:
    """Return the type of a declared field; any other column is text."""
    field = layer.field_named(name)
    return field.type if field else "text"


def hex_shapes(shapes: numpy.ndarray, srid: int) -> list[str]:
    """Return shapes of one type as PostGIS's extended WKB in hex digits.

    The SRID is put into the text: giving it to shapely first copies every shape. GEOS takes four
    times as long to write the digits itself.
    """
    binary = shapely.to_wkb(shapes, byte_order=1, output_dimension=2).tolist()
    texts = [part.hex() for part in binary]
    heads = {
        text[:HEADER]: "01"
        + (int.from_bytes(bytes.fromhex(text[2:HEADER]), "little") | SRID_FLAG)
        .to_bytes(4, "little")
        .hex()
        + srid.to_bytes(4, "little").hex()
        for text in {text[:HEADER] for text in texts}
    }
    return [heads[text[:HEADER]] + text[HEADER:] for text in texts]


def copy_texts(kind: FieldType, values: pandas.Series) -> list[str]:
    """Return one column's values as COPY's text format wants them."""
    missing = values.isna().to_numpy()
    write = WRITERS.get(kind)
    found = values.tolist()
    if write is None:
        found = [str(value) for value in found]
        if any(sign in "".join(found) for sign in SPECIAL):
            found = [text.translate(ESCAPES) for text in found]
        for place in numpy.flatnonzero(missing):
            found[place] = NULL
        return found
    return [NULL if gone else write(value) for value, gone in zip(found, missing, strict=True)]


def write_whole(value: Any) -> str:
    """Return a whole number; pandas keeps those of a column with gaps as floats."""
    return str(int(value))


def write_number(value: Any) -> str:
    """Return a number with all its digits."""
    return repr(float(value))


def write_boolean(value: Any) -> str:
    """Return a truth value."""
    return "t" if value else "f"


def write_date(value: Any) -> str:
    """Return a date or the date of a time, ISO 8601."""
    return (value.isoformat() if hasattr(value, "isoformat") else str(value))[:10]


def write_time(value: Any) -> str:
    """Return a time, ISO 8601; one without a zone is local time."""
    if not hasattr(value, "isoformat"):
        return str(value).translate(ESCAPES)
    return str(value.isoformat()) + ("" if getattr(value, "tzinfo", None) else LOCAL_TIME)


WRITERS: dict[FieldType, Callable[[Any], str]] = {
    "integer": write_whole,
    "number": write_number,
    "boolean": write_boolean,
    "date": write_date,
    "datetime": write_time,
}
