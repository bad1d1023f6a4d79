"""Answers as files and as text: CSV for spreadsheets, a table for the terminal."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator

import shapely

from geodata.findings import guard_formula
from gisapp.queries.answer import Answer
from gisapp.queries.describe import describe_rules, heading, say_given, say_value
from layers.spec import Text

POSITION = (Text("经度", "Longitude"), Text("纬度", "Latitude"))
RULES = Text("规则", "Rule")
NOTE = Text("说明", "Note")
PARAMETER = Text("参数", "Parameter")
SOURCE = Text("数据来源", "Source of the data")
WIDEST_CELL = 40


def csv_bytes(answer: Answer, language: str) -> bytes:
    """Return the rows as CSV in UTF-8 with a byte order mark, as spreadsheets open it.

    Headings have the units; the last columns are a point inside the feature (degrees). Notes,
    parameters and rules follow after an empty line, so that the file explains itself.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    columns = answer.query.columns
    writer.writerow(
        [heading(column, language) for column in columns]
        + [name.say(language) for name in POSITION]
    )
    for row in answer.rows():
        values = row["properties"]
        cells = [say_value(column, values[column.name], language) for column in columns]
        texts = [column.type not in ("number", "integer") for column in columns]
        escaped = [
            guard_formula(cell) if text else cell for cell, text in zip(cells, texts, strict=True)
        ]
        writer.writerow([*escaped, *position(row["geometry"])])
    writer.writerow([])
    writer.writerows(
        [guard_formula(cell) for cell in line] for line in explanations(answer, language)
    )
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def position(geometry: dict[str, object] | None) -> tuple[str, str]:
    """Return longitude and latitude of a point inside a GeoJSON geometry, or nothing."""
    inside = geometry and shapely.point_on_surface(shapely.from_geojson(json.dumps(geometry)))
    if not inside:  # also of an empty one: a cell without a gap
        return "", ""
    return f"{inside.x:.7f}", f"{inside.y:.7f}"


def explanations(answer: Answer, language: str) -> Iterator[tuple[str, ...]]:
    """Yield what must be known beside the rows: notes, parameters, rules, sources."""
    for note in answer.notes(language):
        yield NOTE.say(language), note
    for parameter in answer.query.parameters:
        value = answer.values[parameter.name]
        if value is not None:
            yield (
                PARAMETER.say(language),
                parameter.label.say(language),
                say_given(parameter, value, language),
            )
    for rule in describe_rules(answer.query, answer.values, language):
        yield RULES.say(language), rule["text"], rule["source"]
    for attribution in answer.attributions:
        yield SOURCE.say(language), attribution


def text_table(answer: Answer, language: str) -> str:
    """Return summary, rows and rules as text for a terminal."""
    query = answer.query
    parts = [query.label.say(language)]
    if query.summary:
        lines = [
            [say_value(column, row[column.name], language, ",") for column in query.summary_columns]
            for row in answer.summary_rows()
        ]
        parts.append(layout([heading(item, language) for item in query.summary_columns], lines))
    lines = [
        [say_value(column, row["properties"][column.name], language) for column in query.columns]
        for row in answer.rows()
    ]
    parts.append(layout([heading(item, language) for item in query.columns], lines))
    told = [": ".join(line) for line in explanations(answer, language)]
    return "\n\n".join([*parts, "\n".join(told)]) + "\n"


def layout(headings: list[str], lines: list[list[str]]) -> str:
    """Return columns of text; Chinese characters are two places wide."""
    table = [headings, *([shorten(cell) for cell in line] for line in lines)]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=True)
        ).rstrip()
        for line in table
    )


def width(text: str) -> int:
    """Return how many places of a terminal ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def shorten(text: str) -> str:
    """Return ``text`` on one line and not too long."""
    line = " ".join(printable(text))
    return line if len(line) <= WIDEST_CELL else line[: WIDEST_CELL - 1] + "…"


def printable(text: str) -> Iterable[str]:
    """Return the words of ``text`` without control characters, which a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text).split()
