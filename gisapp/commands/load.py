"""Commands that load data: import (any layer) and context (an OpenStreetMap extract)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from geodata.findings import write_rejects
from geodata.words import fold
from gisapp.commands.connect import open_database
from gisapp.errors import BadFile, BadParameter, NotFound
from gisapp.features.context import MetricCrs, load_context
from gisapp.features.importing import Report, Request, import_file
from gisapp.features.staging import Stored
from gisapp.language import say, terminal_language
from layers.catalogue import LAYERS
from layers.spec import Layer, Text


@click.command(
    "import",
    help=say(
        "把一个文件（GeoPackage、Shapefile、GeoJSON、KML、DXF、GeoParquet、CSV、XLSX 等）读入一个图层，"
        "整个文件一个事务。\n\n"
        "列按字段名、中英文标签和别名对应；编码已有的行更新，没变的行不动，没有编码的行按坐标生成编码。"
        "默认任何一行有错就全部不读；错误逐行写入 FILE.rejects.csv。\n\n"
        "例：gisapp import 宗地.gpkg --layer parcels --map 地块用途=land_use --set dispute=none",
        "Load a file (GeoPackage, Shapefile, GeoJSON, KML, DXF, GeoParquet, CSV, XLSX …) into a "
        "layer, the whole file in one "
        "transaction.\n\nColumns are found by field name, label and alias; rows whose code "
        "exists are updated, unchanged rows are left alone, rows without a code get one made "
        "from their coordinates. By default one bad row refuses the whole file; every bad row "
        "is written to FILE.rejects.csv.\n\n"
        "Example: gisapp import plots.gpkg --layer parcels --map USE=land_use "
        "--set dispute=none",
    ),
)
@click.argument("file")
@click.option("--layer", "layer_name", required=True, help=say("目标图层。", "The layer to fill."))
@click.option("--source-layer", help=say("文件里的图层名。", "The layer inside the file."))
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="COLUMN=FIELD",
    help=say("列=字段；“列=”表示不读该列。", "Which column fills which field; COLUMN= skips it."),
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help=say("没有值的行用这个值。", "The value of rows that have none."),
)
@click.option("--source", default="", help=say("来源名称，默认文件名。", "Name of the source."))
@click.option("--attribution", default="", help=say("地图上要写的出处。", "Shown on maps."))
@click.option("--licence", default="", help=say("数据许可。", "The data's licence."))
@click.option("--crs", default="", help=say("文件的坐标系。", "The CRS of the file."))
@click.option("--swap-axes", is_flag=True, help=say("对调 X、Y。", "Exchange X and Y."))
@click.option(
    "--offset",
    type=click.Choice(["gcj02", "bd09"]),
    help=say("位置来自哪种地图服务，纠正回来。", "Take positions of a map service back."),
)
@click.option("--repair", is_flag=True, help=say("修复无效的几何。", "Repair invalid geometry."))
@click.option("--encoding", default="", help=say("文字的编码。", "The encoding of the texts."))
@click.option("--dry-run", is_flag=True, help=say("只检查，不改数据。", "Check only."))
@click.option("--skip-errors", is_flag=True, help=say("跳过有错的行。", "Skip the bad rows."))
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("错误清单文件。", "Where to write bad rows."),
)
@click.option(
    "--show", default=20, show_default=True, help=say("屏幕上最多列几条错误。", "Errors printed.")
)
def import_command(
    file: str,
    layer_name: str,
    source_layer: str | None,
    pairs: tuple[str, ...],
    constants: tuple[str, ...],
    rejects: Path | None,
    show: int,
    crs: str,
    swap_axes: bool,
    offset: str | None,
    repair: bool,
    **options: bool | str,
) -> None:
    """Import one file and say what happened."""
    patch = {"swap_axes": swap_axes, "offset": offset or "", "repair": repair}
    request = Request(
        Path(file),
        find_layer(layer_name),
        source_layer,
        split_pairs("--map", pairs),
        split_pairs("--set", constants),
        plan=patch | ({"crs": crs} if crs else {}),
        **options,  # type: ignore[arg-type]  # click gives each option its own type
    )
    with open_database() as database, progress_bar(file) as bar:
        report = import_file(database, request, bar)
    print_report(report, request, rejects or Path(file + ".rejects.csv"), show)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Lend a function of (rows done, rows in all) that draws a bar on a terminal."""
    quiet = not sys.stderr.isatty()
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=quiet) as bar:

        def draw(done: int, rows: int) -> None:
            bar.length = rows
            bar.update(done - bar.pos)

        yield draw


def find_layer(name: str) -> Layer:
    """Return the layer with a name, label or alias; NotFound lists them."""
    words = {
        fold(word): layer
        for layer in LAYERS.values()
        for word in (*layer.aliases, layer.label.zh, layer.label.en, layer.name)
    }
    if fold(name) not in words:
        raise NotFound(
            Text("没有名为 {name} 的图层。", "There is no layer named {name}.").format(name=name),
            Text("有：{names}", "There are: {names}").format(names=", ".join(LAYERS)),
        )
    return words[fold(name)]


def split_pairs(option: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """Return ``left=right`` texts as a mapping; the left side may hold further signs."""
    found = {}
    for pair in pairs:
        left, sign, right = pair.rpartition("=") if option == "--map" else pair.partition("=")
        if not sign or not left:
            raise BadParameter(
                Text("{option} 要写成 左=右：{pair}", "{option} wants left=right: {pair}").format(
                    option=option, pair=pair
                )
            )
        found[left.strip()] = right.strip()
    return found


def print_report(report: Report, request: Request, rejects: Path, show: int) -> None:
    """Say what was taken, left out, found wrong and stored; raise BadFile when refused."""
    language, prepared = terminal_language(), report.prepared
    for name, column in prepared.mapping.items():
        click.echo(f"  {column} → {name}")
    if prepared.ignored:
        click.echo(say("未用的列：", "Columns not used: ") + ", ".join(prepared.ignored))
    for note in prepared.notes:
        click.echo(note.say(language))
    for item in prepared.findings[:show]:
        click.echo("  " + item.say(language), err=True)
    bad = len({item.row for item in prepared.findings})
    if bad:
        write_findings(rejects, report)
    if report.stored is None:
        raise BadFile(
            Text(
                "{rows} 行中有 {bad} 行有错，没有改动任何数据。",
                "{bad} of {rows} rows have errors; nothing was changed.",
            ).format(rows=prepared.rows, bad=bad),
            Text(
                "全部错误在 {path}；改好再读，或用 --skip-errors 跳过这些行。",
                "All errors are in {path}; mend them, or skip the rows with --skip-errors.",
            ).format(path=rejects),
        )
    print_stored(report, request, bad)


def write_findings(rejects: Path, report: Report) -> None:
    """Write all findings to the reject file."""
    try:
        write_rejects(rejects, report.prepared.findings)
    except OSError as error:
        raise BadFile(
            Text("写不了错误清单 {path}。", "The reject file {path} cannot be written.").format(
                path=rejects
            ),
            Text("用 --rejects 指定别处。", "Name another place with --rejects."),
        ) from error


def print_stored(report: Report, request: Request, bad: int) -> None:
    """Say how many rows were added, changed and left alone."""
    stored = report.stored
    if stored is None:
        return
    click.echo(stored_line(request.layer.name, stored, bad))
    if report.area_codes:
        click.echo(
            say("其他图层更新区划代码的行数：", "Rows of other layers with a new area code: ")
            + str(report.area_codes)
        )
    if request.dry_run:
        click.echo(say("试读：以上都没有保留。", "Dry run: nothing of this was kept."))


def stored_line(layer: str, stored: Stored, bad: int | None) -> str:
    """Return one line about the rows of a layer; ``bad`` rows were skipped."""
    text = Text(
        "{layer}：新增 {inserted}，更新 {updated}，未变 {unchanged}",
        "{layer}: {inserted} added, {updated} changed, {unchanged} unchanged",
    ).format(
        layer=layer,
        inserted=stored.inserted,
        updated=stored.updated,
        unchanged=stored.unchanged,
    )
    skipped = "" if bad is None else say(f"，跳过 {bad}", f", {bad} skipped")
    return text.say(terminal_language()) + skipped + say("。", ".")


@click.command(
    "context",
    help=say(
        "从 OpenStreetMap 摘录（.osm.pbf）读入道路、建筑、水域、铁路、设施、监控和重点区域。\n\n"
        "道路在共用节点处打断；再读同一文件不会改动任何行。地图上会注明 © OpenStreetMap contributors"
        "（ODbL）。空库可用 --metric-crs auto 选定适合该地的米制坐标系。",
        "Load roads, buildings, water, railways, facilities, cameras and key areas from an "
        "OpenStreetMap extract (.osm.pbf).\n\nRoads are split where they share a node; loading "
        "the same file again changes nothing. The map shows © OpenStreetMap contributors (ODbL). "
        "On an empty database --metric-crs auto sets the metric CRS that fits the place.",
    ),
)
@click.argument("file")
@click.option(
    "--metric-crs",
    metavar="auto|EPSG",
    help=say("空库的米制坐标系。", "The metric CRS of an empty database."),
)
def context_command(file: str, metric_crs: str | None) -> None:
    """Load one extract and say what came of it."""
    wanted = read_metric_crs(metric_crs)
    with open_database() as database:
        report = load_context(database, Path(file), wanted)
    click.echo(say("米制坐标系：", "Metric CRS: ") + f"EPSG:{report.srid}")
    for name, stored in report.stored.items():
        click.echo(stored_line(name, stored, None))
    language = terminal_language()
    for (name, reason), count in sorted(report.skipped.items(), key=lambda item: item[0][0]):
        click.echo(say("未读入 ", "Left out: ") + f"{name} {count}: {reason.say(language)}")


def read_metric_crs(text: str | None) -> MetricCrs:
    """Return ``auto``, an EPSG number (4548 or EPSG:4548) or None."""
    if text is None or text == "auto":
        return "auto" if text else None
    number = text.upper().removeprefix("EPSG:")
    if not number.isdecimal() or len(number) > 6:
        raise BadParameter(
            Text(
                "--metric-crs 应为 auto 或 EPSG 编号：{text}",
                "--metric-crs wants auto or an EPSG number: {text}",
            ).format(text=text)
        )
    return int(number)
