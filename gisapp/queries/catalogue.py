"""All spatial queries, found by walking this package: a new module is a new query."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import gisapp.queries
from gisapp.errors import NotFound
from gisapp.queries.spec import Query
from layers.spec import Text

# The machinery, which holds no query of its own.
NOT_QUERIES = (
    "answer",
    "catalogue",
    "common",
    "describe",
    "device_rules",
    "export",
    "exporting",
    "parameters",
    "places",
    "run",
    "spec",
)


def find_queries() -> Mapping[str, Query]:
    """Return every query by name, in the order in which people are offered them."""
    names = sorted(module.name for module in iter_modules(gisapp.queries.__path__))
    found: list[Query] = [
        import_module(f"gisapp.queries.{name}").QUERY for name in names if name not in NOT_QUERIES
    ]
    found.sort(key=lambda query: (query.order, query.name))
    return MappingProxyType({query.name: query for query in found})


QUERIES: Mapping[str, Query] = find_queries()


def query_named(name: str) -> Query:
    """Return one query. Raises NotFound."""
    if name not in QUERIES:
        raise NotFound(
            Text("没有名为 {name} 的查询。", "There is no query named {name}.").format(
                name=name[:64]
            ),
            Text("gisapp query --list 列出全部查询。", "gisapp query --list lists them all."),
        )
    return QUERIES[name]
