"""`gisapp import`: files of this machine into layers, checked first, or an import taken back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from gisapp.access.caller import SYSTEM
from gisapp.commands.connect import open_database
from gisapp.commands.import_help import HELP
from gisapp.commands.import_report import Report
from gisapp.commands.options import find_layer, progress_bar, split_pairs
from gisapp.errors import (
    BadFile,
    BadParameter,
    DatabaseUnusable,
    SetupNeeded,
    StorageFull,
    UserError,
)
from gisapp.imports.decisions import sender_name
from gisapp.imports.doing import Doer, Wishes
from gisapp.imports.local import begin_local, gather
from gisapp.imports.proposing import NO_LAYER
from gisapp.language import print_error, say, terminal_language
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from layers.spec import Text

GIVES_UP = (DatabaseUnusable, SetupNeeded, StorageFull)  # with the files that follow too


WHICH_LAYER = BadFile(
    NO_LAYER.message,
    Text("用 --layer 指明，可用：{names}", "Say it with --layer; there are: {names}").format(
        names=", ".join(LAYERS)
    ),
)


@dataclass(frozen=True)
class Order:
    """What a command says of each of its files."""

    wishes: Wishes
    given: dict[str, Any]  # of the import: layer, sender, source, options
    accepted: tuple[str, ...]
    dry_run: bool
    rejects: Path | None
    show: int


@click.command("import", help=HELP)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--layer",
    "layer_name",
    default="",
    help=say(
        "目标图层；不写则按列名推测。", "The layer to fill; without it, told from the columns."
    ),
)
@click.option(
    "--source-layer",
    default="",
    help=say("文件里的哪个表。", "Which of the tables inside the file."),
)
@click.option(
    "--sender",
    default="",
    help=say(
        "发送单位：沿用它上次的对应和处理办法，并记住这次的。",
        "The office it is from: what was decided for its last file holds, and this is remembered.",
    ),
)
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
    type=click.Choice(["gcj02", "bd09", "none"]),
    help=say("位置来自哪种地图服务，纠正回来。", "Take positions of a map service back."),
)
@click.option("--repair", is_flag=True, help=say("修复无效的几何。", "Repair invalid geometry."))
@click.option("--encoding", default="", help=say("文字的编码。", "The encoding of the texts."))
@click.option(
    "--remedy",
    "remedies",
    multiple=True,
    metavar="KEY",
    help=say("采用检查提出的处理办法。", "Take a remedy that the check proposes."),
)
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="CHECK",
    help=say("看过这项检查的结果，照旧读入。", "What this check found was looked at: go on."),
)
@click.option("--skip-errors", is_flag=True, help=say("跳过有错的行。", "Skip the bad rows."))
@click.option("--dry-run", is_flag=True, help=say("只检查，不改数据。", "Check only."))
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help=say(
        "退回的行写到这个文件或文件夹。", "The file or folder that gets the rows that do not fit."
    ),
)
@click.option(
    "--show", default=10, show_default=True, help=say("最多列几条错误。", "Errors that are listed.")
)
@click.option(
    "--undo",
    "number",
    type=click.IntRange(1, 10**15 - 1),
    metavar="NUMBER",
    help=say("整体撤销这个编号的导入。", "Take the import of this number back as a whole."),
)
def import_command(files: tuple[Path, ...], number: int | None, **said: Any) -> None:
    """Import files one after another, or take an import back."""
    if (number is None) == (not files):
        raise BadParameter(
            Text("写上要读入的文件，或 --undo 编号。", "Give files, or --undo and a number.")
        )
    order = None if number else read_order(**said)
    uploads = load_settings(os.environ).uploads
    with open_database() as database:
        doer = Doer(database, SYSTEM, uploads)
        if number is not None:
            print_undone(number, doer.undo(number))
        elif order is not None:
            import_all(doer, order, gather(files))


def read_order(
    *,
    layer_name: str,
    source_layer: str,
    encoding: str,
    sender: str,
    pairs: tuple[str, ...],
    constants: tuple[str, ...],
    remedies: tuple[str, ...],
    accepted: tuple[str, ...],
    dry_run: bool,
    rejects: Path | None,
    show: int,
    **said: Any,
) -> Order:
    """Return what the options say. Raises BadParameter, NotFound for a layer."""
    about = {"name": said["source"], **{key: said[key] for key in ("attribution", "licence")}}
    options = {"encoding": encoding, "source_layer": source_layer}
    given = {
        "layer": find_layer(layer_name).name if layer_name else "",
        "sender": sender_name(sender),
        "source": {key: text for key, text in about.items() if text},
        "options": {key: text for key, text in options.items() if text},
    }
    wishes = Wishes(read_patch(constants, **said), split_pairs("--map", pairs), remedies)
    return Order(wishes, given, accepted, dry_run, rejects, show)


def read_patch(constants: tuple[str, ...], **said: Any) -> dict[str, Any]:
    """Return what the options say of the plan, as a merge patch."""
    patch: dict[str, Any] = {
        name: True for name in ("swap_axes", "repair", "skip_errors") if said[name]
    }
    if said["crs"]:
        patch["crs"] = said["crs"]
    if said["offset"]:
        patch["offset"] = said["offset"].removesuffix("none")
    if constants:
        patch["constants"] = split_pairs("--set", constants)
    return patch


def import_all(doer: Doer, order: Order, groups: list[list[Path]]) -> None:
    """Import files one after another; what keeps one out does not keep out the next."""
    if len(groups) > 1 and order.rejects and not order.rejects.is_dir():
        raise BadParameter(
            Text(
                "有多个文件时，--rejects 须是文件夹。", "With several files --rejects is a folder."
            )
        )
    left = 0
    for paths in groups:
        try:
            import_one(doer, order, paths)
        except UserError as error:
            if len(groups) == 1 or isinstance(error, GIVES_UP):
                raise
            left += 1
            click.echo(paths[0].name, err=True)
            print_error(error)
    if left:
        raise BadFile(
            Text(
                f"{len(groups)} 个文件中有 {left} 个没有读入，原因见上。",
                f"{left} of {len(groups)} files were not imported, for the reasons above.",
            )
        )


def import_one(doer: Doer, order: Order, paths: list[Path]) -> None:
    """Check one file and say what was found; apply it unless something has to be decided first."""
    number = begin_local(doer.database, doer.caller, doer.uploads, paths, **order.given)
    try:
        with progress_bar(paths[0].name) as bar:
            checked = doer.check(number, order.wishes, bar)
    except BadFile as error:
        raise (error if error is not NO_LAYER else WHICH_LAYER) from error
    report = Report(doer, checked, paths[0])
    report.print_found(order.show)
    rejects = report.write_rejects(order.rejects)
    report.require_decided(order.wishes, order.accepted, rejects)
    if order.dry_run:
        report.print_dry_run()
    else:
        report.print_done(doer.apply(checked.held))


def print_undone(number: int, counts: dict[str, int]) -> None:
    """Say what taking an import back has changed."""
    text = Text(
        "导入 #{number} 已撤销：移除 {removed}，还原 {changed}，恢复 {restored}。",
        "Import #{number} is undone: {removed} removed, {changed} set back, {restored} restored.",
    )
    none = {"removed": 0, "changed": 0, "restored": 0}
    click.echo(text.format(number=number, **{**none, **counts}).say(terminal_language()))
