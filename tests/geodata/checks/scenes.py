"""Tables that set off the checks: made by hand, kept on disk as uploads are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import shapely

from geodata.china_offset import wgs84_to_bd09, wgs84_to_gcj02
from geodata.crs import transformer
from geodata.discoveries import Discovery, Scene
from geodata.encodings import Alternative, EncodingGuess
from geodata.intake.facts import Column, ColumnType, Facts
from geodata.intake.kept import Intake, open_intake
from geodata.intake.writing import ARROW_TYPES, TableWriter
from geodata.offset_test import known_points
from geodata.proposal import propose_plan
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

SRID = 4548
EAST, NORTH = 450_000.0, 2_610_000.0
DISTRICT = shapely.box(EAST - 20_000, NORTH - 20_000, EAST + 20_000, NORTH + 20_000)
GBK = EncodingGuess(
    "gb18030",
    0.95,
    Text("常用字多。", "Common characters."),
    alternatives=(
        Alternative("gb18030", 0.9, 5, 5, "枫溪"),
        Alternative("big5", 0.3, 5, 5, "瑊洈"),
    ),
)
KINDS: Mapping[type, ColumnType] = {str: "text", int: "integer", float: "number", bool: "boolean"}


def area_codes(places: numpy.ndarray) -> list[str | None]:
    """West of the middle it is one village, east of it another."""
    return ["445103104001" if x < EAST else "445103104002" for x in places[:, 0]]


SCENE = Scene(SRID, DISTRICT, codes=lambda codes: {"C1"} & set(codes), area_codes=area_codes)


def points(count: int, east: float = EAST, north: float = NORTH) -> list[shapely.Geometry]:
    return [shapely.Point(east + 10 * n, north + 7 * n) for n in range(count)]


def squares(count: int, size: float = 10) -> list[shapely.Geometry]:
    return [shapely.box(p.x, p.y, p.x + size, p.y + size) for p in points(count)]


def make(
    folder: Path,
    columns: Mapping[str, Sequence[Any]],
    shapes: Sequence[shapely.Geometry | None] | None,
    crs: str | None = "EPSG:4548",
    **facts: Any,
) -> Intake:
    """Write a table and open it. Columns hold one plain type each, and None."""
    kinds = {
        name: KINDS[next((type(v) for v in values if v is not None), str)]
        for name, values in columns.items()
    }
    described = tuple(Column(name, kind) for name, kind in kinds.items())
    folder = folder / str(sum(1 for _ in folder.iterdir()))
    writer = TableWriter(folder, described, shapes=shapes is not None)
    arrays = [pyarrow.array(values, ARROW_TYPES[kinds[name]]) for name, values in columns.items()]
    wkb = None
    if shapes is not None:
        held = [
            None if shape is None else shapely.to_wkb(shape, include_srid=False) for shape in shapes
        ]
        wkb = pyarrow.array(held, pyarrow.binary())
    writer.write(arrays, wkb)
    writer.finish(Facts("表.shp", "表", "Shapefile", 0, described, False, {}, crs=crs, **facts))
    return open_intake(folder)


@dataclasses.dataclass(frozen=True)
class Case:
    """A table for a layer that sets off a check; ``plan`` patches what is proposed.

    ``wanted``: the discovery's ``check`` and severity, and its rows (None: not counted).
    """

    check: str
    severity: str
    rows: int | None
    layer: str
    columns: dict[str, list[Any]]
    shapes: list[Any] | None
    crs: str | None = "EPSG:4548"
    plan: dict[str, Any] = dataclasses.field(default_factory=dict)
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    scene: Scene = SCENE

    def build(self, folder: Path) -> tuple[Intake, Any, Layer]:
        layer = LAYERS[self.layer]
        intake = make(folder, self.columns, self.shapes, self.crs, **self.facts)
        return intake, propose_plan(intake, layer, self.scene).patched(self.plan), layer


def named(found: list[Discovery], check: str, subject: str = "") -> list[Discovery]:
    return [
        item for item in found if item.check == check and (not subject or item.subject == subject)
    ]


def cameras(count: int, **columns: list[Any]) -> dict[str, list[Any]]:
    base = {"点位名称": [f"路口{n}号" for n in range(count)], "运行状态": ["在线"] * count}
    return base | columns


def parcels(count: int, **columns: list[Any]) -> dict[str, list[Any]]:
    return {"地类": ["耕地"] * count, "争议状态": ["无争议"] * count} | columns


BOW_TIE = shapely.Polygon(
    [(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)]
)
LINES = [shapely.LineString([(p.x, p.y), (p.x + 50, p.y)]) for p in points(2)]
RING = shapely.LineString(shapely.box(EAST, NORTH, EAST + 9, NORTH + 9).exterior.coords)
LOOP = shapely.LineString(
    [(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)]
)
ID = "11010519491231002X"
MOVED = [shapely.Point(p.x + 39_000_000, p.y) for p in points(30)]
SWAPPED = [shapely.Point(p.y, p.x) for p in points(30)]


def streets() -> list[shapely.Geometry]:
    """Return crooked streets that look alike in no two places."""
    draw = numpy.random.default_rng(7)
    return [
        shapely.LineString(draw.uniform(-2500, 2500, (4, 2)) + numpy.array((EAST, NORTH)))
        for _ in range(25)
    ]


def at_streets(count: int) -> list[shapely.Geometry]:
    """Return points within some metres of the streets."""
    draw = numpy.random.default_rng(8)
    lines = numpy.array(streets(), dtype=object)
    on = shapely.line_interpolate_point(
        lines[draw.integers(0, len(lines), count)], draw.uniform(0, 1, count), normalized=True
    )
    places = shapely.get_coordinates(on) + draw.normal(0, 3, (count, 2))
    return list(shapely.points(places))


def in_degrees(shapes: list[Any], shift: Any = None) -> list[shapely.Geometry]:
    """Return points in degrees, shifted as a map service does."""
    places = shapely.get_coordinates(shapes)
    lon, lat = transformer(f"EPSG:{SRID}", "EPSG:4326").transform(places[:, 0], places[:, 1])
    return list(shapely.points(*(shift(lon, lat) if shift else (lon, lat))))


TOWN = Scene(SRID, DISTRICT, known_points(numpy.array(streets(), dtype=object)))
CASES = [
    Case("no_rows", "refusal", None, "cameras", cameras(0), []),
    Case(
        "places",
        "refusal",
        None,
        "cameras",
        cameras(3, 经度=[116.5, 116.51, 116.52], 纬度=[23.6, 23.61, 23.62]),
        None,
        None,
        {"geometry": {"kind": "none", "x": None, "y": None}},
    ),
    Case("encoding", "info", None, "cameras", cameras(3), points(3), facts={"encoding": GBK}),
    Case(
        "encoding",
        "warning",
        None,
        "cameras",
        cameras(3),
        points(3),
        facts={"encoding": dataclasses.replace(GBK, declared="UTF-8")},
    ),
    Case(
        "encoding",
        "warning",
        None,
        "cameras",
        cameras(3),
        points(3),
        facts={"encoding": dataclasses.replace(GBK, confidence=0.4)},
    ),
    Case(
        "encoding",
        "warning",
        2,
        "cameras",
        cameras(3),
        points(3),
        facts={"encoding": dataclasses.replace(GBK, lost=2)},
    ),
    Case(
        "reading",
        "info",
        None,
        "cameras",
        cameras(3),
        points(3),
        facts={"notes": (Text("注", "note"),)},
    ),
    Case(
        "crs",
        "refusal",
        None,
        "cameras",
        cameras(30),
        points(30),
        None,
        {"crs": "", "swap_axes": False},
    ),
    Case("crs", "info", None, "cameras", cameras(30), points(30), None),
    Case("crs", "refusal", None, "cameras", cameras(30), points(30), "EPSG:4326"),
    Case("zone_prefix", "refusal", None, "cameras", cameras(30), MOVED, "EPSG:4548"),
    Case("zone_prefix", "refusal", None, "cameras", cameras(30), points(30), "EPSG:4527"),
    Case("axes", "refusal", None, "cameras", cameras(30), SWAPPED, "EPSG:4548"),
    Case("old_datum", "warning", None, "cameras", cameras(30), points(30), "EPSG:2436"),
    Case(
        "district",
        "warning",
        1,
        "cameras",
        cameras(3),
        [*points(2), shapely.Point(EAST + 30_000, NORTH)],
    ),
    Case(
        "offset",
        "warning",
        None,
        "cameras",
        cameras(300),
        in_degrees(at_streets(300), wgs84_to_gcj02),
        "EPSG:4326",
        scene=TOWN,
    ),
    Case(
        "offset",
        "warning",
        None,
        "cameras",
        cameras(300),
        in_degrees(at_streets(300), wgs84_to_bd09),
        "EPSG:4326",
        scene=TOWN,
    ),
    Case(
        "offset",
        "warning",
        None,
        "cameras",
        cameras(300),
        in_degrees(at_streets(300)),
        "EPSG:4326",
        {"offset": "gcj02"},
        scene=TOWN,
    ),
    Case("offset", "info", None, "cameras", cameras(3), points(3)),
    Case("district", "info", None, "cameras", cameras(3), points(3), scene=Scene(SRID)),
    Case(
        "area_code",
        "warning",
        1,
        "cameras",
        cameras(3, 区划代码=["445103104002", "445103104001", "445103104000"]),
        points(3),
    ),
    Case("no_shape", "warning", 1, "cameras", cameras(3), [*points(2), None]),
    Case("no_shape", "warning", 1, "cameras", cameras(3), [*points(2), shapely.Point()]),
    Case("zero", "warning", 1, "cameras", cameras(3), [*points(2), shapely.Point(0, 0)]),
    Case(
        "elsewhere",
        "warning",
        1,
        "cameras",
        cameras(3),
        [*points(2), shapely.Point(EAST + 5_000_000, NORTH)],
    ),
    Case(
        "several_parts",
        "warning",
        1,
        "cameras",
        cameras(3),
        [*points(2), shapely.MultiPoint(points(2, EAST + 500))],
    ),
    Case("invalid", "warning", 1, "parcels", parcels(3), [*squares(2), BOW_TIE]),
    Case(
        "heights",
        "info",
        1,
        "cameras",
        cameras(2),
        [*points(1), shapely.Point(EAST, NORTH + 99, 7)],
    ),
    Case(
        "heights",
        "warning",
        1,
        "cameras",
        cameras(2),
        [*points(1), shapely.Point(EAST, NORTH + 99, 7)],
        plan={"drop_z": False},
    ),
    Case(
        "wrong_type", "warning", 1, "parcels", parcels(3), [*squares(2), shapely.Point(EAST, NORTH)]
    ),
    Case(
        "lines_or_areas",
        "warning",
        2,
        "cameras",
        cameras(3),
        [points(1)[0], squares(1)[0], LINES[1]],
    ),
    Case("closed_lines", "warning", 1, "parcels", parcels(2), [squares(2)[1], RING]),
    Case(
        "position",
        "warning",
        1,
        "cameras",
        cameras(3, 经度=["116.5", "116.51", "东边"], 纬度=["23.6", "23.61", "23.62"]),
        None,
        None,
    ),
    Case(
        "duplicate",
        "warning",
        1,
        "cameras",
        {"点位名称": ["甲", "乙", "甲"], "运行状态": ["在线"] * 3},
        [*points(2), points(1)[0]],
    ),
    Case("same_place", "info", 1, "cameras", cameras(3), [*points(2), points(1)[0]]),
    Case(
        "sliver",
        "warning",
        1,
        "parcels",
        parcels(3),
        [*squares(2), shapely.box(EAST, NORTH + 99, EAST + 500, NORTH + 99.1)],
    ),
    Case(
        "self_crossing",
        "info",
        1,
        "roads",
        {"name": ["甲", "乙"], "class": ["residential"] * 2, "oneway": ["no"] * 2},
        [LINES[0], LOOP],
    ),
    Case("double_code", "warning", 1, "cameras", cameras(3, 编码=["C1", "C2", "C1"]), points(3)),
    Case(
        "area_codes",
        "warning",
        1,
        "areas",
        {
            "code": ["445103104001", "44510"],
            "name": ["甲村", "乙村"],
            "level": ["village"] * 2,
            "kind": ["villagers"] * 2,
            "edition": ["2023"] * 2,
        },
        squares(2),
    ),
    Case("known_code", "info", 1, "cameras", cameras(3, 编码=["C1", "C2", "C3"]), points(3)),
    Case(
        "choice",
        "warning",
        2,
        "cameras",
        cameras(3) | {"运行状态": ["在线中", "在线", "离线了"]},
        points(3),
    ),
    Case("choice", "warning", 2, "cameras", cameras(3, mount=["立杆", "树上", "xyzzy"]), points(3)),
    Case(
        "replaced",
        "info",
        2,
        "cameras",
        cameras(3, mount=["立杆", "树上", "树上"]),
        points(3),
        plan={"replacements": {"mount": {"树上": "other"}}},
    ),
    Case("long", "warning", 1, "cameras", cameras(3, 地址=["路", "长" * 250, None]), points(3)),
    Case(
        "approximate",
        "warning",
        2,
        "cameras",
        cameras(3, 安装高度=["约3米", "4", "5余"]),
        points(3),
    ),
    Case("range", "warning", 1, "cameras", cameras(3, 安装高度=["3-5", "4", "5"]), points(3)),
    Case("number", "warning", 1, "cameras", cameras(3, 安装高度=["很高", "4", "5"]), points(3)),
    Case("bounds", "warning", 1, "cameras", cameras(3, 方位角=[400.0, 4.0, 5.0]), points(3)),
    Case(
        "date",
        "warning",
        1,
        "cameras",
        cameras(3, 安装日期=["去年", "2024.5.1", "20240501"]),
        points(3),
    ),
    Case(
        "minguo",
        "warning",
        1,
        "cameras",
        cameras(3, 安装日期=["113.5.1", "2024.5.1", None]),
        points(3),
    ),
    Case("notation", "info", 2, "cameras", cameras(3, 安装日期=[45413, 45414, None]), points(3)),
    Case(
        "missing", "warning", 1, "cameras", cameras(3) | {"点位名称": ["甲", None, "丙"]}, points(3)
    ),
    Case(
        "unknown",
        "info",
        1,
        "cameras",
        cameras(3) | {"运行状态": ["在线", None, "离线"]},
        points(3),
    ),
    Case(
        "rounded",
        "warning",
        1,
        "cameras",
        cameras(3, 国标编号=["4.45103E+19", None, "44510310001310000001"]),
        points(3),
    ),
    Case("control", "warning", 1, "cameras", cameras(3, 地址=["a\x01b", "路", "街"]), points(3)),
    Case("required", "refusal", None, "cameras", {"门牌": ["甲", "乙", "丙"]}, points(3)),
    Case("required", "refusal", None, "parcels", {"地类": ["耕地"] * 2}, squares(2)),
    Case(
        "mapping",
        "refusal",
        None,
        "cameras",
        cameras(3),
        points(3),
        plan={"mapping": {"没有": "note"}},
    ),
    Case(
        "mapping",
        "refusal",
        None,
        "cameras",
        cameras(3, 另一名称=["a", "b", "c"]),
        points(3),
        plan={"mapping": {"另一名称": "name"}},
    ),
    Case(
        "mapping",
        "refusal",
        None,
        "cameras",
        cameras(3),
        points(3),
        plan={"constants": {"azimuth": "999"}},
    ),
    Case("unused", "info", None, "cameras", cameras(3, 门牌=["甲", "乙", "丙"]), points(3)),
    Case(
        "personal",
        "refusal",
        3,
        "cameras",
        cameras(3, 联系人=["甲", "乙", "丙"]),
        points(3),
        plan={"mapping": {"联系人": "note"}},
    ),
    Case(
        "personal",
        "refusal",
        3,
        "cameras",
        cameras(3, 号=[ID] * 3),
        points(3),
        plan={"mapping": {"号": "note"}},
    ),
    Case("personal", "info", 3, "cameras", cameras(3, 手机=["1", "2", "3"]), points(3)),
    Case(
        "personal_text",
        "warning",
        1,
        "cameras",
        cameras(8, 备注=[f"找{ID}", *"一二三四五六七"]),
        points(8),
    ),
    Case("errors", "refusal", 1, "cameras", cameras(3, 方位角=[400.0, 4.0, 5.0]), points(3)),
    Case("none_left", "refusal", None, "cameras", cameras(2), [shapely.Point(0, 0)] * 2),
]
