"""The commands ``gisapp coverage propose`` and ``gisapp coverage check``."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from shapely import LineString, MultiPolygon, box

from gisapp.cli import main_group
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from gisapp.settings import load_settings
from tests.letter_grid import ORIGIN
from tests.queries.loading import VILLAGE, load, shape_frame

X, Y = ORIGIN


@pytest.fixture(scope="module")
def street(cluster, names, tmp_path_factory) -> Iterator[str]:
    """The address of a database with one street, a school and a camera without identifier."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("street"))})
    database = Database(settings.database, cluster.url(name))
    whole = MultiPolygon([box(X, Y, X + 100, Y + 60)])
    load(database, "areas", shape_frame(VILLAGE, whole))
    load(database, "roads", shape_frame("R1", LineString([(X, Y + 30), (X + 100, Y + 30)])))
    yard = MultiPolygon([box(X, Y, X + 100, Y + 10)])
    load(database, "key_areas", shape_frame("S1", yard, kind="school", name="甲校\x1b[31m"))
    point = box(X + 50, Y + 50, X + 51, Y + 51).centroid
    load(database, "cameras", shape_frame("c1", point, azimuth=0.0))
    yield cluster.url(name)
    database.close()


def run(monkeypatch: pytest.MonkeyPatch, url: str, *arguments: str) -> Result:
    monkeypatch.setenv("GISAPP_DATABASE_URL", url)
    return CliRunner().invoke(main_group, ["coverage", *arguments])


def test_propose_when_asked_prints_sites_and_the_proven_gap(
    monkeypatch: pytest.MonkeyPatch, street: str
) -> None:
    asked = ("propose", VILLAGE, "--most", "2", "--models", "全景:360:20:1", "--param", "rounds=5")
    done = run(monkeypatch, street, *asked)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:4]] == [
        "方案编号", "点位", "新增覆盖（权重分）", "离最优至多差（%）"
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[4:]] == ["1", "2"]
    assert all("甲校" in line and "\x1b" not in line for line in lines[4:])
    assert "4/4" in done.stderr


def test_propose_when_asked_for_json_says_all_of_it(
    monkeypatch: pytest.MonkeyPatch, street: str
) -> None:
    told = json.loads(run(monkeypatch, street, "propose", VILLAGE, "--most", "1", "--json").stdout)
    assert told["sites"][0]["number"] == 1
    assert told["figures"]["value"] <= told["figures"]["bound"]


@pytest.mark.parametrize("asked", [
    ("propose", "445199000000"), ("propose", VILLAGE, "--most", "-1"),
    ("propose", VILLAGE, "--param", "nonsense=1"), ("propose", VILLAGE, "--models", "x"),
])  # fmt: skip
def test_propose_when_asked_for_nonsense_says_so(
    monkeypatch: pytest.MonkeyPatch, street: str, asked: tuple[str, ...]
) -> None:
    assert isinstance(run(monkeypatch, street, *asked).exception, BadParameter)


def test_check_when_asked_answers_as_the_query_does(
    monkeypatch: pytest.MonkeyPatch, street: str
) -> None:
    done = run(monkeypatch, street, "check", "--param", "rule=id_missing", "--format", "csv")
    assert done.exit_code == 0, done.output
    assert "c1" in done.stdout
    assert "没有国标编号" in done.stdout
