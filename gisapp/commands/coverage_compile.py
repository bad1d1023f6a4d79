"""`gisapp coverage compile`: compile what coverage computes with, before anybody waits for it."""

from __future__ import annotations

import os

import click

from gisapp.coverage.ahead import alone, folder, missing
from gisapp.coverage.ahead_steps import steps
from gisapp.errors import SetupNeeded
from gisapp.language import say, terminal_language
from gisapp.supervised import belong_to
from layers.spec import Text

NICE = 10
NOWHERE = SetupNeeded(
    Text("编译结果没有可写的存放目录。", "There is no folder in which machine code could be kept."),
    Text(
        "用运行服务的账号把 NUMBA_CACHE_DIR 设为它可写的目录。",
        "Set NUMBA_CACHE_DIR to a folder that the account which runs the server may write to.",
    ),
)
NOT_KEPT = Text("编译结果没有保存下来。", "What was compiled could not be kept.")
SEE = Text("检查磁盘空间和目录权限：{folder}", "See the disk's room and the rights of {folder}")


@click.command(
    "compile",
    help=say(
        "预先编译覆盖计算，供服务进程直接使用；已编译则立即结束。\n\ngisapp run 会自行在后台做；"
        "自备 WSGI 服务器时，用运行它的账号先执行一次。",
        "Compile what coverage computes with, for the server to take up; ends at once if that is "
        "done.\n\n`gisapp run` does it by itself; run it before a WSGI server of your own, as the "
        "account which that runs as.",
    ),
)
@click.option("--supervisor", type=int, hidden=True)
def compile_command(supervisor: int | None) -> None:
    """Compile into the account's folder; for a supervisor silently, and behind everything else."""
    place = folder()
    if place is None:
        raise NOWHERE
    if supervisor is not None:
        belong_to(supervisor)
        os.nice(NICE)
    with alone(place):
        if missing():
            for name, act in steps():
                if supervisor is None:
                    click.echo(say("正在编译：", "Compiling: ") + name.say(terminal_language()))
                act()
    if missing():
        raise SetupNeeded(NOT_KEPT, SEE.format(folder=place))
    if supervisor is None:
        click.echo(say("已编译：", "Compiled: ") + str(place))
