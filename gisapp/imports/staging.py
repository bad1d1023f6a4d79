"""The rows of a file as they would be, staged beside the layer chunk by chunk."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import geopandas

from geodata.findings import Finding, shorten
from geodata.preparing import PreparedChunk
from gisapp.access.scope import Scope
from gisapp.features.copying import ESCAPES, NULL, CopyStream, hex_shapes
from gisapp.features.staged import (
    COPY,
    COPY_FINDINGS,
    COPY_PLACES,
    Counts,
    Staged,
    make,
    mark,
)
from gisapp.features.staging import area_column, metric_srid
from gisapp.imports.uploads import FULL_LATER, told_when_full
from layers.spec import Layer

Progress = Callable[[int], None]
MEMORY = 1 << 20  # bytes of findings that are not written to disk


def stage(
    connection: Any,
    layer: Layer,
    chunks: Iterator[PreparedChunk],
    scope: Scope,
    key: str,
    progress: Progress | None = None,
) -> tuple[Staged, Counts]:
    """Stage rows on their way into ``layer`` under ``key``, and compare them with the layer's.

    In the caller's transaction; memory does not grow with the file. ``progress`` is told how many
    good rows are staged. Raises what ``chunks`` raises.
    """
    first = next(chunks, None)
    held = [] if first is None else first.frame.columns
    staged = Staged(layer, tuple(field.name for field in layer.fields if field.name in held), key)
    srid = metric_srid(connection)
    with connection.cursor() as cursor, spool() as findings, spool() as places:
        make(cursor, staged)
        if first is not None:
            rest = itertools.chain([first], chunks)
            pieces = kept_apart(rest, findings, places, srid)
            extra = [file_rows, area_column(connection, layer, NULL)]
            with CopyStream(layer, staged.names, pieces, srid, extra, progress) as rows:
                rows.copy(cursor, staged.compose(COPY))
            for statement, spooled in ((COPY_FINDINGS, findings), (COPY_PLACES, places)):
                spooled.seek(0)
                cursor.copy_expert(staged.compose(statement).as_string(cursor), spooled)
        return staged, mark(cursor, staged, scope)


def spool() -> IO[bytes]:
    """Return a file for what is wrong, in memory while it is little."""
    return tempfile.SpooledTemporaryFile(MEMORY)


def kept_apart(
    chunks: Iterable[PreparedChunk], findings: IO[bytes], places: IO[bytes], srid: int
) -> Iterator[geopandas.GeoDataFrame]:
    """Yield the good rows with their numbers in the file; write the others' as COPY text."""
    for chunk in chunks:
        numbers, shapes = chunk.misplaced
        lines = zip(numbers.tolist(), hex_shapes(shapes, srid), strict=True)
        with told_when_full(FULL_LATER):
            findings.writelines(map(written, chunk.findings))
            places.writelines(f"{row}\t{shape}\n".encode() for row, shape in lines)
        yield chunk.frame.assign(file_row=chunk.rows)


def written(finding: Finding) -> bytes:
    """Return a finding as a line of COPY text."""
    reason = finding.reason
    texts = (finding.column, shorten(finding.value), reason.zh, reason.en)
    line = "\t".join([str(finding.row), *(text.translate(ESCAPES) for text in texts)])
    return f"{line}\n".replace("\0", "").encode("utf-8", "replace")


def file_rows(part: geopandas.GeoDataFrame) -> list[str]:
    """Return the numbers of rows in their file as COPY text."""
    return [str(number) for number in part["file_row"].tolist()]
