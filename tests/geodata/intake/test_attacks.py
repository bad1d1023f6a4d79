"""Files made to do harm: refused in both languages, and nothing appears anywhere else."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from geodata.errors import BadFile
from geodata.intake.convert import convert
from geodata.intake.facts import DEFAULT
from geodata.intake.kept import open_intake
from tests.geodata.intake.making import KML, make, make_shapefile, make_zip, read, zip_bytes

SMALL = replace(DEFAULT, members=5, columns=10, cell_bytes=1000, tables=2)
ENTITIES = '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


def bad(data: bytes | str, name: str, folder: Path, says: str = "") -> BadFile:
    """Assert that a file is refused with a message in both languages; ``says`` is in the Chinese."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(BadFile) as refused:
        read([path], folder, SMALL)
    error = refused.value
    assert error.message.zh != error.message.en
    told = error.message.zh + (error.hint.zh if error.hint else "")
    assert says in told, told
    assert not list((folder / "out").glob("*")), "something stays of a refused file"
    return error


def entry(name: str, mode: int = 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:\\a.csv", "..\\a.csv"]
)
def test_archive_when_names_point_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry(name), "a,b\n1,2\n")
    bad(path.read_bytes(), "b.zip", tmp_path, "指向别处")
    assert not (tmp_path.parent / "a.csv").exists()


def test_archive_with_links_passwords_nests_and_crowds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry("a.csv", stat.S_IFLNK | 0o777), "/etc/passwd")
    bad(path.read_bytes(), "link.zip", tmp_path, "符号链接")
    locked = bytearray(zip_bytes(**{"a.csv": b"a,b\n1,2\n"}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    bad(bytes(locked), "locked.zip", tmp_path, "密码")
    inner = zip_bytes(**{"a.csv": b"a,b\n1,2\n"})
    bad(zip_bytes(**{"a.zip": inner}), "nested.zip", tmp_path, "嵌套")
    bad(
        zip_bytes(**{f"{n}.csv": b"a,b\n1,2\n" for n in range(6)}),
        "crowd.zip",
        tmp_path,
        "6 个文件",
    )
    bad(zip_bytes(), "nothing.zip", tmp_path)


def test_bombs_are_refused_before_they_grow(tmp_path: Path) -> None:
    zeros = b"0" * 40_000_000
    bad(zip_bytes(**{"a.csv": zeros}), "a.zip", tmp_path, "压缩比")
    bad(zip_bytes(**{"doc.kml": zeros}), "a.kmz", tmp_path, "压缩比")
    bomb = zip_bytes(**{"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": zeros})
    bad(bomb, "a.xlsx", tmp_path, "压缩比")
    tiny = replace(DEFAULT, unpacked_bytes=1000)
    (tmp_path / "b.zip").write_bytes(zip_bytes(**{"a.csv": b"a,b\n" * 1000}))
    with pytest.raises(BadFile):
        read([tmp_path / "b.zip"], tmp_path, tiny)


def test_entities_are_refused_in_every_encoding(tmp_path: Path) -> None:
    text = KML.replace('<?xml version="1.0" encoding="UTF-8"?>', ENTITIES)
    bad(text, "a.kml", tmp_path, "实体")
    bad(text.encode("utf-16"), "b.kml", tmp_path)
    bad(zip_bytes(**{"doc.kml": text.encode()}), "a.kmz", tmp_path, "实体")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"Rar!\x1a\x07\x00" + b"x" * 50, "zip"),
        (b"7z\xbc\xaf\x27\x1c" + b"x" * 50, "zip"),
        (b"AC1032" + b"\x00" * 50, "DXF"),
        (b"%PDF-1.7" + b"x" * 50, "PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "图片"),
        (b"MZ\x90\x00" + bytes(range(256)) * 4, "支持"),
        (b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd", "支持"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}', "支持"),
        (b'{"type": "Topology", "objects": {}}', "GeoJSON"),
        (b'{"a": [1, 2]}', "GeoJSON"),
        (b"", "空的"),
    ],
)
@pytest.mark.parametrize("name", ["a.shp", "a.geojson"])
def test_content_when_foreign_is_refused_with_what_to_do(
    head: bytes, says: str, name: str, tmp_path: Path
) -> None:
    bad(head, name, tmp_path, says)


@pytest.mark.parametrize("path", ["/vsicurl/http://x/a.shp", "http://x/a.shp", "missing.csv", ""])
def test_path_when_remote_or_missing_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        read([Path(path)], tmp_path)
    with pytest.raises(BadFile):
        read([], tmp_path)


def test_link_when_uploaded_is_refused(tmp_path: Path) -> None:
    (path,) = make("CSV", tmp_path)
    (tmp_path / "link.csv").symlink_to(path)
    with pytest.raises(BadFile):
        read([tmp_path / "link.csv"], tmp_path)


def test_sizes_beyond_the_limits_are_told(tmp_path: Path) -> None:
    wide = ",".join(f"c{n}" for n in range(11))
    bad(f"{wide}\n{wide}\n", "wide.csv", tmp_path, "11 列")
    bad("a,b\n" + "x" * 2000 + ",1\n", "long.csv", tmp_path, "过长")
    rows = "".join(
        f'{{"type":"Feature","properties":{{"p{n}":1}},"geometry":null}},' for n in range(11)
    )
    bad(f'{{"type":"FeatureCollection","features":[{rows[:-1]}]}}', "w.geojson", tmp_path, "11 列")
    (gpkg,) = make("GeoPackage", tmp_path)
    with pytest.raises(BadFile):
        read([gpkg], tmp_path, replace(SMALL, tables=1))
    with pytest.raises(BadFile) as refused:
        read([gpkg], tmp_path, replace(SMALL, file_bytes=1000))
    assert "MB" in refused.value.message.en


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    for name, text in {
        "head.csv": "a,b\n",
        "e.geojson": '{"type":"FeatureCollection","features":[]}',
        "e.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>',
    }.items():
        bad(text, name, tmp_path, "0 行")


def test_failed_conversion_leaves_the_former_tables(tmp_path: Path) -> None:
    (path,) = make("CSV", tmp_path)
    (table,) = read([path], tmp_path)
    path.write_bytes(b"")
    with pytest.raises(BadFile):
        convert([path], tmp_path / "out")
    assert open_intake(table.folder).facts == table.facts
    assert [held.name for held in (tmp_path / "out").iterdir()] == ["001"]


def test_other_files_of_an_archive_are_named_in_a_note(tmp_path: Path) -> None:
    note = tmp_path / "说明.docx"
    note.write_bytes(b"\x01\x02\x03")
    packed = make_zip(tmp_path / "a.zip", [*make_shapefile(tmp_path), note], encoding="gbk")
    (table,) = read([packed], tmp_path)
    assert "说明.docx" in table.notes[0].zh


def test_sheet_with_one_cell_at_the_far_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "名称")
        sheet.write(1_048_575, 16_383, 1)
    bad(path.read_bytes(), "a.xlsx", tmp_path)


@pytest.mark.parametrize("kind", ["Shapefile", "GeoJSON", "GeoJSONSeq", "DXF", "KML", "GeoPackage"])
def test_file_when_cut_short_is_refused_or_told(kind: str, tmp_path: Path) -> None:
    files = make(kind, tmp_path)
    for path in [one for one in files if one.suffix not in (".shx", ".prj")]:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * 0.8)])
        try:
            tables = read(files, tmp_path)
        except BadFile:
            tables = []
        for table in tables:
            told = " ".join(note.en for note in table.notes)
            assert "incomplete" in told, path.name
        path.write_bytes(whole)
    assert "incomplete" not in " ".join(n.en for t in read(files, tmp_path) for n in t.notes)
