"""How far an import is reaches whoever waits for it."""

from __future__ import annotations

from typing import Any

import pytest

from geodata.intake import sandbox
from gisapp.jobs.context import JobContext
from layers.spec import Text
from tests.imports.conftest import Site
from tests.web.writing import WEST


def test_import_of_a_long_list_tells_the_rows_read_so_far_and_those_that_are_written(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    tell = JobContext.progress

    def progress(self: JobContext, done: int, total: int, text: Text, **more: Any) -> None:
        told.append(text.zh)
        tell(self, done, total, text, **more)

    monkeypatch.setattr(JobContext, "progress", progress)
    monkeypatch.setattr(sandbox, "TELL_EVERY", 0.002)
    lines = ["编号,名称,运行状态,经度,纬度"]
    lines += [f"r{n},路口,online,{WEST[0]:.6f},{WEST[1]:.6f}" for n in range(40_000)]
    client = site.client("planner")
    number = site.check(client, [("长.csv", "\n".join(lines).encode())], layer="cameras")["id"]
    assert any("已读" in text and "行" in text for text in told), told[:5]
    assert site.deed(client, number, "apply")["state"] == "applied"
    assert "正在写入 40,000 行" in told
