"""GeoParquet: batches of a column file, with the shapes as its metadata describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geodata.errors import BadFile
from geodata.intake.facts import Column, Facts
from geodata.intake.kept import CHUNK
from geodata.intake.output import Output
from geodata.intake.plain import column_type, is_text, to_plain
from geodata.intake.sources import Source
from geodata.intake.streams import damaged
from geodata.intake.texts import odd_texts, settle_encoding
from geodata.intake.vector import renamed_note
from geodata.intake.writing import unique_names
from layers.spec import Text

LONGITUDE_LATITUDE = "OGC:CRS84"


def read_parquet(source: Source, _folder: Path, output: Output) -> None:
    """Write the table of a GeoParquet file, or of a plain Parquet file without shapes."""
    if not output.wants(source.title):
        return
    try:
        with pyarrow.parquet.ParquetFile(
            source.member.path,
            thrift_string_size_limit=50_000_000,
            thrift_container_size_limit=500_000,
        ) as file:
            write_parquet(source, file, output)
    except (BadFile, MemoryError):
        raise
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise damaged(source.member.name, "GeoParquet") from error


def write_parquet(source: Source, file: pyarrow.parquet.ParquetFile, output: Output) -> None:
    """Write the rows batch by batch."""
    schema = file.schema_arrow
    output.require_columns(len(schema.names))
    about = geo_metadata(schema)
    shape = about.get("primary_column")
    encoding = about.get("columns", {}).get(shape, {}).get("encoding", "WKB")
    others = {str(name) for name in about.get("columns", {})}
    held = [
        (place, str(schema.names[place]), kind)
        for place, kind in (
            (p, column_type(schema.field(p).type)) for p in range(len(schema.names))
        )
        if kind is not None and schema.names[place] not in others | {"bbox"}
    ]
    texts = (
        data
        for batch in file.iter_batches(CHUNK, columns=[n for _, n, _ in held])
        for column in batch.columns
        if is_text(column.type) and column.type == pyarrow.string()
        for data in odd_texts(column)
    )
    guess, reader = settle_encoding(texts, "UTF-8", output.options.encoding)
    names = unique_names([name for _, name, _ in held])
    columns = tuple(Column(name, kind) for name, (_, _, kind) in zip(names, held, strict=True))
    writer = output.begin(columns, shapes=shape is not None)
    for batch in file.iter_batches(CHUNK):
        values = []
        for place, _, kind in held:
            plain = to_plain(batch.column(place), kind)
            values.append(reader.read(plain) if is_text(plain.type) else plain)
        shapes = parquet_shapes(batch.column(shape), str(encoding)) if shape is not None else None
        writer.write(values, shapes)
    crs, evidence = parquet_crs(about, shape)
    renamed = [f"{old} → {new}" for (_, old, _), new in zip(held, names, strict=True) if old != new]
    facts = Facts(
        source=source.member.name,
        name=source.title,
        format="GeoParquet" if shape is not None else "Parquet",
        rows=writer.rows,
        columns=columns,
        has_shapes=False,
        geometry_types={},
        crs=crs,
        crs_evidence=evidence,
        encoding=guess,
        notes=(*source.notes, *reader.notes(), *([renamed_note(renamed)] if renamed else [])),
    )
    output.end(writer, facts)


def geo_metadata(schema: pyarrow.Schema) -> dict[str, Any]:
    """Return what the file says of its shapes; {} for a plain table. Raises ValueError."""
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        return {}
    about = json.loads(raw)
    if not isinstance(about, dict) or not isinstance(about.get("columns"), dict):
        raise ValueError("geo metadata")
    if about.get("primary_column") not in schema.names:
        raise ValueError("primary column")
    return about


def parquet_shapes(values: pyarrow.Array, encoding: str) -> pyarrow.Array:
    """Return the shapes as WKB, whether stored so or as coordinates of points."""
    if isinstance(values, pyarrow.ExtensionArray):
        values = values.storage
    if encoding == "WKB":
        return values.cast(pyarrow.binary())
    if encoding != "point":
        raise BadFile(
            Text(
                f"不支持的几何存储方式：{encoding[:40]}",
                f"Shapes are stored as {encoding[:40]}, which is not read.",
            ),
            Text(
                "请用 WKB 编码导出 GeoParquet，或用 GeoPackage。",
                "Export with WKB, or as GeoPackage.",
            ),
        )
    x, y = (numpy.asarray(values.field(name), dtype=float) for name in ("x", "y"))
    return pyarrow.array(shapely.to_wkb(shapely.points(x, y)), pyarrow.binary())


def parquet_crs(about: dict[str, Any], shape: str | None) -> tuple[str | None, Text]:
    """Return the CRS and where it is said; the format's default is longitude and latitude."""
    if shape is None:
        return None, Text("表格不写明坐标系。", "A table does not say its reference system.")
    column = about["columns"][shape]
    if "crs" not in column:
        return "EPSG:4326", Text(
            "GeoParquet 未写明时规定为 WGS-84 经纬度。",
            "GeoParquet is in WGS-84 longitude and latitude where it says nothing.",
        )
    if column["crs"] is None:
        return None, Text("文件写明坐标系未知。", "The file says that its system is unknown.")
    try:
        crs = pyproj.CRS.from_user_input(column["crs"])
    except CRSError:
        return None, Text(
            "文件写明的坐标系无法识别。", "The system that the file names is unknown."
        )
    known = crs.to_authority(min_confidence=100)
    if known and ":".join(known) == LONGITUDE_LATITUDE:
        known = ("EPSG", "4326")
    return ":".join(known) if known else crs.to_wkt(), Text("文件中写明。", "The file says so.")
