"""Numbers and angles as lists write them: 116.68°, 116,68, 116°41′7.28″, 东经116度41分7.28秒.

Every reader returns float64 with NaN where there is nothing or nothing that can be read, and for
each text that cannot be read the reason.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy
import pandas

from layers.spec import Text

LONGEST = 80  # characters; no coordinate is longer
# What stands for a degree, a minute and a second, before width is folded away.
MARKS = str.maketrans(
    {
        **dict.fromkeys("°º˚∘⁰゜", "°"),
        **dict.fromkeys("′’‘'`´ʹ＇ˊ", "'"),
        **dict.fromkeys("″”“ʺ＂〃˝", '"'),
        **dict.fromkeys("－−–—‐", "-"),
        **dict.fromkeys("，、", ","),
    }
)
WORDS = (
    ("东经", "E"), ("東經", "E"), ("西经", "W"), ("西經", "W"), ("北纬", "N"), ("北緯", "N"),
    ("南纬", "S"), ("南緯", "S"), ("度", "°"), ("分", "'"), ("秒", '"'), ("''", '"'),
)  # fmt: skip
LABEL = re.compile(
    r"(?:经度|經度|纬度|緯度|(?<![a-z])(?:longitude|latitude|lon|lng|lat))\s*[::=]?\s*", re.I
)
NUMBER = r"\d+(?:\.\d+)?"
ANGLE = re.compile(
    rf"""(?P<pre>[NSEWnsew])?[\s:]*(?P<sign>[+-])?\s*
    (?P<degrees>{NUMBER})\s*
    (?:[°d:\s-]\s*
      (?:(?P<minutes>{NUMBER})\s*
        (?:['m:\s-]\s*(?:(?P<seconds>{NUMBER})\s*["s]?\s*)?)?
      )?
    )?
    (?P<post>[NSEWnew])?""",
    re.VERBOSE,
)
PACKED = re.compile(r"([+-]?)(\d{1,3})(\d\d)(\d\d(?:\.\d+)?)")
COMMA_FOR_POINT = re.compile(r"[^\d]*\d+,(?:\d{1,2}|\d{4,})[^\d.,]*")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
AXES = {"E": "lon", "W": "lon", "N": "lat", "S": "lat"}
NOT_A_NUMBER = Text("不是数", "is not a number")
NOT_AN_ANGLE = Text("不是度分秒", "is not degrees, minutes and seconds")
NOT_PACKED = Text("不是 度度度分分秒秒 写法", "is not written as DDDMMSS")
OVER_60 = Text("分和秒应小于 60", "minutes and seconds must be below 60")
BROKEN_PART = Text(
    "有分时度应为整数，有秒时分应为整数",
    "degrees must be whole before minutes, minutes before seconds",
)
OVER_360 = Text("度数过大", "too many degrees")
TWO_SIGNS = Text("正负号与东西南北矛盾", "the sign contradicts the point of the compass")
TOO_LONG = Text("太长，不是坐标", "is too long for a coordinate")


class BadPosition(Exception):
    """A text that is no coordinate; ``reason`` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass
class Parsed:
    """Numbers read from texts: ``values`` (n,), why some could not be, and ``axes``.

    ``reasons``: index -> reason. ``axes``: index -> "lon" or "lat" where a letter or word said so.
    """

    values: numpy.ndarray
    reasons: dict[int, Text] = field(default_factory=dict)
    axes: dict[int, str] = field(default_factory=dict)


def objects(items: Sequence[object]) -> numpy.ndarray:
    """Return a list as an array of objects, one for each item."""
    found = numpy.empty(len(items), dtype=object)
    found[:] = items
    return found


def parse_decimals(texts: Sequence[object] | numpy.ndarray) -> Parsed:
    """Return plain numbers: 116.68, 116,68, 39,434,731.32, １１６．６８, 116.68°, E116.68.

    One comma is a decimal comma when any text of the column shows it to be one.
    """
    values = numpy.asarray(texts)
    if values.dtype.kind in "iuf":
        return refuse_endless(Parsed(values.astype(numpy.float64)))
    easy = pandas.to_numeric(pandas.Series(values, dtype=object), errors="coerce")
    parsed = Parsed(easy.to_numpy(dtype=numpy.float64, na_value=math.nan).copy())
    hard = {
        int(index): tidy_text(values[index])
        for index in numpy.flatnonzero(numpy.isnan(parsed.values))
        if not is_missing(values[index])
    }
    comma = any(COMMA_FOR_POINT.fullmatch(text) for text in hard.values())
    for index, text in hard.items():
        if THOUSANDS.fullmatch(text) and not comma:
            hard[index] = text.replace(",", "")
    read_each(parsed, hard, read_decimal)
    return refuse_endless(parsed)


def parse_dms(texts: Sequence[object] | numpy.ndarray, *, packed: bool = False) -> Parsed:
    """Return degrees from degrees, minutes and seconds, in Chinese and Western notations.

    116°41′7.28″, 116度41分7.28秒, 116-41-7.28, 116:41:7.28, 116 41 7.28, E116°41'7.28",
    116°41.1213′ and 116.6853°; west and south are negative. With ``packed`` 1164107.28 instead.
    """
    values = numpy.asarray(texts)
    parsed = Parsed(numpy.full(len(values), math.nan))
    held = {index: tidy_text(value) for index, value in enumerate(values) if not is_missing(value)}
    read_each(parsed, held, read_packed if packed else read_angle)
    return parsed


def read_each(
    parsed: Parsed, texts: dict[int, str], read: Callable[[str], tuple[float, str]]
) -> None:
    """Fill in what ``read`` makes of each text, or its reason."""
    for index, text in texts.items():
        try:
            if len(text) > LONGEST:
                raise BadPosition(TOO_LONG)
            parsed.values[index], axis = read(text)
        except BadPosition as error:
            parsed.reasons[index] = error.reason
            continue
        if axis:
            parsed.axes[index] = axis


def refuse_endless(parsed: Parsed) -> Parsed:
    """Refuse infinite numbers."""
    for index in numpy.flatnonzero(numpy.isinf(parsed.values)):
        parsed.values[index] = math.nan
        parsed.reasons[int(index)] = NOT_A_NUMBER
    return parsed


def is_missing(value: object) -> bool:
    """Tell whether there is nothing: None, NaN, blanks or a dash."""
    if value is None or isinstance(value, float):
        return value is None or math.isnan(value)
    return not str(value)[: LONGEST + 1].strip(" \t\r\n\u3000-—/")


def tidy_text(value: object) -> str:
    """Return a text with marks, width and words in one form, cut a little over LONGEST."""
    text = str(value)[: LONGEST * 2].translate(MARKS)
    text = "".join(
        letter if letter in "°'\"" else unicodedata.normalize("NFKC", letter) for letter in text
    ).translate(MARKS)
    text = LABEL.sub("", text.strip())
    for word, mark in WORDS:
        text = text.replace(word, mark)
    return text.strip()


def read_decimal(text: str) -> tuple[float, str]:
    """Return the number in a tidied text, with a point or one comma, and its axis."""
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    match = ANGLE.fullmatch(plain)
    if match is None or match["minutes"]:
        raise BadPosition(NOT_A_NUMBER)
    return signed(match, float(match["degrees"]))


def read_angle(text: str) -> tuple[float, str]:
    """Return the degrees of a tidied text and its axis."""
    plain = text.replace(",", ".") if text.count(",") == 1 else text
    match = ANGLE.fullmatch(plain)
    if match is None:
        raise BadPosition(NOT_AN_ANGLE)
    return signed(match, together(match["degrees"], match["minutes"], match["seconds"]))


def read_packed(text: str) -> tuple[float, str]:
    """Return the degrees of DDDMMSS.ss."""
    match = PACKED.fullmatch(text)
    if match is None:
        raise BadPosition(NOT_PACKED)
    sign, degrees, minutes, seconds = match.groups()
    return math.copysign(together(degrees, minutes, seconds), -1 if sign == "-" else 1), ""


def together(degrees: str, minutes: str | None, seconds: str | None) -> float:
    """Return degrees, minutes and seconds as degrees, after checking that they go together."""
    if (minutes and "." in degrees) or (seconds and minutes and "." in minutes):
        raise BadPosition(BROKEN_PART)
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        raise BadPosition(OVER_60)
    if float(degrees) > 360:
        raise BadPosition(OVER_360)
    return float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600


def signed(match: re.Match[str], size: float) -> tuple[float, str]:
    """Return a number with the sign that a letter or a sign gives it, and its axis."""
    letters = {letter.upper() for letter in (match["pre"], match["post"]) if letter}
    if len(letters) > 1 or (letters and match["sign"] == "-"):
        raise BadPosition(TWO_SIGNS)
    letter = letters.pop() if letters else ""
    negative = letter in ("W", "S") or match["sign"] == "-"
    return -size if negative else size, AXES.get(letter, "")
