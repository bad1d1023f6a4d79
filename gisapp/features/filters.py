"""From the text of a parameter to an SQL condition on one column.

The grammar of each field type, as the API documents it:
text: equality; choice: one code or several behind commas; area_code: a prefix;
integer and number: ``5``, ``5..9``, ``..9``, ``5..``; boolean: ``true`` or ``false``;
date and datetime: an instant, a day or an interval ``a/b`` (``..`` or nothing: open).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from psycopg2 import sql

from gisapp.database.ddl import search_expression
from gisapp.features.conditions import Condition, all_of, bind
from gisapp.features.faults import bad_value, clean_text
from gisapp.features.search import bigrams
from gisapp.features.times import moment_condition, parse_interval
from layers.spec import Field, Layer, Text

EQUAL = sql.SQL("{column} = {value}")
# Looks a searchable text up in the search index first: no field has an index of its own.
EQUAL_INDEXED = sql.SQL("gisapp.bigrams({words}) @> {terms} AND {column} = {value}")
ONE_OF = sql.SQL("{column} = ANY ({values})")
AT_LEAST = sql.SQL("{column} >= {low}")
AT_MOST = sql.SQL("{column} <= {high}")
IS_TRUE = sql.SQL("{column}")
IS_FALSE = sql.SQL("NOT {column}")
PREFIX = sql.SQL("{column} ^@ {value}")

SYSTEM_FILTERS = ("code", "area_code", "source")  # filters besides the declared fields
AREA_PREFIX = re.compile(r"[0-9]{1,12}")
NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?")
INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
RANGE = ".."
MOST_TERMS = 12  # of a text that are looked up; the comparison itself decides


def filter_names(layer: Layer) -> tuple[str, ...]:
    """Return every name that a layer's features can be filtered by."""
    return (*SYSTEM_FILTERS, *(field.name for field in layer.fields))


def field_condition(layer: Layer, name: str, text: str) -> Condition:
    """Return the condition that the parameter ``name=text`` puts on a layer's rows.

    Raises BadParameter when the text does not fit the field's type.
    """
    clean_text(name, text)
    field = layer.field_named(name)
    if name == "area_code":
        return area_condition(text)
    if field is None:
        return bind(EQUAL, name, name, value=text)
    if field.search == "words" and text.strip():
        return searchable_condition(layer, name, text)
    return READERS[field.type](field, text)


def area_condition(text: str) -> Condition:
    """Return the condition for an area code or the first digits of one."""
    if not AREA_PREFIX.fullmatch(text):
        raise bad_value("area_code", Text("须为 1–12 位数字", "give 1 to 12 digits"))
    return bind(PREFIX, "area_code", "area_code", value=text)


def text_condition(field: Field, text: str) -> Condition:
    """Return the condition for equal text."""
    return bind(EQUAL, field.name, field.name, value=text)


def searchable_condition(layer: Layer, name: str, text: str) -> Condition:
    """Return the condition for equal text of a field that the search index holds."""
    words = sql.SQL(search_expression(layer))
    terms = sorted(bigrams("".join(text.lower().split())))[:MOST_TERMS]
    return bind(EQUAL_INDEXED, name, name, {"words": words}, value=text, terms=terms)


def choice_condition(field: Field, text: str) -> Condition:
    """Return the condition for one or several codes of the field's table."""
    codes = list(dict.fromkeys(text.split(",")))
    if any(field.choice(code) is None for code in codes):
        known = ", ".join(choice.code for choice in field.choices)
        raise bad_value(field.name, Text("可用代码：" + known, "the codes are " + known))
    return bind(ONE_OF, field.name, field.name, values=codes)


def number_condition(field: Field, text: str) -> Condition:
    """Return the condition for an equal number or a range ``low..high``."""
    if RANGE not in text:
        return bind(EQUAL, field.name, field.name, value=parse_number(field, text))
    low, _, high = text.partition(RANGE)
    if not low and not high:
        raise bad_value(field.name, Text("区间两端不能都空", "a range needs one end"))
    parts = []
    if low:
        parts.append(bind(AT_LEAST, field.name, field.name, low=parse_number(field, low)))
    if high:
        parts.append(bind(AT_MOST, field.name, field.name, high=parse_number(field, high)))
    return all_of(parts)


def parse_number(field: Field, text: str) -> int | float:
    """Return the finite number that ``text`` is for ``field``; raises BadParameter."""
    if field.type == "integer" and INTEGER.fullmatch(text):
        return int(text)
    if field.type == "number" and NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    raise bad_value(field.name, Text("须为数值或区间 a..b", "give a number or a range a..b"))


def boolean_condition(field: Field, text: str) -> Condition:
    """Return the condition for ``true`` or ``false``."""
    if text not in ("true", "false"):
        raise bad_value(field.name, Text("须为 true 或 false", "give true or false"))
    return bind(IS_TRUE if text == "true" else IS_FALSE, field.name, field.name)


def time_condition(field: Field, text: str) -> Condition:
    """Return the condition for an instant, a day or an interval."""
    return moment_condition(field.name, field, parse_interval(field.name, text))


READERS: dict[str, Callable[[Field, str], Condition]] = {
    "text": text_condition,
    "choice": choice_condition,
    "integer": number_condition,
    "number": number_condition,
    "boolean": boolean_condition,
    "date": time_condition,
    "datetime": time_condition,
}
