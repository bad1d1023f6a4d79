"""Values of a file to values of a field, or the reason why not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.conversion import convert_column
from layers.catalogue import LAYERS
from layers.spec import Field, Text

LABEL = Text("项", "item")
TEXT = Field("t", "text", LABEL, max_length=5)
NUMBER = Field("n", "number", LABEL, unit="m²", minimum=0, maximum=100)
WHOLE = Field("i", "integer", LABEL, minimum=-5)
TRUTH = Field("b", "boolean", LABEL)
DAY = Field("d", "date", LABEL)
TIME = Field("w", "datetime", LABEL)


def declared(layer: str, name: str) -> Field:
    field = LAYERS[layer].field_named(name)
    assert field is not None
    return field


GRADE = declared("hazard_sites", "grade")
LAND_USE = declared("parcels", "land_use")

GOOD = [
    (TEXT, "  枫洋 ", "枫洋"),
    (TEXT, "", None),
    (TEXT, 12.0, "12"),
    (NUMBER, "12.5 m²", 12.5),
    (NUMBER, "１２", 12.0),
    (NUMBER, "", None),
    (NUMBER, 100, 100.0),
    (WHOLE, 3.0, 3),
    (WHOLE, "1,234", 1234),
    (WHOLE, 2**53 + 1, 2**53 + 1),
    (TRUTH, "是", True),
    (TRUTH, "No", False),
    (TRUTH, 1.0, True),
    (DAY, "2024-02-29", date(2024, 2, 29)),
    (DAY, "2024年2月9日", date(2024, 2, 9)),
    (DAY, "2024/2/9 08:00:00", date(2024, 2, 9)),
    (DAY, 20240209, date(2024, 2, 9)),
    (TIME, "2024-05-01 08:30", datetime(2024, 5, 1, 0, 30, tzinfo=UTC)),
    (TIME, "2024-05-01T08:30:00+00:00", datetime(2024, 5, 1, 8, 30, tzinfo=UTC)),
    (GRADE, "红", "red"),
    (GRADE, "红（重大）", "red"),
    (GRADE, "RED", "red"),
    (GRADE, "Not graded", "ungraded"),
    (LAND_USE, 7, "07"),
    (LAND_USE, "07", "07"),
    (LAND_USE, 12.0, "12"),
]
BAD = [
    (TEXT, "一二三四五六", "at most 5"),
    (TEXT, "a\x00b", "control"),
    (NUMBER, "much", "not a number"),
    (NUMBER, "inf", "finite"),
    (NUMBER, 1e300, "between 0 and 100"),
    (NUMBER, -0.1, "between 0 and 100"),
    (WHOLE, 2.5, "whole"),
    (WHOLE, "9" * 30, "too large"),
    (WHOLE, -6, "between -5 and ∞"),
    (TRUTH, "maybe", "yes or no"),
    (DAY, "2023-02-29", "date"),
    (DAY, "yesterday", "date"),
    (TIME, "25:00", "time"),
    (GRADE, "orangee", "nearest is orange"),
    (GRADE, "xyzzy", "red, orange"),
    (LAND_USE, "99", "code table"),
]


@pytest.mark.parametrize(("field", "value", "wanted"), GOOD)
def test_a_good_value_is_converted(field: Field, value: object, wanted: object) -> None:
    values, findings = convert_column(field, numpy.array([value], dtype=object), "c")
    assert values[0] == wanted or (wanted is None and field.required)
    assert type(values[0]) is type(wanted)
    assert findings == []


@pytest.mark.parametrize(("field", "value", "word"), BAD)
def test_a_bad_value_is_a_finding(field: Field, value: object, word: str) -> None:
    values, findings = convert_column(field, numpy.array([None, value], dtype=object), "c")
    wrong = [item for item in findings if item.row == 2]
    assert values.tolist() == [None, None]
    assert len(wrong) == 1
    assert wrong[0].column == "c"
    assert word in wrong[0].reason.en
    assert wrong[0].reason.zh


def test_a_missing_value_is_a_finding_only_when_required() -> None:
    values = numpy.array(["red", None, "", numpy.nan], dtype=object)
    assert [item.row for item in convert_column(GRADE, values, "c")[1]] == [2, 3, 4]
    assert convert_column(TEXT, values, "c")[1] == []


@given(st.lists(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans())))
def test_nothing_makes_the_conversion_fail(values: list[object]) -> None:
    column = numpy.empty(len(values), dtype=object)
    column[:] = values
    for field in (TEXT, NUMBER, WHOLE, TRUTH, DAY, TIME, GRADE, LAND_USE):
        converted, findings = convert_column(field, column, "c")
        assert len(converted) == len(values)
        assert all(1 <= item.row <= len(values) for item in findings)


@given(values=st.lists(st.text(max_size=7), min_size=1, max_size=6))
def test_texts_when_converted_at_once_are_those_converted_one_by_one(values: list[str]) -> None:
    # A missing value makes a column go one by one.
    column = numpy.array([*values, None], dtype=object)
    slow, reasons = convert_column(TEXT, column, "c")
    fast, found = convert_column(TEXT, column[:-1], "c")
    assert fast.tolist() == slow.tolist()[:-1]
    assert found == reasons


@given(values=st.lists(st.floats(-1, 200) | st.just(float("inf")), min_size=1, max_size=6))
def test_numbers_when_converted_at_once_are_those_converted_one_by_one(
    values: list[float],
) -> None:
    column = numpy.array([*values, numpy.nan])
    slow, reasons = convert_column(NUMBER, column, "c")
    fast, found = convert_column(NUMBER, column[:-1], "c")
    assert fast.tolist() == slow.tolist()[:-1]
    assert found == reasons
