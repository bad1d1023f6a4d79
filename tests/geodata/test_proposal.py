"""The first plan for a table: places, CRS, mapping by name, part of a name and content."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from geodata.plan import GeometrySource
from geodata.proposal import propose_plan
from layers.catalogue import LAYERS
from tests.geodata.checks.scenes import (
    SCENE,
    SRID,
    Scene,
    cameras,
    in_degrees,
    make,
    points,
    squares,
)

CAMERAS = LAYERS["cameras"]


@pytest.mark.parametrize(
    ("column", "values", "field"),
    [
        ("设备号", ["44510310001310000001", "44510310001320000002"], "device_id"),
        ("可视距离(m)", ["30", "50"], "max_view_distance"),
        ("启用", ["2024年5月1日", "2023.1.1"], "installed_on"),
        ("朝哪边", ["东南", "西北"], "direction_type"),
        ("怎么装的", ["立杆", "壁装"], "mount"),
        ("归谁", ["公安", "村居"], "owner_kind"),
        ("是否夜视", ["是", "否"], ""),  # fits several tables or none
        ("序", ["1", "2"], ""),  # a number fits many tables
        ("联系电话", ["1", "2"], ""),
        ("区划代码", ["445103104001", "445103104001"], ""),
        ("原因", ["坐标不对", "x"], ""),
    ],
)
def test_column_when_its_name_says_little_is_matched_by_content(
    tmp_path: Path, column: str, values: list[str], field: str
) -> None:
    intake = make(tmp_path, cameras(2, **{column: values}), points(2))
    plan = propose_plan(intake, CAMERAS, SCENE)
    assert plan.mapping.get(column) == field
    assert plan.mapping["点位名称"] == "name"


def test_columns_when_two_could_be_the_same_field_are_left_to_people(tmp_path: Path) -> None:
    intake = make(tmp_path, cameras(2, 左=["东", "西"], 右=["南", "北"]), points(2))
    plan = propose_plan(intake, CAMERAS, SCENE)
    assert (plan.mapping["左"], plan.mapping["右"]) == ("", "")


def test_area_codes_when_the_layer_is_areas_are_its_codes(tmp_path: Path) -> None:
    columns = {"某列": ["445103104001", "445103104002"], "村居": ["甲", "乙"]}
    plan = propose_plan(make(tmp_path, columns, squares(2)), LAYERS["areas"], SCENE)
    assert plan.mapping == {"某列": "code", "村居": "name"}


@pytest.mark.parametrize(
    ("shapes", "declared", "crs", "swap"),
    [
        (points(20), "EPSG:4527", "EPSG:4527", False),  # what is declared stands until decided
        (points(20), None, "EPSG:4548", False),
        ([shapely.Point(p.x + 39_000_000, p.y) for p in points(20)], None, "EPSG:4527", False),
        ([shapely.Point(p.y, p.x + 39_000_000) for p in points(20)], None, "EPSG:4527", True),
    ],
)
def test_crs_when_the_file_is_silent_is_proposed_where_it_is_clear(
    tmp_path: Path, shapes: list[object], declared: str | None, crs: str, swap: bool
) -> None:
    plan = propose_plan(make(tmp_path, cameras(20), shapes, declared), CAMERAS, SCENE)  # type: ignore[arg-type]
    assert (plan.crs, plan.swap_axes) == (crs, swap)


def test_crs_when_nothing_tells_between_two_is_left_open(tmp_path: Path) -> None:
    intake = make(tmp_path, cameras(20), points(20), None)
    assert propose_plan(intake, CAMERAS, Scene(SRID)).crs == ""
    nowhere = [shapely.Point(1e8 + n, -5e8) for n in range(20)]
    assert propose_plan(make(tmp_path, cameras(20), nowhere, None), CAMERAS, SCENE).crs == ""


def test_sender_when_known_is_remembered_as_far_as_the_file_fits(tmp_path: Path) -> None:
    intake = make(tmp_path, cameras(2, 门牌=["甲", "乙"]), in_degrees(points(2)), "EPSG:4326")
    remembered = {
        "layer": "parcels",
        "crs": "EPSG:4527",
        "mapping": {"门牌": "name", "没有": "note", "运行状态": "nonsense"},
        "replacements": {"status": {"坏": "offline"}},
        "offset": "gcj02",
        "geometry": {"kind": "xy", "x": "经", "y": "纬"},
    }
    plan = propose_plan(intake, CAMERAS, SCENE, remembered)
    assert (plan.layer, plan.crs, plan.offset) == ("cameras", "EPSG:4326", "gcj02")
    assert plan.mapping == {"点位名称": "", "运行状态": "status", "门牌": "name"}
    assert plan.replacements == {"status": {"坏": "offline"}}
    assert plan.geometry == GeometrySource()
    assert propose_plan(intake, CAMERAS, SCENE, {"offset": "mars"}).offset == ""


def test_places_when_nothing_holds_them_are_none(tmp_path: Path) -> None:
    plan = propose_plan(make(tmp_path, cameras(2), None, None), CAMERAS, SCENE)
    assert (plan.geometry.kind, plan.crs) == ("none", "")
