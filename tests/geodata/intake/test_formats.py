"""Every format that is read: the same three places come out, with what the file says of itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import shapely

from geodata.errors import BadFile
from geodata.intake.kept import Intake
from tests.geodata.intake.making import KINDS, KML, NAMES, make, make_shapefile, make_zip, read

# Where the names stand, and the CRS that the file declares.
EXPECTED = {
    "Shapefile": ("名称", "EPSG:4490"),
    "zip": ("名称", "EPSG:4490"),
    "GeoPackage": ("名称", "EPSG:4490"),
    "GeoJSON": ("名称", "EPSG:4490"),
    "GeoJSONSeq": ("名称", "EPSG:4326"),
    "KML": ("name", "EPSG:4326"),
    "KMZ": ("name", "EPSG:4326"),
    "DXF": ("Layer", None),
    "GeoParquet": ("名称", "EPSG:4490"),
    "CSV": ("名称", None),
    "XLSX": ("名称", None),
    "ODS": ("名称", None),
}


def column(intake: Intake, name: str) -> list[object]:
    return [value for chunk in intake.batches() for value in chunk.columns[name].tolist()]


def shapes(intake: Intake) -> list[shapely.Geometry]:
    return [shape for chunk in intake.batches() for shape in shapely.from_wkb(chunk.shapes)]


@pytest.mark.parametrize("kind", KINDS)
def test_file_of_each_kind_gives_its_rows(kind: str, tmp_path: Path) -> None:
    files = make(kind, tmp_path)
    before = {path: path.read_bytes() for path in files}
    found = read(files, tmp_path)
    name, crs = EXPECTED[kind]
    tables = found[:1] if kind == "GeoPackage" else found
    assert [value for table in tables for value in column(table, name)] == NAMES
    assert {table.crs for table in found} == {crs}
    assert all(table.crs_evidence.zh and table.crs_evidence.en for table in found)
    listed = kind in ("CSV", "XLSX", "ODS")
    assert all(table.has_shapes != listed for table in found)
    assert {path: path.read_bytes() for path in files} == before
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        table.folder.name for table in found
    }


def test_values_when_typed_keep_their_types(tmp_path: Path) -> None:
    for kind in ("Shapefile", "GeoPackage", "GeoJSON", "GeoParquet"):
        folder = tmp_path / kind
        folder.mkdir()
        table = read(make(kind, folder), folder)[0]
        assert column(table, "户数") == [12, 7, 300], kind
        assert column(table, "面积")[:2] == [1.5, 2.0]
        assert [c.type for c in table.columns][1:] == ["integer", "number"]
        assert [point.x for point in shapes(table)] == pytest.approx([116.6, 116.7, 116.8])
        assert table.bounds == pytest.approx((116.6, 23.6, 116.8, 23.6))
        assert table.geometry_types == {"Point": 3}


def test_geopackage_when_of_several_layers_gives_each(tmp_path: Path) -> None:
    files = make("GeoPackage", tmp_path)
    assert [table.name for table in read(files, tmp_path)] == ["点位", "second"]
    assert [table.name for table in read(files, tmp_path, source_layer="second")] == ["second"]
    with pytest.raises(BadFile) as refused:
        read(files, tmp_path, source_layer="third")
    assert refused.value.hint
    assert "second" in refused.value.hint.en


def test_geopackage_view_is_left_out_and_a_disguised_catalogue_refused(tmp_path: Path) -> None:
    (path,) = make("GeoPackage", tmp_path)
    with sqlite3.connect(path) as base:
        base.execute("CREATE VIEW trap AS SELECT * FROM second")
        base.execute(
            "UPDATE gpkg_contents SET table_name='trap', identifier='t' WHERE table_name='second'"
        )
        base.execute("UPDATE gpkg_geometry_columns SET table_name='trap' WHERE table_name='second'")
    base.close()
    (table,) = read([path], tmp_path)
    assert table.name == "点位"
    assert "trap" in table.notes[0].en
    with sqlite3.connect(path) as base:
        base.execute("ALTER TABLE gpkg_geometry_columns RENAME TO hidden")
        base.execute("CREATE VIEW gpkg_geometry_columns AS SELECT * FROM hidden")
    base.close()
    with pytest.raises(BadFile):
        read([path], tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_zip_when_it_holds_several_shapefiles_gives_each_with_its_name(
    encoding: str, tmp_path: Path
) -> None:
    one = make_shapefile(tmp_path, "网格")
    two = make_shapefile(tmp_path, "摄像机")
    packed = make_zip(tmp_path / "x.zip", [*one, *two], "潮安/", encoding)
    found = read([packed], tmp_path)
    assert sorted(table.name for table in found) == ["摄像机", "网格"]
    assert all(table.source.startswith("潮安/") for table in found)
    assert all(column(table, "名称") == NAMES for table in found)


def test_loose_files_when_of_several_sets_are_joined_by_name(tmp_path: Path) -> None:
    files = [*make_shapefile(tmp_path, "A"), *make_shapefile(tmp_path, "b")]
    upper = [path.rename(path.with_suffix(path.suffix.upper())) for path in files]
    assert sorted(table.name for table in read(upper, tmp_path)) == ["A", "b"]


def test_kml_folders_are_tables_without_styles_and_links(tmp_path: Path) -> None:
    (path,) = make("KML", tmp_path)
    path.write_text(
        KML.replace(
            "<Folder>", "<NetworkLink><Link><href>http://x/</href></Link></NetworkLink><Folder>", 1
        )
    )
    villages, inner = read([path], tmp_path)
    assert (villages.name, inner.name) == ("全区 / 村", "全区 / 边界 / 内层")
    assert [c.name for c in villages.columns] == ["name", "户数"]
    assert column(villages, "户数") == ["12", None]
    assert villages.geometry_types == {"Point": 2}
    (shape,) = shapes(inner)
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == 16 - 0.5
    assert "NetworkLink" in villages.notes[0].en


def test_kml_when_in_gbk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(KML.replace('"UTF-8"', '"GBK"').encode("gbk"))
    assert column(read([path], tmp_path)[0], "name") == NAMES[:2]


def test_drawing_when_lines_are_closed_has_areas(tmp_path: Path) -> None:
    (table,) = read(make("DXF", tmp_path), tmp_path)
    assert table.geometry_types == {"Polygon": 1, "LineString": 1, "Point": 1}
    assert shapes(table)[0].area == 8
    assert "闭合线" in table.notes[0].zh


def test_drawing_when_in_gbk_is_read(tmp_path: Path) -> None:
    (path,) = make("DXF", tmp_path)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    (table,) = read([path], tmp_path)
    assert column(table, "Layer") == NAMES
    assert table.encoding.name == "gb18030"


def test_extension_when_wrong_gives_way_to_content_with_a_note(tmp_path: Path) -> None:
    for kind, name in (("GeoJSON", "a.csv"), ("XLSX", "a.xls"), ("GeoPackage", "a.geojson")):
        folder = tmp_path / kind
        folder.mkdir()
        (path,) = make(kind, folder)
        (table, *_) = read([path.rename(path.with_name(name))], folder)
        assert table.format == kind
        assert any("按内容" in note.zh for note in table.notes)
