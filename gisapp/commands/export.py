"""The command that exports a layer, or a query's answer, to a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from geodata.writers.catalogue import FORMATS
from geodata.writers.spec import Written
from gisapp.access.audit import Entry, record
from gisapp.access.scope import EVERYTHING
from gisapp.commands.connect import open_database
from gisapp.commands.options import find_layer, progress_bar, split_pairs
from gisapp.database.engine import Database, Reader
from gisapp.errors import BadFile, BadParameter, NotFound
from gisapp.features import exporting
from gisapp.features.asked import asked_conditions
from gisapp.features.moments import read_moment, require_known
from gisapp.features.read import metric_srid
from gisapp.features.targets import HEADERS, Options, read_options
from gisapp.jobs.database import JobDatabase
from gisapp.language import say, terminal_language
from gisapp.queries import exporting as answers
from gisapp.queries.catalogue import QUERIES
from layers.spec import Text

Bar = Callable[[int, int], None]


@click.command(
    "export",
    help=say(
        "把一个图层或一个空间查询的结果导出为文件，边读边写，内存不随数据量增长。\n\n"
        "例：gisapp export cameras --format shp --encoding GB18030 --crs EPSG:4527 "
        "--where status=online --out 监控.zip",
        "Export a layer, or a spatial query's answer, to a file; written while it is read, in flat "
        "memory.\n\nExample: gisapp export cameras --format shp --encoding GB18030 "
        "--crs EPSG:4527 --where status=online --out cameras.zip",
    ),
)
@click.argument("name")
@click.option(
    "--query", "is_query", is_flag=True, help=say("NAME 是查询名。", "NAME is that of a query.")
)
@click.option("--format", "f", type=click.Choice(list(FORMATS)), help=say("格式。", "The format."))
@click.option(
    "--crs",
    help=say(
        "坐标系，如 EPSG:4527；gcj02、bd09 为偏移坐标。",
        "The CRS, such as EPSG:4527; gcj02 and bd09 are shifted.",
    ),
)
@click.option(
    "--where",
    "--param",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help=say("筛选条件或查询参数，可多次。", "A filter, or a query's parameter; repeatable."),
)
@click.option("--bbox", help=say("范围：西,南,东,北（度）。", "west,south,east,north in degrees."))
@click.option("--datetime", "time", help=say("时间或区间。", "A time or an interval."))
@click.option("--search", "q", help=say("名称、编号中的文字。", "Words of names or codes."))
@click.option("--as-of", help=say("截至某一时刻的状态。", "As it was at a moment."))
@click.option(
    "--headers",
    type=click.Choice(list(HEADERS)),
    help=say("CSV、XLSX 的表头。", "Headings of CSV and XLSX."),
)
@click.option("--encoding", help=say("Shapefile 的编码。", "The encoding of a Shapefile."))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("写到哪个文件；默认按名称。", "The file to write; by default it is named."),
)
@click.option("--force", is_flag=True, help=say("覆盖已有文件。", "Overwrite a file."))
def export_command(
    name: str,
    is_query: bool,
    pairs: tuple[str, ...],
    out: Path | None,
    force: bool,
    **options: str | None,
) -> None:
    """Export and say what came of it."""
    given = split_pairs("--where", pairs)
    words = {"time": "datetime", "as_of": "as-of"}
    given |= {words.get(key, key): value for key, value in options.items() if value}
    if "f" not in given and out is not None:
        given["f"] = form_of(out)
    label = "query" if is_query else "layer"
    with open_database() as database, progress_bar(name) as bar:
        patient = JobDatabase(database.settings, database.url, 1)  # no time limit
        try:
            path, written, about = export(patient, name, is_query, given, out, force, bar)
            with patient.write() as connection:
                details = {"rows": written.rows, "file": path.name}
                record(connection, Entry("exported", f"{label}:{about}", details=details))
        finally:
            patient.close()
    click.echo(say(f"{path}：{written.rows} 行。", f"{path}: {written.rows} rows."))
    for told in written.notes:
        click.echo(told.say(terminal_language()), err=True)


def form_of(out: Path) -> str:
    """Return the format that a file's suffix asks for. Raises BadParameter."""
    for form in FORMATS.values():
        if form.suffix == out.suffix.lower():
            return form.name
    raise BadParameter(
        Text(f"看不出格式：{out.name}", f"The format cannot be told: {out.name}"),
        Text("请写 --format。", "Name it by --format."),
    )


def export(
    database: Database,
    name: str,
    is_query: bool,
    given: dict[str, str],
    out: Path | None,
    force: bool,
    bar: Bar,
) -> tuple[Path, Written, str]:
    """Write the file; return its path, what it holds and the layer's or query's name.

    Raises NotFound, BadParameter and BadFile.
    """
    moment = read_moment("as-of", given["as-of"]) if "as-of" in given else None
    with database.read(EVERYTHING, moment) as reader:
        if moment is not None:
            require_known(reader, "as-of", moment)
        options = read_options(given, metric_srid(reader))
        if is_query:
            return query_file(reader, name, given, options, out, force, bar)
        return layer_file(reader, name, given, options, out, force, bar)


def layer_file(
    reader: Reader,
    name: str,
    given: dict[str, str],
    options: Options,
    out: Path | None,
    force: bool,
    bar: Bar,
) -> tuple[Path, Written, str]:
    """Write a layer's rows."""
    layer = find_layer(name)
    require_known_names(given, exporting.allowed_names(layer))
    total = exporting.count_rows(reader, layer, asked_conditions(reader, layer, given))
    path = place(out, options, layer.name, force)

    def tell(rows: int) -> None:
        bar(rows, max(total, rows, 1))

    language = terminal_language()
    written = exporting.export_layer(reader, layer, given, options, language, path, tell)
    return path, written, layer.name


def query_file(
    reader: Reader,
    name: str,
    given: dict[str, str],
    options: Options,
    out: Path | None,
    force: bool,
    bar: Bar,
) -> tuple[Path, Written, str]:
    """Write a query's answer."""
    if name not in QUERIES:
        raise NotFound(
            Text(f"没有名为 {name} 的查询。", f"There is no query named {name}."),
            Text("有：" + ", ".join(QUERIES), "There are: " + ", ".join(QUERIES)),
        )
    query = QUERIES[name]
    require_known_names(given, answers.allowed_names(query))
    path = place(out, options, name, force)

    def tell(rows: int) -> None:
        bar(rows, rows + 1)

    language = terminal_language()
    return path, answers.export_query(reader, query, given, options, language, path, tell), name


def require_known_names(given: dict[str, str], known: tuple[str, ...]) -> None:
    """Raise BadParameter for a filter that there is not."""
    for name in given:
        if name not in known:
            raise BadParameter(
                Text(f"没有参数 {name}。", f"There is no parameter {name}."),
                Text("可用：" + ", ".join(known), "There are: " + ", ".join(known)),
            )


def place(out: Path | None, options: Options, name: str, force: bool) -> Path:
    """Return the file to write. Raises BadFile when it is there already, unless forced."""
    path = out or Path(options.file_name(name, datetime.now(UTC)))
    if path.exists() and not force:
        raise BadFile(
            Text(f"文件已存在：{path}", f"The file is there already: {path}"),
            Text("换个名称，或用 --force 覆盖。", "Choose another name, or overwrite by --force."),
        )
    return path
