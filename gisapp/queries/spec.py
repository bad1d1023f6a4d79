"""What a spatial query is: its parameters, its SQL, the columns of its answer and its rules.

The answer of a query is a layer: geometry and declared columns. Everything that shows one
(API, form, table, map overlay, export, command) derives from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from layers.spec import Choice, Text

ParameterType = Literal[
    "number", "integer", "text", "choice", "layer", "kind", "code", "point", "place", "boolean"
]
ColumnType = Literal["text", "integer", "number", "boolean", "date", "choice"]
Values = Mapping[str, object]


@dataclass(frozen=True)
class Parameter:
    """One thing a caller may ask for.

    A ``layer`` is one of ``layers``; a ``code`` is the code of a feature in one of ``layers``
    (or in the layer that the parameter ``layer_from`` names). A ``kind`` is one of the kinds of
    the layer that ``layer_from`` names. A ``point`` is ``lon,lat``; a ``place`` is a point, WKT
    or GeoJSON in longitude and latitude (CRS84).
    """

    name: str
    type: ParameterType
    label: Text
    required: bool = False
    default: float | int | str | bool | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    layers: tuple[str, ...] = ()
    layer_from: str = ""
    help: Text | None = None


@dataclass(frozen=True)
class Column:
    """One column of an answer. ``number`` columns are rounded to ``decimals`` when shown.

    A column of feature codes says of which layer they are: ``feature_of`` is a layer's name, or
    the name of the column that holds it.
    """

    name: str
    label: Text
    type: ColumnType = "text"
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    decimals: int = 1
    feature_of: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule that decided the answer, and where it comes from.

    The text may have ``{parameter}`` places, filled with the values that were used. A clause is
    cited only where it was read; otherwise the source says who configured the rule.
    """

    text: Text
    source: Text


class Asked(Protocol):
    """Whatever declares parameters: a query, a job."""

    @property
    def parameters(self) -> tuple[Parameter, ...]: ...

    def parameter(self, name: str) -> Parameter | None:
        """Return the declared parameter ``name``, or None."""


DISTRICT = Text("由区县配置", "Configured by the district")
DEFINITION = Text("本查询的定义", "Definition of this query")


def prepare_nothing(reader: Reader, values: Values) -> Values:
    """Add nothing: the statement needs only the parameters themselves."""
    return {}


@dataclass(frozen=True)
class Query:
    """One spatial query.

    ``statement`` gives rows with a ``geom`` in the metric CRS and the declared columns, in the
    order of the answer. Where it depends on a parameter, it is a mapping from the value of
    parameter ``statement_by``. ``detail`` is SQL joined to the rows that are shown
    (``JOIN LATERAL (...) AS name ON true``), for columns too dear to find for all of them.
    ``summary`` is a SELECT over ``result`` (all rows, not only those shown) that gives
    ``summary_columns``. ``prepare`` finds further SQL parameters, in the caller's scope.
    """

    name: str
    label: Text
    description: Text
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    statement: Statement | Mapping[str, Statement]
    statement_by: str = ""
    detail: str = ""
    summary: str = ""
    summary_columns: tuple[Column, ...] = ()
    prepare: Callable[[Reader, Values], Values] = prepare_nothing
    order: int = 50

    def parameter(self, name: str) -> Parameter | None:
        """Return the declared parameter ``name``, or None."""
        return next((item for item in self.parameters if item.name == name), None)

    def statement_for(self, values: Values) -> Statement:
        """Return the statement that answers ``values``."""
        if isinstance(self.statement, Statement):
            return self.statement
        return self.statement[str(values[self.statement_by])]
