"""The commands ``gisapp coverage refresh``, ``areas``, ``cells``, ``gaps`` and ``camera``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from gisapp.cli import main_group
from gisapp.database.engine import Database
from gisapp.errors import BadParameter, NotFound
from gisapp.settings import load_settings
from tests.coverage.world import at, put, square


@pytest.fixture(scope="module")
def street(cluster, names) -> Iterator[str]:
    """The address of a database with two cells, one of them seen."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    database = Database(load_settings({}).database, cluster.url(name))
    put(database, "grid_cells", "c1", square(0, 0, 100, 100), name="=1+1\x1b[31m")
    put(database, "grid_cells", "c2", square(100, 0, 200, 100))
    put(database, "cameras", "eye", at(50, 50), horizontal_fov=360, max_view_distance=20)
    yield cluster.url(name)
    database.close()


def run(monkeypatch: pytest.MonkeyPatch, url: str, *arguments: str) -> Result:
    monkeypatch.setenv("GISAPP_DATABASE_URL", url)
    return CliRunner().invoke(main_group, ["coverage", *arguments])


def test_cells_when_nothing_was_computed_say_so_and_then_have_figures(
    monkeypatch: pytest.MonkeyPatch, street: str
) -> None:
    before = run(monkeypatch, street, "cells", "--sort", "code")
    assert [line.split()[3] for line in before.stdout.splitlines()[1:]] == ["missing"] * 2
    assert " - " in before.stdout
    done = run(monkeypatch, street, "refresh", "--json")
    assert json.loads(done.stdout) == {"views": 1, "cells": 2, "failed": 0, "changed": 2}
    again = run(monkeypatch, street, "refresh", "--everything", "--json")
    assert json.loads(again.stdout) == {"views": 1, "cells": 2, "failed": 0, "changed": 0}
    cells = json.loads(run(monkeypatch, street, "cells", "--sort", "code", "--json").stdout)
    assert [cell["state"] for cell in cells] == ["fresh", "fresh"]
    assert cells[0]["sure_m2"] > 1200
    assert cells[1]["sure_m2"] == 0


def test_table_when_written_as_csv_is_inert(monkeypatch: pytest.MonkeyPatch, street: str) -> None:
    run(monkeypatch, street, "refresh")
    lines = list(csv.DictReader(run(monkeypatch, street, "cells", "--csv").stdout[1:].splitlines()))
    names = {line["code"]: line["name"] for line in lines}
    assert names["c1"] == "'=1+1[31m"
    areas = csv.DictReader(run(monkeypatch, street, "areas", "--csv").stdout[1:].splitlines())
    assert {line["cells"] for line in areas} == {"2"}


def test_gaps_and_camera_when_asked_are_printed(
    monkeypatch: pytest.MonkeyPatch, street: str
) -> None:
    run(monkeypatch, street, "refresh")
    gaps = json.loads(run(monkeypatch, street, "gaps", "--json").stdout)
    assert {gap["cell"] for gap in gaps} == {"c1", "c2"}
    assert json.loads(gaps[0]["geometry"])["type"] == "Polygon"
    camera = json.loads(run(monkeypatch, street, "camera", "eye").stdout)
    assert (camera["code"], camera["cells"][0]["code"]) == ("eye", "c1")
    assert isinstance(run(monkeypatch, street, "camera", "none").exception, NotFound)
    assert isinstance(run(monkeypatch, street, "areas", "--area", "x").exception, BadParameter)
