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
    """``text`` is a boolean SQL expression with the named ``parameters``.

    Two conditions are equal when their ``shape`` is, and then so are their texts: statements
    are kept by it, because writing one out costs as much as a small answer. Without a shape a
    condition equals only itself.
    """

    text: sql.Composable = field(compare=False)
    parameters: Mapping[str, object] = field(default_factory=lambda: NOTHING, compare=False)
    shape: object = field(default_factory=object)


ALWAYS = Condition(sql.SQL("true"), shape="true")


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
    parameters = {names[key]: value for key, value in values.items()}
    if parts:
        return Condition(text, parameters)
    return Condition(text, parameters, (shape.string, owner, column))


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the conjunction of ``conditions`` (``true`` for none)."""
    listed = list(conditions)
    if not listed:
        return ALWAYS
    parameters: dict[str, object] = {}
    for condition in listed:
        parameters.update(condition.parameters)
    text = sql.SQL(" AND ").join(condition.text for condition in listed)
    return Condition(text, parameters, tuple(condition.shape for condition in listed))
