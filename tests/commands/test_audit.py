"""The command ``audit``: words, exit codes, anchors, and a backup restored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from gisapp.access.audit import Entry
from gisapp.access.audit_anchors import LOG, note_head, read_log
from gisapp.access.scope import EVERYTHING
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.database.programs import programs
from gisapp.settings import Settings
from tests.access.trail import add, run, unguarded
from tests.conftest import drop_database

Call = Callable[..., subprocess.CompletedProcess[str]]
CUT = (
    "DELETE FROM gisapp.audit WHERE id > 2;"
    "UPDATE gisapp.audit_head SET (id, at, hash) ="
    " (SELECT id, at, hash FROM gisapp.audit WHERE id = 2)"
)


@pytest.fixture
def audit(database_url: str, settings: Settings) -> Call:
    settings.var.mkdir()

    def call(*words: str, url: str = database_url, language: str = "en"):  # type: ignore[no-untyped-def]  # as Call says
        return subprocess.run(
            [sys.executable, "-m", "gisapp.cli", "audit", *words],
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "GISAPP_DATABASE_URL": url,
                "GISAPP_VAR": str(settings.var),
                "GISAPP_LANGUAGE": language,
                "LC_ALL": "C.UTF-8",
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return call


def note(database: Database, settings: Settings) -> None:
    with database.read(EVERYTHING) as reader:
        note_head(settings.var, reader.connection)


def fill(database: Database, count: int = 3) -> None:
    add(database, *(Entry("sign_in", name=f"name{number}") for number in range(count)))


def test_verify_when_all_is_well_says_what_it_proves(
    audit: Call, database: Database, settings: Settings
) -> None:
    fill(database)
    done = audit("verify")
    assert done.returncode == 0, done.stderr
    assert "Entries 1 to 3 are as they were written" in done.stdout
    assert "does not show whether its end was cut off" in done.stdout
    note(database, settings)
    done = audit("verify", "--anchor", audit("head").stdout.strip())
    assert done.returncode == 0, done.stderr
    assert "All 1 anchors are there: up to entry 3 nothing was cut off" in done.stdout
    assert "末尾没有被截掉" in audit("verify", language="zh").stdout


def test_verify_when_an_entry_was_changed_names_it(audit: Call, database: Database) -> None:
    fill(database)
    unguarded(database, "UPDATE gisapp.audit SET name = 'nobody' WHERE id = 2")
    done = audit("verify")
    assert done.returncode == 1
    assert "The chain breaks at entry 2: its contents or its hash were changed" in done.stderr
    assert audit("verify", "--accept-restore").returncode == 1
    assert run(database, "SELECT count(*) FROM gisapp.audit") == [(3,)]


def test_verify_when_the_tail_was_cut_says_both_that_it_may_mean(
    audit: Call, database: Database
) -> None:
    fill(database)
    anchor = audit("head").stdout.strip()
    unguarded(database, CUT)
    assert audit("verify").returncode == 0  # the chain alone cannot tell
    done = audit("verify", "--anchor", anchor)
    assert done.returncode == 1
    assert f"{anchor} is not in the database" in done.stderr
    assert "the end of the trail was cut off, or an older backup was restored" in done.stderr
    assert "--accept-restore" in done.stderr
    fill(database)  # the number is there again, with another hash
    assert audit("verify", "--anchor", anchor).returncode == 1
    assert audit("verify", "--accept-restore", "--anchor", anchor).returncode == 1


@pytest.mark.parametrize(
    "anchor", ["3", "0:" + "0" * 64, "3:xyz", "-1:" + "a" * 64, "3:" + "a" * 63]
)
def test_anchor_when_malformed_is_wrong_use(audit: Call, anchor: str) -> None:
    done = audit("verify", "--anchor", anchor)
    assert done.returncode == 2
    assert "gisapp audit head" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def fresh_url(cluster: Cluster, names: Iterator[str]) -> Iterator[str]:
    name = next(names)
    cluster.create_database(name)
    yield cluster.url(name)
    drop_database(cluster, name)


def test_backup_when_restored_is_told_from_the_newer_trail_and_can_be_accepted(
    audit: Call, database: Database, database_url: str, settings: Settings, fresh_url: str
) -> None:
    """As docs/operator.md says it, with pg_dump and pg_restore."""
    fill(database)
    note(database, settings)
    dump = settings.var / "gisapp.dump"
    subprocess.run([programs() / "pg_dump", "-Fc", "-f", dump, database_url], check=True)
    fill(database, 2)  # after the backup, lost with the restore
    note(database, settings)
    lost = audit("head").stdout.strip()
    assert audit("verify").returncode == 0

    restoring = ["--exit-on-error", "-d", fresh_url, dump]
    subprocess.run([programs() / "pg_restore", *restoring], check=True)
    assert audit("head", url=fresh_url).stdout.startswith("3:")
    refused = audit("verify", url=fresh_url)
    assert refused.returncode == 1
    assert "Entries 1 to 3 are as they were written" in refused.stdout
    assert f"{lost} is not in the database" in refused.stderr
    assert audit("verify").returncode == 0  # the other one still holds all

    accepted = audit("verify", "--accept-restore", url=fresh_url)
    assert accepted.returncode == 0, accepted.stderr
    assert "audit-heads-until-4.log" in accepted.stdout
    assert (settings.var / "audit-heads-until-4.log").read_text().count("\n") == 2
    done = audit("verify", url=fresh_url)
    assert done.returncode == 0, done.stderr
    assert "All 1 anchors are there: up to entry 4" in done.stdout
    told = json.loads(
        audit("export", "--format", "jsonl", "--action", "restore_accepted", url=fresh_url).stdout
    )
    assert told["details"] == {"anchors": 1, "last_anchor": lost}
    assert "nothing has to be accepted" in audit("verify", "--accept-restore", url=fresh_url).stdout

    with_guards = Database(settings.database, fresh_url)
    with pytest.raises(Exception, match="only added to"):
        run(with_guards, "DELETE FROM gisapp.audit")
    with_guards.close()


def test_log_when_the_head_stands_there_or_a_line_is_torn_goes_on(
    database: Database, settings: Settings
) -> None:
    settings.var.mkdir()
    log = settings.var / LOG
    note(database, settings)
    assert not log.exists()  # nothing to note
    fill(database)
    note(database, settings)
    note(database, settings)
    assert log.read_text().count("\n") == 1
    assert log.stat().st_mode & 0o077 == 0
    with log.open("a") as file:
        file.write("2026-11-26T1")
    fill(database)
    note(database, settings)
    found = read_log(settings.var)
    assert [anchor.id for anchor in found.anchors] == [3, 6]
    assert found.unreadable == 1


def test_export_when_asked_writes_what_is_asked_and_is_noted(
    audit: Call, database: Database
) -> None:
    fill(database)
    done = audit("export", "--account", "name1", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [2]
    assert run(
        database, "SELECT id, action, details FROM gisapp.audit ORDER BY id DESC LIMIT 1"
    ) == [(4, "audit_exported", {"filters": ["account=name1"], "format": "jsonl"})]
    everything = audit("export", language="zh").stdout.splitlines()
    assert everything[0].startswith("\ufeff编号,时间（UTC）,")
    assert len(everything) == 1 + 5
    assert audit("export", "--from", "whenever").returncode == 2
    assert audit("export", "--action", "whatever").returncode == 2
    assert run(database, "SELECT max(id) FROM gisapp.audit") == [(5,)]
