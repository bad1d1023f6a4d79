"""The plan of an import: JSON there and back, patches, and nonsense refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import BadFile
from geodata.plan import LEAVABLE, READERS, TREATMENTS, GeometrySource, ImportPlan

words = st.text(max_size=5).filter(lambda text: "\x00" not in text and text.isprintable())
texts = st.dictionaries(words, words, max_size=3)
plans = st.builds(
    ImportPlan,
    layer=words,
    encoding=words,
    crs=words,
    swap_axes=st.booleans(),
    offset=st.sampled_from(["", "gcj02", "bd09"]),
    geometry=st.sampled_from(
        [
            GeometrySource(),
            GeometrySource("xy", "经度", "纬度", "dms"),
            GeometrySource("pair", "坐标"),
            GeometrySource("wkt", "geom"),
        ]
    ),
    mapping=texts,
    constants=texts,
    replacements=st.dictionaries(words, texts, max_size=2),
    treatments=st.dictionaries(
        words, st.dictionaries(st.sampled_from(TREATMENTS), st.booleans()), max_size=2
    ),
    leave_out=st.dictionaries(st.sampled_from(LEAVABLE), st.booleans()),
    parts=st.sampled_from(["keep", "explode"]),
    repair=st.booleans(),
)
PLAN = ImportPlan("cameras", mapping={"名称": "name", "状态": "status"}, crs="EPSG:4326")


@settings(max_examples=40, deadline=None)
@given(plans)
def test_plan_when_written_as_json_is_read_back(plan: ImportPlan) -> None:
    assert ImportPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_plan_when_patched_merges_objects_and_replaces_the_rest() -> None:
    patched = PLAN.patched(
        {
            "crs": "EPSG:4527",
            "mapping": {"状态": None, "编号": "code"},
            "replacements": {"status": {"坏": "offline"}},
        }
    )
    assert patched.crs == "EPSG:4527"
    assert patched.mapping == {"名称": "name", "编号": "code"}
    assert patched.replacements == {"status": {"坏": "offline"}}
    again = patched.patched({"replacements": {"status": {"好": "online"}}, "crs": None})
    assert again.replacements == {"status": {"坏": "offline", "好": "online"}}
    assert again.crs == ""


@settings(max_examples=60, deadline=None)
@given(plans, st.sampled_from([name for name in READERS if name != "layer"]))
def test_patch_when_the_difference_of_two_plans_leads_from_one_to_the_other(
    plan: ImportPlan, name: str
) -> None:
    whole = plan.to_json()[name]
    if isinstance(whole, dict) and name != "geometry":
        return
    assert getattr(PLAN.patched({name: whole}), name) == getattr(plan, name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(READERS)), json_values)
def test_plan_when_any_json_is_given_is_read_or_refused(name: str, value: object) -> None:
    try:
        plan = ImportPlan.from_json({"layer": "cameras", name: value})
    except BadFile:
        return
    assert ImportPlan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"layer": 3},
        {"layer": "x", "surprise": 1},
        {"layer": "x", "crs": "a\x00"},
        {"layer": "x", "crs": "\ud800"},
        {"layer": "x", "crs": "x" * 30_000},
        {"layer": "x", "repair": 1},
        {"layer": "x", "offset": "mars"},
        {"layer": "x", "offset": []},
        {"layer": "x", "mapping": {"a": None}},
        {"layer": "x", "mapping": {str(number): "" for number in range(20_001)}},
        {"layer": "x", "geometry": {"kind": "xy", "x": "lon"}},
        {"layer": "x", "geometry": {"kind": "shapes", "path": "/vsicurl/"}},
        {"layer": "x", "treatments": {"name": {"eat": True}}},
    ],
)
def test_plan_when_json_is_hostile_is_refused(value: object) -> None:
    with pytest.raises(BadFile):
        ImportPlan.from_json(value)


def test_patch_when_it_is_deep_is_refused() -> None:
    deep: dict[str, object] = {"a": "b"}
    for _ in range(50):
        deep = {"a": deep}
    with pytest.raises(BadFile):
        PLAN.patched({"mapping": deep})
