"""The command ``gisapp query``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from gisapp.cli import main_group
from gisapp.database.engine import Database
from gisapp.errors import BadParameter, NotFound
from gisapp.queries.catalogue import QUERIES
from tests.letter_grid import draw
from tests.queries.loading import load, near, place

GRID = draw("a . b")


def run(monkeypatch: pytest.MonkeyPatch, url: str, *arguments: str) -> Result:
    monkeypatch.setenv("GISAPP_DATABASE_URL", url)
    return CliRunner().invoke(main_group, ["query", *arguments])


def test_list_when_asked_names_queries_and_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run(monkeypatch, "", "--list").stdout
    assert all(name in printed for name in QUERIES)
    assert "* layer" in printed
    assert "tolerance [0.1]" in printed


def test_query_when_asked_prints_a_table_with_rules(
    monkeypatch: pytest.MonkeyPatch, database: Database, database_url: str
) -> None:
    load(database, "cameras", place(GRID, "a", name="东门\x1b[31m路口"), place(GRID, "b"))
    asked = ["nearest", "--param", "layer=cameras", "--param", f"near={near(GRID, 'b')}"]
    done = run(monkeypatch, database_url, *asked)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[2].split() == ["图层", "名称", "代码", "距离（m）", "区划代码"]
    assert lines[4].split() == ["视频监控", "东门", "[31m路口", "a", "200.0"]
    assert "\x1b" not in done.stdout
    assert "演示数据" in done.stdout
    assert "取最近的 5 个" in done.stdout


def test_query_when_asked_for_geojson_prints_it(
    monkeypatch: pytest.MonkeyPatch, database: Database, database_url: str
) -> None:
    load(database, "rented_housing", place(GRID, "a"))
    done = run(monkeypatch, database_url, "outside_cells", "--format", "geojson")
    assert [row["properties"]["code"] for row in json.loads(done.stdout)["features"]] == ["a"]
    csv = run(monkeypatch, database_url, "outside_cells", "--format", "csv").stdout_bytes
    assert csv.startswith("\ufeff图层,名称,代码".encode())


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["everything"], NotFound),
        (["nearest", "--param", "layer"], BadParameter),
        (["nearest", "--param", "n=1", "--param", "n=2"], BadParameter),
        (["nearest", "--param", "colour=red"], BadParameter),
    ],
)
def test_query_when_asked_wrongly_is_refused(
    monkeypatch: pytest.MonkeyPatch, database_url: str, arguments: list[str], error: type
) -> None:
    done = run(monkeypatch, database_url, *arguments)
    assert isinstance(done.exception, error)
