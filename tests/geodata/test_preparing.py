"""Rows made ready chunk by chunk: what comes through, what is left out, and that no person does."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy
import pandas
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.checks.examine import examine
from geodata.errors import BadCoordinates, BadFile
from geodata.intake.kept import CHUNK, Intake
from geodata.plan import GeometrySource, ImportPlan
from geodata.preparing import PreparedChunk, prepare
from geodata.proposal import propose_plan
from layers.catalogue import LAYERS
from tests.geodata.checks.scenes import (
    BOW_TIE,
    EAST,
    ID,
    NORTH,
    SCENE,
    cameras,
    make,
    parcels,
    points,
    squares,
)

CAMERAS, PARCELS = LAYERS["cameras"], LAYERS["parcels"]


def run(intake: Intake, layer: object = CAMERAS, **patch: object) -> list[PreparedChunk]:
    plan = propose_plan(intake, layer, SCENE).patched(patch)  # type: ignore[arg-type]
    return list(prepare(intake, plan, layer, SCENE))  # type: ignore[arg-type]


def whole(chunks: list[PreparedChunk]) -> geopandas.GeoDataFrame:
    return pandas.concat([chunk.frame for chunk in chunks], ignore_index=True)


def kinds(chunks: list[PreparedChunk]) -> list[tuple[int, str]]:
    return [(item.row, item.kind) for chunk in chunks for item in chunk.findings]


def test_rows_when_many_come_in_chunks_with_the_same_columns_and_doubles_found(
    tmp_path: Path,
) -> None:
    count = CHUNK + 50
    codes = [f"c{n}" for n in range(count)]
    codes[-1] = "c3"
    intake = make(tmp_path, cameras(count, 编号=codes), points(count, EAST - 10_000, NORTH))
    wide = run(intake)
    assert [len(chunk.frame) for chunk in wide] == [CHUNK, 49]
    assert list(wide[0].frame.columns) == list(wide[1].frame.columns)
    assert wide[1].rows.tolist() == list(range(CHUNK + 1, count))
    assert kinds(wide) == [(count, "double_code")]
    assert "4" in wide[1].findings[0].reason.zh
    assert wide[1].misplaced[0].tolist() == [count]
    left = run(intake, leave_out={"double_code": True})
    assert kinds(left) == []
    assert [item.row for item in left[1].left_out] == [count]


def test_codes_when_made_of_places_are_the_same_in_chunks_and_at_once(tmp_path: Path) -> None:
    count = CHUNK + 3
    shapes = [*points(CHUNK), *points(2), points(1)[0]]
    chunks = run(make(tmp_path, cameras(count), shapes))
    codes = whole(chunks)["code"].tolist()
    assert len(set(codes)) == count
    assert codes[CHUNK] == f"{codes[0]}-2"
    assert codes[CHUNK + 2] == f"{codes[0]}-3"


def test_shapes_when_repaired_reduced_or_split_are_what_the_layer_takes(tmp_path: Path) -> None:
    broken = make(tmp_path, parcels(2), [squares(2)[1], BOW_TIE])
    assert kinds(run(broken, PARCELS)) == [(2, "invalid")]
    mended = whole(run(broken, PARCELS, repair=True)).geometry
    assert mended.geom_type.tolist() == ["MultiPolygon"] * 2
    assert mended.area.tolist() == pytest.approx([100, 40.5])
    wide = make(tmp_path, cameras(2), squares(2))
    assert kinds(run(wide)) == [(1, "wrong_type"), (2, "wrong_type")]
    held = whole(run(wide, to_points=True)).geometry
    assert all(square.contains(point) for square, point in zip(squares(2), held, strict=True))
    several = make(
        tmp_path, cameras(2, 编号=["A", "B"]), [shapely.MultiPoint(points(3)), points(1)[0]]
    )
    split = run(several, parts="explode")
    assert whole(split)["code"].tolist() == ["A", "A-2", "A-3", "B"]
    assert split[0].rows.tolist() == [1, 1, 1, 2]


def test_shapes_when_axes_and_zone_are_set_right_land_where_they_belong(tmp_path: Path) -> None:
    held = [shapely.Point(p.y, p.x + 39_000_000) for p in points(3)]
    intake = make(tmp_path, cameras(3), held, "EPSG:4548")
    right = whole(run(intake, crs="EPSG:4527", swap_axes=True)).geometry
    places = shapely.get_coordinates(right.to_numpy())
    assert places == pytest.approx(shapely.get_coordinates(points(3)), abs=1e-4)


@pytest.mark.parametrize(
    ("columns", "source"),
    [
        ({"经度": [116.51, 116.52], "纬度": [23.59, 23.6]}, None),
        ({"坐标": ["116.51,23.59", "116.52,23.6"]}, GeometrySource("pair", "坐标")),
        ({"经度": ["116°30′36″", "116°31′12″"], "纬度": ["23°35′24″", "23°36′"]}, None),
        ({"几何": ["POINT (116.51 23.59)", "POINT (116.52 23.6)"]}, GeometrySource("wkt", "几何")),
    ],
)
def test_places_when_they_stand_in_columns_are_found(
    tmp_path: Path, columns: dict[str, list[object]], source: GeometrySource | None
) -> None:
    intake = make(tmp_path, cameras(2) | columns, None, None)
    plan = propose_plan(intake, CAMERAS, SCENE)
    assert source in (None, plan.geometry)
    plan = plan.patched({"crs": "EPSG:4490"})
    frame = whole(list(prepare(intake, plan, CAMERAS, SCENE)))
    degrees = frame.set_crs(4548).to_crs(4490).geometry
    assert degrees.x.tolist() == pytest.approx([116.51, 116.52])
    assert degrees.y.tolist() == pytest.approx([23.59, 23.6])
    assert not set(columns) & set(frame.columns)


@pytest.mark.parametrize(
    ("patch", "error"),
    [
        ({"crs": None}, BadCoordinates),
        ({"crs": "nonsense"}, BadCoordinates),
        ({"geometry": {"kind": "none"}}, BadFile),
        ({"mapping": {"点位名称": ""}}, BadFile),
        ({"mapping": {"点位名称": "nonsense"}}, BadFile),
        ({"mapping": {"手机": "note"}}, BadFile),
        ({"mapping": {"号": "note"}}, BadFile),
        ({"constants": {"azimuth": "999"}}, BadFile),
    ],
)
def test_plan_when_it_cannot_be_carried_out_is_refused(
    tmp_path: Path, patch: dict[str, object], error: type[Exception]
) -> None:
    intake = make(tmp_path, cameras(3, 手机=["1", "2", "3"], 号=[ID] * 3), points(3))
    with pytest.raises(error):
        run(intake, CAMERAS, **patch)


def test_person_when_in_the_file_comes_out_nowhere(tmp_path: Path) -> None:
    mobile = "13812345678"
    columns = cameras(
        12,
        备注=[f"电话{mobile}", f"证件{ID}", *"一二三四五六七八九十"],
        户主姓名=["陈大明"] * 12,
        编=[mobile] * 12,
        安装高度=["陈大明", mobile, *["3"] * 10],
    )
    intake = make(tmp_path, columns, points(12))
    plan = propose_plan(intake, CAMERAS, SCENE)
    assert {column for column, field in plan.mapping.items() if field == ""} >= {"户主姓名", "编"}
    for patch in (
        {},
        {"mapping": {"编": "note", "备注": ""}},
        {"mapping": {"户主姓名": "address"}},
    ):
        told = examine(intake, plan.patched(patch), CAMERAS, SCENE)
        text = str([item.to_json() for item in told])
        assert mobile not in text
        assert ID not in text
        assert {item.subject for item in told if item.check == "personal"} == {"户主姓名", "编"}
    chunks = run(intake)
    text = str([(c.frame.to_dict(), c.findings, c.left_out) for c in chunks])
    assert mobile not in text and ID not in text
    assert (1, "personal") in kinds(chunks) and (2, "personal") in kinds(chunks)
    blank = run(intake, treatments={"note": {"blank": True}, "height_m": {"blank": True}})
    assert kinds(blank) == [(1, "number")]
    assert whole(blank)["note"].tolist()[:2] == [None, "一"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(max_size=6)),
            st.one_of(st.none(), st.floats(), st.floats(-1e7, 1e7)),
            st.one_of(st.none(), st.floats(-1e7, 1e7)),
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_anything_when_examined_and_prepared_never_fails(
    tmp_path: Path, rows: list[tuple[str | None, float | None, float | None]], wkt: bool
) -> None:
    texts = [None if t is None else t.encode(errors="replace").decode() for t, _, _ in rows]
    names = ["点位名称", "运行状态", "安装日期", "方位角", "国标编号", "编号"]
    columns = dict.fromkeys(names, texts)
    shapes = [None if x is None or y is None else shapely.Point(x, y) for _, x, y in rows]
    intake = make(tmp_path, columns, shapes)
    plan = propose_plan(intake, CAMERAS, SCENE).patched(
        {"geometry": {"kind": "shapes"}, "crs": "EPSG:4326" if wkt else "EPSG:4548"}
    )
    examine(intake, plan, CAMERAS, SCENE)
    for chunk in prepare(intake, plan, CAMERAS, SCENE):
        bad = {item.row for item in chunk.findings}
        assert not bad & set(chunk.rows.tolist())
        assert len(bad | set(chunk.rows.tolist())) == len(rows)
        assert not shapely.is_missing(chunk.frame.geometry.to_numpy()).any()
        assert numpy.isfinite(shapely.get_coordinates(chunk.frame.geometry.to_numpy())).all()


def test_plan_when_made_by_hand_is_enough(tmp_path: Path) -> None:
    intake = make(tmp_path, cameras(2), points(2))
    plan = ImportPlan("cameras", crs="EPSG:4548", mapping={"点位名称": "name"})
    frame = whole(list(prepare(intake, plan, CAMERAS, SCENE)))
    assert frame["status"].tolist() == ["unknown"] * 2
