"""One layer of a file as GDAL streams it: what it says of itself, and batches of its rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow
import pyogrio

from geodata.errors import BadFile
from geodata.intake.facts import ColumnType
from geodata.intake.kept import CHUNK
from geodata.intake.output import Output
from geodata.intake.plain import column_type
from geodata.intake.sniff import NAMES
from layers.spec import Text


@dataclass
class VectorFile:
    """A file that GDAL reads. ``raw``: its texts come as bytes, "latin-1": a character for each.

    ``declared`` is the encoding that the file says; ``options`` go to GDAL's driver.
    """

    path: Path
    kind: str
    source: str
    title: str
    raw: str = ""
    declared: str = ""
    notes: list[Text] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    crs: str | None = None
    crs_evidence: Text | None = None
    layers: Sequence[str] | None = None  # those that may be read; None: all

    @property
    def format(self) -> str:
        return NAMES[self.kind]

    def back(self, data: bytes) -> bytes:
        """Return a text's bytes as the file has them."""
        if self.raw != "latin-1":
            return data
        return data.decode("utf-8", errors="replace").encode("latin-1", errors="replace")


@dataclass(frozen=True)
class Stream:
    """An open layer: what GDAL says of it, its columns by position, and the batches."""

    meta: dict[str, Any]
    batches: Iterator[pyarrow.RecordBatch]
    places: list[int]
    types: list[ColumnType]
    ogr_names: list[str]
    shape: int | None
    dropped: list[str]


@contextmanager
def open_layer(
    file: VectorFile, layer: str | int, output: Output, *, geometry: bool
) -> Iterator[Stream]:
    """Open a layer as a stream of batches of ``CHUNK`` rows."""
    with pyogrio.raw.open_arrow(
        str(file.path),
        layer=layer,
        batch_size=CHUNK,
        read_geometry=geometry,
        datetime_as_string=True,
        **file.options,
    ) as (meta, capsule):
        batches = pyarrow.RecordBatchReader.from_stream(capsule)
        schema = batches.schema
        fields = [str(name) for name in meta["fields"]]
        output.require_columns(len(fields))
        places, types, kept, dropped = [], [], [], []
        for place, (name, ogr) in enumerate(zip(fields, meta["ogr_types"], strict=True)):
            kind = column_type(schema.types[place], str(ogr))
            if kind is None:
                dropped.append(name)
                continue
            places.append(place)
            types.append(kind)
            kept.append(name)
        shape = len(fields) if geometry and len(schema.types) > len(fields) else None
        yield Stream(meta, numbered(batches), places, types, kept, shape, dropped)


def numbered(batches: pyarrow.RecordBatchReader) -> Iterator[pyarrow.RecordBatch]:
    """Yield batches with numbers for names: a Shapefile's names are not in UTF-8 yet."""
    for batch in batches:
        yield batch.rename_columns([str(place) for place in range(batch.num_columns)])


@contextmanager
def damage_told(file: VectorFile) -> Iterator[None]:
    """Turn whatever GDAL and Arrow raise into an error that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks; what matters is checked by row
            yield
    except (BadFile, MemoryError, OSError):
        raise
    except Exception as error:  # GDAL, pyogrio and Arrow have no common class
        raise damaged(file.source, file.format) from error


def damaged(source: str, form: str) -> BadFile:
    """Return the error for a file whose content is not what it begins to be."""
    return BadFile(
        Text(
            f"{source} 读不出来：内容损坏或没有传完。",
            f"{source} cannot be read: it is damaged or incomplete.",
        ),
        Text(
            f"请从来源重新导出 {form}，或用 QGIS 另存为 GeoPackage。",
            f"Export the {form} from its source again, or save it as GeoPackage with QGIS.",
        ),
    )
