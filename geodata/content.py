"""Which column fills which field, by what its values are and by parts of its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy

from geodata.area_codes import AREA_CODE, CODE_NAMES
from geodata.conversion import BadValue, convert_value
from geodata.dates import NotDate, read_day
from geodata.mapping import field_words, tidy
from geodata.words import NO_VALUE, fold, word_of
from layers.spec import Field, Layer

SAMPLE = 300  # distinct values of a column that are looked at
NEARLY_ALL = 0.9
FEWEST_SIGNS = 2  # of a word that is looked for inside a column's name
DEVICE_ID = re.compile(r"\d{10}(?:1[1-3]\d|2\d\d)\d{7}")  # GB/T 28181: type at places 11 to 13
BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
IDENTIFIERS = ("device_id",)


def map_by_content(
    layer: Layer, columns: Mapping[str, numpy.ndarray], fields: Sequence[Field]
) -> dict[str, str]:
    """Return column -> field for the columns that can only be one of the open ``fields``.

    A column and a field are brought together when each is the other's only choice.
    """
    found: dict[str, str] = {}
    for likeness in (by_name_part, by_values):
        open_fields = [field for field in fields if field.name not in found.values()]
        pairs = [
            (column, field.name)
            for column, values in columns.items()
            if column not in found
            for field in likeness(layer, column, distinct(values), open_fields)
            if field.name != "code" or could_be_codes(column, values)
        ]
        for column, name in pairs:
            rivals = [pair for pair in pairs if (pair[0] == column) != (pair[1] == name)]
            if not rivals:
                found[column] = name
    return found


def could_be_codes(column: str, values: numpy.ndarray) -> bool:
    """Tell whether a column could hold the rows' own codes: all there, all different."""
    held = values.tolist()
    return tidy(column) not in CODE_NAMES and None not in held and len(set(held)) == len(held)


def distinct(values: numpy.ndarray) -> list[object]:
    """Return some distinct values that are there."""
    held = dict.fromkeys(value for value in values.tolist() if value is not None and value == value)
    filled = [value for value in held if fold(str(value)) not in NO_VALUE]
    return filled[:: max(1, len(filled) // SAMPLE)]


def by_name_part(
    _layer: Layer, column: str, values: list[object], fields: Sequence[Field]
) -> list[Field]:
    """Return the fields whose words stand in the column's name, or the other way round.

    Only where the values fit; the longest common word wins.
    """
    name = tidy(BRACKETS.sub("", column))
    ranked: list[tuple[int, Field]] = []
    for field in fields:
        words = {
            word for words in field_words(field) for word in words if len(word) >= FEWEST_SIGNS
        }
        inside = [len(word) for word in words if holds(name, word)]
        if inside and fits(field, values):
            ranked.append((max(inside), field))
    best = max((length for length, _ in ranked), default=0)
    return [field for length, field in ranked if length == best]


def holds(name: str, word: str) -> bool:
    """Tell whether a name is a word, or a Chinese one ends in it (小区名称: 名称)."""
    if name == word:
        return True
    return not word.isascii() and len(name) > len(word) and name.endswith(word)


def by_values(
    layer: Layer, _column: str, values: list[object], fields: Sequence[Field]
) -> list[Field]:
    """Return the fields that a column's values are plainly made for."""
    if not values:
        return []
    if share(values, DEVICE_ID) >= NEARLY_ALL:
        return [field for field in fields if field.name in IDENTIFIERS]
    if layer.name == "areas" and share(values, AREA_CODE) >= NEARLY_ALL:
        return [field for field in fields if field.name == "code"]
    if share_of_days(values) >= NEARLY_ALL:
        return [field for field in fields if field.type in ("date", "datetime")]
    telling = [value for value in values if not word_of(value).isdigit()]
    if len(telling) < NEARLY_ALL * len(values):
        return []
    return [field for field in fields if field.type == "choice" and fits(field, values)]


def share(values: list[object], pattern: re.Pattern[str]) -> float:
    """Return the share of values that a pattern matches."""
    return sum(bool(pattern.fullmatch(word_of(value))) for value in values) / len(values)


def share_of_days(values: list[object]) -> float:
    """Return the share of texts that give a day in a notation of its own."""
    good = 0
    for value in values:
        word = word_of(value).upper()
        try:
            read_day(word)
        except NotDate:
            continue
        good += not word.isdigit()
    return good / len(values)


def fits(field: Field, values: list[object]) -> bool:
    """Tell whether nearly all values can be read as the field's."""
    good = 0
    for value in values:
        try:
            good += convert_value(field, value) is not None
        except BadValue:
            continue
    return not values or good >= NEARLY_ALL * len(values)
