"""Shapefile, GeoPackage, GeoJSON and DXF through GDAL, streamed in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

import pyarrow
import pyogrio
import shapely

from geodata.encodings import EncodingGuess
from geodata.intake.facts import Column, ColumnType, Facts
from geodata.intake.output import Output
from geodata.intake.plain import is_text, to_plain
from geodata.intake.streams import Stream, VectorFile, damage_told, open_layer
from geodata.intake.texts import TextReader, odd_texts, settle_encoding
from geodata.intake.writing import unique_names
from layers.spec import Text

PEEKED = 3  # batches
RING = 4  # corners of a closed line at least, the first repeated


def read_vector(file: VectorFile, output: Output) -> None:
    """Write every layer of a file. Raises BadFile for one that GDAL cannot read."""
    names: list[str | int] = [0]  # the only one, whatever its name; finding that out takes a pass
    if file.layers is not None:
        with damage_told(file):
            found = [str(name) for name, _ in pyogrio.list_layers(str(file.path))]
        names = [name for name in found if name in file.layers]
    for name in names:
        shown = name if isinstance(name, str) else file.title
        if output.wants(shown):
            with damage_told(file):
                read_layer(file, name, shown, output)


def read_layer(file: VectorFile, layer: str | int, shown: str, output: Output) -> None:
    """Write one layer: first a look at its texts for the encoding, then everything.

    Texts that are UTF-8 by their format are looked at as they come, as far as ``PEEKED`` batches;
    for others, whose reading depends on it, the whole layer is looked at.
    """
    guess, reader = look_through(file, layer, output) if file.raw else (None, None)
    with open_layer(file, layer, output, geometry=True) as stream:
        batches = stream.batches
        if guess is None or reader is None:
            head = list(islice(batches, PEEKED))
            batches = chain(head, batches)
            texts = layer_texts(file, replace(stream, batches=iter(head)))
            guess, reader = settle_encoding(texts, file.declared, output.options.encoding)
        names = unique_names([read_name(name, file, reader) for name in stream.ogr_names])
        columns = tuple(map(Column, names, stream.types))
        writer = output.begin(columns, shapes=stream.shape is not None)
        for batch in batches:
            values = [
                read_values(batch.column(place), kind, file, reader)
                for place, kind in zip(stream.places, stream.types, strict=True)
            ]
            shapes = read_shapes(batch, stream.shape, file.kind)
            writer.write(values, shapes)
        crs = stream.meta["crs"] or file.crs
    notes = [*file.notes, *layer_notes(stream, names, file, reader)]
    facts = Facts(
        source=file.source,
        name=shown,
        format=file.format,
        rows=writer.rows,
        columns=columns,
        has_shapes=False,
        geometry_types={},
        crs=crs,
        crs_evidence=crs_evidence(file, crs),
        encoding=guess,
        notes=tuple(notes),
    )
    output.end(writer, facts)


def look_through(
    file: VectorFile, layer: str | int, output: Output
) -> tuple[EncodingGuess, TextReader]:
    """Return the encoding by all texts of a layer, or by as many as it takes."""
    with open_layer(file, layer, output, geometry=False) as stream:
        texts = layer_texts(file, stream)
        return settle_encoding(texts, file.declared, output.options.encoding)


def layer_texts(file: VectorFile, stream: Stream) -> Iterator[bytes]:
    """Yield the texts beyond ASCII of a layer as bytes, the names of its columns last."""
    for batch in stream.batches:
        for place in stream.places:
            if is_text(batch.column(place).type):
                yield from odd_texts(batch.column(place), file.back)
    yield from (name_bytes(name, file) for name in stream.ogr_names)


def name_bytes(name: str, file: VectorFile) -> bytes:
    """Return a column's name as the file's bytes."""
    return name.encode("latin-1", errors="replace") if file.raw == "bytes" else name.encode()


def read_name(name: str, file: VectorFile, reader: TextReader) -> str:
    """Return a column's name as text."""
    return reader.one(name_bytes(name, file))


def read_values(
    values: pyarrow.Array, kind: ColumnType, file: VectorFile, reader: TextReader
) -> pyarrow.Array:
    """Return one column of a batch in its plain type."""
    plain = to_plain(values, kind)
    if not is_text(plain.type):
        return plain
    if file.raw == "latin-1":
        known = [None if text is None else file.back(text.encode()) for text in plain.to_pylist()]
        plain = pyarrow.array(known, pyarrow.binary())
    return reader.read(plain)


def read_shapes(batch: pyarrow.RecordBatch, place: int | None, kind: str) -> pyarrow.Array | None:
    """Return the shapes of a batch as WKB; closed lines of a drawing become polygons."""
    if place is None:
        return None
    shapes = batch.column(place)
    if isinstance(shapes, pyarrow.ExtensionArray):
        shapes = shapes.storage
    return close_rings(shapes) if kind == "dxf" else shapes.cast(pyarrow.binary())


def close_rings(shapes: pyarrow.Array) -> pyarrow.Array:
    """Return WKB with every closed line of at least three corners as a polygon.

    CAD programs draw areas as closed polylines; DXF does not tell them from lines.
    """
    held = shapely.from_wkb(shapes.to_numpy(zero_copy_only=False), on_invalid="ignore")
    closed = (
        (shapely.get_type_id(held) == shapely.GeometryType.LINESTRING)
        & shapely.is_closed(held)
        & (shapely.get_num_points(held) >= RING)
    )
    held[closed] = [shapely.Polygon(line) for line in held[closed]]
    return pyarrow.array(shapely.to_wkb(held), pyarrow.binary())


def layer_notes(
    stream: Stream, names: Sequence[str], file: VectorFile, reader: TextReader
) -> list[Text]:
    """Return what a user should know of the columns of a layer."""
    notes = reader.notes()
    plain = [read_name(name, file, TextReader(reader.name)) for name in stream.ogr_names]
    renamed = [f"{a} → {b}" for a, b in zip(plain, names, strict=True) if a != b]
    if renamed:
        notes.append(renamed_note(renamed))
    if stream.dropped:
        told = "、".join(stream.dropped[:10])
        notes.append(
            Text(f"二进制列没有读取：{told}", f"Columns of binary data were not read: {told}")
        )
    if file.kind == "dxf":
        notes.append(
            Text(
                "图中的闭合线已作为面读取；图层名在 Layer 列，文字在 Text 列。",
                "Closed lines of the drawing were read as areas; Layer holds the name of the "
                "drawing's layer, Text its texts.",
            )
        )
    return notes


def renamed_note(renamed: Sequence[str]) -> Text:
    """Return the note about columns with repeated, blank or reserved names."""
    told = "；".join(renamed[:10])
    return Text(
        f"列名重复或为空，已改名：{told}", f"Column names repeated or blank were changed: {told}"
    )


def crs_evidence(file: VectorFile, crs: str | None) -> Text:
    """Return where the coordinate reference system is said."""
    if file.crs_evidence is not None:
        return file.crs_evidence
    if crs is None:
        return Text("文件没有写明坐标系。", "The file does not say its reference system.")
    return Text("文件中写明。", "The file says so.")
