"""The command ``import``: what it prints, what stops it, exit codes, reject files and undoing."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import pytest
from shapely import Point

from gisapp.access.audit_filters import Filters
from gisapp.access.audit_trail import read_entries
from gisapp.access.caller import SYSTEM
from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.imports.records import read_imports
from tests.commands.calling import Run, caller_of


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    return caller_of(database_url, tmp_path / "var")


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


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """A list of places in degrees that does not say its CRS."""
    lines = [f"路口{n},116.6{n},23.6{n}" for n in range(12)]
    (tmp_path / "点.csv").write_text("\n".join(["名称,lng,lat", *lines]), encoding="utf-8")
    return tmp_path / "点.csv"


def states(database: Database) -> list[tuple[int, str]]:
    with database.read(EVERYTHING) as reader:
        return [(held.id, held.state) for held in read_imports(reader, SYSTEM)]


def names(database: Database) -> list[str]:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM gisapp.cameras ORDER BY name")
        return [row[0] for row in cursor.fetchall()]


def test_bad_rows_are_listed_written_and_refused(
    run: Run, cameras: Path, database: Database
) -> None:
    refused = run("import", cameras, "--layer", "监控", "--show", 1)
    assert refused.returncode == 5, refused.stderr
    assert "设备名称 → name" in refused.stdout
    assert "户主 looks like personal names" in refused.stdout
    assert "0 changed, 0 unchanged, 2 rejected" in refused.stdout
    assert "row 2, 方位角 = 400: must lie between 0 and 360" in refused.stdout
    assert "row 3" not in refused.stdout
    assert "2 of 3 rows have errors; nothing was changed" in refused.stderr
    assert "Traceback" not in refused.stderr
    back = geopandas.read_file(cameras.with_name("点 位.rejects.gpkg"))
    assert back["方位角"].tolist() == ["400", "东"]
    assert "户主" not in back
    assert all(back["原因/reason"])
    assert (names(database), states(database)) == ([], [(1, "refused")])
    assert "--remedy errors:skip" in refused.stdout
    assert run("import", cameras, "--layer", "监控", "--remedy", "errors:skip").returncode == 0
    assert (names(database), states(database)) == (["甲"], [(1, "applied")])


def test_skipping_errors_loads_the_good_rows_and_a_dry_run_none(
    run: Run, cameras: Path, database: Database, tmp_path: Path
) -> None:
    options = ("import", cameras, "--layer", "cameras", "--skip-errors")
    (tmp_path / "back").mkdir()
    tried = run(*options, "--dry-run", "--rejects", tmp_path / "back", language="zh")
    assert tried.returncode == 0, tried.stderr
    assert "只检查" in tried.stdout
    assert (tmp_path / "back" / "点 位.rejects.gpkg").exists()
    assert (names(database), states(database)) == ([], [(1, "checked")])
    done = run(*options, "--attribution", "某镇")
    assert "1 new, 0 changed, 0 unchanged, 2 rejected." in done.stdout
    assert "gisapp import --undo 1" in done.stdout
    assert "0 new, 0 changed, 1 unchanged" in run(*options).stdout
    with database.read(EVERYTHING) as reader:
        told = read_entries(reader.connection, Filters())
    assert [entry.action for entry in told] == [
        "imported",
        "file_uploaded",
        "imported",
        "file_uploaded",
    ]
    assert json.loads(told[2].details) == {
        "file": cameras.name,
        "source": cameras.name,
        "import": 1,
        "insert": 1,
        "update": 0,
        "unchanged": 0,
        "reject": 2,
    }


def test_crs_that_a_file_does_not_say_is_never_taken_silently(
    run: Run, silent: Path, database: Database
) -> None:
    asked = run("import", silent, "--layer", "cameras")
    assert asked.returncode == 5
    assert "--crs EPSG:4326" in asked.stderr
    assert (names(database), states(database)) == ([], [(1, "checked")])
    assert run("import", silent, "--layer", "cameras", "--crs", "EPSG:4326").returncode == 0
    assert len(names(database)) == 12
    assert states(database) == [(1, "applied")]


def test_offset_that_a_column_names_has_to_be_confirmed(
    run: Run, silent: Path, database: Database
) -> None:
    text = silent.read_text(encoding="utf-8").replace("lng,lat", "高德经度,高德纬度")
    silent.write_text(text, encoding="utf-8")
    options = ("import", silent, "--layer", "cameras", "--crs", "EPSG:4326")
    asked = run(*options)
    assert asked.returncode == 5, asked.stdout
    assert "--accept offset" in asked.stderr
    assert names(database) == []
    assert run(*options, "--offset", "gcj02").returncode == 0
    assert len(names(database)) == 12


def test_import_when_undone_leaves_the_layer_as_it_was(
    run: Run, silent: Path, database: Database
) -> None:
    run("import", silent, "--layer", "cameras", "--crs", "EPSG:4326")
    assert len(names(database)) == 12
    undone = run("import", "--undo", 1)
    assert (undone.returncode, "12 removed" in undone.stdout) == (0, True), undone.stderr
    assert (names(database), states(database)) == ([], [(1, "undone")])
    assert run("import", "--undo", 1).returncode == 2
    assert run("import", "--undo", 7).returncode == 6


def test_sender_when_named_has_its_decisions_kept(
    run: Run, silent: Path, database: Database, tmp_path: Path
) -> None:
    options = ("import", silent, "--sender", "某镇综治办")
    first = run(*options, "--layer", "cameras", "--crs", "EPSG:4326", "--map", "名称=address")
    assert first.returncode == 5, first.stdout  # the name is required
    run(*options, "--layer", "cameras", "--crs", "EPSG:4326")
    other = tmp_path / "下月.csv"
    other.write_text(silent.read_text(encoding="utf-8").replace("路口", "新路口"), encoding="utf-8")
    found = run("import", other, "--sender", "某镇综治办")
    assert (found.returncode, len(names(database))) == (0, 12), found.stdout + found.stderr
    assert "as was decided for 某镇综治办" in found.stdout
    assert "新路口1" in names(database)


def test_several_files_are_each_an_import_whatever_becomes_of_the_others(
    run: Run, silent: Path, cameras: Path, tmp_path: Path, database: Database
) -> None:
    frame = geopandas.GeoDataFrame(
        {"名称": ["甲", "乙"]}, geometry=[Point(116.6, 23.6), Point(116.7, 23.6)], crs=4326
    )
    frame.to_file(tmp_path / "两.shp", encoding="utf-8")
    files = [silent, cameras, *sorted(tmp_path.glob("两.*")), tmp_path / "none.csv"]
    done = run("import", *files, "--layer", "cameras")
    assert done.returncode == 5
    assert "3 of 4 files were not imported" in done.stderr
    assert names(database) == ["乙", "甲"]
    refused = run("import", *files, "--layer", "cameras", "--rejects", tmp_path / "one.gpkg")
    assert refused.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ((), 2, "--undo"),
        (("FILE", "--undo", "1"), 2, "--undo"),
        (("FILE", "--layer", "nonsense"), 6, "There are: "),
        (("FILE", "--layer", "cameras", "--map", "name"), 2, "left=right"),
        (("FILE", "--layer", "cameras", "--map", "设备=name"), 5, "设备名称"),
        (("FILE", "--layer", "cameras", "--remedy", "nonsense"), 2, "errors:skip"),
        (("FILE", "--layer", "cameras", "--sender", "13812345678"), 2, "sender"),
        (("missing.gpkg", "--layer", "cameras"), 5, "no such file"),
        (("FILE", "--layer", "cameras", "--skip-errors", "--rejects", "/x/y"), 5, "x/y"),
    ],
)
def test_wrong_use_has_its_exit_code_and_a_hint(
    run: Run, cameras: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    done = run("import", *(cameras if word == "FILE" else word for word in arguments))
    assert done.returncode == code, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_layer_when_it_cannot_be_told_is_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = run("import", tmp_path / "x.csv")
    assert (done.returncode, "--layer" in done.stderr, "cameras" in done.stderr) == (5, True, True)


@pytest.mark.parametrize(("language", "word"), [("zh", "可整体撤销"), ("en", "taken back")])
def test_help_teaches_in_both_languages(run: Run, language: str, word: str) -> None:
    assert word in " ".join(run("import", "--help", language=language).stdout.split())
