"""Chunks as a stream of Arrow: what GDAL's drivers and GeoParquet are written from."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow
import pyogrio
from pyarrow import parquet

from geodata.crs import find_crs
from geodata.writers.spec import Chunk, Chunks, Export
from geodata.writers.values import unique
from layers.spec import Text

SHAPE = "geometry"
TYPES = {
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.date32(),
    "datetime": pyarrow.timestamp("us", tz="UTC"),
}
WKB_MARK = {"ARROW:extension:name": "geoarrow.wkb"}
RESERVED = ("fid", "geom", SHAPE)  # names that GeoPackage and we use
Types = Mapping[str, pyarrow.DataType]


def column_names(export: Export, length: int | None = None) -> list[str]:
    """Return the columns' names: the fields', made unique, none of them a reserved one."""
    names = unique([*RESERVED, *(field.name for field in export.fields)], length)
    return names[len(RESERVED) :]


def schema_of(export: Export, names: list[str], types: Types = TYPES) -> pyarrow.Schema:
    """Return the Arrow schema of a file; the shape is its last column."""
    columns = [
        pyarrow.field(name, types.get(field.type, pyarrow.string()))
        for name, field in zip(names, export.fields, strict=True)
    ]
    if export.has_shapes:
        columns.append(pyarrow.field(SHAPE, pyarrow.binary(), metadata=WKB_MARK))
    return pyarrow.schema(columns)


def batch_of(chunk: Chunk, schema: pyarrow.Schema) -> pyarrow.RecordBatch:
    """Return a chunk as one record batch."""
    held: list[Iterable[object]] = list(chunk.columns)
    if len(schema) > len(held):
        held.append(chunk.wkb if len(chunk.wkb) else [None] * len(chunk))
    arrays = [pyarrow.array(values, field.type) for values, field in zip(held, schema, strict=True)]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


class Source:
    """Batches for a program that reads them through C and swallows what our code raises."""

    def __init__(self, schema: pyarrow.Schema, chunks: Iterable[Chunk]) -> None:
        self.schema, self.chunks = schema, chunks
        self.failure: BaseException | None = None

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        try:
            for chunk in self.chunks:
                yield batch_of(chunk, self.schema)
        except BaseException as error:
            self.failure = error
            raise

    def reader(self) -> pyarrow.RecordBatchReader:
        """Return the stream."""
        return pyarrow.RecordBatchReader.from_batches(self.schema, iter(self))


def write_ogr(
    export: Export, source: Source, path: Path, driver: str, kind: str, **options: Any
) -> None:
    """Write a stream by one of GDAL's drivers; ``kind`` is the geometry type of the layer.

    Raises what the stream raised, else pyogrio's errors.
    """
    shape = {"geometry_name": SHAPE, "geometry_type": kind} if export.has_shapes else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no CRS where there is none; widened text columns
            pyogrio.write_arrow(
                source.reader(),
                path,
                driver=driver,
                crs=export.crs or None,
                **{"layer": export.name, **shape, **options},
            )
    except Exception:
        if source.failure is not None:
            raise source.failure from None
        raise


def write_geopackage(export: Export, chunks: Chunks, path: Path) -> list[Text]:
    """Write a GeoPackage with one layer; the note is its description and its metadata."""
    note = "\n".join(export.note_lines())
    source = Source(schema_of(export, column_names(export)), chunks)
    options = {"IDENTIFIER": export.label.say(export.language), "DESCRIPTION": note}
    write_ogr(
        export,
        source,
        path,
        "GPKG",
        export.geometry or "Unknown",
        layer_options=options,
        layer_metadata={"note": note},
    )
    return []


def write_geoparquet(export: Export, chunks: Chunks, path: Path) -> list[Text]:
    """Write GeoParquet 1.1 (WKB), a row group for each chunk; the note is in its metadata."""
    geometry: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [export.geometry] if export.geometry else [],
        "crs": find_crs(export.crs).to_json_dict() if export.crs else None,
    }
    geo = {"version": "1.1.0", "primary_column": SHAPE, "columns": {SHAPE: geometry}}
    told = {"note": "\n".join(export.note_lines())}
    if export.has_shapes:
        told["geo"] = json.dumps(geo)
    schema = schema_of(export, column_names(export)).with_metadata(told)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in Source(schema, chunks):
            writer.write_batch(batch)
    return []
