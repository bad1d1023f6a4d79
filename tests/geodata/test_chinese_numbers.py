"""Numbers in Chinese characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.chinese_numbers import read_numeral, read_sized

SIGNS = "零一二三四五六七八九"


def write(number: int) -> str:
    """Return a number as schools teach to write it."""
    if number >= 10**8:
        high, low = divmod(number, 10**8)
        return write(high) + "亿" + tail(low, 10**7)
    if number >= 10**4:
        high, low = divmod(number, 10**4)
        return write(high) + "万" + tail(low, 10**3)
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if zero and text else "") + SIGNS[digit] + name
            zero = False
        else:
            zero = True
    return text


def tail(number: int, full: int) -> str:
    return "" if not number else ("零" if number < full else "") + write(number)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.integers(1, 9999), st.integers(1, 10**11)))
def test_numeral_when_written_as_taught_is_read_back(number: int) -> None:
    assert read_numeral(write(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十五", 15),
        ("二十", 20),
        ("两千", 2000),
        ("三万五千", 35_000),
        ("二〇二四", 2024),
        ("壹佰零伍", 105),
        ("零", 0),
        ("一百五", None),
        ("百", None),
        ("十百", None),
        ("一万一", None),
        ("三三十", None),
        ("万", None),
        ("", None),
        ("三十人", None),
        ("九" * 50, None),
    ],
)
def test_numeral_when_given_is_read_or_not(text: str, number: int | None) -> None:
    assert read_numeral(text) == number


@settings(max_examples=200, deadline=None)
@given(st.text("零〇一二九十百千万亿两", max_size=12))
def test_numeral_when_any_signs_are_mixed_never_fails(text: str) -> None:
    found = read_numeral(text)
    assert found is None or found >= 0


def test_figures_with_a_size_are_multiplied() -> None:
    assert [read_sized(text) for text in ("3万", "1.1万", "2亿", "3", "万", "3万5")] == [
        30_000,
        11_000,
        200_000_000,
        None,
        None,
        None,
    ]
