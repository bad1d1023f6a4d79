"""Columns watched for personal data while they go by in parts."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.privacy import IDS, NAMES, PHONES, mask
from geodata.privacy_watch import Watch
from layers.catalogue import LAYERS

ID = "11010519491231002X"
NOTE = LAYERS["cameras"].field_named("note")


def column(values: list[object]) -> numpy.ndarray:
    found = numpy.empty(len(values), dtype=object)
    found[:] = values
    return found


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("证件", [ID, None, ID], IDS),
        ("编", ["13812345678", "13912345678"], PHONES),
        ("编", [13812345678, 13912345678], PHONES),
        ("说明", ["0768-2345678", "(0768)2345679", "0768 2345670"], PHONES),
        ("人", ["陈大明", "林小红", "黄伟", "李志强", "张丽"], NAMES),
        ("联系人", [None, None], NAMES),
        ("说明", ["0768-2345678", "门口", "路口", "桥头", "村口"], None),
        ("说明", ["联系 13812345678", *"一二三四五六"], None),
        ("编", [str(20240000000 + number) for number in range(50)], None),
        ("编", [str(441900000000000000 + number) for number in range(200)], None),
        ("量", [1.5, 2.5, float("nan")], None),
    ],
)
@pytest.mark.parametrize("parts", [1, 2])
def test_column_when_watched_is_judged(
    header: str, values: list[object], kind: object, parts: int
) -> None:
    watch = Watch(header)
    for part in numpy.array_split(column(values), parts):
        watch.see(part)
    found = watch.verdict()
    assert (found.kind if found else None) is kind


def test_number_when_it_stands_in_free_text_marks_its_rows_only() -> None:
    watch = Watch("备注", NOTE)
    marked = watch.see(
        column(["路口", f"户主证件{ID}", None, "电话１３８１２３４５６７８", *"甲乙丙丁戊己庚辛"])
    )
    assert numpy.flatnonzero(marked).tolist() == [1, 3]
    assert watch.verdict() is None


def test_place_names_when_they_look_like_persons_are_kept_in_the_name() -> None:
    values = column(["陈大明", "林小红", "黄伟", "李志强", "张丽"])
    name = LAYERS["cameras"].field_named("name")
    for header, found in (("点位名称", False), ("乱写的列", True)):
        watch = Watch(header, name)
        watch.see(values)
        assert (watch.verdict() is not None) is found


@settings(max_examples=50, deadline=None)
@given(st.text("0123456789 -Xx电话，", max_size=40))
def test_mask_when_applied_leaves_no_long_number(text: str) -> None:
    masked = mask(text)
    assert not any(part.isdigit() and len(part) > 5 for part in masked.replace("-", " ").split())
    assert mask(f"{text}{ID}").find("1949") < 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats()), max_size=8))
def test_anything_when_watched_never_fails(values: list[object]) -> None:
    watch = Watch("列")
    assert len(watch.see(column(values))) == len(values)
    watch.verdict()
