"""Numbers as Chinese lists write them, or what keeps them from being one."""

from __future__ import annotations

import re

from geodata.chinese_numbers import read_numeral, read_sized
from layers.spec import Text

PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?(?:inf|infinity|nan)")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
RANGE = re.compile(r"[\d.]+\s*(?:[-~—–]|至|到)\s*[\d.]+")
LIST = re.compile(r"[\d.]+(?:[、;/]\s*[\d.]+)+")
APPROXIMATE = re.compile(
    r"(?:约|大约|大概|近|将近|不到|超过|多于|少于|>=?|<=?|≥|≤|~)?(.*?)"
    r"(?:左右|上下|以上|以下|余|多|来|\+)?"
)
SIGNED = re.compile(r"[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟貳參陸萬億]+")
# Units that lists write after a number, besides the field's own.
MEASURE_WORDS = ("人", "个", "户", "间", "栋", "幢", "处", "台", "层", "次", "套", "辆")
UNIT_WORDS = {
    "m2": ("平方米", "平米", "m^2", "㎡"),
    "m": ("米", "公尺"),
    "°": ("度",),
    "px": ("像素", "pixel", "pixels"),
    "km": ("公里", "千米"),
    "天": ("日", "days", "d"),
}
NOT_NUMBER = Text("不是数字", "is not a number")
ABOUT = Text("是约数，不是准确的数", "is approximate, not an exact number")
SPAN = Text("是一个范围，不是一个数", "is a range, not one number")
SEVERAL = Text("是几个数，不是一个数", "is several numbers, not one")


class NotNumber(ValueError):
    """A text that is no number; ``kind`` says what it may be instead."""

    def __init__(self, reason: Text, kind: str = "number") -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.kind = kind


def read_number(text: str, unit: str = "", *, approximate: bool = False) -> float:
    """Return the number that a folded text gives, with or without its unit. Raises NotNumber.

    12.5, 1,234.5, 三十二, 3万. About thirty (约30, 30余) is one only when ``approximate`` says
    that its figure is to be taken.
    """
    bare = without_unit(text, unit)
    found = read_exact(bare)
    if found is not None:
        return found
    if RANGE.fullmatch(bare):
        raise NotNumber(SPAN, "range")
    if LIST.fullmatch(bare):
        raise NotNumber(SEVERAL, "range")
    inner = APPROXIMATE.fullmatch(bare)
    rough = read_exact(without_unit(inner[1].strip(), unit)) if inner else None
    if rough is None:
        raise NotNumber(NOT_NUMBER)
    if not approximate:
        raise NotNumber(ABOUT, "approximate")
    return rough


def read_exact(text: str) -> float | None:
    """Return the number that a text without unit gives exactly, or None."""
    if PLAIN.fullmatch(text):
        return float(text)
    if GROUPED.fullmatch(text):
        return float(text.replace(",", ""))
    sized = read_sized(text)
    if sized is not None:
        return sized
    numeral = read_numeral(text) if SIGNED.fullmatch(text) else None
    return None if numeral is None else float(numeral)


def without_unit(text: str, unit: str) -> str:
    """Return a folded text without the unit or measure word at its end."""
    for word in (unit, *UNIT_WORDS.get(unit, ()), *MEASURE_WORDS):
        if word and text.endswith(word) and len(text) > len(word):
            return text.removesuffix(word).strip()
    return text
