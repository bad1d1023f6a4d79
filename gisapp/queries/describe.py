"""Declarations as plain values for JSON, forms and tables, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gisapp.queries.spec import Column, Parameter, Query, Values
from layers.catalogue import LAYERS
from layers.spec import Choice, Text

# A unit of a column or parameter is a symbol, except for these counting words.
UNITS = {"户": Text("户", "households"), "人": Text("人", "people"), "天": Text("天", "days")}
YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}
EVERYTHING = Text("全部", "everything")


def describe_query(query: Query, language: str) -> dict[str, Any]:
    """Return what a form or program needs to ask ``query``."""
    return {
        "name": query.name,
        "title": query.label.say(language),
        "description": query.description.say(language),
        "parameters": [describe_parameter(item, language) for item in query.parameters],
        "columns": describe_columns(query.columns, language),
        "rules": describe_rules(query, default_values(query, language), language),
    }


def describe_parameter(parameter: Parameter, language: str) -> dict[str, Any]:
    """Return one parameter: name, type, label and, where it has them, limits and choices."""
    described: dict[str, Any] = {
        "name": parameter.name,
        "type": parameter.type,
        "title": parameter.label.say(language),
        "required": parameter.required,
        "default": parameter.default,
        "unit": say_unit(parameter.unit, language),
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "choices": describe_choices(offered(parameter), language),
        "choices_by": kinds_by_layer(language) if parameter.type == "kind" else [],
        "layers": list(parameter.layers) if parameter.type == "code" else [],
        "layer_from": parameter.layer_from,
        "help": parameter.help.say(language) if parameter.help else "",
    }
    return {key: value for key, value in described.items() if value not in (None, "", [])}


def offered(parameter: Parameter) -> tuple[Choice, ...]:
    """Return what a choice or layer parameter offers."""
    if parameter.type == "layer":
        return tuple(Choice(name, LAYERS[name].label) for name in parameter.layers)
    return parameter.choices


def kinds_by_layer(language: str) -> list[dict[str, Any]]:
    """Return the kinds of each layer that has any: the layer, its title and the code table."""
    kinds = {layer: layer.field_named("kind") for layer in LAYERS.values()}
    return [
        {
            "layer": layer.name,
            "title": layer.label.say(language),
            "choices": describe_choices(field.choices, language),
        }
        for layer, field in kinds.items()
        if field
    ]


def describe_choices(choices: Iterable[Choice], language: str) -> list[dict[str, Any]]:
    """Return a code table: code, title, colour ("" for none), whether it means not known."""
    return [
        {
            "code": item.code,
            "title": item.label.say(language),
            "colour": item.colour,
            "unknown": item.unknown,
        }
        for item in choices
    ]


def describe_columns(columns: Iterable[Column], language: str) -> list[dict[str, Any]]:
    """Return the columns of an answer with titles, units and code tables."""
    return [
        {
            "name": column.name,
            "title": column.label.say(language),
            "type": column.type,
            "unit": say_unit(column.unit, language),
            "choices": describe_choices(column.choices, language),
            "feature_of": column.feature_of,
            "decimals": column.decimals if column.type == "number" else None,
        }
        for column in columns
    ]


def default_values(query: Query, language: str) -> Values:
    """Return what is used where nothing is asked; the label stands for what must be given."""
    return {
        item.name: f"[{item.label.say(language)}]" if item.default is None else item.default
        for item in query.parameters
    }


def describe_rules(query: Query, values: Values, language: str) -> list[dict[str, str]]:
    """Return the rules as applied: with the parameters' values in their places."""
    used = {
        name: EVERYTHING.say(language) if value is None else plain(value)
        for name, value in values.items()
    }
    return [
        {"text": rule.text.say(language).format(**used), "source": rule.source.say(language)}
        for rule in query.rules
    ]


def say_given(parameter: Parameter, value: object, language: str) -> str:
    """Return a parameter's value as people read it, with its unit."""
    if isinstance(value, bool):
        return YES_NO[value].say(language)
    label = next((item.label for item in offered(parameter) if item.code == value), None)
    if label is not None:
        return label.say(language)
    return f"{plain(value)} {say_unit(parameter.unit, language)}".rstrip()


def plain(value: object) -> object:
    """Return a whole number without its decimals."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def say_unit(unit: str, language: str) -> str:
    """Return a unit in ``language``."""
    return UNITS[unit].say(language) if unit in UNITS else unit


def heading(column: Column, language: str) -> str:
    """Return a column's heading with its unit."""
    unit = say_unit(column.unit, language)
    return f"{column.label.say(language)}（{unit}）" if unit else column.label.say(language)


def say_value(column: Column, value: object, language: str, group: str = "") -> str:
    """Return a value as people read it: labels for codes, rounded numbers, empty for unknown.

    ``group`` separates the thousands of numbers; files for machines have none.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES_NO[value].say(language)
    label = next((item.label for item in column.choices if item.code == value), None)
    if label is not None:
        return label.say(language)
    if column.type == "number" and isinstance(value, int | float):
        return f"{value:{group}.{column.decimals}f}"
    if column.type == "integer" and isinstance(value, int):
        return f"{value:{group}}"
    return str(value)
