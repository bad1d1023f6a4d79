"""Reading files: what is read, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pyogrio
import pytest
from shapely import LineString, Point

from geodata.errors import BadCoordinates, BadFile, UserError
from geodata.readers import read_table

POINTS = geopandas.GeoDataFrame(
    {"名称": ["枫洋村", "象埔寨"], "n": [1, 2]}, geometry=[Point(116.6, 23.6), Point(116.7, 23.7)]
)


def write(path: Path, crs: object = 4326, **options: object) -> Path:
    POINTS.set_crs(crs).to_file(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "中 文/点.gpkg", "A.GPKG"])
def test_texts_and_places_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    driver = {".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}.get(Path(name).suffix, "GPKG")
    encoding = {"encoding": "UTF-8"} if name == "a.shp" else {}
    table = read_table(write(tmp_path / name, driver=driver, **encoding))
    assert table.columns["名称"].tolist() == ["枫洋村", "象埔寨"]
    assert table.columns["n"].tolist() == [1, 2]
    assert table.crs.to_epsg() == 4326
    assert len(table) == 2


def test_a_shapefile_without_code_page_is_utf8(tmp_path: Path) -> None:
    write(tmp_path / "a.shp", encoding="UTF-8")
    (tmp_path / "a.cpg").unlink()
    assert read_table(tmp_path / "a.shp").columns["名称"][0] == "枫洋村"


def test_a_shapefile_is_read_in_the_code_page_it_names(tmp_path: Path) -> None:
    write(tmp_path / "a.shp", encoding="GBK")
    (tmp_path / "a.cpg").write_text("GBK")
    assert read_table(tmp_path / "a.shp").columns["名称"][0] == "枫洋村"


def test_a_layer_is_chosen_when_there_are_several(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", layer="点位")
    lines = geopandas.GeoDataFrame(geometry=[LineString([(0, 0), (1, 1)])], crs=4326)
    lines.to_file(path, layer="lines")
    assert len(read_table(path, "点位")) == 2
    assert len(read_table(path, "lines")) == 1
    for wanted in (None, "nonsense"):
        with pytest.raises(BadFile) as refused:
            read_table(path, wanted)
        assert refused.value.hint is not None
        assert "点位, lines" in refused.value.hint.zh


def refusals(folder: Path) -> dict[str, str]:
    """Return a path to refuse and a word that the refusal must say."""
    (folder / "empty.gpkg").write_bytes(b"")
    (folder / "broken.gpkg").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    (folder / "broken.geojson").write_text('{"type": "FeatureCollection", "features": [')
    (folder / "nothing.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (folder / "virtual.geojson").write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    (folder / "commands.geojson").write_text(
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x ! ..."}'
    )
    (folder / "list.csv").write_text("a,b\n1,2\n")
    (folder / "folder.gpkg").mkdir()
    write(folder / "nocrs.shp", encoding="UTF-8")
    (folder / "nocrs.prj").unlink()
    write(folder / "mojibake.shp", encoding="GBK")
    (folder / "mojibake.cpg").unlink()
    write(folder / "unknown.shp", encoding="UTF-8")
    (folder / "unknown.cpg").write_text("martian")
    pyogrio.write_dataframe(POINTS.set_crs(None, allow_override=True), folder / "nocrs.gpkg")
    return {
        "https://example.org/a.gpkg": "plain files",
        "/vsicurl/https://example.org/a.gpkg": "plain files",
        "/vsizip/a.zip/a.shp": "plain files",
        "a\x00.gpkg": "plain files",
        "missing.gpkg": "no such file",
        "folder.gpkg": "no such file",
        "list.csv": "Unsupported",
        "empty.gpkg": "is empty",
        "broken.gpkg": "cannot be read",
        "broken.geojson": "cannot be read",
        "virtual.geojson": "cannot be read",
        "commands.geojson": "cannot be read",
        "nothing.geojson": "no features",
        "nocrs.shp": "coordinate reference system",
        "nocrs.gpkg": "coordinate reference system",
        "mojibake.shp": "not UTF-8",
        "unknown.shp": "encoding",
    }


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_what_cannot_be_read_is_refused_in_plain_words(tmp_path: Path) -> None:
    for name, word in refusals(tmp_path).items():
        inside = name if "//" in name or name.startswith("/vsi") else str(tmp_path / name)
        with pytest.raises((BadFile, BadCoordinates)) as refused:
            read_table(inside)
        error: UserError = refused.value
        assert word in error.message.en, name
        assert error.message.zh != error.message.en
