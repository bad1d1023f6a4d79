"""GeoJSON and DXF: text files that GDAL reads once they are in the encoding it expects."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from geodata.encodings import guess_encoding
from geodata.errors import BadFile
from geodata.intake.sources import Source
from geodata.intake.streams import VectorFile
from layers.spec import Text

BLOCK = 1 << 20
SUFFIXES = {
    "geojson": "data.geojson",
    "geojsonseq": "data.geojsonl",
    "dxf": "data.dxf",
    "kml": "data.kml",
}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


CUT_SHORT = Text(
    "文件结尾不完整，可能没有传完；已读取能读的部分，请核对行数。",
    "The file ends too early and may be incomplete; what is there was read. Check the rows.",
)
TAIL = 200


def gather_geojson(source: Source, folder: Path) -> VectorFile:
    """Return the GeoJSON for GDAL, as UTF-8. Raises BadFile for JSON of another kind."""
    path, notes = as_utf8(source, folder)
    require_features(path, source.member.name)
    return VectorFile(
        path,
        source.kind,
        source.member.name,
        source.title,
        notes=[*source.notes, *notes, *end_notes(path, b"}")],
        crs_evidence=Text(
            "GeoJSON 规定为 WGS-84，除非文件另有写明。",
            "GeoJSON is in WGS-84 unless the file says otherwise.",
        ),
    )


def end_notes(path: Path, end: bytes) -> list[Text]:
    """Return a note unless a text file ends as its format must."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - TAIL))
        tail = stream.read().rstrip(b"\x1a\x00 \r\n\t")
    binary = path.suffix == ".dxf" and b"\x00" in tail
    return [] if tail.endswith(end) or binary else [CUT_SHORT]


def require_features(path: Path, name: str) -> None:
    """Raise BadFile for JSON that begins as another program's format."""
    with path.open("rb") as stream:
        head = stream.read(100_000)
    other = any(mark in head for mark in (b'"Topology"', b'"esriGeometry', b'"gdal_streamed_alg"'))
    if other or (
        b'"Feature' not in head and b'"coordinates"' not in head and b'"geometr' not in head
    ):
        raise BadFile(
            Text(f"{name} 是 JSON，但不是 GeoJSON。", f"{name} is JSON, but not GeoJSON."),
            Text("请导出为 GeoJSON 或 GeoPackage。", "Export it as GeoJSON or GeoPackage."),
        )


def gather_drawing(source: Source, folder: Path) -> VectorFile:
    """Return the DXF for GDAL; its texts come as bytes, whatever code page it claims."""
    folder.mkdir(parents=True)
    link = folder / SUFFIXES["dxf"]
    link.symlink_to(source.member.path)
    return VectorFile(
        link,
        "dxf",
        source.member.name,
        source.title,
        raw="latin-1",
        declared=drawing_code_page(source.member.path),
        notes=[*source.notes, *end_notes(link, b"EOF")],
        crs_evidence=Text("DXF 不记坐标系。", "DXF does not say its reference system."),
    )


def drawing_code_page(path: Path) -> str:
    """Return the code page that a drawing's header names ("ANSI_936"), or ""."""
    with path.open("rb") as stream:
        lines = stream.read(20_000).split(b"\n")
    for place, line in enumerate(lines[:-2]):
        if line.strip() == b"$DWGCODEPAGE":
            return lines[place + 2].strip().decode("ascii", errors="replace")[:40]
    return ""


def as_utf8(source: Source, folder: Path) -> tuple[Path, list[Text]]:
    """Return a text file as UTF-8: a link where it is, a converted copy where it is not."""
    folder.mkdir(parents=True)
    target = folder / SUFFIXES[source.kind]
    with source.member.path.open("rb") as stream:
        head = stream.read(4)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    if marked is None and is_utf8(source.member.path):
        target.symlink_to(source.member.path)
        return target, []
    name = marked or guess_encoding(lines_of(source.member.path)).name.partition("+")[0]
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    with target.open("w", encoding="utf-8", newline="") as sink:
        for block in blocks_of(source.member.path):
            sink.write(decoder.decode(block))
        sink.write(decoder.decode(b"", final=True))
    if marked == "utf-8-sig":
        return target, []
    return target, [
        Text(f"文件不是 UTF-8，按 {name} 读取。", f"The file is not UTF-8; it was read as {name}.")
    ]


def is_utf8(path: Path) -> bool:
    """Tell whether a whole file is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks_of(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def blocks_of(path: Path) -> Iterator[bytes]:
    """Yield a file in blocks."""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield pieces of a file between ASCII quotes, tags and line ends, for a guess."""
    with path.open("rb") as stream:
        while line := stream.readline(BLOCK):
            yield from line.replace(b"<", b'"').replace(b">", b'"').split(b'"')
