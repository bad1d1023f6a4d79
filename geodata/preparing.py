"""Rows ready to be stored, chunk by chunk in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas
import numpy
import pandas
import shapely

from geodata.discoveries import Scene
from geodata.filling import require_impersonal
from geodata.findings import Finding
from geodata.plan import ImportPlan
from geodata.processing import Part, Processor
from geodata.source import Source
from layers.spec import Layer


@dataclass
class PreparedChunk:
    """Rows for ``store_frame`` and what is wrong with the others.

    ``frame``: the good rows, the same columns in every chunk, geometry in the metric CRS;
    ``rows``: the file's row number (int64) of each. ``findings`` stand in the way of an import
    unless errors are skipped; ``left_out`` are of rows left out on purpose. ``misplaced``: row
    numbers and shapes (metric) of rows that are not good, where they have a shape.
    """

    frame: geopandas.GeoDataFrame
    rows: numpy.ndarray
    findings: list[Finding]
    left_out: list[Finding]
    misplaced: tuple[numpy.ndarray, numpy.ndarray]


def prepare(
    source: Source, plan: ImportPlan, layer: Layer, scene: Scene
) -> Iterator[PreparedChunk]:
    """Yield the rows of a table as the plan makes them, in the file's order.

    Raises BadFile or BadCoordinates where the plan cannot be carried out, at the latest when a
    column that fills a field turns out to hold persons.
    """
    processor = Processor(source, plan, layer, scene, watch_all=False)
    if processor.faults:
        raise processor.faults[0]
    require_impersonal(processor.filling)
    for part in processor.parts():
        require_impersonal(processor.filling)
        yield to_chunk(part)


def to_chunk(part: Part) -> PreparedChunk:
    """Return what is to be stored of a processed chunk, and what is not."""
    good, shapes = part.good, part.shapes
    columns = {
        name: pandas.Series(values[good], dtype=object) for name, values in part.values.items()
    }
    frame = geopandas.GeoDataFrame(columns, geometry=shapes[good])
    bad = ~good & ~shapely.is_missing(shapes)
    misplaced = (part.rows[bad], shapes[bad])
    return PreparedChunk(frame, part.rows[good], part.findings, part.left_out, misplaced)
