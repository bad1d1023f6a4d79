"""Any layer as a file: its rows as the caller may see them, streamed, with a note of what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from psycopg2 import sql

from geodata.crs import find_crs
from geodata.mapping import CODE
from geodata.writers.catalogue import Progress, write_file
from geodata.writers.shifting import shifted
from geodata.writers.spec import Chunk, Chunks, Export, Written
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.asked import PLACE, PLACE_CRS, TIME, WORDS, asked_conditions, say_filters
from gisapp.features.conditions import Condition, all_of
from gisapp.features.filters import filter_names
from gisapp.features.sources import GENERATED, read_sources
from gisapp.features.targets import OPTIONS, Options
from gisapp.features.times import LOCAL
from layers.catalogue import LAYERS
from layers.spec import Field, Layer, Text

SIZE = 2000  # rows in one chunk
# The whole of what was asked for is wanted: that may be the whole layer.
ROWS = sql.SQL("""
SELECT {columns}, ST_AsBinary(ST_Transform(geom, {srid})) FROM feature WHERE {where} ORDER BY id
""")
COUNT = sql.SQL("SELECT count(*) FROM (SELECT FROM feature WHERE {where} LIMIT %(most)s) AS asked")
SYSTEM_FIELDS = (
    Field("area_code", "text", Text("行政区划代码", "Area code")),
    Field("source", "text", Text("数据来源", "Source of the row")),
    Field("updated_at", "datetime", Text("更新时间", "Updated")),
)
FILTERS = (PLACE, PLACE_CRS, TIME, WORDS)
AS_OF = "as-of"
EVERYTHING = 2**62
ALL = Text("全部", "Everything")
TITLES = {
    "what": Text("内容", "Content"),
    "filter": Text("筛选", "Filter"),
    "rows": Text("行数", "Rows"),
    "crs": Text("坐标系", "CRS"),
    "warning": Text("警告", "Warning"),
    "source": Text("数据来源", "Source"),
    "moment": Text("截至时刻", "As of"),
    "made": Text("导出时间", "Exported"),
    "limits": Text("格式限制", "Limits of the format"),
}


def allowed_names(layer: Layer) -> tuple[str, ...]:
    """Return every parameter of an export of ``layer``."""
    return (*OPTIONS, *FILTERS, AS_OF, *filter_names(layer))


def fields_of(layer: Layer) -> tuple[Field, ...]:
    """Return the columns of an export: what an import reads first, then what the server keeps."""
    return (CODE, *layer.fields, *SYSTEM_FIELDS)


def count_rows(
    reader: Reader, layer: Layer, conditions: Sequence[Condition], most: int = EVERYTHING
) -> int:
    """Return how many rows are asked for, ``most`` if there are more."""
    where = all_of(conditions)
    text = COUNT.format(where=where.text)
    statement = Statement(text, (("feature", layer.name),), whole=(layer.name,))
    found: int = reader.value(statement, {**where.parameters, "most": most})
    return found


@lru_cache(maxsize=256)
def rows_statement(name: str, srid: int, where: Condition) -> Statement:
    """Return the statement that gives the rows of the layer ``name`` for a file."""
    columns = (sql.Identifier(field.name) for field in fields_of(LAYERS[name]))
    text = ROWS.format(
        columns=sql.SQL(", ").join(columns), srid=sql.Literal(srid), where=where.text
    )
    return Statement(text, (("feature", name),), example=where.parameters, whole=(name,))


def export_layer(
    reader: Reader,
    layer: Layer,
    arguments: Mapping[str, str],
    options: Options,
    language: str,
    path: Path,
    progress: Progress | None = None,
) -> Written:
    """Write the rows that the parameters ask for, as of one moment, to ``path``.

    Raises BadParameter, BadFile (what the format cannot hold, disk full), what ``progress`` raises.
    """
    where = all_of(asked_conditions(reader, layer, arguments))
    statement = rows_statement(layer.name, options.target.srid, where)
    with reader.snapshot():
        rows = count_rows(reader, layer, [where])
        told = say_filters(layer, arguments)
        export = Export(
            name=layer.name,
            label=layer.label,
            fields=fields_of(layer),
            geometry=layer.geometry,
            crs=options.target.crs,
            offset=options.target.offset,
            title=layer.title,
            note=tuple(note_of(reader, layer.label, told, rows, options)),
            language=language,
            headers=options.headers,
            encoding=options.encoding,
        )
        chunks = shifted(chunks_of(reader, statement, where.parameters), options.target.offset)
        return write_file(options.form, export, chunks, path, progress)


def chunks_of(reader: Reader, statement: Statement, parameters: Mapping[str, Any]) -> Chunks:
    """Yield the rows of a statement whose last column is the shape."""
    for rows in reader.stream(statement, parameters, SIZE):
        *columns, shapes = zip(*rows, strict=True)
        yield Chunk(tuple(columns), [None if shape is None else bytes(shape) for shape in shapes])


def note_of(
    reader: Reader,
    label: Text,
    filters: Sequence[tuple[Text, Text]],
    rows: int,
    options: Options,
) -> Iterator[tuple[Text, Text]]:
    """Yield what a file says of itself: content, filter, CRS, sources and licences, time."""
    yield TITLES["what"], label
    said = [Text(f"{name.zh} = {text.zh}", f"{name.en} = {text.en}") for name, text in filters]
    joined = Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))
    yield TITLES["filter"], joined if said else ALL
    yield TITLES["rows"], Text(str(rows), str(rows))
    yield from coordinates(options)
    yield from origins(reader)
    if reader.moment is not None:
        yield TITLES["moment"], stamp(reader.moment)
    yield TITLES["made"], stamp(datetime.now(UTC))
    yield TITLES["limits"], options.form.limits


def coordinates(options: Options) -> Iterator[tuple[Text, Text]]:
    """Yield what coordinates are, and the warning about shifted ones."""
    target = options.target
    name = (
        target.label if target.offset else Text(*[f"{target.name} {find_crs(target.crs).name}"] * 2)
    )
    order = Text("；x 向东、y 向北，先 x 后 y", "; x east, y north, x first")
    yield TITLES["crs"], Text(name.zh + order.zh, name.en + order.en)
    if target.warning:
        yield TITLES["warning"], target.warning


def origins(reader: Reader) -> Iterator[tuple[Text, Text]]:
    """Yield where the data come from, on what terms, and whether they were made up."""
    sources = read_sources(reader)
    if any(source.generated for source in sources):
        yield TITLES["warning"], GENERATED
    for source in sources:
        parts = (source.name, source.attribution, source.licence)
        text = " — ".join(part for part in parts if part)
        yield TITLES["source"], Text(text, text)


def stamp(moment: datetime) -> Text:
    """Return an instant in the deployment's time zone."""
    text = moment.astimezone(LOCAL).isoformat(timespec="seconds")
    return Text(text, text)
