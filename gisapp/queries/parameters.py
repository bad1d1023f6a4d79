"""Reading parameters: text from outside becomes typed values, or BadParameter says why not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from gisapp.errors import BadParameter
from gisapp.queries.spec import Asked, Parameter, Values
from layers.spec import Text

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LONGEST_TEXT = 200
LONGEST_CODE = 64
LONGEST_PLACE = 200_000
MOST_VERTICES = 10_000


def refuse(parameter: Parameter, zh: str, en: str, **values: object) -> BadParameter:
    """Return the error that says what is wrong with one parameter."""
    told = Text(f"参数 {{name}}：{zh}", f"Parameter {{name}}: {en}")
    return BadParameter(told.format(name=parameter.name, **values), parameter.help)


def read_parameters(query: Asked, given: Mapping[str, str]) -> Values:
    """Return a value for every parameter of ``query``; an absent one has its default or None.

    Raises BadParameter for an unknown name, a missing required one, or a value that is
    malformed or out of range. An empty text counts as absent, as forms send it.
    """
    for name in given:
        if query.parameter(name) is None:
            raise BadParameter(
                Text("没有参数 {name}。", "There is no parameter {name}.").format(name=name[:64]),
                Text("可用参数：{names}", "Known parameters: {names}").format(
                    names=", ".join(item.name for item in query.parameters) or "-"
                ),
            )
    values: dict[str, object] = {}
    for parameter in query.parameters:
        text = given.get(parameter.name, "").strip()
        if text:
            values[parameter.name] = read_value(parameter, text)
        elif parameter.required and parameter.default is None:
            raise refuse(parameter, "必填。", "is required.")
        else:
            values[parameter.name] = parameter.default
    return values


def read_value(parameter: Parameter, text: str) -> object:
    """Return one parameter's value from its text. Raises BadParameter."""
    longest = {"point": LONGEST_TEXT, "place": LONGEST_PLACE, "code": LONGEST_CODE}
    most = longest.get(parameter.type, LONGEST_TEXT)
    if len(text) > most:
        raise refuse(parameter, "超过 {most} 个字符。", "is over {most} characters.", most=most)
    if not text.isprintable() and parameter.type != "place":
        raise refuse(parameter, "含有不可见字符。", "has control characters.")
    match parameter.type:
        case "number" | "integer":
            return read_number(parameter, text)
        case "boolean":
            return one_of(parameter, text.lower(), TRUTHS)
        case "choice":
            return one_of(parameter, text, {item.code: item.code for item in parameter.choices})
        case "layer":
            return one_of(parameter, text, {name: name for name in parameter.layers})
        case "point" | "place":
            return read_place(parameter, text)
    return text


def one_of(parameter: Parameter, text: str, known: Mapping[str, object]) -> object:
    """Return the value that ``text`` stands for. Raises BadParameter naming all choices."""
    if text not in known:
        names = ", ".join(known)
        raise refuse(parameter, "只能是 {names}。", "must be one of {names}.", names=names)
    return known[text]


def read_number(parameter: Parameter, text: str) -> float | int:
    """Return a finite number in the parameter's range. Raises BadParameter."""
    whole = parameter.type == "integer"
    if not (INTEGER if whole else NUMBER).fullmatch(text):
        raise refuse(parameter, "不是有效的数。", "is not a number.")
    value = int(text) if whole else float(text)
    low = -math.inf if parameter.minimum is None else parameter.minimum
    high = math.inf if parameter.maximum is None else parameter.maximum
    if not low <= value <= high or math.isinf(value):
        raise refuse(
            parameter,
            "应在 {low:g} 到 {high:g} 之间。",
            "must be between {low:g} and {high:g}.",
            low=low,
            high=high,
        )
    return value


def read_place(parameter: Parameter, text: str) -> str:
    """Return a place as WKT in CRS84 (longitude, latitude). Raises BadParameter."""
    shape = parse_shape(text)
    if shape is None or shape.is_empty:
        raise refuse(
            parameter,
            "不是“经度,纬度”、WKT 或 GeoJSON。",
            "is not lon,lat, WKT or GeoJSON.",
        )
    if parameter.type == "point" and shape.geom_type != "Point":
        raise refuse(parameter, "应为一个点。", "must be a point.")
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        most = MOST_VERTICES
        raise refuse(parameter, "超过 {most} 个顶点。", "is over {most} vertices.", most=most)
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise refuse(parameter, "不是经纬度坐标。", "is not longitude and latitude.")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise refuse(parameter, "图形无效：{reason}", "is invalid: {reason}", reason=reason)
    return shapely.to_wkt(shapely.force_2d(shape), rounding_precision=-1)


def parse_shape(text: str) -> BaseGeometry | None:
    """Return the shape that ``lon,lat``, WKT or GeoJSON describes, or None.

    Collections are not read: they may nest without end.
    """
    pair = [part.strip() for part in text.split(",")]
    if len(pair) == 2 and all(NUMBER.fullmatch(part) for part in pair):
        return shapely.Point(float(pair[0]), float(pair[1]))
    if "COLLECTION" in text.upper():
        return None
    try:
        if text.startswith("{"):
            json.loads(text)  # unlike GEOS it has a limit to nesting
            shape = shapely.from_geojson(text)
        else:
            shape = shapely.from_wkt(text)
    except (shapely.errors.ShapelyError, ValueError, NotImplementedError, RecursionError):
        return None
    finite = numpy.isfinite(shapely.get_coordinates(shape)).all()
    return shape if finite else None
