"""From parameters given as text to the rows of a layer that they ask for.

The same words for the API's items, exports, jobs and the command: ``bbox`` in ``bbox-crs``,
``datetime``, ``q`` (as the search box finds) and every filter of the layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg2 import sql

from gisapp.database.ddl import search_expression
from gisapp.database.engine import Reader
from gisapp.features.boxes import box_condition, parse_box
from gisapp.features.conditions import Condition, bind
from gisapp.features.crs import CRS84, CRS84_URI, Crs, crs_named
from gisapp.features.faults import clean_text
from gisapp.features.filters import field_condition, filter_names
from gisapp.features.read import metric_srid
from gisapp.features.search import LONGEST, MOST_WORDS, NO_WORDS, bigrams, escaped
from gisapp.features.times import layer_time_condition, parse_interval
from layers.spec import Field, Layer, Text

# Filters besides those of the layer itself; ``q`` is for exports.
PLACE, PLACE_CRS, TIME, WORDS = "bbox", "bbox-crs", "datetime", "q"
HAS_WORDS = sql.SQL("""(code ^@ {text} OR code ^@ upper({text}) OR (
    gisapp.bigrams({words}) @> {terms}
    AND regexp_replace({words}, '\\s+', '', 'g') LIKE ALL ({patterns})))""")
HAS_CODE = sql.SQL("(code ^@ {text} OR code ^@ upper({text}))")
NAMES = {
    PLACE: Text("范围", "Area"),
    PLACE_CRS: Text("范围的坐标系", "CRS of the area"),
    TIME: Text("时间", "Time"),
    WORDS: Text("搜索", "Search"),
    "as-of": Text("截至时刻", "As of"),
    "code": Text("编码", "Code"),
    "area_code": Text("行政区划代码", "Area code"),
    "source": Text("来源", "Source"),
}


def asked_conditions(
    reader: Reader, layer: Layer, arguments: Mapping[str, str]
) -> tuple[Condition, ...]:
    """Return the conditions that the parameters put on a layer's rows. Raises BadParameter."""
    conditions = []
    if PLACE in arguments:
        conditions.append(asked_box(reader, arguments))
    elif PLACE_CRS in arguments:
        named_crs(reader, arguments[PLACE_CRS])
    if TIME in arguments:
        interval = parse_interval(TIME, arguments[TIME])
        conditions.append(layer_time_condition(TIME, layer, interval))
    if WORDS in arguments:
        conditions.append(words_condition(layer, arguments[WORDS]))
    return (*conditions, *field_conditions(layer, arguments))


def field_conditions(layer: Layer, arguments: Mapping[str, str]) -> Iterator[Condition]:
    """Yield the conditions on single fields. Raises BadParameter."""
    for name in filter_names(layer):
        if name in arguments:
            yield field_condition(layer, name, arguments[name])


def asked_box(reader: Reader, arguments: Mapping[str, str]) -> Condition:
    """Return the condition of ``bbox`` in ``bbox-crs``."""
    crs = named_crs(reader, arguments.get(PLACE_CRS, CRS84_URI))
    box = parse_box(arguments[PLACE], crs)
    # A box in degrees is searched in Web Mercator, whatever the metric CRS is.
    return box_condition(PLACE, box, crs, 0 if crs.geographic else metric_srid(reader))


def named_crs(reader: Reader, name: str) -> Crs:
    """Return the CRS that a URI names; the usual one without asking the database."""
    return CRS84 if name == CRS84_URI else crs_named(name, metric_srid(reader))


def words_condition(layer: Layer, text: str) -> Condition:
    """Return the condition that a row's code begins so, or its texts hold all the words."""
    words = clean_text(WORDS, text, LONGEST).lower().split()[:MOST_WORDS]
    if not words:
        raise NO_WORDS
    if not layer.word_fields:
        return bind(HAS_CODE, WORDS, "code", text=text.strip())
    return bind(
        HAS_WORDS,
        WORDS,
        "code",
        {"words": sql.SQL(search_expression(layer))},
        text=text.strip(),
        terms=sorted({term for word in words for term in bigrams(word)}),
        patterns=[f"%{escaped(word)}%" for word in words],
    )


def say_filters(layer: Layer, arguments: Mapping[str, str]) -> list[tuple[Text, Text]]:
    """Return what the parameters ask for as people read it: name and value."""
    return [
        (NAMES.get(name) or label_of(layer, name), say_filter(layer.field_named(name), text))
        for name, text in arguments.items()
        if name in NAMES or layer.field_named(name)
    ]


def label_of(layer: Layer, name: str) -> Text:
    """Return the label of a declared field."""
    field = layer.field_named(name)
    return field.label if field else Text(name, name)


def say_filter(field: Field | None, text: str) -> Text:
    """Return a filter's value, codes by their labels."""
    choices = [field.choice(code) for code in text.split(",")] if field else []
    if not choices or any(choice is None for choice in choices):
        return Text(text, text)
    labels = [choice.label for choice in choices if choice]
    return Text("、".join(one.zh for one in labels), ", ".join(one.en for one in labels))
