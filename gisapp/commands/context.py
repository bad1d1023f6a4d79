"""`gisapp context`: what an OpenStreetMap extract holds, into the layers of context."""

from __future__ import annotations

from pathlib import Path

import click

from gisapp.commands.connect import open_database
from gisapp.commands.options import progress_bar
from gisapp.errors import BadParameter
from gisapp.features.context import MetricCrs, load_context
from gisapp.features.staging import Stored
from gisapp.language import say, terminal_language
from layers.spec import Text


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
    language = terminal_language()
    with open_database() as database, progress_bar(Path(file).name) as draw:

        def tell(done: int, steps: int, what: Text) -> None:
            draw(done, steps, what.say(language))

        report = load_context(database, Path(file), wanted, tell)
    click.echo(say("米制坐标系：", "Metric CRS: ") + f"EPSG:{report.srid}")
    for name, stored in report.stored.items():
        click.echo(stored_line(name, stored))
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


def stored_line(layer: str, stored: Stored) -> str:
    """Return one line about the rows of a layer."""
    text = Text(
        "{layer}：新增 {inserted}，更新 {updated}，未变 {unchanged}。",
        "{layer}: {inserted} added, {updated} changed, {unchanged} unchanged.",
    )
    return text.format(layer=layer, **vars(stored)).say(terminal_language())
