"""`gisapp audit`: verify the audit trail, print its end to note elsewhere, write it to a file."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import cast

import click

from gisapp.access.audit import ACTIONS, RESULTS, Entry, record
from gisapp.access.audit_anchors import (
    LOG,
    MISSING,
    MISSING_HINT,
    Anchor,
    Log,
    accept_restore,
    missing_anchors,
    read_anchor,
    read_log,
)
from gisapp.access.audit_chain import FAULTS, Verdict, head, verify
from gisapp.access.audit_filters import read_filters
from gisapp.access.audit_trail import Format, each_entry, export
from gisapp.access.scope import Scope
from gisapp.commands.connect import open_database
from gisapp.database.engine import Database
from gisapp.language import say, terminal_language
from gisapp.settings import load_settings
from layers.spec import Text

WHOLE = Text(
    "✓ 第 1 至 {last} 条与写入时完全一致，没有缺失。",
    "✓ Entries 1 to {last} are as they were written, and none is missing.",
)
BROKEN = Text(
    "✗ 链在第 {broken} 条断开：{fault}。", "✗ The chain breaks at entry {broken}: {fault}."
)
ANCHORS = Text(
    "✓ {count} 个锚点都在库中：到第 {last} 条为止，末尾没有被截掉。",
    "✓ All {count} anchors are there: up to entry {last} nothing was cut off the end.",
)
UNANCHORED = Text(
    "! 没有锚点：链本身看不出末尾是否被截掉。用 gisapp audit head 记下一个，存到别处。",
    "! No anchor: the chain by itself does not show whether its end was cut off. Note one "
    "elsewhere with gisapp audit head.",
)
UNREADABLE = Text("! {log} 有 {count} 行无法读取。", "! {count} lines of {log} cannot be read.")
ACCEPTED = Text(
    "已记入审计：接受恢复的备份。旧锚点另存为 {path}。",
    "Noted in the trail: a restored backup is accepted. The old anchors are kept in {path}.",
)
NOTHING_MISSING = Text(
    "日志中的锚点都在库中，没有什么要接受的。",
    "All anchors of the log are there: nothing has to be accepted.",
)


@click.group(
    "audit",
    help=say(
        "审计记录：核验、取锚点、导出。", "The audit trail: verify it, note its end, export it."
    ),
)
def audit() -> None:
    """Hold the commands about the trail together."""


@audit.command(
    "head",
    help=say(
        "打印最后一条的 编号:哈希。存到别处（纸上、另一台机器），以后用 verify --anchor 核对。",
        "Print NUMBER:HASH of the last entry. Keep it elsewhere (on paper, on another machine) and "
        "check it later with verify --anchor.",
    ),
)
def head_command() -> None:
    """Print the end of the trail."""
    with open_database() as database, database.read(Scope()) as reader:
        now = head(reader.connection)
    click.echo(str(Anchor(now.id, now.hash)))


@audit.command(
    "verify",
    help=say(
        "重新计算整条链，并核对锚点。退出码：0 完好，1 有问题。\n\n"
        "链完好说明已有的条目都没有被改动、删除或插入；锚点还说明末尾没有被截掉。"
        "服务器每次启动都在 GISAPP_VAR 的 audit-heads.log 里记一个锚点。",
        "Compute the whole chain anew and check the anchors. Exit code: 0 whole, 1 not.\n\n"
        "A whole chain shows that no entry was changed, removed or put in between; anchors also "
        "show that the end was not cut off. The server notes one in audit-heads.log of "
        "GISAPP_VAR at every start.",
    ),
)
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="ID:HASH",
    help=say("另外核对的锚点，可多次。", "A further anchor to check; repeatable."),
)
@click.option(
    "--accept-restore",
    "accepting",
    is_flag=True,
    help=say(
        "确认恢复过较早的备份：把缺失的锚点记入审计。",
        "Confirm that an older backup was restored: note the missing anchors in the trail.",
    ),
)
def verify_command(anchors: tuple[str, ...], accepting: bool) -> None:
    """Verify chain and anchors and say what that proves."""
    given = [read_anchor(text) for text in anchors]
    var = load_settings(os.environ).var
    log = read_log(var)
    with open_database() as database:
        with database.read(Scope()) as reader:
            verdict = verify(reader.connection)
            lost = missing_anchors(reader.connection, given)
            lost_of_log = missing_anchors(reader.connection, log.anchors)
        if accepting and verdict.whole and not lost:
            accept(var, database, lost_of_log)
            return
    show_verdict(verdict)
    show_anchors([*given, *log.anchors], [*lost, *lost_of_log], log)
    sys.exit(not verdict.whole or bool(lost or lost_of_log))


def accept(var: Path, database: Database, lost: list[Anchor]) -> None:
    """Accept that a backup was restored, if the log says that there was one."""
    told = ACCEPTED.format(path=accept_restore(var, database, lost)) if lost else NOTHING_MISSING
    click.echo(told.say(terminal_language()))


def show_verdict(verdict: Verdict) -> None:
    """Say whether the chain holds."""
    language = terminal_language()
    if verdict.fault:
        told = BROKEN.say(language).format(
            broken=verdict.broken, fault=FAULTS[verdict.fault].say(language)
        )
        click.echo(told, err=True)
    else:
        click.echo(WHOLE.format(last=verdict.last).say(language))


def show_anchors(anchors: list[Anchor], lost: list[Anchor], log: Log) -> None:
    """Say which anchors are there, and what follows."""
    language = terminal_language()
    if log.unreadable:
        click.echo(UNREADABLE.format(log=LOG, count=log.unreadable).say(language), err=True)
    for anchor in lost:
        click.echo("✗ " + MISSING.format(anchor=anchor).say(language), err=True)
    if lost:
        click.echo("→ " + MISSING_HINT.say(language), err=True)
    elif anchors:
        last = max(anchor.id for anchor in anchors)
        click.echo(ANCHORS.format(count=len(set(anchors)), last=last).say(language))
    else:
        click.echo(UNANCHORED.say(language))


@audit.command(
    "export",
    help=say(
        "把审计记录写到标准输出，从早到晚。\n\n例：gisapp audit export --from 2026-11-01 "
        "--format jsonl > audit.jsonl",
        "Write the trail to standard output, the oldest first.\n\n"
        "Example: gisapp audit export --from 2026-11-01 --format jsonl > audit.jsonl",
    ),
)
@click.option("--from", "start", default="", metavar="TIME", help=say("从何时起。", "From when."))
@click.option(
    "--to", "end", default="", metavar="TIME", help=say("到何时止，含当天。", "Until when.")
)
@click.option("--account", default="", help=say("账号名，或 #编号。", "A name, or #NUMBER."))
@click.option(
    "--action", default="", type=click.Choice(["", *ACTIONS]), help=say("操作。", "The action.")
)
@click.option("--object", "object_", default="", help=say("对象开头。", "The object's beginning."))
@click.option(
    "--result", default="", type=click.Choice(["", *RESULTS]), help=say("结果。", "The result.")
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    show_default=True,
    help=say("表格，或每行一个 JSON。", "A spreadsheet, or a JSON object a line."),
)
def export_command(start: str, end: str, object_: str, form: str, **more: str) -> None:
    """Write the entries asked for; that they were exported is noted first."""
    given = {"from": start, "to": end, "object": object_, **more}
    filters = read_filters(given)
    asked = [f"{name}={value}" for name, value in given.items() if value]
    with open_database() as database:
        with database.write() as connection:
            details = {"filters": asked, "format": form}
            record(connection, Entry("audit_exported", "audit", details=details))
        entries = each_entry(partial(database.read, Scope()), filters)
        for line in export(entries, cast(Format, form), terminal_language()):
            sys.stdout.buffer.write(line)
