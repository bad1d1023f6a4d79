"""Writing one table in chunks: memory stays the same however long the file is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import pyarrow
import shapely

from geodata.intake.facts import Column, ColumnType, Facts
from geodata.intake.kept import CHUNK, FACTS_FILE, LINE, ROW, ROWS_FILE, WKB

ARROW_TYPES: dict[ColumnType, pyarrow.DataType] = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.string(),
    "time": pyarrow.string(),
}
NAMES = (
    "Unknown",
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
    "CircularString",
    "CompoundCurve",
    "CurvePolygon",
    "MultiCurve",
    "MultiSurface",
    "Curve",
    "Surface",
    "PolyhedralSurface",
    "TIN",
    "Triangle",
)
NOWHERE = 1e30  # a Shapefile's "no data" is below -1e38; NaN compares as false
EWKB_Z, EWKB_M, EWKB_SRID = 0x80000000, 0x40000000, 0x20000000


@dataclass
class TableWriter:
    """Writes the rows of one table to ``folder``; ``finish`` adds the facts.

    ``tell`` is told of rows as they are written. Raises OSError when the disk is full or the file
    grows beyond the process's limit.
    """

    folder: Path
    columns: tuple[Column, ...]
    shapes: bool
    lines: bool = False
    tell: Callable[[int], None] | None = None
    rows: int = 0
    types: Counter[str] = field(default_factory=Counter)
    low: numpy.ndarray = field(default_factory=lambda: numpy.full(2, numpy.inf))
    high: numpy.ndarray = field(default_factory=lambda: numpy.full(2, -numpy.inf))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        fields = [(column.name, ARROW_TYPES[column.type]) for column in self.columns]
        fields += [(WKB, pyarrow.binary())] if self.shapes else []
        fields += [(ROW, pyarrow.int64())] + ([(LINE, pyarrow.int64())] if self.lines else [])
        self.schema = pyarrow.schema(fields)
        self.sink = pyarrow.OSFile(str(self.folder / ROWS_FILE), "wb")
        self.file = pyarrow.ipc.new_file(self.sink, self.schema)

    def write(
        self,
        values: Sequence[pyarrow.Array],
        shapes: pyarrow.Array | None = None,
        lines: Sequence[int] | None = None,
    ) -> None:
        """Add rows: one array for each column, the shapes as WKB, the lines where lists have them."""
        count = len(values[0]) if values else len(shapes) if shapes is not None else 0
        arrays = list(values)
        if shapes is not None:
            arrays.append(shapes)
            self.note_shapes(shapes)
        arrays.append(pyarrow.array(numpy.arange(self.rows + 1, self.rows + count + 1)))
        if lines is not None:
            arrays.append(pyarrow.array(lines, pyarrow.int64()))
        batch = pyarrow.RecordBatch.from_arrays(arrays, schema=self.schema)
        for start in range(0, count, CHUNK):
            self.file.write_batch(batch.slice(start, CHUNK))
        self.rows += count
        if self.tell:
            self.tell(count)

    def note_shapes(self, shapes: pyarrow.Array) -> None:
        """Count the types of some shapes and widen the bounds by their finite coordinates."""
        held = shapes.to_numpy(zero_copy_only=False)
        self.types.update(type_name(shape) for shape in held)
        parsed = shapely.from_wkb(held, on_invalid="ignore")
        points = shapely.get_coordinates(parsed)
        points = points[(numpy.abs(points) < NOWHERE).all(axis=1)]
        if len(points):
            self.low = numpy.minimum(self.low, points.min(axis=0))
            self.high = numpy.maximum(self.high, points.max(axis=0))

    def finish(self, facts: Facts) -> None:
        """Close the rows and write the facts, with what was counted while writing."""
        self.file.close()
        self.sink.close()
        bounded = bool(numpy.isfinite(self.low).all())
        counted = {
            "rows": self.rows,
            "geometry_types": dict(self.types),
            "has_shapes": any(name != "none" for name in self.types),
            "bounds": [*self.low.tolist(), *self.high.tolist()] if bounded else None,
        }
        text = json.dumps(facts.to_json() | counted, ensure_ascii=False)
        (self.folder / FACTS_FILE).write_text(text, encoding="utf-8")


def type_name(shape: bytes | None) -> str:
    """Return a shape's type from its first bytes: "Point", "Polygon Z", "none" without one."""
    if not shape or len(shape) < 5:
        return "none"
    number = int.from_bytes(shape[1:5], "little" if shape[0] else "big")
    high, measured = number & EWKB_Z, number & EWKB_M
    number &= ~(EWKB_Z | EWKB_M | EWKB_SRID)
    thousands, kind = divmod(number, 1000)
    name = NAMES[kind] if kind < len(NAMES) else NAMES[0]
    z = "Z" if high or thousands in (1, 3) else ""
    m = "M" if measured or thousands in (2, 3) else ""
    return f"{name} {z}{m}" if z or m else name


def unique_names(names: Sequence[str]) -> list[str]:
    """Return the names with blanks filled and repeated ones numbered, so that each is unique."""
    taken: set[str] = set()
    found = []
    for place, raw in enumerate(names, start=1):
        name = "".join(c if c.isprintable() else " " for c in raw).strip()[:200] or f"列{place}"
        if name.startswith("__"):
            name = f"_{name.lstrip('_')}"
        base, number = name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name.casefold())
        found.append(name)
    return found
