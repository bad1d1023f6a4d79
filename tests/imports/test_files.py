"""Files into layers, on a real database: all or nothing, by code, with reasons."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from gisapp.access.caller import SYSTEM
from gisapp.database.engine import Database
from gisapp.errors import BadFile
from gisapp.imports.doing import Doer, Wishes
from gisapp.imports.local import begin_local
from gisapp.settings import Settings
from tests.imports.here import Outcome, bring
from tests.real_data import REAL_DATA

EAST, NORTH = 450000.0, 2610000.0
NAMES = [f"枫溪区古巷镇{n}号路口" for n in range(12)]


def package_file(package: str, *parts: str) -> list[Path]:
    """Return a data file of an installed package, which is not imported; [] if it is absent."""
    found = importlib.util.find_spec(package)
    path = Path(found.origin or "").parent.joinpath(*parts) if found else Path("-")
    return [path] if path.is_file() else []


BUBENEC = package_file("momepy", "datasets", "bubenec.gpkg")


class Town:
    """An empty database and what is imported into it."""

    def __init__(self, database: Database, settings: Settings, folder: Path) -> None:
        self.database, self.settings, self.folder = database, settings, folder

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def bring(self, path: Path, layer: str, **more: Any) -> Outcome:
        return bring(self.database, self.settings, path, layer, **more)

    def plots(self, frame: geopandas.GeoDataFrame, **more: Any) -> Outcome:
        """Import parcels."""
        path = self.folder / "plots.gpkg"
        path.unlink(missing_ok=True)
        frame.to_file(path)
        return self.bring(path, "parcels", **more)

    def rows(self, table: str = "parcels") -> int:
        ((count,),) = self.sql(f"SELECT count(*) FROM gisapp.{table}")
        return int(count)


@pytest.fixture
def town(database: Database, settings: Settings, tmp_path: Path) -> Town:
    return Town(database, settings, tmp_path)


def plots(**columns: Any) -> geopandas.GeoDataFrame:
    values = {
        "宗地编号": ["A1", "A2", "A3"],
        "地类": ["住宅用地", "05", "耕地"],
        "dispute": ["none", "争议中", "none"],
        **columns,
    }
    squares = [box(EAST + x, NORTH, EAST + x + 10, NORTH + 10) for x in (0, 20, 40)]
    return geopandas.GeoDataFrame(values, geometry=squares, crs=4548)


def counts(outcome: Outcome) -> tuple[int, int, int]:
    assert outcome.done is not None, outcome.told()
    return outcome.done["insert"], outcome.done["update"], outcome.done["unchanged"]


def test_rows_are_loaded_converted_and_collected(town: Town) -> None:
    outcome = town.plots(plots())
    assert counts(outcome) == (3, 0, 0)
    assert outcome.mapping == {
        "宗地编号": "parcel_number",
        "地类": "land_use",
        "dispute": "dispute",
    }
    rows = town.sql(
        "SELECT parcel_number, land_use, dispute, source, ST_Area(geom), ST_GeometryType(geom)"
        " FROM gisapp.parcels ORDER BY 1",
    )
    assert rows == [
        ("A1", "07", "none", "plots.gpkg", 100, "ST_MultiPolygon"),
        ("A2", "05", "open", "plots.gpkg", 100, "ST_MultiPolygon"),
        ("A3", "01", "none", "plots.gpkg", 100, "ST_MultiPolygon"),
    ]


def test_the_same_file_again_changes_nothing(town: Town) -> None:
    town.plots(plots())
    assert counts(town.plots(plots())) == (0, 0, 3)
    changed = plots(dispute=["none", "settled", "none"]).iloc[::-1]
    assert counts(town.plots(changed)) == (0, 1, 2)
    rows = town.sql("SELECT parcel_number, row_version FROM gisapp.parcels ORDER BY 1")
    assert rows == [("A1", 1), ("A2", 2), ("A3", 1)]


def test_one_bad_row_refuses_all_unless_skipped(town: Town) -> None:
    frame = plots(地类=["住宅用地", "住宅用地地", "耕地"])
    refused = town.plots(frame)
    assert refused.done is None
    assert [(one["row"], one["field"]) for one in refused.findings] == [(2, "地类")]
    assert "07" in refused.findings[0]["reason"]
    assert (town.rows(), town.rows("sources")) == (0, 0)
    assert counts(town.plots(frame, skip_errors=True)) == (2, 0, 0)


def test_an_unfinished_import_of_the_same_file_is_gone_on_with(town: Town) -> None:
    frame = plots(地类=["住宅用地", "住宅用地地", "耕地"])
    first = town.plots(frame)
    path = town.folder / "plots.gpkg"
    second = town.bring(path, "parcels", skip_errors=True)
    assert (second.held.id, second.held.round) == (first.held.id, first.held.round + 2)
    assert counts(second) == (2, 0, 0)
    assert town.bring(path, "parcels").held.id > first.held.id


def test_bad_rows_of_every_kind_are_found_at_once(town: Town) -> None:
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
    outcome = town.plots(frame)
    assert outcome.done is None
    assert {(one["row"], one["field"]) for one in outcome.findings} == {
        (2, "code"),
        (3, "code"),
        (4, "parcel_number"),
        (5, "registered_area_m2"),
        (6, "registered_area_m2"),
        (7, "dispute"),
        *((row, "geometry") for row in range(9, 14)),
    }
    assert town.rows() == 0


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("note", ["", "电话 13812345678", ""]),
        ("note", ["", "11010519491231002X", ""]),
        ("name", ["张三的地 13912345678", "b", "c"]),
    ],
)
def test_personal_numbers_in_a_text_are_refused_and_never_kept(
    town: Town, column: str, values: list[str]
) -> None:
    frame = plots(**{column: values})
    refused = town.plots(frame, mapping={column: column})
    assert refused.done is None
    number = next(word for word in values if word).rpartition(" ")[2]
    kept = town.sql(f"SELECT outcome::text FROM gisapp.imports WHERE id = {refused.held.id}")
    assert number not in kept[0][0] + str(refused.findings)
    rows, marked = (
        f"gisapp_imports.{part}_{refused.held.staged.key}" for part in ("rows", "findings")
    )
    assert town.sql(f"SELECT FROM {rows} AS r WHERE r::text LIKE '%{number}%'") == []
    assert town.sql(f"SELECT FROM {marked} AS r WHERE r::text LIKE '%{number}%'") == []
    assert counts(town.plots(frame, mapping={column: ""})) == (3, 0, 0)


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
    town: Town, column: str, values: list[object]
) -> None:
    frame = plots(**{column: values})
    outcome = town.plots(frame)
    assert counts(outcome) == (3, 0, 0)
    assert column in outcome.told()["personal"]
    named = town.plots(frame, mapping={column: "note"})
    assert named.done is None
    assert column in str(named.told("refusal") | named.told("warning"))


def test_a_personal_column_that_is_named_is_staged_nowhere(town: Town) -> None:
    frame = plots(户主=["赵大", "钱二", "孙三"])
    outcome = town.plots(frame, mapping={"户主": "note"})
    assert column_refused(outcome, "户主")
    assert outcome.held.found["counts"] == {"insert": 3, "update": 0, "unchanged": 0, "reject": 0}
    assert "note" not in outcome.held.found["names"]
    key = outcome.held.staged.key
    assert town.sql(f"SELECT FROM gisapp_imports.rows_{key} AS r WHERE r::text LIKE '%赵大%'") == []


def column_refused(outcome: Outcome, column: str) -> bool:
    return column in outcome.told("refusal").get("personal", "")


def test_a_required_field_may_be_given_or_is_asked_for(town: Town) -> None:
    frame = plots().drop(columns="dispute")
    assert "Dispute" in town.plots(frame).told("refusal")["required"]
    assert town.plots(frame, constants={"dispute": "nonsense"}).done is None
    assert town.plots(frame, constants={"dispute": "none", "colour": "red"}).done is None
    assert counts(town.plots(frame, constants={"dispute": "无争议"}))[0] == 3


def test_a_choice_that_is_not_known_becomes_unknown(town: Town) -> None:
    frame = geopandas.GeoDataFrame({"name": ["路口"]}, geometry=[Point(116.6, 23.6)], crs=4326)
    frame.to_file(town.folder / "cameras.geojson")
    outcome = town.bring(town.folder / "cameras.geojson", "cameras")
    assert town.sql("SELECT status FROM gisapp.cameras") == [("unknown",)]
    assert outcome.told()["unknown"].startswith("1 rows")


def test_area_codes_of_all_layers_follow_the_areas(town: Town) -> None:
    town.plots(plots())
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
    village.to_file(town.folder / "areas.gpkg")
    assert counts(town.bring(town.folder / "areas.gpkg", "areas")) == (1, 0, 0)
    rows = town.sql("SELECT parcel_number, area_code FROM gisapp.parcels ORDER BY 1")
    assert rows == [("A1", "445103100201"), ("A2", "445103100201"), ("A3", None)]


def test_an_area_needs_its_twelve_digits(town: Town) -> None:
    frame = geopandas.GeoDataFrame(
        {"code": ["44510310"], "name": ["x"], "level": ["town"], "kind": ["town"]},
        geometry=[box(EAST, NORTH, EAST + 1, NORTH + 1)],
        crs=4548,
    )
    frame.to_file(town.folder / "areas.gpkg")
    outcome = town.bring(town.folder / "areas.gpkg", "areas", constants={"edition": "2023"})
    assert outcome.done is None
    assert [(one["row"], one["field"]) for one in outcome.findings] == [(1, "code")]


HOSTILE = ["${alert(1)}", "`x`", "</script><script>", "<img onerror=alert(1)>", "'; DROP TABLE x"]


def test_hostile_texts_are_only_texts(town: Town) -> None:
    squares = [box(EAST + x, NORTH, EAST + x + 1, NORTH + 1) for x in range(len(HOSTILE))]
    frame = geopandas.GeoDataFrame(
        {"code": HOSTILE, "note": HOSTILE, "land_use": "07", "dispute": "none"},
        geometry=squares,
        crs=4548,
    )
    town.plots(frame)
    rows = town.sql("SELECT code, note FROM gisapp.parcels")
    assert sorted(rows) == sorted(zip(HOSTILE, HOSTILE, strict=True))


def test_shapefile_in_gbk_without_crs_is_read_with_what_lies_beside_it(town: Town) -> None:
    shapes = [Point(39_450_000 + n, 2_610_000) for n in range(12)]
    frame = geopandas.GeoDataFrame({"名称": NAMES}, geometry=shapes, crs=4527)
    frame.to_file(town.folder / "点.shp", encoding="GBK")
    for extra in (".cpg", ".prj"):
        (town.folder / f"点{extra}").unlink()
    outcome = town.bring(town.folder / "点.shp", "cameras", crs="EPSG:4527")
    assert counts(outcome) == (12, 0, 0)
    places = "SELECT name, ST_X(geom)::integer, ST_Y(geom)::integer FROM gisapp.cameras"
    assert sorted(town.sql(places)) == sorted(
        (name, 450_000 + n, 2_610_000) for n, name in enumerate(NAMES)
    )
    assert outcome.mapping == {"名称": "name"}


def test_list_with_columns_of_coordinates_is_read(town: Town) -> None:
    rows = "\n".join(f"{name},116°30′{n}″,23°35′{n}″" for n, name in enumerate(NAMES, 10))
    path = town.folder / "点.csv"
    path.write_text(f"设备名称,经度,纬度\n{rows}\n", encoding="gb18030")
    outcome = town.bring(path, "cameras", crs="EPSG:4490")
    assert (outcome.findings, town.rows("cameras")) == ([], 12), outcome.held.found["discoveries"]


def test_table_when_there_are_several_none_or_no_such_is_told(town: Town) -> None:
    frame = geopandas.GeoDataFrame({"name": ["甲"]}, geometry=[Point(116.5, 23.5)], crs=4326)
    path = town.folder / "a.gpkg"
    frame.to_file(path, layer="点位")
    frame.to_file(path, layer="others")
    for wanted, word in (("", "点位"), ("nonsense", "others")):
        with pytest.raises(BadFile) as refused:
            town.bring(path, "cameras", options={"source_layer": wanted} if wanted else {})
        assert word in refused.value.message.en + str(refused.value.hint)
    assert town.sql("SELECT FROM gisapp.imports") == []  # nothing could be found out
    assert counts(town.bring(path, "cameras", options={"source_layer": "点位"})) == (1, 0, 0)
    for name in ("missing.gpkg", "https://example.org/a.gpkg", "/vsizip/a.zip/a.shp"):
        with pytest.raises(BadFile):
            town.bring(Path(name), "cameras")


@pytest.mark.parametrize("path", BUBENEC, ids=str)
def test_the_plots_of_prague_keep_their_overlaps(town: Town, path: Path) -> None:
    given = {
        "options": {"source_layer": "plots"},
        "mapping": {"ID": "parcel_number"},
        "constants": {"land_use": "07", "dispute": "none"},
    }
    refused = town.bring(path, "parcels", **given)
    assert (refused.done, "elsewhere" in refused.told()) == (None, True)
    town.sql("SELECT gisapp.use_metric_crs(32633)")
    assert counts(town.bring(path, "parcels", **given)) == (407, 0, 0)
    assert counts(town.bring(path, "parcels", **given)) == (0, 0, 407)
    overlaps = town.sql(
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
    town: Town,
    name: str,
    part: str,
    layer: str,
    srid: int,
    mapping: dict[str, str],
    rows: int,
    broken: int,
) -> None:
    town.sql(f"SELECT gisapp.use_metric_crs({srid})")
    given = {
        "options": {"source_layer": part},
        "mapping": mapping,
        "constants": {"kind": "other"} if layer == "facilities" else {},
        "skip_errors": True,
    }
    outcome = town.bring(REAL_DATA / name, layer, **given)
    assert outcome.counts["reject"] == broken
    assert counts(outcome) == (rows - broken, 0, 0)
    assert counts(town.bring(REAL_DATA / name, layer, **given)) == (0, 0, rows - broken)


def test_check_when_it_is_stopped_amid_the_rows_says_so_and_leaves_nothing(town: Town) -> None:
    path = town.folder / "many.csv"
    lines = [f"路口{n},116.6{n:05},23.6" for n in range(9000)]  # more than one chunk
    path.write_text("\n".join(["名称,经度,纬度", *lines]), encoding="utf-8")

    class Stopped(Exception):
        pass

    def stop(done: int, rows: int) -> None:
        if done == rows:
            raise Stopped

    doer = Doer(town.database, SYSTEM, town.settings.uploads)
    given = {"layer": "cameras", "options": {}, "source": {}, "sender": ""}
    number = begin_local(town.database, SYSTEM, town.settings.uploads, [path], **given)
    with pytest.raises(Stopped):
        doer.check(number, Wishes({"crs": "EPSG:4326"}, {}), stop)
    assert town.sql("SELECT FROM gisapp.imports") == []
    assert town.sql("SELECT FROM pg_tables WHERE schemaname = 'gisapp_imports'") == []
