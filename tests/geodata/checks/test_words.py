"""Values that no code table has, as a person decides about them; in which direction rows lie."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import shapely

from geodata.checks.district import direction
from geodata.checks.examine import examine
from geodata.discoveries import Word
from geodata.plan import ImportPlan
from geodata.proposal import propose_plan
from layers.catalogue import LAYERS
from tests.geodata.checks.scenes import EAST, NORTH, SCENE, cameras, make, named, points

CAMERAS = LAYERS["cameras"]


def plan_and_words(folder: Path, **patch: object) -> tuple[ImportPlan, dict[str, tuple[Word, ...]]]:
    status = ["在线中", "在线中", "离线了", "完全不像", "打电话13812345678", "在线"]
    intake = make(folder, cameras(6) | {"运行状态": status}, points(6))
    plan = propose_plan(intake, CAMERAS, SCENE).patched(patch)
    found = examine(intake, plan, CAMERAS, SCENE)
    return plan, {item.check: item.words for item in found if item.words}


def test_words_when_unknown_are_told_with_rows_and_the_nearest_but_no_number(
    tmp_path: Path,
) -> None:
    _, words = plan_and_words(tmp_path)
    assert words["choice"] == (
        Word("在线中", 2, "online"),
        Word("离线了", 1, "offline"),
        Word("完全不像", 1),
    )


def test_words_when_replaced_are_told_with_what_they_became(tmp_path: Path) -> None:
    _, words = plan_and_words(tmp_path, replacements={"status": {"在线中": "online"}})
    assert words["replaced"] == (Word("在线中", 2, "online", "online"),)
    assert "在线中" not in {word.value for word in words["choice"]}


@pytest.mark.parametrize(
    ("bearings", "said"),
    [((85, 95), "东"), ((350, 10), "北"), ((220, 230), "西南"), ((0, 90, 180, 270), "各个方向")],
)
def test_direction_when_rows_lie_together_is_theirs(bearings: tuple[int, ...], said: str) -> None:
    found = direction(numpy.array(bearings, dtype=float))
    assert said in found.zh
    assert found.en


def test_district_when_rows_lie_far_away_says_in_which_direction(tmp_path: Path) -> None:
    far = [*points(3), shapely.Point(EAST + 90_000, NORTH)]
    intake = make(tmp_path, cameras(4), far)
    (told,) = named(
        examine(intake, propose_plan(intake, CAMERAS, SCENE), CAMERAS, SCENE), "district"
    )
    assert told.rows == 1
    assert "70,000" in told.evidence.zh
    assert "在东方向" in told.evidence.zh
    assert "to the east" in told.evidence.en
