"""A query's whole answer as a file: all rows, not only those a page shows, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from psycopg2 import sql

from geodata.writers.catalogue import Progress, write_file
from geodata.writers.shifting import shifted
from geodata.writers.spec import Export, Written
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.exporting import AS_OF, chunks_of, note_of
from gisapp.features.targets import OPTIONS, Options
from gisapp.features.times import LOCAL
from gisapp.queries.describe import describe_rules, say_given
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Column, Query, Values
from layers.spec import Field, Text

# What is found for each row that is shown (``detail``) is found for all rows here.
ROWS = sql.SQL("""
SELECT {columns}, ST_AsBinary(ST_Transform(shown.geom, {srid}))
FROM (SELECT row_number() OVER () AS row_number, answer.* FROM ({body}) AS answer) AS shown {detail}
ORDER BY row_number
""")
# The kinds of shapes must be known before the first row is written.
KINDS = sql.SQL("""
SELECT count(*), array_agg(DISTINCT ST_GeometryType(geom)) FILTER (WHERE geom IS NOT NULL)
FROM ({body}) AS answer
""")
RULE = Text("规则", "Rule")
KNOWN = {
    f"ST_{kind}": kind
    for kind in ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
}


def allowed_names(query: Query) -> tuple[str, ...]:
    """Return every parameter of an export of ``query``."""
    return (*OPTIONS, AS_OF, *(item.name for item in query.parameters))


def field_of(column: Column) -> Field:
    """Return a column of an answer as a field of a file."""
    return Field(column.name, column.type, column.label, column.unit, column.choices)


class Asked:
    """A query with its parameters' values, ready to be counted and written."""

    def __init__(self, reader: Reader, query: Query, given: Mapping[str, str]) -> None:
        """Read the parameters. Raises BadParameter."""
        own = {name: text for name, text in given.items() if query.parameter(name)}
        self.reader, self.query = reader, query
        self.values: Values = read_parameters(query, own)
        day = reader.moment and reader.moment.astimezone(LOCAL).date()
        self.parameters: dict[str, Any] = {
            **self.values,
            **query.prepare(reader, self.values),
            "day": day,
        }

    def statement(self, shape: sql.SQL, **parts: sql.Composable) -> Statement:
        """Return a statement around the query's own."""
        asked = self.query.statement_for(self.values)
        text = shape.format(body=asked.body, **parts)
        return Statement(text, asked.reads, asked.also_with, asked.example, asked.whole)

    def measure(self) -> tuple[int, str]:
        """Return how many rows there are, and their type of geometry, empty for several."""
        found = self.reader.row(self.statement(KINDS), self.parameters)
        count, kinds = found or (0, None)
        known = [KNOWN.get(kind, "") for kind in kinds or ()]
        return count, known[0] if len(known) == 1 else ""

    def rows(self, srid: int) -> Statement:
        """Return the statement that gives the columns and the shape of every row."""
        columns = sql.SQL(", ").join(sql.Identifier(item.name) for item in self.query.columns)
        detail = sql.SQL(self.query.detail)
        return self.statement(ROWS, columns=columns, srid=sql.Literal(srid), detail=detail)

    def filters(self) -> list[tuple[Text, Text]]:
        """Return the parameters as people read them."""
        return [
            (item.label, Text(say_given(item, value, "zh"), say_given(item, value, "en")))
            for item in self.query.parameters
            if (value := self.values[item.name]) is not None
        ]

    def rules(self) -> Iterator[tuple[Text, Text]]:
        """Yield the rules that decided the answer, with their sources."""
        pairs = (describe_rules(self.query, self.values, language) for language in ("zh", "en"))
        for zh, en in zip(*pairs, strict=True):
            yield (
                RULE,
                Text(f"{zh['text']}（{zh['source']}）", f"{en['text']} ({en['source']})"),
            )


def export_query(
    reader: Reader,
    query: Query,
    given: Mapping[str, str],
    options: Options,
    language: str,
    path: Path,
    progress: Progress | None = None,
) -> Written:
    """Write the whole answer, as of one moment, to ``path``.

    Raises BadParameter, BadFile (what the format cannot hold, disk full), what ``progress`` raises.
    """
    with reader.snapshot():
        asked = Asked(reader, query, given)
        rows, kind = asked.measure()
        note = [*note_of(reader, query.label, asked.filters(), rows, options), *asked.rules()]
        export = Export(
            name=query.name,
            label=query.label,
            fields=tuple(map(field_of, query.columns)),
            geometry=kind,
            crs=options.target.crs,
            offset=options.target.offset,
            title="title",
            note=tuple(note),
            language=language,
            headers=options.headers,
            encoding=options.encoding,
        )
        chunks = chunks_of(reader, asked.rows(options.target.srid), asked.parameters)
        return write_file(
            options.form, export, shifted(chunks, options.target.offset), path, progress
        )
