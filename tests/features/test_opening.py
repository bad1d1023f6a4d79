"""Files of any kind at the command: what they say is taken, what they do not say is asked for."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pytest
from shapely import Point

from gisapp.database.engine import Database
from gisapp.errors import BadCoordinates, BadFile
from gisapp.features.importing import Request, import_file
from layers.catalogue import LAYERS

CAMERAS = LAYERS["cameras"]
NAMES = [f"枫溪区古巷镇{n}号路口" for n in range(12)]


def places(database: Database) -> list[tuple[float, float]]:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT round(ST_X(geom)), round(ST_Y(geom)) FROM gisapp.cameras ORDER BY name"
        )
        return [(float(x), float(y)) for x, y in cursor.fetchall()]


def test_shapefile_in_gbk_without_crs_is_asked_for_it_and_then_read(
    database: Database, tmp_path: Path
) -> None:
    shapes = [Point(39_450_000 + n, 2_610_000) for n in range(12)]
    frame = geopandas.GeoDataFrame({"名称": NAMES}, geometry=shapes, crs=4527)
    frame.to_file(tmp_path / "点.shp", encoding="GBK")
    for extra in (".cpg", ".prj"):
        (tmp_path / f"点{extra}").unlink()
    request = Request(tmp_path / "点.shp", CAMERAS)
    with pytest.raises(BadCoordinates) as refused:
        import_file(database, request)
    assert refused.value.hint is not None
    assert "--crs EPSG:4527" in refused.value.hint.zh
    assert "39" in refused.value.hint.en
    report = import_file(database, Request(tmp_path / "点.shp", CAMERAS, plan={"crs": "EPSG:4527"}))
    assert report.stored is not None
    assert report.stored.inserted == 12
    assert places(database)[0] == (450_000, 2_610_000)
    assert report.prepared.mapping == {"name": "名称"}


def test_list_with_columns_of_coordinates_is_read(database: Database, tmp_path: Path) -> None:
    rows = "\n".join(f"{name},116°30′{n}″,23°35′{n}″" for n, name in enumerate(NAMES, 10))
    (tmp_path / "点.csv").write_text(f"设备名称,经度,纬度\n{rows}\n", encoding="gb18030")
    report = import_file(database, Request(tmp_path / "点.csv", CAMERAS, plan={"crs": "EPSG:4490"}))
    assert report.prepared.findings == []
    assert report.prepared.ignored == []
    assert len(places(database)) == 12


def test_table_when_there_are_several_none_or_no_such_is_told(
    database: Database, tmp_path: Path
) -> None:
    frame = geopandas.GeoDataFrame({"name": ["甲"]}, geometry=[Point(116.5, 23.5)], crs=4326)
    frame.to_file(tmp_path / "a.gpkg", layer="点位")
    frame.to_file(tmp_path / "a.gpkg", layer="others")
    for wanted, word in ((None, "several"), ("nonsense", "nonsense")):
        with pytest.raises(BadFile) as refused:
            import_file(database, Request(tmp_path / "a.gpkg", CAMERAS, wanted))
        assert word in refused.value.message.en + str(refused.value.hint)
    found = import_file(database, Request(tmp_path / "a.gpkg", CAMERAS, "点位"))
    assert found.stored is not None
    for name in ("missing.gpkg", "https://example.org/a.gpkg", "/vsizip/a.zip/a.shp"):
        with pytest.raises(BadFile):
            import_file(database, Request(Path(name), CAMERAS))
