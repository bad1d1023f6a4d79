"""Words as lists write them, in the form in which they are compared."""

from __future__ import annotations

import unicodedata
from typing import Any

TRUE = frozenset({"true", "t", "yes", "y", "1", "是", "有", "真", "√", "✓", "✔", "☑", "对", "已"})
FALSE = frozenset({"false", "f", "no", "n", "0", "否", "无", "假", "×", "✗", "✘", "✕", "错", "未"})
# What lists write where there is no value.
NO_VALUE = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "n/a", "na", "null", "none", "nan", "nat"}
)
NOT_KNOWN = frozenset({"不详", "未知", "不明", "待定", "暂无", "待核实", "待补充"})


def fold(text: str) -> str:
    """Return a text in the form in which names and words are compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def word_of(value: Any) -> str:
    """Return a value in the form in which words are compared: 7.0 is "7"."""
    return fold(str(value)).removesuffix(".0")
