"""The command about history: since when it is kept, and dropping what is older than allowed."""

from __future__ import annotations

import os

import click

from gisapp.access.scope import EVERYTHING
from gisapp.commands.connect import open_database
from gisapp.features.moments import history_since, write_moment
from gisapp.features.retention import purge_by_age
from gisapp.language import say
from gisapp.settings import load_settings


@click.command("history", help=say("历史保留情况；清理过期历史。", "Since when history is kept."))
@click.option(
    "--purge",
    is_flag=True,
    help=say(
        "删除超过 GISAPP_HISTORY_MONTHS 个月的历史。",
        "Drop what ended more than GISAPP_HISTORY_MONTHS months ago.",
    ),
)
def history_command(purge: bool) -> None:
    """Say since when history is kept; with ``--purge`` drop what is older than is allowed."""
    with open_database() as database:
        if purge:
            months = load_settings(os.environ).history.months
            with database.write() as connection:
                dropped = purge_by_age(connection, months)
            click.echo(
                say(f"已清理历史版本 {dropped} 个。", f"{dropped} versions of the past dropped.")
            )
        with database.read(EVERYTHING) as reader:
            since = write_moment(history_since(reader))
    click.echo(say(f"历史自 {since} 起保留。", f"History is kept from {since} on."))
