"""Pages of the spatial queries: the list, and one with form, rules and answer for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Blueprint, render_template, request

from gisapp.errors import BadParameter
from gisapp.features.sources import Source, read_sources
from gisapp.features.summary import PLACES
from gisapp.queries.answer import Answer
from gisapp.queries.catalogue import QUERIES, query_named
from gisapp.queries.describe import describe_query, describe_rules, heading, plain, say_value
from gisapp.queries.spec import Column, Query
from gisapp.web.api_queries import RESERVED, run_asked
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.moment import AS_OF
from gisapp.web.pages import page_config
from layers.catalogue import LAYERS

BLUEPRINT = Blueprint("query_pages", __name__)
ROWS_ON_PAGE = 200
NUMBERS = ("number", "integer")


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    number: bool = False
    link: str = ""
    unknown: bool = False


@BLUEPRINT.get("/queries")
def list_queries() -> str:
    """Render the list of all queries."""
    listed = [describe_query(item, language()) for item in QUERIES.values()]
    return render_template("queries/list.html", queries=listed, sources=known_sources())


@BLUEPRINT.get("/queries/<name>")
def show_query(name: str) -> tuple[str, int]:
    """Render a query's form and, once it is asked, its answer or what is wrong with it."""
    asked = query_named(name)
    told = describe_query(asked, language())
    given = {key: value for key, value in request.args.items() if key not in RESERVED}
    answer, error = None, None
    if given:
        try:
            answer = run_asked(asked, ROWS_ON_PAGE)
        except BadParameter as problem:
            error = problem
    page = render_template(
        "queries/show.html",
        query=told,
        given=given,
        answer=answer,
        error=error,
        plain=plain,
        tables=answer and answer_tables(answer),
        rules=describe_rules(asked, answer.values, language()) if answer else told["rules"],
        links=query_links(asked, given),
        areas=known_areas(),
        sources=known_sources(),
        exports=all(caller().may("export", layer) for layer in LAYERS.values()),
        config={**page_config(), "query": exported(told, given)},
    )
    return page, 400 if error else 200


def exported(told: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    """Return what the page's dialog of exports is told: the query, and what was asked."""
    moment = {AS_OF: request.args[AS_OF]} if AS_OF in request.args else {}
    filled = {name: value for name, value in given.items() if value}
    return {"name": told["name"], "title": told["title"], "given": {**filled, **moment}}


def answer_tables(answer: Answer) -> dict[str, list[list[Cell]]]:
    """Return headings and lines of summary and rows; each cell knows its text and its link."""
    query = answer.query
    return {
        "headings": [heading_cells(query.columns)],
        "rows": [cells(query.columns, row["properties"]) for row in answer.rows()],
        "summary_headings": [heading_cells(query.summary_columns)],
        "summary": [cells(query.summary_columns, row) for row in answer.summary_rows()],
    }


def heading_cells(columns: Iterable[Column]) -> list[Cell]:
    """Return the headings of ``columns``."""
    return [Cell(heading(column, language()), column.type in NUMBERS) for column in columns]


def cells(columns: Iterable[Column], values: Mapping[str, Any]) -> list[Cell]:
    """Return one line; codes lead to their feature on the map."""
    return [
        Cell(
            say_value(column, values[column.name], language(), ","),
            column.type in NUMBERS,
            feature_link(column, values),
            any(item.unknown and item.code == values[column.name] for item in column.choices),
        )
        for column in columns
    ]


def feature_link(column: Column, values: Mapping[str, Any]) -> str:
    """Return where the feature is that a column's code names, or nothing."""
    code = values[column.name]
    layer = values.get(column.feature_of, column.feature_of)
    if not column.feature_of or code is None or layer not in LAYERS:
        return ""
    return f"/#select={layer}/{quote(code, safe='')}"


def known_sources() -> list[Source]:
    """Return where the data came from, for the notice in the footer."""
    with services().database.read(caller_scope()) as reader:
        return read_sources(reader)


def known_areas() -> list[tuple[str, str]]:
    """Return code and name of every area in force, to choose from: nobody knows the codes."""
    levels = {"levels": ["district", "town", "village"]}
    with services().database.read(caller_scope()) as reader:
        return [(row[0], row[1]) for row in reader.rows(PLACES, levels)]


def query_links(asked: Query, given: dict[str, str]) -> dict[str, str]:
    """Return where the same question leads: map, data and spreadsheet."""
    filled = {name: value for name, value in given.items() if value}
    return {
        "map": "/?" + urlencode({"query": asked.name, **filled}),
        "json": f"/api/queries/{asked.name}?{urlencode({**filled, 'f': 'json'})}",
        "csv": f"/api/queries/{asked.name}?{urlencode({**filled, 'f': 'csv'})}",
    }
