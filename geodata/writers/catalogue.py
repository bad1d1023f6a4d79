"""All formats that tables are written in, and the one way to write a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from geodata.errors import BadCoordinates, BadFile
from geodata.writers.arrow import write_geopackage, write_geoparquet
from geodata.writers.dxf import write_dxf
from geodata.writers.geojson import write_geojson
from geodata.writers.kml import write_kml
from geodata.writers.shapefile import write_shapefile
from geodata.writers.sheets import MOST_ROWS, write_csv, write_xlsx
from geodata.writers.spec import Chunk, Chunks, Export, Format, Written
from layers.spec import Text

WGS_84 = "EPSG:4326"
LISTED = (
    Format(
        "gpkg",
        Text("GeoPackage", "GeoPackage"),
        ".gpkg",
        "application/geopackage+sqlite3",
        Text(
            "全部字段和类型都保留，时间精确到毫秒。",
            "Keeps all fields and types; times to the millisecond.",
        ),
        write_geopackage,
    ),
    Format(
        "shp",
        Text("Shapefile（zip）", "Shapefile (zip)"),
        ".zip",
        "application/zip",
        Text(
            "列名最长 10 字节（对照表在压缩包内），文字最长 254 字节，时间存为文字，是非存为 1/0，单个文件不超过 2 GB。",
            "Names of 10 bytes (a legend is in the zip), texts of 254 bytes, times as text, truth "
            "values as 1 and 0, files below 2 GB.",
        ),
        write_shapefile,
        encodings=("UTF-8", "GB18030"),
    ),
    Format(
        "geojson",
        Text("GeoJSON", "GeoJSON"),
        ".geojson",
        "application/geo+json",
        Text(
            "WGS 84 按 RFC 7946；其他坐标系用旧式 crs 成员写明，有的程序会忽略。度坐标精确到 0.1 毫米。",
            "RFC 7946 in WGS 84; any other CRS by the old crs member, which some programs ignore. "
            "Degrees to a tenth of a millimetre.",
        ),
        write_geojson,
    ),
    Format(
        "csv",
        Text("CSV 表格", "CSV table"),
        ".csv",
        "text/csv; charset=utf-8",
        Text(
            "UTF-8（带 BOM）；点为两列坐标，其他图形为 WKT；像公式的文字前加撇号；"
            "用 Excel 打开时长编码会变成科学计数，要保住请用 XLSX。",
            "UTF-8 with a byte order mark; points in two columns, other shapes as WKT; an "
            "apostrophe before what looks like a formula. Excel shows long codes as rounded "
            "numbers: take XLSX to keep them.",
        ),
        write_csv,
        headers=True,
    ),
    Format(
        "xlsx",
        Text("Excel（XLSX）", "Excel (XLSX)"),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Text(
            "最多 1,048,576 行；超过 32,767 个字符的单元格（复杂图形的 WKT）留空；数值 15 位有效数字，时间精确到毫秒；"
            "像公式的文字前加撇号。",
            "At most 1,048,576 rows; cells of more than 32,767 characters (WKT of intricate "
            "shapes) are left empty; numbers of 15 digits, times to the millisecond; an apostrophe "
            "before what looks like a formula.",
        ),
        write_xlsx,
        headers=True,
        most_rows=MOST_ROWS,
    ),
    Format(
        "kml",
        Text("KML", "KML"),
        ".kml",
        "application/vnd.google-earth.kml+xml",
        Text(
            "只有经纬度（WGS 84），全部属性为文字，坐标精确到 0.1 毫米。",
            "Longitude and latitude only (WGS 84); all values are texts; coordinates to a tenth of "
            "a millimetre.",
        ),
        write_kml,
        degrees_only=True,
    ),
    Format(
        "dxf",
        Text("DXF（CAD）", "DXF (CAD)"),
        ".dxf",
        "image/vnd.dxf",
        Text(
            "只有图形：面成为闭合多段线，没有图形的行不写；属性只作为扩展数据（每项 255 字节），多数程序不显示；不含坐标系。",
            "Geometry only: polygons become closed polylines, rows without a shape are left out; "
            "values are extended data (255 bytes each), which most programs do not show; no CRS.",
        ),
        write_dxf,
    ),
    Format(
        "parquet",
        Text("GeoParquet", "GeoParquet"),
        ".parquet",
        "application/vnd.apache.parquet",
        Text(
            "全部字段和类型都保留，时间精确到微秒。",
            "Keeps all fields and types; times to the microsecond.",
        ),
        write_geoparquet,
    ),
)
FORMATS: Mapping[str, Format] = MappingProxyType({form.name: form for form in LISTED})
Progress = Callable[[int], None]  # rows so far


@dataclass
class Counter:
    """Counts the rows that pass, and tells."""

    tell: Progress | None
    rows: int = 0

    def passing(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Yield the chunks, telling after each how many rows were taken."""
        for chunk in chunks:
            yield chunk
            self.rows += len(chunk)
            if self.tell:
                self.tell(self.rows)


def require_writable(form: Format, export: Export) -> None:
    """Raise BadCoordinates or BadFile unless the format can hold such a table."""
    if form.degrees_only and not (export.offset or export.crs == WGS_84):
        raise BadCoordinates(
            Text(
                "{form} 只能用 WGS 84 经纬度。", "{form} has only longitude and latitude of WGS 84."
            ).format(form=form.label.say("zh")),
            Text("请选 EPSG:4326。", "Choose EPSG:4326."),
        )
    if export.encoding != "UTF-8" and export.encoding not in form.encodings:
        raise BadFile(
            Text("{form} 只用 UTF-8 编码。", "{form} is always UTF-8.").format(form=form.name)
        )


def write_file(
    form: Format, export: Export, chunks: Chunks, path: Path, progress: Progress | None = None
) -> Written:
    """Write rows to ``path`` in flat memory; the file is there whole, or not at all.

    Raises BadCoordinates and BadFile for what the format cannot hold, BadFile when the disk is
    full, and whatever ``chunks`` raises.
    """
    require_writable(form, export)
    part = path.with_name(f".{path.name}.part{form.suffix}")
    counter = Counter(progress)
    try:
        notes = form.write(export, counter.passing(chunks), part)
        part.replace(path)
    except OSError as error:
        raise BadFile(
            Text("文件写不了：{why}。", "The file cannot be written: {why}.").format(
                why=error.strerror or error
            ),
            Text("请检查磁盘空间和权限。", "Check disk space and permissions."),
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return Written(counter.rows, tuple(notes))
