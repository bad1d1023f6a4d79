"""`gisapp doctor`: run the registered checks and say what to do."""

from __future__ import annotations

import dataclasses
import json
import os
import sys

import click

from gisapp.access.scope import EVERYTHING
from gisapp.commands.connect import database_address
from gisapp.database.engine import Database
from gisapp.doctor.catalogue import CHECKS
from gisapp.doctor.check import Check, Outcome, run_checks
from gisapp.errors import NotFound
from gisapp.language import say, terminal_language
from gisapp.settings import load_settings
from layers.spec import Text

PATIENCE_MS = 600_000  # some checks look at every row
SHOWN = 10  # findings of one check that people are shown
MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


@click.command(
    "doctor",
    help=say(
        "检查数据库、结构、索引、数据与设置，给出处理办法。退出码：0 无问题，1 有问题。\n\n"
        "可只写要做的检查名；名称见 --json 的输出。",
        "Check the database, schema, indexes, rows and settings, and say what to do. "
        "Exit code: 0 nothing wrong, 1 problems found.\n\n"
        "Names of checks run only those; --json shows the names.",
    ),
)
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help=say("输出 JSON。", "Print JSON."))
def doctor(names: tuple[str, ...], as_json: bool) -> None:
    """Run all checks, or those that are named."""
    checks = chosen(names)
    settings = load_settings(os.environ)
    patient = dataclasses.replace(settings.database, statement_timeout_ms=PATIENCE_MS)
    outcomes = []
    with database_address(settings) as url:
        database = Database(patient, url)
        with database.read(EVERYTHING) as reader:
            for outcome in run_checks(checks, reader, settings):
                outcomes.append(outcome)
                if not as_json:
                    show(outcome)
        database.close()
    if as_json:
        click.echo(json.dumps([as_data(item) for item in outcomes], ensure_ascii=False, indent=2))
    sys.exit(any(item.level == "problem" for item in outcomes))


def chosen(names: tuple[str, ...]) -> list[Check]:
    """Return the named checks, or all."""
    known = {item.name: item for item in CHECKS}
    for name in names:
        if name not in known:
            raise NotFound(
                Text("没有名为 {name} 的检查。", "There is no check named {name}.").format(
                    name=name
                ),
                Text("检查有：{names}", "Checks: {names}").format(names=", ".join(known)),
            )
    return [known[name] for name in names] or list(CHECKS)


def show(outcome: Outcome) -> None:
    """Print one outcome for people: the title, what was found, and what to do."""
    language = terminal_language()
    click.echo(f"{MARKS[outcome.level]} {outcome.check.title.say(language)}")
    for finding in outcome.findings[:SHOWN]:
        click.echo(f"    {finding.message.say(language)}")
    if len(outcome.findings) > SHOWN:
        more = len(outcome.findings) - SHOWN
        click.echo(
            say(f"    ……另有 {more} 条（--json 列出全部）", f"    ... and {more} more (--json)")
        )
    if outcome.level != "ok":
        click.echo(f"    → {outcome.check.hint.say(language)}")


def as_data(outcome: Outcome) -> dict[str, object]:
    """Return one outcome for programs, with the texts in the language of the command line."""
    language = terminal_language()
    return {
        "check": outcome.check.name,
        "title": outcome.check.title.say(language),
        "level": outcome.level,
        "findings": [
            {"level": finding.level, "message": finding.message.say(language)}
            for finding in outcome.findings
        ],
        "hint": outcome.check.hint.say(language) if outcome.level != "ok" else "",
    }
