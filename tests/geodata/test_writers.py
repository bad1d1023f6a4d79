"""Every writer: rows, values and shapes come back within what the format says it can hold."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy
import pyogrio
import pytest
import shapely
from pyarrow import parquet

from geodata.china_offset import bd09_to_wgs84, gcj02_to_wgs84
from geodata.errors import BadCoordinates, BadFile, UserError
from geodata.writers import shapefile, sheets
from geodata.writers.catalogue import FORMATS, write_file
from geodata.writers.shifting import shifted
from geodata.writers.spec import Chunk, Export
from layers.spec import Choice, Field, Text
from tests.geodata.reading_back import Back, nearest, read_back, understood, zipped_text

HOSTILE = (
    '=HYPERLINK("http://evil","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "<script>alert(1)</script>&amp;",
    "a\"b'c,d;e`${x}",
    "]]>\u0001\u000b",
    "多行\n文字\t制表",
    "𠮷野家🏠",
    "_x0041_ \\U+4E2D %%d",
)
FIELDS = (
    Field("code", "text", Text("编码", "Code")),
    Field("name", "text", Text("名称", "Name")),
    Field(
        "sort",
        "choice",
        Text("种类", "Kind"),
        choices=(Choice("a", Text("甲类", "First")), Choice("b", Text("乙类（备）", "Second"))),
    ),
    Field("rooms", "integer", Text("房间数", "Rooms"), unit="间"),
    Field("size", "number", Text("面积", "Area"), unit="m²"),
    Field("open", "boolean", Text("开放", "Open")),
    Field("built", "date", Text("建成日期", "Built")),
    Field("seen", "datetime", Text("见于", "Seen")),
    Field("detector_rooms", "integer", Text("装感烟房间", "Rooms with detector")),
    Field("detector_roofs", "integer", Text("装感烟屋顶", "Roofs with detector")),
)
RING = [(0, 0), (40, 0), (40, 30), (0, 30)]
HOLE = [(10, 10), (10, 20), (20, 20), (20, 10)]
X, Y = 457_000.1234, 2_607_000.5678  # EPSG:4548
SHAPES = {
    "Point": shapely.Point(1.23456, 2),
    "LineString": shapely.LineString([(0, 0), (5.5, 7.25), (9, 1)]),
    "MultiLineString": shapely.MultiLineString([[(0, 0), (5, 7)], [(20, 20), (25, 21)]]),
    "MultiPolygon": shapely.MultiPolygon(
        [shapely.Polygon(RING, [HOLE]), shapely.box(60, 0, 70, 5)]
    ),
}
VALUES = (
    "a",
    7,
    1234567.0625,
    True,
    date(2024, 2, 29),
    datetime(2024, 5, 1, 0, 30, 15, tzinfo=UTC),
    1,
    2,
)
NOTE = (
    (Text("来源", "Source"), Text("演示数据 © OpenStreetMap contributors（ODbL）", "Demo (ODbL)")),
)


def table(kind: str) -> tuple[Export, list[Chunk]]:
    """Return an export in EPSG:4548 of rows in two chunks: hostile texts, and one empty row."""
    shape = shapely.transform(SHAPES[kind], lambda xy: xy + numpy.array([X, Y]))
    rows = [
        (f"c-{n}", text, *VALUES, shapely.to_wkb(shapely.transform(shape, lambda xy, n=n: xy + n)))
        for n, text in enumerate(HOSTILE)
    ]
    rows.append(("c-none", None, *[None] * len(VALUES), None))
    chunks = [chunk_of(rows[:4]), chunk_of(rows[4:])]
    export = Export("places", Text("地点", "Places"), FIELDS, kind, "EPSG:4548", note=NOTE)
    return export, chunks


def chunk_of(rows: list[tuple]) -> Chunk:
    *columns, wkb = zip(*rows, strict=True)
    return Chunk(tuple(columns), wkb)


def written(form: str, export: Export, chunks: list[Chunk], folder: Path, **more) -> Path:
    path = folder / f"{export.name}{FORMATS[form].suffix}"
    write_file(FORMATS[form], replace(export, **more), iter(chunks), path)
    assert [file.name for file in folder.iterdir()] == [path.name]  # nothing is left over
    return path


def in_crs(form: str, export: Export, chunks: list[Chunk]) -> tuple[Export, list[Chunk]]:
    """Return the table in degrees where the format has nothing else."""
    if not FORMATS[form].degrees_only:
        return export, chunks
    moved = [
        Chunk(chunk.columns, [shape and shapely.to_wkb(near(shape)) for shape in chunk.wkb])
        for chunk in chunks
    ]
    return replace(export, crs="EPSG:4326"), moved


def near(wkb: bytes):
    """Return a shape brought to small numbers, as if they were degrees."""
    return shapely.transform(shapely.from_wkb(wkb), lambda xy: (xy - [X, Y]) / 1e4 + [116.6, 23.5])


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("form", [name for name in FORMATS if name != "dxf"])
def test_rows_when_written_and_read_come_back(form: str, kind: str, tmp_path: Path) -> None:
    export, chunks = in_crs(form, *table(kind))
    back = read_back(written(form, export, chunks, tmp_path), form)
    names = columns_in(form, export, back)
    lines = [line for chunk in chunks for line in chunk.lines()]
    assert len(back) == len(lines)
    for place, field in enumerate(export.fields):
        found = [understood(field, value) for value in back.columns[names[place]]]
        assert found == [expected(form, field, line[place]) for line in lines], field.name
    shapes = [shape for chunk in chunks for shape in chunk.shapes]
    # Metres come back bit by bit, but for the 16 digits of a spreadsheet's numbers.
    limit = 1e-9 if export.in_degrees or form == "xlsx" else 0
    assert max(map(nearest, shapes, back.shapes)) <= limit
    if form in ("gpkg", "shp", "geojson", "parquet"):
        assert back.crs.to_epsg() == 4548


def columns_in(form: str, export: Export, back: Back) -> list[str]:
    """Return the columns of a file that hold the export's fields."""
    if form in ("csv", "xlsx"):
        return [field.label.zh for field in export.fields]
    if form == "shp":
        return [
            "code",
            "name",
            "sort",
            "rooms",
            "size",
            "open",
            "built",
            "seen",
            "detector_r",
            "detector_2",
        ]
    named = {name.lower(): name for name in reversed(list(back.columns))}  # KML: Name
    return [named[field.name] for field in export.fields]


def expected(form: str, field: Field, value: object) -> object:
    """Return what the import makes of a value that was written; KML and XML lose control signs."""
    if form == "kml" and isinstance(value, str):
        value = value.replace("\u0001", "\ufffd").replace("\u000b", "\ufffd")
    return understood(field, value)


@pytest.mark.parametrize("kind", SHAPES)
def test_dxf_when_written_has_the_geometry_and_values_as_extended_data(
    kind: str, tmp_path: Path
) -> None:
    export, chunks = table(kind)
    path = written("dxf", export, chunks, tmp_path)
    assert path.read_bytes().isascii()
    pyogrio.set_gdal_config_options({"DXF_INCLUDE_RAW_CODE_VALUES": "YES"})
    frame = pyogrio.read_dataframe(path)
    pyogrio.set_gdal_config_options({"DXF_INCLUDE_RAW_CODE_VALUES": None})
    shapes = [shape for chunk in chunks for shape in chunk.shapes if shape is not None]
    wanted = shapely.boundary(shapes) if kind == "MultiPolygon" else shapes
    drawn = shapely.get_parts(wanted)
    assert len(frame) == len(drawn)
    assert max(map(nearest, drawn, frame.geometry)) <= 1e-4
    assert set(frame["Layer"]) == {"places"}
    extended = [" ".join(values) for values in frame["RawCodeValues"]]
    assert "1000 code=c-0" in extended[0]
    assert "多行 文字" in "".join(extended) or "\\U+591A\\U+884C \\U+6587" in "".join(extended)


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_shapefile_when_in_an_encoding_says_so_and_reads_in_it(
    encoding: str, tmp_path: Path
) -> None:
    export, chunks = table("Point")
    path = written("shp", export, chunks, tmp_path, encoding=encoding)
    assert zipped_text(path, "places.cpg").strip() == encoding
    assert read_back(path, "shp").columns["name"][8] == HOSTILE[8]
    assert read_back(path, "shp", encoding).columns["name"][7] == HOSTILE[7]
    listed = io.StringIO(zipped_text(path, "字段说明.txt"))
    legend = list(csv.reader(listed, delimiter="\t"))
    assert legend[9][:3] == ["detector_r", "detector_rooms", "装感烟房间"]
    assert legend[10][:3] == ["detector_2", "detector_roofs", "装感烟屋顶"]
    assert "ODbL" in zipped_text(path, "说明.txt")


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_shapefile_when_texts_are_too_long_cuts_whole_characters_and_says_so(
    encoding: str, tmp_path: Path
) -> None:
    export, chunks = table("Point")
    long = Chunk((["x", "y"], ["巷" * 200, "短"], *[[None] * 2 for _ in VALUES]), chunks[0].wkb[:2])
    path = tmp_path / "long.zip"
    found = write_file(FORMATS["shp"], replace(export, encoding=encoding), iter([long]), path)
    assert found.notes[0].en == "1 texts are longer than 254 bytes and were cut."
    kept = 254 // len("巷".encode(encoding))
    assert read_back(path, "shp").columns["name"] == ["巷" * kept, "短"]
    assert found.notes[0].zh in zipped_text(path, "说明.txt")


def test_shapefile_when_it_grows_too_large_is_refused_with_another_format(tmp_path: Path) -> None:
    export, chunks = table("Point")
    with pytest.raises(BadFile) as raised:
        shapefile.write_shapefile(export, iter(chunks), tmp_path / "x.zip", largest=500)
    assert "GeoPackage" in raised.value.hint.en
    assert list(tmp_path.iterdir()) == []


def test_shapefile_when_kinds_are_mixed_has_a_file_for_each(tmp_path: Path) -> None:
    shapes = [SHAPES["Point"], SHAPES["MultiPolygon"], SHAPES["LineString"], None]
    chunk = Chunk((["a", "b", "c", "d"],), [shape and shapely.to_wkb(shape) for shape in shapes])
    export = Export("mixed", Text("混合", "Mixed"), FIELDS[:1], "", "EPSG:4548")
    back = read_back(written("shp", export, [chunk], tmp_path), "shp")
    found = dict(zip(back.columns["code"], back.shapes, strict=True))
    assert {code: shape and shape.geom_type for code, shape in found.items()} == {
        "a": "Point",
        "b": "MultiPolygon",
        "c": "LineString",
        "d": None,
    }


@pytest.mark.parametrize("form", [name for name in FORMATS if name not in ("shp", "dxf")])
def test_kinds_when_mixed_come_back(form: str, tmp_path: Path) -> None:
    shapes = [shapely.Point(116.5, 23.5), shapely.box(116, 23, 117, 24), None]
    chunk = Chunk((["a", "b", "c"],), [shape and shapely.to_wkb(shape) for shape in shapes])
    export = Export("mixed", Text("混合", "Mixed"), FIELDS[:1])
    back = read_back(written(form, export, [chunk], tmp_path), form)
    assert max(map(nearest, shapes, back.shapes)) < 1e-9


@pytest.mark.parametrize("form", FORMATS)
def test_file_when_there_are_no_rows_is_whole(form: str, tmp_path: Path) -> None:
    export, _ = in_crs(form, *table("Point"))
    path = written(form, export, [], tmp_path)
    if form == "dxf":
        assert len(pyogrio.read_dataframe(path)) == 0
    elif form == "kml":
        assert pyogrio.list_layers(path)[0][0] == "places"
    else:
        assert len(read_back(path, form)) == 0


@pytest.mark.parametrize("form", FORMATS)
def test_file_when_there_are_no_fields_has_the_shapes(form: str, tmp_path: Path) -> None:
    chunk = Chunk((), [shapely.to_wkb(shapely.Point(116.5, 23.5))] * 3)
    export = Export("bare", Text("裸", "Bare"), (), "Point")
    path = written(form, export, [chunk], tmp_path)
    found = pyogrio.read_dataframe(path) if form == "dxf" else read_back(path, form).shapes
    assert len(found) == 3


@pytest.mark.parametrize("form", ["gpkg", "shp", "csv", "xlsx", "parquet"])
def test_table_without_shapes_when_written_has_its_rows(form: str, tmp_path: Path) -> None:
    export = Export("rows", Text("行", "Rows"), FIELDS[:2], "None", "")
    path = tmp_path / f"rows{FORMATS[form].suffix}"
    chunk = Chunk((["a", "b"], ["甲", "乙"]), rows=2)
    assert write_file(FORMATS[form], export, iter([chunk]), path).rows == 2
    if form in ("csv", "xlsx"):
        lines = path.read_text("utf-8-sig") if form == "csv" else "甲"
        assert "WKT" not in lines
        assert "甲" in lines
    elif form == "parquet":
        assert parquet.read_table(path).column("name").to_pylist() == ["甲", "乙"]
    else:
        inside = f"/vsizip/{path}/rows.dbf" if form == "shp" else path
        assert pyogrio.read_dataframe(inside)["name"].tolist() == ["甲", "乙"]


def test_spreadsheets_when_texts_look_like_formulas_hold_them_inert(tmp_path: Path) -> None:
    export, chunks = table("Point")
    for form in ("csv", "xlsx"):
        path = written(form, export, chunks, tmp_path)
        names = read_back(path, form).columns["名称"]
        assert names[:4] == ["'" + text for text in HOSTILE[:4]]
        path.unlink()


def test_csv_when_by_names_has_codes_and_iso_times(tmp_path: Path) -> None:
    export, chunks = table("Point")
    path = written("csv", export, chunks[:1], tmp_path, headers="names", crs="EPSG:4490")
    lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert lines[0][-3:] == ["lon", "lat", "export_note"]
    assert lines[1][2:9] == [
        "a",
        "7",
        "1234567.0625",
        "true",
        "2024-02-29",
        "2024-05-01T08:30:15+08:00",
        "1",
    ]
    assert "ODbL" in lines[1][-1]
    assert lines[2][-1] == ""


def test_csv_when_for_people_has_labels_and_local_times(tmp_path: Path) -> None:
    export, chunks = table("Point")
    path = written("csv", export, chunks[:1], tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert lines[0][-3:] == ["东坐标", "北坐标", "导出说明"]
    assert lines[1][2:8] == ["甲类", "7", "1234567.0625", "是", "2024-02-29", "2024-05-01 08:30:15"]


def test_xlsx_when_a_cell_is_too_long_is_empty_and_says_so(tmp_path: Path) -> None:
    ring = shapely.buffer(shapely.Point(X, Y), 1000, quad_segs=1000)
    export = Export("big", Text("大", "Big"), FIELDS[:1], "Polygon", "EPSG:4548")
    chunk = Chunk((["a"],), [shapely.to_wkb(ring)])
    found = write_file(FORMATS["xlsx"], export, iter([chunk]), tmp_path / "big.xlsx")
    assert "32,767" in found.notes[0].en
    assert read_back(tmp_path / "big.xlsx", "xlsx").shapes == [None]


def test_xlsx_when_there_are_too_many_rows_is_refused(tmp_path: Path, monkeypatch) -> None:
    export, chunks = table("Point")
    monkeypatch.setattr(sheets, "MOST_ROWS", 5)
    with pytest.raises(BadFile) as raised:
        write_file(FORMATS["xlsx"], export, iter(chunks), tmp_path / "x.xlsx")
    assert "CSV" in raised.value.hint.en
    assert list(tmp_path.iterdir()) == []


def test_geojson_when_in_wgs_84_is_rfc_7946_and_otherwise_names_its_crs(tmp_path: Path) -> None:
    export, chunks = table("MultiPolygon")
    told = json.loads(written("geojson", export, chunks, tmp_path).read_text("utf-8"))
    assert told["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4548"
    assert told["note"] == ["来源：" + NOTE[0][1].zh]
    assert told["features"][0]["id"] == "c-0"
    degrees, moved = in_crs("kml", export, chunks)
    told = json.loads(written("geojson", degrees, moved, tmp_path).read_text("utf-8"))
    assert "crs" not in told
    rings = [
        shapely.LinearRing(ring)
        for feature in told["features"]
        if feature["geometry"]
        for polygon in feature["geometry"]["coordinates"]
        for ring in polygon[:1]
    ]
    assert all(shapely.is_ccw(rings))


def test_offset_coordinates_when_written_declare_no_crs(tmp_path: Path) -> None:
    chunk = Chunk((["a"],), [shapely.to_wkb(shapely.Point(116.5, 23.5))])
    export = Export("o", Text("偏", "O"), FIELDS[:1], "Point", crs="", offset="gcj02")
    for form in FORMATS:
        path = written(form, export, [chunk], tmp_path)
        if form in ("gpkg", "shp", "parquet"):
            assert read_back(path, form).crs is None
        path.unlink()


def test_kml_when_asked_in_metres_is_refused(tmp_path: Path) -> None:
    export, chunks = table("Point")
    with pytest.raises(BadCoordinates):
        write_file(FORMATS["kml"], export, iter(chunks), tmp_path / "x.kml")
    with pytest.raises(BadFile):
        write_file(
            FORMATS["gpkg"], replace(export, encoding="GB18030"), iter(chunks), tmp_path / "x.gpkg"
        )


@pytest.mark.parametrize("form", FORMATS)
def test_stream_when_it_fails_leaves_nothing_and_says_why(form: str, tmp_path: Path) -> None:
    export, chunks = in_crs(form, *table("Point"))

    def failing() -> Iterator[Chunk]:
        yield chunks[0]
        raise UserError(Text("停", "stop"))

    with pytest.raises(UserError, match="stop"):
        write_file(FORMATS[form], export, failing(), tmp_path / f"x{FORMATS[form].suffix}")
    assert list(tmp_path.iterdir()) == []


def test_disk_when_it_is_full_is_told(tmp_path: Path) -> None:
    export, chunks = table("Point")
    with pytest.raises(BadFile, match="cannot be written"):
        write_file(FORMATS["csv"], export, iter(chunks), tmp_path / "missing" / "x.csv")


@pytest.mark.parametrize("form", FORMATS)
def test_memory_when_there_are_many_chunks_stays_flat(form: str, tmp_path: Path) -> None:
    """What Python holds for forty chunks is what it holds for four, within a chunk's size."""
    export, chunks = in_crs(form, *table("Point"))

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            path = tmp_path / f"m{FORMATS[form].suffix}"
            write_file(FORMATS[form], export, (big(chunks[0]) for _ in range(count)), path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    assert peak(24) < 1.5 * peak(4) + 100_000


def big(chunk: Chunk) -> Chunk:
    """Return a chunk many times over."""
    return Chunk(tuple(list(values) * 100 for values in chunk.columns), list(chunk.wkb) * 100)


@pytest.mark.parametrize("offset", ["gcj02", "bd09"])
def test_positions_when_shifted_lie_hundreds_of_metres_off_and_go_back(offset: str) -> None:
    back = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}[offset]
    shapes = [shapely.Point(116.62, 23.46), None, shapely.box(116.6, 23.4, 116.7, 23.5)]
    chunk = Chunk((["a", "b", "c"],), [shape and shapely.to_wkb(shape) for shape in shapes])
    (moved,) = shifted(iter([chunk]), offset)
    east = (shapely.get_x(moved.shapes[0]) - 116.62) * 102_000  # metres in a degree there
    assert 300 < east < 1200
    assert moved.shapes[1] is None
    again = shapely.transform(moved.shapes, lambda xy: numpy.column_stack(back(xy[:, 0], xy[:, 1])))
    assert max(map(nearest, shapes, again)) < 1e-8
