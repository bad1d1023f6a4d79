"""Importing files into layers, on a real database: all or nothing, by code, with reasons."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from gisapp.database.engine import Database
from gisapp.errors import BadCoordinates, BadFile
from gisapp.features.importing import Report, Request, import_file
from layers.catalogue import LAYERS
from tests.real_data import REAL_DATA

EAST, NORTH = 450000.0, 2610000.0


def package_file(package: str, *parts: str) -> list[Path]:
    """Return a data file of an installed package, which is not imported; [] if it is absent."""
    found = importlib.util.find_spec(package)
    path = Path(found.origin or "").parent.joinpath(*parts) if found else Path("-")
    return [path] if path.is_file() else []


BUBENEC = package_file("momepy", "datasets", "bubenec.gpkg")


def plots(**columns: Any) -> geopandas.GeoDataFrame:
    values = {
        "宗地编号": ["A1", "A2", "A3"],
        "地类": ["住宅用地", "05", "耕地"],
        "dispute": ["none", "争议中", "none"],
        **columns,
    }
    squares = [box(EAST + x, NORTH, EAST + x + 10, NORTH + 10) for x in (0, 20, 40)]
    return geopandas.GeoDataFrame(values, geometry=squares, crs=4548)


def save(folder: Path, frame: geopandas.GeoDataFrame, name: str = "plots.gpkg") -> Request:
    frame.to_file(folder / name)
    return Request(folder / name, LAYERS["parcels"])


def fetch(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def counts(report: Report) -> tuple[int, int, int]:
    assert report.stored is not None
    return report.stored.inserted, report.stored.updated, report.stored.unchanged


def test_rows_are_loaded_converted_and_collected(database: Database, tmp_path: Path) -> None:
    report = import_file(database, save(tmp_path, plots()))
    assert counts(report) == (3, 0, 0)
    assert report.prepared.mapping == {
        "parcel_number": "宗地编号",
        "land_use": "地类",
        "dispute": "dispute",
    }
    rows = fetch(
        database,
        "SELECT parcel_number, land_use, dispute, source, ST_Area(geom), ST_GeometryType(geom)"
        " FROM gisapp.parcels ORDER BY 1",
    )
    assert rows == [
        ("A1", "07", "none", "plots.gpkg", 100, "ST_MultiPolygon"),
        ("A2", "05", "open", "plots.gpkg", 100, "ST_MultiPolygon"),
        ("A3", "01", "none", "plots.gpkg", 100, "ST_MultiPolygon"),
    ]


def test_the_same_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    request = save(tmp_path, plots())
    import_file(database, request)
    assert counts(import_file(database, request)) == (0, 0, 3)
    changed = save(tmp_path, plots(dispute=["none", "settled", "none"]).iloc[::-1])
    assert counts(import_file(database, changed)) == (0, 1, 2)
    rows = fetch(database, "SELECT parcel_number, row_version FROM gisapp.parcels ORDER BY 1")
    assert rows == [("A1", 1), ("A2", 2), ("A3", 1)]


def test_one_bad_row_refuses_all_unless_skipped(database: Database, tmp_path: Path) -> None:
    request = save(tmp_path, plots(地类=["住宅用地", "住宅用地地", "耕地"]))
    report = import_file(database, request)
    assert report.stored is None
    assert [(item.row, item.column) for item in report.prepared.findings] == [(2, "地类")]
    assert "07" in report.prepared.findings[0].reason.zh
    assert fetch(database, "SELECT count(*) FROM gisapp.parcels") == [(0,)]
    assert fetch(database, "SELECT count(*) FROM gisapp.sources") == [(0,)]
    assert counts(import_file(database, replace(request, skip_errors=True))) == (2, 0, 0)


def test_a_dry_run_counts_and_keeps_nothing(database: Database, tmp_path: Path) -> None:
    request = replace(save(tmp_path, plots()), dry_run=True)
    assert counts(import_file(database, request)) == (3, 0, 0)
    assert fetch(database, "SELECT count(*) FROM gisapp.parcels") == [(0,)]
    assert fetch(database, "SELECT count(*) FROM gisapp.sources") == [(0,)]


def test_bad_rows_of_every_kind_are_found_at_once(database: Database, tmp_path: Path) -> None:
    bow_tie = Polygon([(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)])
    far = box(EAST + 5e6, NORTH, EAST + 5e6 + 1, NORTH + 1)
    good = [box(EAST + x, NORTH, EAST + x + 10, NORTH + 10) for x in range(0, 160, 20)]
    shapes = [*good, bow_tie, Polygon(), None, Point(EAST, NORTH), far]
    frame = geopandas.GeoDataFrame(
        {
            "code": ["a", "a", "x" * 65, "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"],
            "parcel_number": ["1", "2", "3", "n" * 33, *"567890abc"],
            "registered_area_m2": [1, 2, 3, 4, -5, 2e9, *[7.0] * 7],
            "land_use": "07",
            "dispute": ["none"] * 6 + [None, "none", *["none"] * 5],
        },
        geometry=shapes,
        crs=4548,
    )
    report = import_file(database, save(tmp_path, frame))
    assert report.stored is None
    found = {(item.row, item.column) for item in report.prepared.findings}
    assert found == {
        (2, "code"),
        (3, "code"),
        (4, "parcel_number"),
        (5, "registered_area_m2"),
        (6, "registered_area_m2"),
        (7, "dispute"),
        *((row, "geometry") for row in range(9, 14)),
    }
    assert fetch(database, "SELECT count(*) FROM gisapp.parcels") == [(0,)]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("note", ["", "电话 13812345678", ""]),
        ("note", ["", "11010519491231002X", ""]),
        ("name", ["张三的地 13912345678", "b", "c"]),
    ],
)
def test_personal_data_in_a_mapped_column_is_refused(
    database: Database, tmp_path: Path, column: str, values: list[str]
) -> None:
    request = save(tmp_path, plots(**{column: values}))
    with pytest.raises(BadFile, match=column) as refused:
        import_file(database, request)
    assert "13812345678" not in refused.value.message.zh
    assert fetch(database, "SELECT count(*) FROM gisapp.parcels") == [(0,)]
    assert counts(import_file(database, replace(request, mapping={column: ""}))) == (3, 0, 0)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("户主", ["甲", "乙", "丙"]),
        ("手机", [13812345678, 13912345678, 0]),
        ("备用", ["13812345678", "", ""]),
        ("x", ["11010519491231002X", "", ""]),
    ],
)
def test_personal_columns_are_left_out_with_the_reason(
    database: Database, tmp_path: Path, column: str, values: list[object]
) -> None:
    report = import_file(database, save(tmp_path, plots(**{column: values})))
    assert counts(report) == (3, 0, 0)
    assert any(column in note.zh and "不记个人" in note.zh for note in report.prepared.notes)
    with pytest.raises(BadFile, match=column):
        import_file(
            database,
            replace(save(tmp_path, plots(**{column: values})), mapping={column: "note"}),
        )


def test_a_required_field_may_be_given_or_is_asked_for(database: Database, tmp_path: Path) -> None:
    request = save(tmp_path, plots().drop(columns="dispute"))
    with pytest.raises(BadFile, match="dispute"):
        import_file(database, request)
    with pytest.raises(BadFile, match="dispute"):
        import_file(database, replace(request, constants={"dispute": "nonsense"}))
    with pytest.raises(BadFile, match="colour"):
        import_file(database, replace(request, constants={"dispute": "none", "colour": "red"}))
    assert counts(import_file(database, replace(request, constants={"dispute": "无争议"})))[0] == 3


def test_a_choice_that_is_not_known_becomes_unknown(database: Database, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"name": ["路口"]}, geometry=[Point(116.6, 23.6)], crs=4326)
    frame.to_file(tmp_path / "cameras.geojson")
    report = import_file(database, Request(tmp_path / "cameras.geojson", LAYERS["cameras"]))
    assert fetch(database, "SELECT status FROM gisapp.cameras") == [("unknown",)]
    assert any("1 rows" in note.en for note in report.prepared.notes)


def test_area_codes_of_all_layers_follow_the_areas(database: Database, tmp_path: Path) -> None:
    import_file(database, save(tmp_path, plots()))
    village = geopandas.GeoDataFrame(
        {
            "code": ["445103100201"],
            "name": ["枫洋村"],
            "level": ["village"],
            "kind": ["villagers"],
            "edition": ["2023"],
        },
        geometry=[MultiPolygon([box(EAST - 5, NORTH - 5, EAST + 35, NORTH + 15)])],
        crs=4548,
    )
    village.to_file(tmp_path / "areas.gpkg")
    report = import_file(database, Request(tmp_path / "areas.gpkg", LAYERS["areas"]))
    assert report.area_codes == 2
    rows = fetch(database, "SELECT parcel_number, area_code FROM gisapp.parcels ORDER BY 1")
    assert rows == [("A1", "445103100201"), ("A2", "445103100201"), ("A3", None)]


def test_an_area_needs_its_twelve_digits(database: Database, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"code": ["44510310"], "name": ["x"], "level": ["town"], "kind": ["town"]},
        geometry=[box(EAST, NORTH, EAST + 1, NORTH + 1)],
        crs=4548,
    )
    frame.to_file(tmp_path / "areas.gpkg")
    request = Request(tmp_path / "areas.gpkg", LAYERS["areas"], constants={"edition": "2023"})
    report = import_file(database, request)
    assert [(item.row, item.column) for item in report.prepared.findings] == [(1, "code")]


HOSTILE = ["${alert(1)}", "`x`", "</script><script>", "<img onerror=alert(1)>", "'; DROP TABLE x"]


def test_hostile_texts_are_only_texts(database: Database, tmp_path: Path) -> None:
    squares = [box(EAST + x, NORTH, EAST + x + 1, NORTH + 1) for x in range(len(HOSTILE))]
    frame = geopandas.GeoDataFrame(
        {"code": HOSTILE, "note": HOSTILE, "land_use": "07", "dispute": "none"},
        geometry=squares,
        crs=4548,
    )
    import_file(database, save(tmp_path, frame))
    rows = fetch(database, "SELECT code, note FROM gisapp.parcels")
    assert sorted(rows) == sorted(zip(HOSTILE, HOSTILE, strict=True))


@pytest.mark.parametrize("path", BUBENEC, ids=str)
def test_the_plots_of_prague_keep_their_overlaps(database: Database, path: Path) -> None:
    request = Request(
        path,
        LAYERS["parcels"],
        "plots",
        mapping={"ID": "parcel_number"},
        constants={"land_use": "07", "dispute": "none"},
    )
    with pytest.raises(BadCoordinates) as refused:
        import_file(database, request)
    assert refused.value.hint is not None
    assert "32633" in refused.value.hint.en
    fetch(database, "SELECT gisapp.use_metric_crs(32633)")
    assert counts(import_file(database, request)) == (407, 0, 0)
    assert counts(import_file(database, request)) == (0, 0, 407)
    overlaps = fetch(
        database,
        "SELECT count(*) FROM gisapp.parcels a JOIN gisapp.parcels b ON a.id < b.id"
        " AND ST_Overlaps(a.geom, b.geom)",
    )
    assert overlaps == [(23,)]


REAL = [
    ("chaozhou_pois.gpkg", "chaoan", "facilities", 4548, {"code": ""}, 177, 0),
    ("chaozhou_pois.gpkg", "chaozhou_bbox", "facilities", 4548, {"code": ""}, 3110, 0),
    ("shanghai_lujiazui.gpkg", "buildings", "buildings", 4549, {"height": "height_m"}, 1450, 2),
    ("shanghai_lujiazui.gpkg", "roads", "roads", 4549, {"osm_id": ""}, 1078, 39),
]


@pytest.mark.parametrize(
    ("name", "part", "layer", "srid", "mapping", "rows", "broken"),
    [item for item in REAL if (REAL_DATA / item[0]).exists()],
)
def test_real_files_are_loaded_whole_and_again_unchanged(
    database: Database,
    name: str,
    part: str,
    layer: str,
    srid: int,
    mapping: dict[str, str],
    rows: int,
    broken: int,
) -> None:
    fetch(database, f"SELECT gisapp.use_metric_crs({srid})")
    request = Request(
        REAL_DATA / name,
        LAYERS[layer],
        part,
        mapping,
        constants={"kind": "other"} if layer == "facilities" else {},
        skip_errors=True,
    )
    report = import_file(database, request)
    bad = {item.row for item in report.prepared.findings}
    assert len(bad) == broken
    assert counts(report) == (rows - len(bad), 0, 0)
    assert counts(import_file(database, request)) == (0, 0, rows - len(bad))
