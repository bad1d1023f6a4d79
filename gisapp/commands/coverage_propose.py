"""`gisapp coverage propose` and `gisapp coverage check`: sites for cameras, and their records."""

from __future__ import annotations

import json
import os

import click

from gisapp.access.caller import SYSTEM
from gisapp.commands.connect import open_database
from gisapp.commands.query import query, read_pairs
from gisapp.coverage.siting_run import keep_made, make
from gisapp.coverage.siting_settings import rules_from
from gisapp.coverage.siting_store import read_proposal, read_sites
from gisapp.jobs.kinds.propose_cameras import JOB, wish_of
from gisapp.language import say, terminal_language
from gisapp.queries.parameters import read_parameters
from gisapp.settings import load_settings
from layers.spec import Text


@click.command(
    "propose",
    help=say(
        "在一个区域内选出新增监控的位置和朝向，存为方案。\n\n"
        "例：gisapp coverage propose 445103100000 --most 10 --models 枪机:80:60:1",
        "Find where more cameras would help most in an area, and keep it as a proposal.\n\n"
        "Example: gisapp coverage propose 445103100000 --most 10 --models bullet:80:60:1",
    ),
)
@click.argument("area")
@click.option("--most", help=say("最多几台。", "Cameras at most."))
@click.option(
    "--models",
    help=say("机型：名称:视场角:距离:费用，以分号隔开。", "Models: name:fov:range:cost; …"),
)
@click.option("--budget", help=say("预算。", "The budget."))
@click.option("--seed", help=say("随机种子。", "The seed."))
@click.option(
    "--param",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help=say("任务 propose_cameras 的其他参数。", "Another parameter of job propose_cameras."),
)
@click.option("--json", "as_json", is_flag=True, help=say("输出 JSON。", "Print JSON."))
def propose(
    area: str,
    most: str | None,
    models: str | None,
    budget: str | None,
    seed: str | None,
    pairs: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a proposal here and now, keep it, and print its figures and sites."""
    options = {"area": area, "most": most, "models": models, "budget": budget, "seed": seed}
    given = {name: value for name, value in options.items() if value is not None}
    values = read_parameters(JOB, {**read_pairs(pairs), **given})
    wish, step = wish_of(values), float(str(values["step"]))
    rules = rules_from(load_settings(os.environ).coverage)
    with open_database() as database:
        made = make(database, SYSTEM.scope, area, wish, step, rules, tell)
        with database.write() as connection:
            kept = keep_made(connection, made, rules, SYSTEM.name, SYSTEM.scope)
        with database.read(SYSTEM.scope) as reader:
            number = int(str(kept["proposal"]))
            found, sites = read_proposal(reader, number), read_sites(reader, number)
    if as_json:
        told = {**kept, "figures": found.figures, "sites": [vars(site) for site in sites]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    language = terminal_language()
    for name, value in kept.items():
        click.echo(f"{JOB.words[name].say(language)}: {value}")
    for site in sites:
        lon, lat = json.loads(site.place)["coordinates"]
        flags = printable(" ".join(flag["name"] for flag in site.flags))
        line = f"{site.number:3} {lon:.6f},{lat:.6f} {site.azimuth:5.0f}° {site.gain:10.3f}"
        click.echo(f"{line}  {site.kind} {printable(str(site.model['name']))} {flags}".rstrip())


def printable(text: str) -> str:
    """Return a text from the data without what would steer a terminal."""
    return "".join(filter(str.isprintable, text))


def tell(done: int, total: int, text: Text) -> None:
    """Print a step on standard error."""
    click.echo(f"{done + 1}/{total} {text.say(terminal_language())}", err=True)


@click.command(
    "check",
    help=say(
        "检查监控档案：国标编号、录像保存、禁装场所、重复等（同 gisapp query device_checks）。",
        "Check camera records: identifiers, retention, forbidden places, duplicates and more "
        "(as gisapp query device_checks).",
    ),
)
@click.option("--param", "pairs", multiple=True, metavar="NAME=VALUE")
@click.option("--format", "form", type=click.Choice(("table", "csv", "geojson")), default="table")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@click.pass_context
def check(context: click.Context, pairs: tuple[str, ...], form: str, limit: int) -> None:
    """Ask the query of device checks."""
    context.invoke(query, name="device_checks", listing=False, pairs=pairs, form=form, limit=limit)
