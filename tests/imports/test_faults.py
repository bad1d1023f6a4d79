"""Whatever breaks, and wherever: done once or not at all, and the upload is there for another try."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import gisapp.imports.tables as tables
from gisapp.imports.uploads import INCOMING
from tests.imports.conftest import Site, cameras, package
from tests.imports.samples import STAGES
from tests.jobs.conftest import until
from tests.jobs.doing import attempt, do

ROOT = Path(__file__).resolve().parents[2]
HEARTBEAT = 0.3
END_WORKERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@contextmanager
def worker(site: Site, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process that does not outlive the block."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GISAPP_")}
    output = (site.settings.var / "workers.log").open("a")
    with (
        output,
        subprocess.Popen(
            [sys.executable, "-m", "tests.imports.samples"],
            cwd=ROOT,
            env={
                **kept,
                "GISAPP_DATABASE_URL": site.database.url,
                "GISAPP_VAR": str(site.settings.var),
                "GISAPP_JOB_HEARTBEAT_SECONDS": str(HEARTBEAT),
                **settings,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def finished(site: Site, number: int) -> Any:
    """Wait until nothing of an import is under way, and return how it stands."""
    state = "SELECT jobs.state FROM gisapp.imports JOIN gisapp.jobs ON jobs.id = job"
    until(
        lambda: (
            site.sql(f"{state} WHERE imports.id = %s", number)[0][0] not in ("waiting", "running")
        )
    )


@pytest.mark.parametrize("stage", STAGES)
def test_worker_when_killed_at_any_stage_leaves_nothing_half_done(
    site: Site, tmp_path: Path, stage: str
) -> None:
    prefix = "kill" + str(list(STAGES).index(stage)) + "-"
    client = site.client("planner")
    files = package(cameras(3, prefix=prefix), tmp_path)
    once = tmp_path / "once"
    held = f"SELECT count(*) FROM gisapp.cameras WHERE code LIKE '{prefix}%%'"
    number = site.send(client, files, layer="cameras").json["id"]
    checking = list(STAGES).index(stage) < 5
    if not checking:
        site.work(number)
        assert client.post(f"/api/imports/{number}/apply").status_code == 202
    with worker(site, DIE=stage, ONCE=str(once)) as first:
        until(lambda: first.poll() is not None)
    assert once.exists()
    committed = stage in ("after the commit", "before the files go")
    assert site.sql(held) == [(3 if committed else 0,)]  # all or nothing
    assert (site.settings.uploads.folder / str(number) / "files" / "in.gpkg").exists()
    with worker(site):
        finished(site, number)
        if checking:
            assert site.show(client, number)["state"] == "checked"
            assert client.post(f"/api/imports/{number}/apply").status_code == 202
            finished(site, number)
    assert site.show(client, number)["state"] == "applied"
    assert site.sql(held) == [(3,)]
    versions = f"SELECT DISTINCT row_version FROM gisapp.cameras WHERE code LIKE '{prefix}%%'"
    assert site.sql(versions) == [(1,)]
    audited = "SELECT count(*) FROM gisapp.audit WHERE action = 'imported'"
    assert site.sql(audited + " AND (details->>'import')::bigint = %s", number) == [(1,)]
    assert not (site.settings.uploads.folder / str(number)).exists()


def test_apply_when_the_database_goes_away_meanwhile_is_taken_up_again(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner")
    files = package(cameras(2, prefix="gone"), tmp_path)
    number = site.check(client, files, layer="cameras")["id"]
    with site.database.write() as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE gisapp.cameras IN SHARE MODE")  # it has to wait for us
        assert client.post(f"/api/imports/{number}/apply").status_code == 202
        with worker(site):
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            until(lambda: site.sql(waiting) != [(0,)])
            cursor.execute(END_WORKERS)
    assert site.sql("SELECT count(*) FROM gisapp.cameras WHERE code LIKE 'gone%%'") == [(0,)]
    with worker(site):
        finished(site, number)
    assert site.show(client, number)["state"] == "applied"
    assert site.sql("SELECT count(*) FROM gisapp.cameras WHERE code LIKE 'gone%%'") == [(2,)]


def test_check_when_the_disk_is_full_says_so_and_can_be_tried_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.client("planner")
    number = site.send(client, package(cameras(1, prefix="full"), tmp_path), layer="cameras").json[
        "id"
    ]
    real = tables.convert

    def fill(*_given: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "convert", fill)
    assert site.work(number)[0] == "failed"
    told = site.show(client, number)
    assert told["state"] == "failed"
    assert "disk is full" in told["error"]
    left = site.settings.uploads.folder / str(number) / "tables"
    assert list(left.iterdir()) == []
    monkeypatch.setattr(tables, "convert", real)
    assert site.decide(client, number)["state"] == "checked"


def test_check_when_cancelled_ends_and_the_import_can_be_checked_again(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner")
    sent = site.send(client, package(cameras(1, prefix="stop"), tmp_path), layer="cameras")
    number, job = sent.json["id"], sent.json["job"]["id"]
    assert client.post(f"/api/jobs/{job}/cancel").status_code == 200
    told = site.show(client, number)
    assert (told["state"], told["error"]) == ("failed", "The job was cancelled.")
    assert site.decide(client, number)["state"] == "checked"


@pytest.mark.parametrize("moment", ["convert", "stage"])
def test_import_when_deleted_while_it_is_checked_leaves_nothing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    import gisapp.imports.checking as checking

    client = site.client("planner")
    number = site.send(client, package(cameras(1, prefix="del"), tmp_path), layer="cameras").json[
        "id"
    ]
    ((job,),) = site.sql("SELECT job FROM gisapp.imports WHERE id = %s", number)
    module = tables if moment == "convert" else checking
    real = getattr(module, moment)

    def delete_then(*given: Any, **options: Any) -> Any:
        done = real(*given, **options)
        assert client.delete(f"/api/imports/{number}").status_code == 204
        return done

    monkeypatch.setattr(module, moment, delete_then)
    state, _, _ = attempt(site.database, site.settings, job)
    assert state in ("cancelled", "failed")
    left = "SELECT count(*) FROM pg_class WHERE relname LIKE %s"
    assert site.sql(left, f"%\\_{number}\\_1") == [(0,)]
    assert not (site.settings.uploads.folder / str(number)).exists()


def test_purge_when_imports_expire_or_die_leaves_what_is_in_use(site: Site, tmp_path: Path) -> None:
    client, folder = site.client("planner"), site.settings.uploads.folder
    files = package(cameras(1, prefix="purge"), tmp_path)
    kept = site.check(client, files, layer="cameras")["id"]
    old = site.check(client, files, layer="cameras")["id"]
    waiting = site.send(client, files, layer="cameras").json["id"]
    site.sql(
        "UPDATE gisapp.imports SET expires_at = now() - interval '1 minute' WHERE id IN (%s, %s)",
        old,
        waiting,
    )
    site.sql("CREATE UNLOGGED TABLE gisapp_imports.rows_999999_1 (x integer)")
    (folder / "999999" / "files").mkdir(parents=True)
    (folder / "999998").mkdir()  # just begun: perhaps not committed yet
    for path in (folder / "999999", folder / str(old)):
        os.utime(path, (time.time() - 7200,) * 2)
    for name, age in (("dead", 2 * 24 * 3600), ("alive", 60)):
        (folder / INCOMING / name).touch()
        os.utime(folder / INCOMING / name, (time.time() - age,) * 2)
    state, told, _ = do(site.database, site.settings, "purge_imports")
    assert (state, told) == ("done", {"forgotten": 1, "tables": 5, "folders": 3})
    there = {path.name for path in folder.iterdir()}
    assert {str(kept), str(waiting), "999998", INCOMING} <= there
    assert not {str(old), "999999"} & there
    assert [path.name for path in (folder / INCOMING).iterdir()] == ["alive"]
    assert site.show(client, kept)["state"] == "checked"
    assert client.get(f"/api/imports/{kept}/rows").status_code == 200
    assert client.get(f"/api/imports/{old}").status_code == 404
