"""Commands about the schema and the declarations: migrate, sql, layers."""

from __future__ import annotations

import dataclasses
import json
import os

import click

from gisapp.commands.connect import database_address
from gisapp.database.ddl import table_sql
from gisapp.database.migrate import migrate
from gisapp.errors import NotFound
from gisapp.language import say, terminal_language
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from layers.spec import Text


@click.command(
    "migrate", help=say("建立或更新数据库结构。", "Create or update the database's schema.")
)
def migrate_command() -> None:
    """Bring the configured database up to date."""
    settings = load_settings(os.environ)
    with database_address(settings) as url:
        migrate(url, settings.database.metric_srid)
    click.echo(say("数据库结构已是最新。", "The schema is up to date."))


@click.command("layers", help=say("列出所有图层及字段。", "List all layers and their fields."))
@click.option("--json", "as_json", is_flag=True, help=say("输出 JSON。", "Print JSON."))
def layers_command(as_json: bool) -> None:
    """Print the declarations for people or programs."""
    if as_json:
        everything = [dataclasses.asdict(layer) for layer in LAYERS.values()]
        click.echo(json.dumps(everything, ensure_ascii=False, indent=2))
        return
    language = terminal_language()
    for layer in LAYERS.values():
        fields = ", ".join(field.name for field in layer.fields)
        click.echo(f"{layer.name:16} {layer.label.say(language)}\n{'':16} {fields}")


@click.command(
    "sql", help=say("打印建立某图层数据表的 SQL。", "Print the SQL that makes a layer's table.")
)
@click.argument("layer")
def sql_command(layer: str) -> None:
    """Print the DDL of one layer, to paste into a migration."""
    if layer not in LAYERS:
        raise NotFound(
            Text("没有名为 {name} 的图层。", "There is no layer named {name}.").format(name=layer),
            Text("gisapp layers 列出全部图层。", "gisapp layers lists them all."),
        )
    click.echo(table_sql(LAYERS[layer]), nl=False)
