"""Coordinates in columns: every notation, what is wrong told row by row, columns found."""

from __future__ import annotations

import csv
import math

import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.angles import objects, parse_decimals, parse_dms
from geodata.plan import GeometrySource
from geodata.position_columns import find_position_columns
from geodata.positions import read_positions
from tests.real_data import REAL_DATA

LONGITUDE = 116 + 41 / 60 + 7.28 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "116°41′7.28″", "116°41'7.28\"", "116º41’7.28”", "116˚41`7.28''", "116° 41′ 7.28″",
        "116度41分7.28秒", "东经116度41分7.28秒", "東經116°41′7.28″", "经度：116°41′7.28″",
        "１１６°４１′７．２８″", "E116°41'7.28\"", "116°41'7.28\"E", "116°41′7.28″ e", "E 116 41 7.28",
        "116-41-7.28", "116－41－7.28", "116:41:7.28", "116 41 7.28", "116d41m7.28s",
        "116°41′7,28″", "116°41.12133333333′", "116.68535555555555°", "+116°41′7.28″",
        "Lon: 116°41′7.28″",
    ],
)  # fmt: skip
def test_degrees_minutes_seconds_in_every_notation(text: str) -> None:
    parsed = parse_dms([text])
    assert parsed.reasons == {}
    assert parsed.values[0] == pytest.approx(LONGITUDE, abs=1e-11)


def test_packed_angles_only_when_asked() -> None:
    assert parse_dms(["1164107.28"], packed=True).values[0] == pytest.approx(LONGITUDE)
    assert parse_dms(["232640.56"], packed=True).values[0] == pytest.approx(23.4446)
    assert parse_dms(["-1164107"], packed=True).values[0] < -116
    assert "过大" in parse_dms(["1164107.28"]).reasons[0].zh
    assert parse_dms(["1167507.28"], packed=True).reasons[0].zh.startswith("分和秒")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("116°60′7″", "60"), ("116°41′60″", "60"), ("116.5°41′", "整数"), ("116°41.5′7″", "整数"),
        ("abc", "度分秒"), ("116°41′7.28″北东", "度分秒"), ("-116°41′W", "矛盾"),
        ("E116°41′N", "矛盾"), ("400°", "过大"), ("1" * 81, "太长"), ("=1+1", "度分秒"),
    ],
)  # fmt: skip
def test_what_is_no_angle_has_a_reason(text: str, reason: str) -> None:
    parsed = parse_dms([text, "116°41′7.28″"])
    assert math.isnan(parsed.values[0]) and parsed.values[1] > 116
    assert list(parsed.reasons) == [0]
    assert reason in parsed.reasons[0].zh


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 5999), st.booleans())
@settings(max_examples=100, deadline=None)
def test_angles_written_are_read_back(d: int, m: int, hundredths: int, west: bool) -> None:
    for form in ("{d}°{m}′{s}″{h}", "{h}{d}-{m}-{s}", "{h} {d} {m} {s}"):
        text = form.format(d=d, m=m, s=f"{hundredths / 100:.2f}", h="W" if west else "E")
        expected = (d + m / 60 + hundredths / 360000) * (-1 if west else 1)
        parsed = parse_dms([text])
        assert parsed.values[0] == pytest.approx(expected, abs=1e-9)
        assert parsed.axes == {0: "lon"}


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["116.685", "１１６．６８５", " 116.685° ", "E116.685", "东经116.685度"], [116.685] * 5),
        (["116,685357", "116,685"], [116.685357, 116.685]),  # the first shows what a comma is
        (["39,434,731.32", "434,731"], [39434731.32, 434731]),
        (["-58.4", "58.4W", "1.2e2"], [-58.4, -58.4, 120]),
        ([116, 116.5, None, math.nan, "", "  ", "—", "/"], [116, 116.5] + [math.nan] * 6),
    ],
)
def test_numbers_as_lists_write_them(texts: list[object], values: list[float]) -> None:
    parsed = parse_decimals(objects(texts))
    numpy.testing.assert_allclose(parsed.values, values)
    assert parsed.reasons == {}


def test_what_is_no_number_has_a_reason() -> None:
    parsed = parse_decimals(objects(["116.6", "约116", "inf", "1e999", "116 41 7", "NaN°"]))
    assert sorted(parsed.reasons) == [1, 2, 3, 4, 5]
    assert numpy.isnan(parsed.values[1:]).all()
    assert parse_decimals(numpy.array([1.0, math.inf])).reasons.keys() == {1}
    assert parse_decimals(numpy.array([1, 2])).values.tolist() == [1, 2]


@given(st.lists(st.text(max_size=90), max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_number_or_has_a_reason(texts: list[str]) -> None:
    for parse in (parse_decimals, parse_dms):
        parsed = parse(objects(texts))
        assert len(parsed.values) == len(texts)
        for index in parsed.reasons:
            assert math.isnan(parsed.values[index])


def test_two_columns_become_points_with_reasons_by_row() -> None:
    columns = {
        "经度": objects(["116.68", "x", None, "116.7", None, "N23°26′", "23°"]),
        "纬度": objects(["23.44", "23.4", None, None, "?", "E116°41′", "E116°"]),
    }
    rows = numpy.arange(11, 18)
    found = read_positions(GeometrySource("xy", "经度", "纬度", "dms"), columns, rows)
    assert [item and item.wkt for item in found.shapes[:5]] == ["POINT (116.68 23.44)", *[None] * 4]
    assert [(item.row, item.column) for item in found.findings] == [
        (12, "经度"), (14, "纬度"), (15, "纬度"),
    ]  # fmt: skip
    assert found.findings[1].reason.zh.startswith("只有一半")
    assert found.missing.tolist() == [False, False, True, False, False, False, False]
    # letters that say which is which go before the headers
    assert [round(item.x) for item in found.shapes[5:]] == [117, 116]


@pytest.mark.parametrize(
    "text",
    ["116.689838,23.441965", "116.689838，23.441965", "(116.689838, 23.441965)",
     "116.689838 23.441965", "116.689838;23.441965", "[116.689838, 23.441965]",
     "经度116.689838,纬度23.441965", "E116.689838 N23.441965", "E 116.689838 N 23.441965",
     "116.689838E,23.441965N", "N23.441965,E116.689838", "116.689838、23.441965"],
)  # fmt: skip
def test_a_pair_in_one_column_becomes_a_point(text: str) -> None:
    found = read_positions(GeometrySource("pair", "坐标"), {"坐标": objects([text])})
    assert found.findings == []
    assert found.shapes[0].equals(shapely.Point(116.689838, 23.441965))


@pytest.mark.parametrize(
    "text", ["116°41′7.28″,23°26′40.56″", "116°41′7.28″ 23°26′40.56″", "116 41 7.28; 23 26 40.56",
             "E116°41′7.28″N23°26′40.56″"]
)  # fmt: skip
def test_a_pair_of_angles_becomes_a_point(text: str) -> None:
    found = read_positions(GeometrySource("pair", "坐标", "", "dms"), {"坐标": objects([text])})
    assert found.shapes[0].distance(shapely.Point(LONGITUDE, 23.4446)) < 1e-9


def test_a_pair_that_is_none_has_a_reason() -> None:
    values = objects(["116.6,23.4,5", "116.6", "庵埠镇", None, "116.6,x", "116.6,23.4"])
    found = read_positions(GeometrySource("pair", "坐标"), {"坐标": values})
    assert [item.row for item in found.findings] == [1, 2, 3, 5]
    assert found.missing.tolist() == [False, False, False, True, False, False]
    assert "不是数" in found.findings[3].reason.zh


def test_wkt_becomes_shapes_with_reasons_by_row() -> None:
    deep = "GEOMETRYCOLLECTION(" * 60_000 + "POINT(1 1)" + ")" * 60_000  # ended the process
    values = objects(
        ["POINT (1 2)", "SRID=4490;LINESTRING(0 0,1 1)", "POLYGON((0 0,1 0", "庵埠", None, deep]
    )
    found = read_positions(GeometrySource("wkt", "g"), {"g": values})
    assert [item and item.geom_type for item in found.shapes] == [
        "Point", "LineString", None, None, None, None,
    ]  # fmt: skip
    assert [item.row for item in found.findings] == [3, 4, 6]
    assert found.findings[2].reason.en.startswith("collections")
    assert found.missing.tolist() == [False] * 4 + [True, False]


def best(columns: dict[str, list[object]]) -> tuple[str, str, str, str, str]:
    found = find_position_columns(columns)
    if not found:
        return ("", "", "", "", "")
    source = found[0].source
    assert all(item.evidence.zh and item.evidence.en for item in found)
    return (source.kind, source.x, source.y, source.notation, found[0].offset)


LON, LAT = ["116.685357", "116.608207"], ["23.444601", "23.559739"]


@pytest.mark.parametrize(
    ("x", "y"),
    [("经度", "纬度"), ("lon", "lat"), ("Longitude", "LATITUDE"), ("lng", "lat"), ("X坐标", "Y坐标"),
     ("东坐标", "北坐标"), ("横坐标", "纵坐标"), ("easting", "northing"), ("x", "y"), ("WGSX", "WGSY"),
     ("POINT_X", "POINT_Y"), ("位置_经度", "位置_纬度"), ("startLon", "startLat"), ("坐标X(米)", "坐标Y(米)"),
     ("經度", "緯度"), ("经度（E）", "纬度（E）"), ("coordX", "coordY")],
)  # fmt: skip
def test_columns_are_found_by_their_headers(x: str, y: str) -> None:
    columns: dict[str, list[object]] = {
        "编号": ["1", "2"],
        y: [*LAT],
        "名称": ["甲", "乙"],
        x: [*LON],
    }
    assert best(columns) == ("xy", x, y, "decimal", "")


@pytest.mark.parametrize(
    ("x", "y", "offset"),
    [("高德经度", "高德纬度", "gcj02"), ("gcj02_lng", "gcj02_lat", "gcj02"),
     ("百度经度", "百度纬度", "bd09"), ("bd09_lng", "bd09_lat", "bd09"), ("腾讯lng", "腾讯lat", "gcj02")],
)  # fmt: skip
def test_headers_name_the_service_that_shifts(x: str, y: str, offset: str) -> None:
    assert best({x: [*LON], y: [*LAT]}) == ("xy", x, y, "decimal", offset)
    plain = {x: [*LON], y: [*LAT], "经度": [*LON], "纬度": [*LAT]}
    assert best(plain) == ("xy", "经度", "纬度", "decimal", "")


def test_single_columns_are_found_by_header_and_content() -> None:
    pairs = [f"{lon},{lat}" for lon, lat in zip(LON, LAT, strict=True)]
    wkt = ["POINT(116 23)", "POINT(117 24)"]
    assert best({"高德经纬度": [*pairs]})[::4] == ("pair", "gcj02")
    assert best({"百度坐标": [*pairs]})[::4] == ("pair", "bd09")
    assert best({"坐标": [*pairs], "位置": ["庵埠镇", "彩塘镇"]})[:2] == ("pair", "坐标")
    assert best({"备注": [*pairs]})[:2] == ("pair", "备注")
    assert best({"the_geom": [*wkt]})[:2] == ("wkt", "the_geom")
    assert best({"列3": [*wkt]})[:2] == ("wkt", "列3")


def test_columns_without_telling_headers_are_found_by_content() -> None:
    assert best({"a": [*LON], "b": [*LAT], "c": ["1", "2"]}) == ("xy", "a", "b", "decimal", "")
    angles = {"f1": ["116°41′7.28″"], "f2": ["23°26′40.56″"]}
    assert best({name: [*held] for name, held in angles.items()})[3] == "dms"


@pytest.mark.parametrize(
    "columns",
    [
        {}, {"经度": [], "纬度": []}, {"经度": ["东边", "西边"], "纬度": ["南", "北"]},
        {"位置": ["庵埠镇文里村", "彩塘镇"]}, {"code": ["445103001001"], "town": ["庵埠镇"]},
        {"单价": ["116.50", "117.25"], "数量": ["23.5", "24.1"]}, {"经度": [*LON]},
        {"belong": ["1", "2"], "flat": ["3", "4"]},
    ],
)  # fmt: skip
def test_tables_without_places_have_none(columns: dict[str, list[object]]) -> None:
    assert find_position_columns(columns) == []


MESSY = [
    ("chaoan_places_dms_swapped_gcj_gbk.csv", "gb18030",
     [("xy", "dms", ""), ("xy", "decimal", ""), ("pair", "decimal", "gcj02")]),
    ("hk_traffic_cameras_bom_epsg2326_and_latlon.csv", "utf-8-sig",
     [("xy", "decimal", ""), ("xy", "decimal", "")]),
    ("taipei_cctv_big5.csv", "big5", [("xy", "decimal", "")]),
]  # fmt: skip


def test_real_lists_show_their_places() -> None:
    for name, encoding, expected in MESSY:
        path = REAL_DATA / "messy" / name
        for there in [path] * path.exists():
            with there.open(encoding=encoding) as file:
                head, *rows = list(csv.reader(file))
            columns = dict(zip(head, map(objects, zip(*rows, strict=True)), strict=True))
            found = find_position_columns(columns)
            kinds = [(item.source.kind, item.source.notation, item.offset) for item in found]
            assert kinds == expected
            for item in found:
                read = read_positions(item.source, columns)
                assert read.findings == [] and not read.missing.any()
