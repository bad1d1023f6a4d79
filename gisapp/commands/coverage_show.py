"""`gisapp coverage refresh`, `areas`, `cells`, `gaps` and `camera`: coverage on the command line."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from geodata.findings import guard_formula
from gisapp.access.audit import Entry, record
from gisapp.access.scope import EVERYTHING
from gisapp.commands.connect import open_database
from gisapp.coverage import refresh as refreshing
from gisapp.coverage.details import camera_view
from gisapp.coverage.exporting import TABLES, export_table
from gisapp.coverage.figures import area_figures
from gisapp.coverage.freshness import TARGETS, area_range, read_target
from gisapp.coverage.ranking import ORDERS, Asked, ranked_cells, ranked_gaps
from gisapp.coverage.store import touch_everything
from gisapp.coverage.weights import Weights
from gisapp.errors import NotFound
from gisapp.features.read import metric_srid
from gisapp.features.targets import read_options
from gisapp.language import say, terminal_language
from gisapp.settings import load_settings
from layers.spec import Text

Row = Mapping[str, Any]
FIGURES = (
    "target_m2",
    "sure_share",
    "possible_share",
    "twice_share",
    "gap_m2",
    "unsure_m2",
)
AREA_COLUMNS = (
    "level",
    "area",
    "name",
    "cells",
    "fresh",
    "stale",
    "missing",
    "failed",
    *FIGURES,
    "unseen",
    "no_target",
    "standing",
    "undirected",
)
CELL_COLUMNS = (
    "code",
    "name",
    "area_code",
    "state",
    *FIGURES,
    "cameras",
    "undirected",
    "premises",
    "hazards",
    "incidents",
    "road_m",
    "score",
)
GAP_COLUMNS = (
    "rank",
    "cell",
    "kind",
    "part",
    "area_m2",
    "premises",
    "hazards",
    "incidents",
    "road_m",
    "score",
    "state",
)
KEPT_SIGNS = "\r\n\ufeff"
target_option = click.option(
    "--target",
    type=click.Choice(list(TARGETS)),
    default="public",
    help=say("应看的地面。", "What is to be seen."),
)
area_option = click.option(
    "--area", default="", help=say("只看区域（代码）。", "Only in area (code).")
)
limit_option = click.option("--limit", type=click.IntRange(1, 100_000), default=20)
json_option = click.option(
    "--json", "as_json", is_flag=True, help=say("输出 JSON。", "Print JSON.")
)
csv_option = click.option("--csv", "as_csv", is_flag=True, help=say("输出 CSV。", "Print CSV."))
file_option = click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help=say("输出全部行的 CSV，同页面导出。", "Print all rows as CSV, as the page exports them."),
)


@click.command(
    "refresh", help=say("重算已过时的网格。", "Compute cells that are out of date anew.")
)
@click.option("--everything", is_flag=True, help=say("全部重算。", "Everything."))
@json_option
def refresh(everything: bool, as_json: bool) -> None:
    """Compute here and now, without the worker."""
    settings = load_settings(os.environ).coverage
    with open_database() as database:
        if everything:
            with database.write() as connection:
                touch_everything(connection)
        done = refreshing.refresh(database, settings)
    if as_json:
        click.echo(json.dumps(vars(done)))
        return
    click.echo(
        say(
            f"视野 {done.views}，网格 {done.cells}，其中有变化 {done.changed}，无法计算 {done.failed}。",
            f"{done.views} views, {done.cells} cells; {done.changed} have other figures, "
            f"{done.failed} cannot be computed.",
        )
    )


@click.command("areas", help=say("村居、镇街、区县汇总。", "Sums by village, town, district."))
@target_option
@area_option
@json_option
@csv_option
def areas(target: str, area: str, as_json: bool, as_csv: bool) -> None:
    """Print the sums of areas."""
    with open_database() as database, database.read(EVERYTHING) as reader:
        found = area_figures(reader, read_target(target), area_range(area))
    show([one.to_json() for one in found], AREA_COLUMNS, as_json, as_csv)


@click.command("cells", help=say("网格覆盖，最要紧的在前。", "Cells, what matters most first."))
@target_option
@area_option
@click.option("--sort", type=click.Choice(list(ORDERS)), default="score")
@limit_option
@json_option
@file_option
def cells(target: str, area: str, sort: str, limit: int, as_json: bool, as_csv: bool) -> None:
    """Print cells with their figures."""
    if as_csv:
        print_file("cells", {"target": target, "area": area, "sort": sort})
        return
    asked = Asked(read_target(target), area_range(area), limit, order=sort, shapes=False)
    show(ranked(ranked_cells, asked), CELL_COLUMNS, as_json)


@click.command("gaps", help=say("盲区，最要紧的在前。", "Gaps, what matters most first."))
@target_option
@area_option
@click.option("--kind", type=click.Choice(["all", "certain", "unsure"]), default="all")
@click.option("--cell", default="", help=say("网格代码。", "The code of a cell."))
@limit_option
@json_option
@file_option
def gaps(
    target: str, area: str, kind: str, cell: str, limit: int, as_json: bool, as_csv: bool
) -> None:
    """Print gaps with their scores; JSON has their outlines and the parts of each score."""
    if as_csv:
        print_file("gaps", {"target": target, "area": area, "kind": kind, "cell": cell})
        return
    asked = Asked(read_target(target), area_range(area), limit, cell=cell, kind=kind)
    show(ranked(ranked_gaps, asked), GAP_COLUMNS, as_json)


@click.command("camera", help=say("一台摄像机看到什么。", "What one camera sees."))
@click.argument("code")
@target_option
def camera(code: str, target: str) -> None:
    """Print one camera's view, what hides the rest, and what is lost if it fails, as JSON."""
    with open_database() as database, database.read(EVERYTHING) as reader:
        found = camera_view(reader, code, read_target(target))
    if found is None:
        raise NotFound(Text("没有摄像机 {code}。", "There is no camera {code}.").format(code=code))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def ranked(read: Callable[..., tuple[list[dict[str, Any]], int]], asked: Asked) -> list[Row]:
    """Return ranked cells or gaps of all areas, by the weights that are set."""
    weights = Weights(**load_settings(os.environ).coverage.weights)
    with open_database() as database, database.read(EVERYTHING) as reader:
        found, _ = read(reader, asked, weights)
    return list(found)


def print_file(name: str, given: dict[str, str]) -> None:
    """Print a table as the CSV file that its export is, with field names and codes; note it."""
    table = TABLES[name]
    weights = Weights(**load_settings(os.environ).coverage.weights)
    asked = {key: value for key, value in given.items() if value}
    with open_database() as database, TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with database.read(EVERYTHING) as reader:
            options = read_options({"f": "csv", "headers": "names"}, metric_srid(reader))
            language = terminal_language()
            done = export_table(reader, table, asked, weights, options, language, path)
        with database.write() as connection:
            told = {"rows": done.rows, "format": "csv"}
            record(connection, Entry("exported", f"coverage:{name}", details=told))
        text = path.read_text(encoding="utf-8")
    # Nothing that would steer a terminal.
    sys.stdout.write("".join(sign for sign in text if sign.isprintable() or sign in KEPT_SIGNS))


def show(rows: Sequence[Row], columns: Sequence[str], as_json: bool, as_csv: bool = False) -> None:
    """Print rows: as JSON whole, else their ``columns`` as CSV or one line each."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if as_csv:
        sys.stdout.write("\ufeff")  # as spreadsheets want it
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([[guard_formula(told(row[name], "")) for name in columns] for row in rows])
        return
    click.echo("  ".join(columns))
    for row in rows:
        click.echo("  ".join(told(row[name], "-") for name in columns))


def told(value: object, missing: str) -> str:
    """Return a value as a table shows it; what there is not as ``missing``, never as 0."""
    if value is None:
        return missing
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return "".join(filter(str.isprintable, text))
