"""What the kinds of export jobs have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from geodata.writers.catalogue import FORMATS
from gisapp.database.engine import Reader
from gisapp.errors import BadParameter
from gisapp.features.exporting import AS_OF
from gisapp.features.moments import read_moment, require_known
from gisapp.features.read import metric_srid
from gisapp.features.targets import CRS, HEADERS, Options, read_options
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Given
from gisapp.queries.spec import Parameter
from layers.catalogue import LAYERS
from layers.spec import Choice, Layer, Role, Text

LANGUAGE = "lang"
USUAL_SRID = 4548  # where the database is not asked yet
SAID = {
    "zh": Text("中文名称", "Chinese labels"),
    "en": Text("英文名称", "English labels"),
    "names": Text("字段名", "Field names"),
}
PARAMETERS = (
    Parameter(
        "f",
        "choice",
        Text("格式", "Format"),
        default="gpkg",
        choices=tuple(Choice(form.name, form.label) for form in FORMATS.values()),
    ),
    Parameter(
        "crs",
        "text",
        Text("坐标系", "CRS"),
        help=Text(
            "如 EPSG:4548；gcj02、bd09 为偏移坐标", "As EPSG:4548; gcj02 and bd09 are shifted"
        ),
    ),
    Parameter(
        "headers",
        "choice",
        Text("表头", "Headings"),
        default="zh",
        choices=tuple(Choice(name, SAID[name]) for name in HEADERS),
    ),
    Parameter(
        "encoding",
        "choice",
        Text("编码（Shapefile）", "Encoding (Shapefile)"),
        default="UTF-8",
        choices=(
            Choice("UTF-8", Text("UTF-8", "UTF-8")),
            Choice("GB18030", Text("GB 18030", "GB 18030")),
        ),
    ),
)
ROLES: tuple[Role, ...] = tuple(
    dict.fromkeys(role for layer in LAYERS.values() for role in layer.access.export)
)
CHOOSERS = ("collection", "query", "table")  # say what is exported, which is told anyway
WORDS = {
    "rows": Text("行数", "Rows"),
    "bytes": Text("字节数", "Bytes"),
    "notes": Text("注意", "Note"),
}


def check_names(given: Given, known: tuple[str, ...]) -> None:
    """Raise BadParameter for a parameter that the export does not have, or a bad option."""
    for name in given:
        if name not in (*known, LANGUAGE):
            listed = ", ".join(known)
            raise BadParameter(
                Text(f"没有参数 {name[:64]}。", f"There is no parameter {name[:64]}."),
                Text(f"可用参数：{listed}", f"Known parameters: {listed}"),
            )
    read_options({name: text for name, text in given.items() if name != CRS}, USUAL_SRID)
    if AS_OF in given:
        read_moment(AS_OF, given[AS_OF])


@contextmanager
def reading(context: JobContext, *layers: Layer) -> Iterator[tuple[Reader, Options]]:
    """Lend a reader for the moment that is asked for, and how the file is to be written.

    Raises Forbidden unless the asker may export ``layers`` (by default all), and their history.
    """
    given = context.parameters
    moment = read_moment(AS_OF, given[AS_OF]) if AS_OF in given else None
    for layer in layers or LAYERS.values():
        context.caller.require("export", layer)
        if moment is not None:
            context.caller.require("history", layer)
    with context.read(moment) as reader:
        if moment is not None:
            require_known(reader, AS_OF, moment)
        yield reader, read_options(given, metric_srid(reader))


def language_of(context: JobContext) -> str:
    """Return the language of the file's note."""
    return "en" if context.parameters.get(LANGUAGE, context.settings.map.language) == "en" else "zh"


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def details_of(options: Options, given: Given) -> dict[str, object]:
    """Return what the audit trail is told of an export besides its rows."""
    asked = [f"{name}={text}" for name, text in given.items() if name not in CHOOSERS]
    return {"format": options.form.name, "crs": options.target.name, "asked": asked}
