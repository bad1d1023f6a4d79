"""The command that asks a spatial query."""

from __future__ import annotations

import sys

import click

from gisapp.access.scope import EVERYTHING
from gisapp.commands.connect import open_database
from gisapp.errors import BadParameter
from gisapp.language import say, terminal_language
from gisapp.queries.catalogue import QUERIES, query_named
from gisapp.queries.describe import describe_query
from gisapp.queries.export import csv_bytes, text_table
from gisapp.queries.run import MOST_ROWS, ROWS, run_query
from layers.spec import Text

FORMATS = ("table", "geojson", "csv")


@click.command(
    "query",
    help=say(
        "运行一个空间查询。\n\n例：gisapp query nearest --param layer=facilities "
        "--param kind=hydrant --param near=116.62,23.46",
        "Ask a spatial query.\n\nExample: gisapp query nearest --param layer=facilities "
        "--param kind=hydrant --param near=116.62,23.46",
    ),
)
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help=say("列出全部查询。", "List all queries."))
@click.option(
    "--param",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help=say("查询的一个参数，可多次。", "A parameter of the query; repeatable."),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    help=say("输出格式。", "What to print."),
)
@click.option(
    "--limit",
    type=click.IntRange(1, MOST_ROWS),
    default=ROWS,
    show_default=True,
    help=say("最多输出几行。", "The most rows to print."),
)
def query(name: str | None, listing: bool, pairs: tuple[str, ...], form: str, limit: int) -> None:
    """Answer a query on standard output, or list what can be asked."""
    if listing or name is None:
        list_queries()
        return
    asked = query_named(name)
    given = read_pairs(pairs)
    with open_database() as database, database.read(EVERYTHING) as reader:
        answer = run_query(reader, asked, given, limit=limit)
    language = terminal_language()
    if form == "table":
        click.echo(text_table(answer, language), nl=False)
    else:
        body = csv_bytes(answer, language) if form == "csv" else answer.geojson(language) + b"\n"
        sys.stdout.buffer.write(body)


def read_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters given as NAME=VALUE. Raises BadParameter."""
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in given:
            raise BadParameter(
                Text(
                    "--param 应为 名称=值，每个一次：{pair}",
                    "--param is NAME=VALUE, each once: {pair}",
                ).format(pair=pair[:80])
            )
        given[name] = value
    return given


def list_queries() -> None:
    """Print every query with its parameters."""
    language = terminal_language()
    for item in QUERIES.values():
        told = describe_query(item, language)
        click.echo(f"{item.name:20} {told['title']}\n{'':20} {told['description']}")
        for parameter in told["parameters"]:
            needed = "*" if parameter["required"] else " "
            default = f" [{parameter['default']}]" if "default" in parameter else ""
            codes = ", ".join(choice["code"] for choice in parameter.get("choices", ()))
            line = f"{needed} {parameter['name']}{default}  {parameter['title']}"
            click.echo(f"{'':18} {line}{'  ' + codes if codes else ''}")
