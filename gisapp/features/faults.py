"""What is wrong with a parameter, said in one way."""

from __future__ import annotations

import re

from gisapp.errors import BadParameter
from layers.spec import Text

MAX_TEXT = 2000
DECIMAL = re.compile(r"\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?\s*", re.ASCII)


def bad_value(name: str, why: Text) -> BadParameter:
    """Return the error for a parameter whose value does not fit, saying why."""
    return BadParameter(
        Text(f"参数 {name} 无效：{why.zh}。", f"Parameter {name} is not valid: {why.en}.")
    )


def clean_text(name: str, text: str, longest: int = MAX_TEXT) -> str:
    """Return ``text`` unless it is overlong or holds what no database text can.

    Raises BadParameter for NUL and for half surrogates too.
    """
    if len(text) > longest:
        raise bad_value(name, Text("文本过长", "the text is too long"))
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise bad_value(name, Text("含有无效字符", "it holds invalid characters"))
    return text


def decimal(name: str, text: str, least: float, most: float) -> float:
    """Return the number from ``least`` to ``most`` that ``text`` is; raises BadParameter."""
    if DECIMAL.fullmatch(text) and least <= float(text) <= most:
        return float(text)
    raise bad_value(
        name, Text(f"须为 {least:g} 到 {most:g} 的数", f"give a number from {least:g} to {most:g}")
    )


def positive(name: str, text: str, most: int) -> int:
    """Return the whole number above 0 that ``text`` is, ``most`` if it is greater.

    Raises BadParameter for anything else.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) > 0):
        raise bad_value(name, Text("须为正整数", "give a whole number above 0"))
    return min(int(text), most)
