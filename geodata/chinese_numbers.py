"""Numbers written in Chinese characters: 三十二, 一百零五, 三万五千, 二〇二四."""

from __future__ import annotations

import re

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    sign: value for value, sign in enumerate("〇壹贰叁肆伍陆柒捌玖")
}
DIGITS |= {"两": 2, "貳": 2, "參": 3, "陸": 6}
TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
SIGNS = "".join([*DIGITS, *TENS, *MYRIADS])
NUMERAL = re.compile(f"[{SIGNS}]+")
MOST_SIGNS = 40
# 3万, 1.5亿: a number in figures with one sign for its size.
SIZED = re.compile(r"(\d+(?:\.\d+)?)(百|千|万|亿)")
SIZES = {"百": 10**2, "千": 10**3, "万": 10**4, "亿": 10**8}


def read_numeral(text: str) -> int | None:
    """Return the whole number that Chinese signs write, or None.

    Digits alone are read one by one (二〇二四 is 2024). Colloquial forms whose last unit is left
    out (一百五) are None, because readers differ.
    """
    if len(text) > MOST_SIGNS or not NUMERAL.fullmatch(text):
        return None
    if all(sign in DIGITS for sign in text):
        return int("".join(str(DIGITS[sign]) for sign in text))
    total, rest, last = 0, text, 10**12
    for signs, unit in (("亿億", 10**8), ("万萬", 10**4)):
        head, sign, tail = partition(rest, signs)
        if sign:
            section = read_section(head, first=last == 10**12)
            if not section:
                return None
            total, rest, last = total + section * unit, tail, unit
    if not rest:
        return total
    section = read_section(rest, first=last == 10**12)
    return None if section is None else total + section


def partition(text: str, signs: str) -> tuple[str, str, str]:
    """Split a text at the first of some signs."""
    place = next((index for index, sign in enumerate(text) if sign in signs), -1)
    return ("", "", text) if place < 0 else (text[:place], text[place], text[place + 1 :])


def read_section(text: str, *, first: bool) -> int | None:
    """Return what up to four places write (below 10,000), or None.

    A left-out place needs a zero in between; ``first``: it is the first section, so 十五 may
    stand for 一十五.
    """
    total, digit, last, zero = 0, -1, 10_000, False
    for index, sign in enumerate(text):
        if sign in DIGITS:
            if digit > 0 or (digit == 0 and DIGITS[sign] == 0):
                return None
            digit = DIGITS[sign]
            zero = zero or digit == 0
        else:
            unit = TENS.get(sign, 0)
            if digit < 0 and unit == 10 and index == 0 and first:
                digit = 1
            if digit <= 0 or not 0 < unit < last:
                return None
            total, digit, last, zero = total + digit * unit, -1, unit, False
    if digit == 0:
        return None
    if digit > 0:
        if not zero and last != 10 and not (first and last == 10_000):
            return None
        total += digit
    return total


def read_sized(text: str) -> float | None:
    """Return the number that figures and one sign for the size write (3.5万), or None."""
    found = SIZED.fullmatch(text)
    if not found:
        return None
    return round(float(found[1]) * SIZES[found[2]], 6)
