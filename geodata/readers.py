"""Reading vector files: GeoPackage, GeoJSON and Shapefile, from this machine only.

A file is opened only when its first bytes are those of its kind, because GDAL goes by content:
a virtual dataset named ``.geojson`` could otherwise name other files and hosts.
"""

from __future__ import annotations

import codecs
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import pyogrio
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.crs import find_crs
from geodata.errors import BadCoordinates, BadFile
from layers.spec import Text

# Suffix: what the file must begin with (after white space, for text).
KINDS = {
    ".gpkg": b"SQLite format 3\x00",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
}
HEAD = 1_000_000
# GDAL would run the commands in such a file.
COMMAND_FILE = b"gdal_streamed_alg"


@dataclass(frozen=True)
class Table:
    """One layer of a file as read: columns of plain values and the geometry as WKB bytes.

    Row ``i`` is the file's row ``i + 1``. ``shapes`` holds None where a row has no geometry.
    """

    path: Path
    name: str
    crs: pyproj.CRS
    columns: dict[str, numpy.ndarray]
    shapes: numpy.ndarray

    def __len__(self) -> int:
        return len(self.shapes)


def read_table(path: str | Path, source_layer: str | None = None) -> Table:
    """Read one layer of a vector file.

    Raises BadFile (remote, missing, unreadable, several layers, empty, not UTF-8) or
    BadCoordinates (no coordinate reference system).
    """
    file = require_local_file(str(path))
    name = choose_layer(file, layer_names(file), source_layer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks; what matters is checked by row
        try:
            meta, _, shapes, values = pyogrio.raw.read(
                str(file), layer=name, encoding=text_encoding(file), datetime_as_string=True
            )
        except UnicodeDecodeError as error:
            raise BadFile(
                Text("{file} 的文字不是 UTF-8 编码。", "The texts of {file} are not UTF-8.").format(
                    file=file.name
                ),
                Text(
                    "请另存为 GeoPackage，或补上写明编码的 .cpg 文件。",
                    "Save it as GeoPackage, or add a .cpg file that names the encoding.",
                ),
            ) from error
        except (DataSourceError, DataLayerError, ValueError, RuntimeError) as error:
            raise unreadable(file) from error
    if shapes is None or not len(shapes):
        raise BadFile(
            Text(
                "{file} 的图层 {layer} 里没有任何要素。",
                "Layer {layer} of {file} has no features.",
            ).format(file=file.name, layer=name)
        )
    columns = {str(key): column for key, column in zip(meta["fields"], values, strict=True)}
    return Table(file, name, known_crs(file, meta), columns, shapes)


def require_local_file(path: str) -> Path:
    """Return the absolute path of a readable file of a known kind, or raise BadFile."""
    if "://" in path or path.lstrip().lower().startswith("/vsi") or "\x00" in path:
        raise BadFile(
            Text("只读取本机上的普通文件。", "Only plain files on this machine are read."),
            Text("请先把文件下载或解压到本机。", "Download or unpack the file first."),
        )
    file = Path(path).absolute()
    if not file.is_file():
        raise BadFile(
            Text("没有这个文件：{path}", "There is no such file: {path}").format(path=path)
        )
    if file.suffix.lower() not in KINDS:
        raise BadFile(
            Text("不支持的文件类型：{name}", "Unsupported kind of file: {name}").format(
                name=file.name
            ),
            Text(
                "支持 .gpkg、.geojson、.shp；OpenStreetMap 的 .osm.pbf 用 gisapp context。",
                "Use .gpkg, .geojson or .shp; OpenStreetMap's .osm.pbf goes to gisapp context.",
            ),
        )
    require_kind(file)
    return file


def require_kind(file: Path) -> None:
    """Raise BadFile unless the file begins as its suffix promises."""
    try:
        with file.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise unreadable(file) from error
    if not head:
        raise BadFile(
            Text("文件是空的：{name}", "The file is empty: {name}").format(name=file.name)
        )
    wanted = KINDS[file.suffix.lower()]
    start = head.removeprefix(codecs.BOM_UTF8).lstrip() if wanted == b"{" else head
    if not start.startswith(wanted) or (wanted == b"{" and COMMAND_FILE in head):
        raise unreadable(file)


def unreadable(file: Path) -> BadFile:
    """Return the error for a file whose content is not what its name promises."""
    return BadFile(
        Text(
            "{name} 读不出来：内容损坏，或不是 {suffix} 文件。",
            "{name} cannot be read: it is damaged or is not a {suffix} file.",
        ).format(name=file.name, suffix=file.suffix),
        Text(
            "Shapefile 需要 .shp、.shx、.dbf、.prj 放在一起。",
            "A Shapefile needs its .shp, .shx, .dbf and .prj side by side.",
        )
        if file.suffix.lower() == ".shp"
        else Text("请从来源重新导出。", "Export it from its source again."),
    )


def layer_names(file: Path) -> list[str]:
    """Return the names of a file's layers that have geometry."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pyogrio.list_layers(str(file))
    except (DataSourceError, ValueError) as error:
        raise unreadable(file) from error
    return [str(name) for name, kind in found if kind is not None]


def choose_layer(file: Path, names: list[str], wanted: str | None) -> str:
    """Return the layer to read: the wanted one, or the only one; BadFile lists them otherwise."""
    if wanted in names or (wanted is None and len(names) == 1):
        return wanted or names[0]
    if not names:
        raise BadFile(
            Text("{file} 里没有带几何的图层。", "{file} has no layer with geometry.").format(
                file=file.name
            )
        )
    message = (
        Text("{file} 有多个图层。", "{file} has several layers.")
        if wanted is None
        else Text("{file} 里没有图层 {wanted}。", "{file} has no layer {wanted}.")
    )
    raise BadFile(
        message.format(file=file.name, wanted=wanted),
        Text("用 --source-layer 选一个：{names}", "Choose one with --source-layer: {names}").format(
            names=", ".join(names)
        ),
    )


def text_encoding(file: Path) -> str | None:
    """Return the encoding of a Shapefile's texts: of its .cpg, else UTF-8; None for others."""
    if file.suffix.lower() != ".shp":
        return None
    named = next((note for note in file.parent.glob("*") if is_code_page(note, file)), None)
    name = named.read_text(encoding="ascii", errors="replace").strip() if named else "UTF-8"
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise BadFile(
            Text(".cpg 文件写的编码不认识：{name}", "Unknown encoding in the .cpg: {name}").format(
                name=name[:40]
            ),
            Text("请另存为 UTF-8 或 GeoPackage。", "Save it as UTF-8 or as GeoPackage."),
        ) from error


def is_code_page(note: Path, file: Path) -> bool:
    """Tell whether ``note`` is the .cpg of Shapefile ``file``, in either case."""
    return note.stem == file.stem and note.suffix.lower() == ".cpg"


def known_crs(file: Path, meta: dict[str, Any]) -> pyproj.CRS:
    """Return the CRS that the file declares; BadCoordinates when it does not."""
    crs = find_crs(meta["crs"]) if meta.get("crs") else None
    known = crs is not None and (crs.is_geographic or crs.is_projected)
    if crs is None or not known or "undefined" in crs.name.lower():
        raise BadCoordinates(
            Text(
                "{file} 没有写明坐标系。", "{file} does not say its coordinate reference system."
            ).format(file=file.name),
            Text(
                "请在导出时写入坐标系（Shapefile 需要 .prj），或在 QGIS 里指定后另存。",
                "Export it with its CRS (a Shapefile needs a .prj), or set it in QGIS and save.",
            ),
        )
    return crs
