"""A piece of a WHERE clause together with its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from psycopg2 import sql

NOTHING: Mapping[str, object] = MappingProxyType({})
NO_PARTS: Mapping[str, sql.Composable] = MappingProxyType({})


@dataclass(frozen=True)
class Condition:
    """``text`` is a boolean SQL expression with the named ``parameters``."""

    text: sql.Composable
    parameters: Mapping[str, object] = field(default_factory=lambda: NOTHING)


ALWAYS = Condition(sql.SQL("true"))


def bind(
    shape: sql.SQL,
    owner: str,
    column: str,
    parts: Mapping[str, sql.Composable] = NO_PARTS,
    **values: object,
) -> Condition:
    """Return ``shape`` with ``{column}`` filled in and each ``{value}`` a parameter.

    ``owner`` is the name of the request's parameter: it keeps the names of two conditions on
    one column apart. ``parts`` are further pieces of SQL to fill in.
    """
    names = {key: f"{owner}_{key}" for key in values}
    places = {key: sql.Placeholder(name) for key, name in names.items()}
    text = shape.format(column=sql.Identifier(column), **parts, **places)
    return Condition(text, {names[key]: value for key, value in values.items()})


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the conjunction of ``conditions`` (``true`` for none)."""
    listed = list(conditions)
    if not listed:
        return ALWAYS
    parameters: dict[str, object] = {}
    for condition in listed:
        parameters.update(condition.parameters)
    return Condition(sql.SQL(" AND ").join(condition.text for condition in listed), parameters)
