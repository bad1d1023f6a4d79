"""Values as texts and cells: for machines by code, for people by label, never a formula."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

import numpy
import shapely

from geodata.choices import choice_words
from geodata.dates import LOCAL
from geodata.words import fold
from geodata.writers.spec import EXACT, Export, Headers
from layers.spec import Field, Text

TRUTHS = {
    "zh": {True: "是", False: "否"},
    "en": {True: "yes", False: "no"},
    "names": {True: "true", False: "false"},
}
LONGITUDE, LATITUDE = Text("经度", "Longitude"), Text("纬度", "Latitude")
EAST, NORTH = Text("东坐标", "Easting"), Text("北坐标", "Northing")
BY_NAME = {LONGITUDE: "lon", LATITUDE: "lat", EAST: "easting", NORTH: "northing"}
WKT = "WKT"


def headings(export: Export) -> list[str]:
    """Return the heading of every column, the geometry's last; none twice."""
    shapes = [
        BY_NAME[name] if export.headers == "names" else name.say(export.headers)
        for name in position_names(export)
    ]
    if export.has_shapes and not shapes:
        shapes = [WKT]
    if export.headers == "names":
        names = [field.name for field in export.fields]
    else:
        names = [field.label.say(export.headers) for field in export.fields]
    return unique([*names, *shapes])


def position_names(export: Export) -> tuple[Text, ...]:
    """Return the two columns of a point; none for other shapes."""
    if export.geometry != "Point":
        return ()
    return (LONGITUDE, LATITUDE) if export.in_degrees else (EAST, NORTH)


def unique(names: Iterable[str], length: int | None = None) -> list[str]:
    """Return names cut to ``length`` bytes of UTF-8, none twice whatever the case."""
    taken: set[str] = set()
    found = []
    for name in names:
        short, number = cut(name, length), 1
        while fold(short) in taken or not short:
            number += 1
            tail = f"_{number}"
            short = cut(name, length and length - len(tail)) + tail
        taken.add(fold(short))
        found.append(short)
    return found


def cut(text: str, length: int | None, encoding: str = "utf-8") -> str:
    """Return as many whole characters as fit into ``length`` bytes."""
    if length is None:
        return text
    return text.encode(encoding, "replace")[:length].decode(encoding, "ignore")


def as_text(field: Field, value: object, headers: Headers = "names") -> str:
    """Return a value as text: ISO dates and codes by ``names``, else as people read them.

    Whatever is written so is read back by the import as the same value.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return TRUTHS[headers][value]
    if isinstance(value, datetime):
        local = value.astimezone(LOCAL) if value.tzinfo else value
        return local.isoformat() if headers == "names" else said_time(local)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if field.choices and headers != "names":
        return choice_labels(field, headers).get(str(value), str(value))
    return str(value)


def said_time(local: datetime) -> str:
    """Return a local time without its zone, and without seconds that are none."""
    text = local.replace(tzinfo=None).isoformat(" ")
    return text.removesuffix(":00") if local.second == local.microsecond == 0 else text


@lru_cache(maxsize=256)
def choice_labels(field: Field, language: str) -> dict[str, str]:
    """Return code to label, but for labels that the import would take for another code."""
    words = choice_words(field)
    return {
        choice.code: choice.label.say(language)
        for choice in field.choices
        if words.get(fold(choice.label.say(language))) == choice.code
    }


def finite(value: object) -> bool:
    """Tell whether a value is a number that formats can hold."""
    return isinstance(value, int | float) and math.isfinite(value)


def rounded(shapes: numpy.ndarray, digits: int) -> numpy.ndarray:
    """Return shapes with as many digits after the point as texts have."""
    if digits == EXACT:
        return shapes
    moved: numpy.ndarray = shapely.transform(shapes, lambda xy: numpy.round(xy, digits))
    return moved


def wkt_texts(shapes: numpy.ndarray, digits: int) -> list[str]:
    """Return shapes as WKT, empty for none."""
    precision = -1 if digits == EXACT else digits
    texts = shapely.to_wkt(rounded(shapes, digits), rounding_precision=precision, trim=True)
    return ["" if text is None else str(text) for text in texts]


def positions(shapes: numpy.ndarray, digits: int) -> list[tuple[float | None, float | None]]:
    """Return x and y of points, rounded; None for no point."""
    places = rounded(shapes, digits)
    x, y = shapely.get_x(places), shapely.get_y(places)
    return [
        (None, None) if math.isnan(east) else (east, north)
        for east, north in zip(x.tolist(), y.tolist(), strict=True)
    ]
