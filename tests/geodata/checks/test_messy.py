"""Real files as townships send them, where they are present, and their like made here."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy
import pytest
import shapely

from geodata.checks.examine import examine
from geodata.crs import reproject
from geodata.discoveries import Scene
from geodata.intake.convert import convert
from geodata.intake.kept import Intake
from geodata.plan import ImportPlan
from geodata.preparing import prepare
from geodata.proposal import propose_plan
from layers.catalogue import LAYERS
from tests.real_data import REAL_DATA

MESSY = REAL_DATA / "messy"
CAMERAS = LAYERS["cameras"]
CHAOZHOU = shapely.box(116.2, 23.4, 117.2, 24.1)


def scene(srid: int, box: shapely.Geometry = CHAOZHOU) -> Scene:
    shape = numpy.array([box], dtype=object)
    return Scene(srid, reproject(shape, "EPSG:4326", f"EPSG:{srid}")[0])


def read(folder: Path, stem: str) -> list[Intake]:
    """Return the tables of a real file with its companions; none where it is not present."""
    files = sorted(MESSY.glob(f"{stem}.*"))
    return convert(files, folder) if files else []


def places(intake: Intake, plan: ImportPlan, where: Scene) -> numpy.ndarray:
    chunks = prepare(intake, plan.patched({"skip_errors": True}), CAMERAS, where)
    return numpy.concatenate(
        [shapely.get_coordinates(chunk.frame.geometry.to_numpy()) for chunk in chunks]
    )


def test_shapefile_when_gbk_and_prefixed_without_any_word_of_it_is_understood(
    tmp_path: Path,
) -> None:
    draw = numpy.random.default_rng(3)
    xy = draw.uniform((39_440_000, 2_600_000), (39_470_000, 2_640_000), (60, 2))
    names = [f"枫溪区古巷镇{n}号路口监控" for n in range(60)]
    frame = geopandas.GeoDataFrame({"点位名称": names}, geometry=shapely.points(xy), crs=4527)
    frame.to_file(tmp_path / "监控.shp", encoding="GBK")
    for extra in (".cpg", ".prj"):
        (tmp_path / f"监控{extra}").unlink(missing_ok=True)
    dbf = tmp_path / "监控.dbf"
    held = bytearray(dbf.read_bytes())
    held[29] = 0  # the byte of the language
    dbf.write_bytes(held)
    (intake,) = convert(sorted(tmp_path.glob("监控.*")), tmp_path / "out")
    plan = propose_plan(intake, CAMERAS, scene(4548))
    assert (intake.encoding.name, plan.crs, plan.mapping) == (
        "gb18030",
        "EPSG:4527",
        {"点位名称": "name"},
    )
    told = {item.check for item in examine(intake, plan, CAMERAS, scene(4548))}
    assert {"encoding", "crs"} <= told
    assert places(intake, plan, scene(4548)) == pytest.approx(xy - (39_000_000, 0), abs=0.002)


def test_real_shapefile_of_zone_39_lands_in_its_district(tmp_path: Path) -> None:
    for intake in read(tmp_path, "places_zone39_gbk"):
        plan = propose_plan(intake, CAMERAS, scene(4548))
        assert (intake.encoding.name, plan.crs) == ("gb18030", "EPSG:4527")
        assert plan.mapping["名称"] == "name"
        told = examine(intake, plan, CAMERAS, scene(4548))
        assert [item.severity for item in told if item.check == "crs"] == ["info"]
        assert [item.rows for item in told if item.check == "duplicate"] == [47]
        assert len(places(intake, plan, scene(4548))) == intake.rows == 600


def test_real_list_of_degrees_minutes_and_seconds_lands_in_its_district(tmp_path: Path) -> None:
    for intake in read(tmp_path, "chaoan_places_dms_swapped_gcj_gbk"):
        where = scene(4548)
        plan = propose_plan(intake, CAMERAS, where)
        assert (intake.encoding.name, plan.crs, plan.offset) == ("gb18030", "EPSG:4326", "")
        assert plan.geometry.notation == "dms"
        found = places(intake, plan, where)
        assert len(found) == intake.rows
        exchanged = plan.patched(
            {"geometry": {"kind": "xy", "x": "X坐标", "y": "Y坐标", "notation": "decimal"}}
        )
        told = examine(intake, exchanged, CAMERAS, where)
        (axes,) = [item for item in told if item.check in ("axes", "crs") and item.remedies]
        assert axes.severity == "refusal"
        right = exchanged.patched(axes.remedies[0].plan)
        assert numpy.hypot(*(places(intake, right, where) - found).T).max() < 60
        shifted = plan.patched(
            {"geometry": {"kind": "pair", "x": "高德经纬度", "y": "", "notation": "decimal"}}
        )
        off = numpy.hypot(*(places(intake, shifted, where) - found).T)
        assert 300 < numpy.median(off) < 800
        back = places(intake, shifted.patched({"offset": "gcj02"}), where)
        assert numpy.hypot(*(back - found).T).max() < 60


def test_real_list_of_hong_kong_checks_itself(tmp_path: Path) -> None:
    for intake in read(tmp_path, "hk_traffic_cameras_bom_epsg2326_and_latlon"):
        where = scene(2326, shapely.box(113.8, 22.1, 114.5, 22.6))
        plan = propose_plan(intake, CAMERAS, where).patched({"mapping": {"description": "name"}})
        assert plan.geometry.x == "longitude"
        by_grid = plan.patched({"crs": "EPSG:2326", "geometry": {"x": "easting", "y": "northing"}})
        apart = places(intake, plan, where) - places(intake, by_grid, where)
        assert numpy.median(numpy.hypot(*apart.T)) < 5


def test_real_lists_in_big5_are_read_as_such(tmp_path: Path) -> None:
    for intake in read(tmp_path, "taipei_cctv_big5"):
        plan = propose_plan(intake, CAMERAS, scene(3826, shapely.box(121, 24.8, 122, 25.3)))
        told = examine(intake, plan, CAMERAS, scene(3826, shapely.box(121, 24.8, 122, 25.3)))
        assert (intake.encoding.name, plan.crs) == ("big5", "EPSG:4326")
        required = [item for item in told if item.check == "required"]
        labels = [remedy.label.zh for remedy in required[0].remedies]
        assert any("攝影機編號" in label for label in labels)
