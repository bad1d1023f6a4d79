"""A zipped Shapefile: one set of files for each kind of shape, with a legend of its columns.

The format's limits: names of 10 bytes, texts of 254 bytes, no time of day (kept as text), no
truth values by name (T, F), files below 2 GB.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
import pyarrow
import shapely

from geodata.errors import BadFile
from geodata.writers.arrow import TYPES, Source, column_names, schema_of, write_ogr
from geodata.writers.spec import READ_ME, Chunk, Chunks, Export
from geodata.writers.values import as_text, cut
from layers.spec import Text

NAME_BYTES, TEXT_BYTES = 10, 254
LARGEST = 2**31 - 2**24  # bytes of one file, with room for a chunk
DRIVER = "ESRI Shapefile"
# What shapely's types are written as; a polygon of the format may have several parts.
KINDS = {
    0: "Point",
    1: "LineString",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
}
FAMILIES = {"Point": "point", "MultiPoint": "points", "LineString": "line", "Polygon": "polygon"}
AS_TEXT = ("datetime",)
SHP_TYPES = {kind: TYPES[kind] for kind in TYPES if kind not in AS_TEXT}
README, LEGEND = READ_ME
TOO_LARGE = BadFile(
    Text("Shapefile 的单个文件不能超过 2 GB。", "A file of a Shapefile cannot exceed 2 GB."),
    Text("请改用 GeoPackage 或 GeoParquet。", "Export GeoPackage or GeoParquet instead."),
)
CUT = Text("{n} 个文字超过 254 字节，已截断。", "{n} texts are longer than 254 bytes and were cut.")


def family(kind: str) -> str:
    """Return the kind of shape that one Shapefile can hold."""
    return FAMILIES.get(kind.removeprefix("Multi") if kind != "MultiPoint" else kind, "table")


def kind_of(name: str) -> str:
    """Return the geometry type under which GDAL makes the file of a family."""
    return {"point": "Point", "points": "MultiPoint", "line": "LineString"}.get(name, "Polygon")


@dataclass
class Parts:
    """The files under way in ``folder``: one set for each family of shapes met so far."""

    export: Export
    folder: Path
    largest: int = LARGEST
    names: list[str] = field(default_factory=list)
    made: dict[str, Path] = field(default_factory=dict)
    texts_cut: int = 0

    @property
    def default(self) -> str:
        """The family of rows without a shape: the declared one, else the first met."""
        declared = family(self.export.geometry) if self.export.geometry else ""
        return declared or next(iter(self.made), "point")

    def add(self, chunk: Chunk) -> None:
        """Write a chunk's rows, each to its family's files."""
        columns = tuple(self.fitting(index, values) for index, values in enumerate(chunk.columns))
        if not self.export.has_shapes:
            self.append("table", Chunk(columns, rows=len(chunk)))
            return
        types = shapely.get_type_id(chunk.shapes)
        families = numpy.array(
            [family(KINDS[kind]) if kind in KINDS else self.default for kind in types.tolist()]
        )
        for name in dict.fromkeys(families.tolist()):
            places = numpy.flatnonzero(families == name).tolist()
            if len(places) == len(chunk):
                self.append(name, Chunk(columns, chunk.wkb))
            else:
                picked = tuple([values[place] for place in places] for values in columns)
                self.append(name, Chunk(picked, [chunk.wkb[place] for place in places]))

    def append(self, name: str, chunk: Chunk) -> None:
        """Append rows to a family's files. Raises BadFile when one grows too large."""
        path = self.made.setdefault(name, self.path_of(name))
        schema = schema_of(self.export, self.names, SHP_TYPES)
        exists = path.exists() or path.with_suffix(".dbf").exists()
        how = {"append": True} if exists else {"encoding": self.export.encoding}
        source = Source(schema, iter([chunk]))
        write_ogr(self.export, source, path, DRIVER, kind_of(name), layer=path.stem, **how)
        sizes = [file.stat().st_size for file in (path, path.with_suffix(".dbf")) if file.exists()]
        if max(sizes) > self.largest:
            raise TOO_LARGE

    def path_of(self, name: str) -> Path:
        """Return the .shp (a .dbf for a table) of a family."""
        if name == "table":
            return self.folder / f"{self.export.name}.dbf"
        plain = name == family(self.export.geometry)
        return self.folder / f"{self.export.name}{'' if plain else '_' + name}.shp"

    def fitting(self, index: int, values: Iterable[object]) -> list[object]:
        """Return a column's values as the format can hold them."""
        declared = self.export.fields[index]
        held: list[object] = list(values)
        if declared.type in AS_TEXT:
            return [None if value is None else as_text(declared, value) for value in held]
        if pyarrow.types.is_string(SHP_TYPES.get(declared.type, pyarrow.string())):
            return [self.short(value) if isinstance(value, str) else value for value in held]
        return held

    def short(self, text: str) -> str:
        """Return a text of at most 254 bytes in the file's encoding, counting what is cut."""
        if len(text) * 4 <= TEXT_BYTES:
            return text
        found = cut(text, TEXT_BYTES, self.export.encoding)
        self.texts_cut += len(found) < len(text)
        return found


def write_shapefile(
    export: Export, chunks: Chunks, path: Path, *, largest: int = LARGEST
) -> list[Text]:
    """Write a zip of Shapefiles (.shp, .shx, .dbf, .prj, .cpg), the note and the legend.

    Raises BadFile when a file would exceed 2 GB.
    """
    with TemporaryDirectory(dir=path.parent) as folder:
        parts = Parts(export, Path(folder), largest, column_names(export, NAME_BYTES))
        for chunk in chunks:
            if len(chunk):
                parts.add(chunk)
        if not parts.made:
            nothing = Chunk(tuple([] for _ in export.fields), [])
            parts.append(parts.default if export.has_shapes else "table", nothing)
        told = [CUT.format(n=parts.texts_cut)] if parts.texts_cut else []
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.write(file, file.name)
            with packed(archive, README, "utf-8-sig") as text:
                lines = [*export.note_lines(), *(one.say(export.language) for one in told)]
                text.write("\r\n".join(lines) + "\r\n")
            with packed(archive, LEGEND, "utf-8-sig") as text:
                write_legend(export, parts.names, text)
    return told


@contextmanager
def packed(archive: zipfile.ZipFile, name: str, encoding: str) -> Iterator[io.TextIOBase]:
    """Lend a text file inside a zip."""
    text = io.StringIO(newline="")
    yield text
    archive.writestr(name, text.getvalue().encode(encoding))


def write_legend(export: Export, names: list[str], text: io.TextIOBase) -> None:
    """Write which short name is which field, with its label, unit and codes."""
    writer = csv.writer(text, delimiter="\t")
    writer.writerow(["列名 column", "字段 field", "含义", "meaning", "单位 unit", "代码 codes"])
    for name, declared in zip(names, export.fields, strict=True):
        codes = "; ".join(f"{one.code}={one.label.zh}" for one in declared.choices)
        label = declared.label
        writer.writerow([name, declared.name, label.zh, label.en, declared.unit, codes])
