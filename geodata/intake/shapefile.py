"""The files of a Shapefile brought together in a private folder, and what they say of themselves."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy

from geodata.decoding import known_encoding
from geodata.errors import BadFile
from geodata.intake.sources import Source
from geodata.intake.streams import VectorFile
from layers.spec import Text

HEADER = 100  # bytes before the first record of .shp and .shx
# Language bytes of dBASE that programs for Chinese write, and those of western code pages.
LANGUAGES = {
    0x03: "ANSI 1252",
    0x57: "ANSI",
    0x58: "ANSI 1252",
    0x4D: "ANSI 936",
    0x7A: "ANSI 936",
    0x4F: "ANSI 950",
    0x78: "ANSI 950",
    0x13: "cp932",
    0x7B: "cp932",
    0x4E: "cp949",
    0x79: "cp949",
}
SHORT = Text(
    "{parts} 比文件头写的短，可能没有传完；请核对行数。",
    "{parts} is shorter than its header says and may be incomplete; check the rows.",
)


def gather_shapefile(source: Source, folder: Path) -> VectorFile:
    """Link the parts under one plain name into ``folder`` and return what GDAL shall open.

    GDAL restores a missing .shx there, so the upload itself is never changed.
    """
    folder.mkdir(parents=True)
    parts, notes = source.parts, list(source.notes)
    if source.kind == "shapefile":
        parts.setdefault(".shp", source.member.path)
        notes += check_index(parts)
        if ".dbf" not in parts:
            notes.append(
                Text(
                    "没有 .dbf，只有图形没有属性。", "There is no .dbf: shapes without attributes."
                )
            )
    notes += missing_rows(parts)
    for suffix in (".shp", ".shx", ".dbf", ".prj"):
        if suffix in parts:
            (folder / f"data{suffix}").symlink_to(parts[suffix])
    main = ".shp" if source.kind == "shapefile" else ".dbf"
    has_prj = ".prj" in parts
    return VectorFile(
        folder / f"data{main}",
        source.kind,
        source.member.name,
        source.title,
        raw="bytes",
        declared=declared_encoding(parts),
        notes=notes,
        crs_evidence=Text(".prj 文件写明。", "The .prj says so.")
        if has_prj
        else Text("没有 .prj 文件。", "There is no .prj file."),
    )


def check_index(parts: dict[str, Path]) -> list[Text]:
    """Leave out a .shx that does not fit its .shp, which GDAL then restores; say so.

    Raises BadFile when the .shp itself ends before its header does.
    """
    size = parts[".shp"].stat().st_size
    if size < HEADER:
        raise BadFile(
            Text(".shp 文件不完整。", "The .shp is incomplete."),
            Text(
                "请重新上传完整的 .shp、.shx、.dbf。", "Send the whole .shp, .shx and .dbf again."
            ),
        )
    if ".shx" in parts:
        if index_fits(parts[".shx"], size):
            return []
        del parts[".shx"]
        return [
            Text(
                ".shx 索引损坏，已从 .shp 重建；请核对行数。",
                "The .shx index is damaged and was restored from the .shp; check the rows.",
            )
        ]
    return [
        Text(
            "缺少 .shx 索引，已从 .shp 重建。",
            "The .shx index is missing and was restored from the .shp.",
        )
    ]


def missing_rows(parts: dict[str, Path]) -> list[Text]:
    """Return a note when a table or its shapes are shorter than their headers say."""
    short = []
    if ".dbf" in parts:
        with parts[".dbf"].open("rb") as stream:
            head = stream.read(12).ljust(12, b"\x00")
        count, header, width = struct.unpack("<4xIHH", head)
        short += [".dbf"] if parts[".dbf"].stat().st_size < header + count * width else []
    if ".shp" in parts:
        with parts[".shp"].open("rb") as stream:
            words = int.from_bytes(stream.read(28)[24:28], "big")
        short += [".shp"] if parts[".shp"].stat().st_size < words * 2 else []
    return [SHORT.format(parts="、".join(short))] if short else []


def index_fits(path: Path, size: int) -> bool:
    """Tell whether every record that an index names lies inside a .shp of ``size`` bytes."""
    data = path.read_bytes()
    if len(data) < HEADER or data[:4] != b"\x00\x00\x27\x0a" or (len(data) - HEADER) % 8:
        return False
    entries = numpy.frombuffer(data, dtype=">i4", offset=HEADER).reshape(-1, 2).astype(numpy.int64)
    starts, lengths = entries[:, 0] * 2, entries[:, 1] * 2
    return bool(((starts >= HEADER) & (lengths >= 0) & (starts + 8 + lengths <= size)).all())


def declared_encoding(parts: dict[str, Path]) -> str:
    """Return the encoding as the .cpg says, else as the table's language byte says, or ""."""
    if ".cpg" in parts:
        with parts[".cpg"].open("rb") as stream:
            return stream.read(60).decode("ascii", errors="replace").strip()
    if ".dbf" not in parts:
        return ""
    with parts[".dbf"].open("rb") as stream:
        head = stream.read(32)
    said = LANGUAGES.get(head[29], "") if len(head) == 32 else ""
    return said if known_encoding(said) else ""
