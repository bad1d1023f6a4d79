"""What a file is, by its content: names lie, first bytes seldom do."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path

from geodata.errors import BadFile
from layers.spec import Text

HEAD = 4_096
# What Python's zipfile raises of an archive that is not what it says.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    RuntimeError,  # among them NotImplementedError
)
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
# What belongs to a Shapefile, or to other programs, and is no table of its own.
SIDE_FILES = (".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".qml", ".qix", ".fix")
# First bytes of what is not read, and what to do instead.
OTHERS: tuple[tuple[bytes, Text], ...] = (
    (b"Rar!", Text("RAR 压缩包，请改存为 zip", "a RAR archive; pack it as zip")),
    (b"7z\xbc\xaf'\x1c", Text("7z 压缩包，请改存为 zip", "a 7z archive; pack it as zip")),
    (b"\x1f\x8b", Text("gzip 压缩包，请改存为 zip", "a gzip archive; pack it as zip")),
    (b"%PDF", Text("PDF 文件，请取得原始表格或图形数据", "a PDF; ask for the original data")),
    (b"AC10", Text("DWG 图纸，请在 CAD 中另存为 DXF", "a DWG drawing; save it as DXF in CAD")),
    (b"\x89PNG", Text("图片，不含坐标数据", "a picture without coordinates")),
    (b"\xff\xd8\xff", Text("图片，不含坐标数据", "a picture without coordinates")),
    (b"II*\x00", Text("栅格影像，请提供矢量数据", "a raster image; send vector data")),
    (
        b"\x00\x01\x00\x00Standard",
        Text(
            "Access 数据库，请导出为 GeoPackage 或 Excel",
            "an Access database; export it as GeoPackage or Excel",
        ),
    ),
)
KML_ROOT = re.compile(rb"<(\w+:)?kml[\s>]")
DXF_START = re.compile(rb"\s*(999\r?\n.*?\r?\n\s*)*0\r?\n\s*SECTION\r?\n", re.DOTALL)
NAMES = {
    "shapefile": "Shapefile",
    "dbf": "DBF",
    "gpkg": "GeoPackage",
    "geojson": "GeoJSON",
    "geojsonseq": "GeoJSONSeq",
    "kml": "KML",
    "dxf": "DXF",
    "parquet": "GeoParquet",
    "csv": "CSV",
    "xlsx": "XLSX",
    "xls": "XLS",
    "ods": "ODS",
}


def kind_of(path: Path, suffix: str) -> str:
    """Return the kind of a file: a key of ``NAMES``, "zip", "kmz", "side" or "" for none of them.

    ``suffix`` (lower case) decides only between plain texts. Raises BadFile for an empty file.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise BadFile(Text("文件是空的（0 字节）。", "The file is empty (0 bytes)."))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_kind(path)
    return binary_kind(head, suffix) or text_kind(head, suffix)


def binary_kind(head: bytes, suffix: str) -> str:
    """Return the kind of a binary file, or ""."""
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "side" if suffix == ".shx" else "shapefile"
    if head.startswith(b"SQLite format 3\x00"):
        return "gpkg"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if suffix in SIDE_FILES:
        return "side"
    return "dbf" if is_dbf(head) and suffix not in TEXT_SUFFIXES else ""


def is_dbf(head: bytes) -> bool:
    """Tell whether the header of a dBASE table is plausible."""
    if len(head) < 33 or head[0] not in (0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5):
        return False
    header = int.from_bytes(head[8:10], "little")
    return header >= 33 and 1 <= head[2] <= 12 and 1 <= head[3] <= 31


def text_kind(head: bytes, suffix: str) -> str:
    """Return the kind of a text, or ""."""
    if head.startswith(b"AutoCAD Binary DXF"):
        return "dxf"
    plain = head
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        plain = head.decode("utf-16", errors="replace").encode()
    plain = plain.removeprefix(b"\xef\xbb\xbf").lstrip()
    if DXF_START.match(plain):
        return "dxf"
    if plain.startswith(b"<"):
        return "kml" if KML_ROOT.search(plain) else ""
    if plain[:1] in (b"{", b"\x1e"):
        return json_kind(plain)
    if not is_text(plain) or any(head.startswith(o) for o, _ in OTHERS):
        return ""
    listed = suffix in TEXT_SUFFIXES or suffix == ".xls"  # many programs write texts named .xls
    return "csv" if listed or any(mark in plain for mark in (b",", b"\t", b";", b"|")) else ""


def is_text(plain: bytes) -> bool:
    """Tell whether bytes may be a text of some encoding: hardly any control characters."""
    control = sum(1 for byte in plain if byte < 0x20 and byte not in b"\t\n\r\x00")
    return control <= len(plain) // 100 and plain.count(b"\x00") <= len(plain) // 8


def json_kind(plain: bytes) -> str:
    """Return whether a JSON text is one collection or a feature on each line; "" if neither."""
    if b"gdal_streamed_alg" in plain:
        return ""  # GDAL would run the commands in such a file
    first, _, rest = plain.removeprefix(b"\x1e").partition(b"\n")
    whole = first.rstrip().endswith(b"}") and rest.strip(b"\x1e \r\n\t").startswith(b"{")
    lined = plain.startswith(b"\x1e") or (b'"Feature"' in first and whole)
    return "geojsonseq" if lined else "geojson"


def zip_kind(path: Path) -> str:
    """Return what a zip archive is: a spreadsheet, a KMZ, or an archive of files."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:20_000])
            mime = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except DAMAGE as error:
        raise BadFile(
            Text("压缩包损坏或没有传完。", "The archive is damaged or incomplete."),
            Text("请重新打包并上传。", "Pack and send it again."),
        ) from error
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if mime.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    tables = (".shp", ".dbf", ".gpkg", ".geojson", ".json", ".csv", ".xlsx", ".dxf", ".parquet")
    held = [name.lower() for name in names]
    if any(name.endswith(".kml") for name in held) and not any(n.endswith(tables) for n in held):
        return "kmz"
    return "zip"


def unsupported(path: Path, name: str) -> BadFile:
    """Return the error for a file that is nothing readable, with what to do."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    known = next((what for start, what in OTHERS if head.startswith(start)), None)
    supported = Text(
        "支持 Shapefile（可打包为 zip）、GeoPackage、GeoJSON、KML/KMZ、DXF、GeoParquet、CSV、Excel。",
        "Shapefile (also zipped), GeoPackage, GeoJSON, KML/KMZ, DXF, GeoParquet, CSV and Excel "
        "are read.",
    )
    if known is None:
        return BadFile(
            Text("认不出文件的类型：{name}", "The kind of file is not known: {name}").format(
                name=name
            ),
            supported,
        )
    return BadFile(Text(f"{name} 是{known.zh}。", f"{name} is {known.en}."), supported)
