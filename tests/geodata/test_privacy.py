"""Places, never persons: which columns are found to be personal, and which are not."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.privacy import (
    CHECK_DIGITS,
    IDS,
    NAMES,
    PHONES,
    WEIGHTS,
    content_kind,
    header_kind,
    is_id_number,
)
from layers.catalogue import LAYERS
from tests.real_data import REAL_DATA

VILLAGES = REAL_DATA / "chaoan_villages.csv"


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    area = draw(st.integers(110000, 659999))
    born = draw(st.dates(min_value=__import__("datetime").date(1900, 1, 1)))
    body = f"{area}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + CHECK_DIGITS[total % 11]


@given(id_numbers(), st.text("村民户甲 ，:", max_size=4))
def test_an_id_number_is_found_wherever_it_stands(number: str, around: str) -> None:
    assert is_id_number(number)
    assert content_kind(["枫洋村", f"{around}{number.lower()}{around}"]) is IDS


@given(id_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_no_id_number(number: str, place: int, shift: int) -> None:
    digit = str((int(number[place]) + shift) % 10)
    assert not is_id_number(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize(
    "text", ["13812345678", "电话：138 1234 5678", "+86 13812345678", "０１３", "138-1234-5678。"]
)
def test_a_mobile_number_is_found(text: str) -> None:
    assert content_kind([text]) is (None if text == "０１３" else PHONES)


@pytest.mark.parametrize(
    "values",
    [
        ["44510310020113200001", "44510310020113200002"],  # GB/T 28181 device ids
        ["445103100201", "445103100202"],  # area codes
        ["445103100201GB00012"],  # parcel numbers
        ["0768-2345678"],
        [str(20240000000 + number) for number in range(50)],  # serial numbers of 11 digits
        [str(441900000000000000 + number) for number in range(200)],  # 18 digits, not by date
        ["枫溪路口", "永护路中段", "古巷镇政府", "象埔寨东门", "护堤公路"],
    ],
)
def test_codes_and_places_are_not_personal(values: list[str]) -> None:
    assert content_kind(values) is None


def test_a_column_of_names_is_found() -> None:
    assert content_kind(["陈大明", "林小红", "黄伟", "李志强", "张丽"]) is NAMES


def test_real_village_names_are_not_taken_for_persons() -> None:
    for path in [VILLAGES] * VILLAGES.exists():
        with path.open(encoding="utf-8-sig") as file:
            for column in zip(*csv.reader(file), strict=True):
                assert content_kind(column) is None
                short = [name.removesuffix("村委会").removesuffix("村") for name in column]
                assert content_kind(short) is None


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("姓名", NAMES),
        ("户主", NAMES),
        ("联系人", NAMES),
        ("法定代表人", NAMES),
        ("Contact_Name", NAMES),
        ("手机号码", PHONES),
        ("联系电话", PHONES),
        ("Mobile", PHONES),
        ("身份证号", IDS),
        ("SFZH", IDS),
        ("id_card", IDS),
        ("户主数", None),
        ("名称", None),
        ("name", None),
        ("hotel", None),
        ("title", None),
        ("owner_kind", None),
        ("device_id", None),
    ],
)
def test_a_header_tells(header: str, kind: object) -> None:
    assert header_kind(header) is kind


def test_no_declared_field_is_personal_by_its_header() -> None:
    words = [
        word
        for layer in LAYERS.values()
        for field in layer.fields
        for word in (field.name, field.label.zh, field.label.en, *field.aliases)
    ]
    assert {word for word in words if header_kind(word)} == set()
