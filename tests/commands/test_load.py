"""The commands ``import`` and ``context``: words, exit codes and the reject file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas
import pytest
from shapely import Point

from gisapp.access.audit_filters import Filters
from gisapp.access.audit_trail import read_entries
from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database


@pytest.fixture
def run(database_url: str):  # type: ignore[no-untyped-def]  # a fixture returning a function
    def call(*arguments: object, language: str = "en") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gisapp.cli", *map(str, arguments)],
            env={
                "GISAPP_DATABASE_URL": database_url,
                "GISAPP_LANGUAGE": language,
                "PATH": "/usr/bin:/bin",
                "LC_ALL": "C.UTF-8",
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return call


@pytest.fixture
def cameras(tmp_path: Path) -> Path:
    frame = geopandas.GeoDataFrame(
        {
            "设备名称": ["甲", "=cmd()", "丙"],
            "方位角": ["90", "400", "东"],
            "户主": ["a", "b", "c"],
        },
        geometry=[Point(116.6, 23.6), Point(116.7, 23.6), Point(116.8, 23.6)],
        crs=4326,
    )
    frame.to_file(tmp_path / "点 位.gpkg")
    return tmp_path / "点 位.gpkg"


def test_bad_rows_are_listed_written_and_refused(run, cameras: Path) -> None:  # type: ignore[no-untyped-def]  # see run
    refused = run("import", cameras, "--layer", "监控", "--show", 1)
    assert refused.returncode == 5, refused.stderr
    assert "设备名称 → name" in refused.stdout
    assert "户主 looks like personal names" in refused.stdout
    assert "row 2, 方位角 = 400: must lie between 0 and 360" in refused.stderr
    assert "row 3" not in refused.stderr
    assert "2 of 3 rows have errors; nothing was changed" in refused.stderr
    assert "Traceback" not in refused.stderr
    written = Path(f"{cameras}.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in written] == [
        ["row", "column", "value"],
        ["2", "方位角", "400"],
        ["3", "方位角", "东"],
    ]


def test_skipping_errors_loads_the_good_rows_and_a_dry_run_none(  # type: ignore[no-untyped-def]  # see run
    run, cameras: Path, database: Database
) -> None:
    options = ("import", cameras, "--layer", "cameras", "--skip-errors")
    tried = run(*options, "--dry-run", "--rejects", cameras.with_name("r.csv"), language="zh")
    assert tried.returncode == 0, tried.stderr
    assert "试读" in tried.stdout
    assert cameras.with_name("r.csv").exists()
    done = run(*options)
    assert "cameras: 1 added, 0 changed, 0 unchanged, 2 skipped." in done.stdout
    assert "0 added, 0 changed, 1 unchanged" in run(*options).stdout
    with database.read(EVERYTHING) as reader:
        told = read_entries(reader.connection, Filters())
    assert [(entry.action, entry.object) for entry in told] == [("imported", "cameras")] * 2
    assert json.loads(told[1].details) == {
        "file": cameras.name,
        "source": cameras.name,
        "inserted": 1,
        "updated": 0,
        "unchanged": 0,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("import", "FILE", "--layer", "nonsense"), 6, "There are: "),
        (("import", "FILE", "--layer", "cameras", "--map", "name"), 2, "left=right"),
        (("import", "FILE", "--layer", "cameras", "--map", "设备=name"), 5, "设备名称"),
        (("import", "missing.gpkg", "--layer", "cameras"), 5, "no such file"),
        (("import", "FILE", "--layer", "cameras", "--skip-errors", "--rejects", "/x/y"), 5, "x/y"),
        (("context", "FILE"), 5, "gisapp import"),
        (("context", "FILE", "--metric-crs", "mine"), 2, "EPSG"),
    ],
)
def test_wrong_use_has_its_exit_code_and_a_hint(  # type: ignore[no-untyped-def]  # see run
    run, cameras: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    done = run(*(cameras if word == "FILE" else word for word in arguments))
    assert done.returncode == code, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "language", "word"),
    [
        ("import", "zh", "一个事务"),
        ("import", "en", "one transaction"),
        ("context", "zh", "共用节点"),
        ("context", "en", "share a node"),
    ],
)
def test_help_teaches_in_both_languages(run, command: str, language: str, word: str) -> None:  # type: ignore[no-untyped-def]  # see run
    assert word in " ".join(run(command, "--help", language=language).stdout.split())
