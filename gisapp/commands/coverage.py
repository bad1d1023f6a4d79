"""`gisapp coverage`: what cameras see, where more would help, whether their records are in order."""

from __future__ import annotations

import click

from gisapp.commands.coverage_compile import compile_command
from gisapp.commands.coverage_propose import check, propose
from gisapp.commands.coverage_show import areas, camera, cells, gaps, refresh
from gisapp.language import say


@click.group(
    "coverage",
    help=say(
        "监控覆盖：重算、网格、盲区、区域汇总、单台视野、选点、档案检查、预先编译。",
        "Camera coverage: refresh, cells, gaps, areas, one camera, sites, checks, compiling ahead.",
    ),
)
def coverage() -> None:
    """Hold the commands of coverage together."""


for command in (refresh, areas, cells, gaps, camera, propose, check, compile_command):
    coverage.add_command(command)
