"""Checks of what is compiled ahead of its use, at the account that asks."""

from __future__ import annotations

from collections.abc import Iterator

from gisapp.coverage.ahead import folder, missing
from gisapp.database.engine import Reader
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.spec import Text


@check(
    "覆盖计算已编译",
    Text(
        "用运行服务的账号执行 gisapp coverage compile；没有可写目录时先设 NUMBA_CACHE_DIR。",
        "Run `gisapp coverage compile` as the account which runs the server; where no folder can be "
        "written, set NUMBA_CACHE_DIR first.",
    ),
)
def coverage_compiled(_reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Coverage is compiled, at this account."""
    place = folder()
    if place is None:
        yield Finding(
            Text(
                "没有可写的存放目录：每个进程第一次计算覆盖时都要停顿约半分钟。",
                "No folder can be written: each process stands still for about half a minute when "
                "it first computes coverage.",
            ),
            "warning",
        )
    elif names := missing():
        yield Finding(
            Text(
                "{folder} 中缺少 {count} 个已编译的函数。",
                "{count} compiled functions are not in {folder}.",
            ).format(folder=place, count=len(names)),
            "warning",
        )
