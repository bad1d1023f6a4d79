"""A table as kept on disk after parsing: its facts, and its rows in chunks of constant size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy
import pyarrow

from geodata.encodings import EncodingGuess
from geodata.errors import BadFile
from geodata.intake.facts import Column, Facts, facts_from_json
from layers.spec import Text

ROWS_FILE, FACTS_FILE = "rows.arrow", "intake.json"
CHUNK = 8_192  # rows of a batch at most
WKB, ROW, LINE = "__wkb", "__row", "__line"
RESERVED = (WKB, ROW, LINE)


@dataclass(frozen=True)
class Chunk:
    """Some rows: arrays of one length.

    ``columns`` hold numbers as int64 or float64 (a missing number is NaN; whole numbers with gaps
    are objects), everything else as objects with None where missing. ``shapes`` are WKB bytes or
    None. ``rows`` count the table's rows from 1; ``lines`` is where a row stood in a list's file.
    """

    rows: numpy.ndarray
    columns: dict[str, numpy.ndarray]
    shapes: numpy.ndarray
    lines: numpy.ndarray | None = None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Intake:
    """One table of an upload. ``folder`` holds its two files and nothing else."""

    folder: Path
    facts: Facts

    @property
    def source(self) -> str:
        return self.facts.source

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def format(self) -> str:
        return self.facts.format

    @property
    def rows(self) -> int:
        return self.facts.rows

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.facts.columns

    @property
    def has_shapes(self) -> bool:
        return self.facts.has_shapes

    @property
    def geometry_types(self) -> Mapping[str, int]:
        return self.facts.geometry_types

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        return self.facts.bounds

    @property
    def crs(self) -> str | None:
        return self.facts.crs

    @property
    def crs_evidence(self) -> Text:
        return self.facts.crs_evidence

    @property
    def encoding(self) -> EncodingGuess:
        return self.facts.encoding

    @property
    def header_row(self) -> int | None:
        return self.facts.header_row

    @property
    def notes(self) -> tuple[Text, ...]:
        return self.facts.notes

    @cached_property
    def _file(self) -> pyarrow.ipc.RecordBatchFileReader:
        return pyarrow.ipc.open_file(pyarrow.memory_map(str(self.folder / ROWS_FILE)))

    def batches(self) -> Iterator[Chunk]:
        """Yield all rows in order, at most ``CHUNK`` at a time."""
        for number in range(self._file.num_record_batches):
            yield to_chunk(self._file.get_batch(number), self.facts.columns)

    def pick(self, rows: Sequence[int]) -> dict[int, dict[str, object]]:
        """Return rows by their numbers: column -> value, None where missing."""
        wanted, found = set(rows), {}
        for number in range(self._file.num_record_batches):
            batch = self._file.get_batch(number)
            held = batch.column(batch.schema.get_field_index(ROW)).to_pylist()
            for place in [place for place, row in enumerate(held) if row in wanted]:
                chunk = to_chunk(batch.slice(place, 1), self.facts.columns)
                found[held[place]] = {
                    name: None if values[0] != values[0] else values[0]
                    for name, values in chunk.columns.items()
                }
        return found

    def head(self, count: int) -> Chunk:
        """Return the first ``count`` rows (at most one batch)."""
        if not self._file.num_record_batches:
            empty = pyarrow.RecordBatch.from_pylist([], schema=self._file.schema)
            return to_chunk(empty, self.facts.columns)
        return to_chunk(self._file.get_batch(0).slice(0, count), self.facts.columns)


def open_intake(folder: Path) -> Intake:
    """Open what ``convert`` has written to ``folder``. Raises BadFile where it is not there."""
    try:
        facts = facts_from_json(json.loads((folder / FACTS_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadFile(
            Text("上传的文件已不在，请重新上传。", "The upload is gone; please send it again.")
        ) from error
    return Intake(folder, facts)


def open_intakes(folder: Path) -> list[Intake]:
    """Return all tables that ``convert`` has written below ``folder``, in their order."""
    return [open_intake(held.parent) for held in sorted(folder.glob(f"*/{FACTS_FILE}"))]


def to_chunk(batch: pyarrow.RecordBatch, columns: tuple[Column, ...]) -> Chunk:
    """Return a batch as arrays."""
    by_name = dict(zip(batch.schema.names, batch.columns, strict=True))
    shapes = (
        by_name[WKB].to_numpy(zero_copy_only=False)
        if WKB in by_name
        else numpy.full(len(batch), None, dtype=object)
    )
    return Chunk(
        by_name[ROW].to_numpy(),
        {column.name: to_array(by_name[column.name]) for column in columns},
        shapes,
        by_name[LINE].to_numpy() if LINE in by_name else None,
    )


def to_array(values: pyarrow.Array) -> numpy.ndarray:
    """Return one column as an array: numbers as numbers, a gap in whole numbers as None."""
    if pyarrow.types.is_integer(values.type) and values.null_count:
        return numpy.array(values.to_pylist(), dtype=object)
    found: numpy.ndarray = values.to_numpy(zero_copy_only=False)
    return found.astype(object) if pyarrow.types.is_boolean(values.type) else found
