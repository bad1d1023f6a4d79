"""Values of a file to values of a field, or the reason why not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.conversion import Reading, convert_column
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
    (NUMBER, "三十二", 32.0),
    (NUMBER, "６０平方米", 60.0),
    (NUMBER, "80㎡", 80.0),
    (NUMBER, "—", None),
    (NUMBER, "不详", None),
    (WHOLE, "3万", 30_000),
    (WHOLE, "30人", 30),
    (WHOLE, "1,234,567", 1_234_567),
    (TRUTH, "√", True),
    (TRUTH, "×", False),
    (TRUTH, "✔", True),
    (TRUTH, "未", False),
    (TRUTH, "/", None),
    (DAY, "2024.5.1", date(2024, 5, 1)),
    (DAY, "２０２４／５／１", date(2024, 5, 1)),
    (DAY, "20240501", date(2024, 5, 1)),
    (DAY, 45413, date(2024, 5, 1)),
    (DAY, 45413.0, date(2024, 5, 1)),
    (DAY, "45413.75", date(2024, 5, 1)),
    (DAY, "二〇二四年五月一日", date(2024, 5, 1)),
    (DAY, "二零二四年十二月三十一日", date(2024, 12, 31)),
    (DAY, "2024年5月1日08:30", date(2024, 5, 1)),
    (TIME, "2024年5月1日 8时30分", datetime(2024, 5, 1, 0, 30, tzinfo=UTC)),
    (TIME, 45413.5, datetime(2024, 5, 1, 4, 0, tzinfo=UTC)),
    (TIME, "20240501083000", datetime(2024, 5, 1, 0, 30, tzinfo=UTC)),
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
    (NUMBER, "约30人", "approximate"),
    (NUMBER, "30余", "approximate"),
    (NUMBER, "10-15", "range"),
    (NUMBER, "3、5", "several"),
    (NUMBER, "1,5", "not a number"),
    (NUMBER, "2亩", "not a number"),
    (TRUTH, "部分", "yes or no"),
    (DAY, "24/5/1", "two digits"),
    (DAY, "民国113年5月1日", "2024-05-01"),
    (DAY, "113.5.1", "2024-05-01"),
    (DAY, "2024年5月", "no day"),
    (DAY, "1/5/2024", "date"),
    (DAY, "2024111", "date"),
    (DAY, "2024-05-01 something", "time"),
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


TREATED = [
    (TEXT, "一二三四五六", "cut", "一二三四五"),
    (NUMBER, "约30人", "approximate", 30.0),
    (NUMBER, "30余", "approximate", 30.0),
    (WHOLE, ">=30个", "approximate", 30),
    (DAY, "民国113年5月1日", "minguo", date(2024, 5, 1)),
    (DAY, "113.5.1", "minguo", date(2024, 5, 1)),
    (TIME, "113/5/1", "minguo", datetime(2024, 4, 30, 16, tzinfo=UTC)),
    (NUMBER, "10-15", "drop", None),
    (DAY, "昨天", "drop", None),
]


@pytest.mark.parametrize(("field", "value", "treatment", "wanted"), TREATED)
def test_value_when_its_treatment_is_allowed_is_taken(
    field: Field, value: str, treatment: str, wanted: object
) -> None:
    column = numpy.array([value], dtype=object)
    assert len(convert_column(field, column, "c")[1]) == 1
    values, findings = convert_column(field, column, "c", Reading({}, frozenset({treatment})))
    assert (values.tolist(), findings) == ([wanted], [])


def test_value_when_replaced_is_read_as_what_it_stands_for() -> None:
    column = numpy.array(["大红", "Ｒ", 9.0, "blue"], dtype=object)
    reading = Reading({"大红": "red", "r": "red", "9": "蓝"})
    values, findings = convert_column(GRADE, column, "c", reading)
    assert (values.tolist(), findings) == (["red", "red", "blue", "blue"], [])


def test_number_when_a_spreadsheet_rounded_it_is_no_text() -> None:
    device = declared("cameras", "device_id")
    column = numpy.array(["4.45103E+19", 4.45103e19, "44510310020113200001"], dtype=object)
    values, findings = convert_column(device, column, "c")
    assert values.tolist() == [None, None, "44510310020113200001"]
    assert [item.kind for item in findings] == ["rounded", "rounded"]


@given(st.dates(date(1930, 1, 1), date(2110, 12, 31)), st.integers(0, 6))
def test_date_when_written_in_any_notation_is_the_same(day: date, notation: int) -> None:
    text = [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month:02}/{day.day:02}",
        f"{day:%Y%m%d}",
        str((day - date(1899, 12, 30)).days),
        f"{day.isoformat()}T00:00:00",
        f" {day.year}年{day.month:02}月{day.day:02}号",
    ][notation]
    assert convert_column(DAY, numpy.array([text], dtype=object), "c")[0].tolist() == [day]


@given(st.integers(0, 99), st.sampled_from(["{}", "{} m²", "{}平方米", "{}.0", "+{}", "０{}"]))
def test_number_when_written_in_any_notation_is_the_same(number: int, form: str) -> None:
    column = numpy.array([form.format(number)], dtype=object)
    assert convert_column(NUMBER, column, "c")[0].tolist() == [float(number)]


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
