"""With the operator's own database: what is refused and how, serving, backup and restore."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from gisapp.database.cluster import Cluster
from gisapp.database.programs import programs
from gisapp.jobs.catalogue import JOBS
from tests.start.running import ROOT, TOKENS, Run, environ, gisapp, grant, status, until

SECRET = "geheim-7Q"
# All that a dump must carry, as one text for each table, and the state of the indexes.
FINGERPRINTS = """
SELECT 'parcels', md5(string_agg(t::text || ST_AsEWKT(geom_web), ',' ORDER BY code))
FROM gisapp.parcels AS t
UNION SELECT 'rented_housing', md5(string_agg(t::text, ',' ORDER BY code))
FROM gisapp.rented_housing AS t
UNION SELECT 'clusters', md5(string_agg(t::text, ',' ORDER BY t::text)) FROM gisapp.clusters AS t
UNION SELECT 'revisions', string_agg(t::text, ',' ORDER BY layer) FROM gisapp.layer_revisions AS t
UNION SELECT 'sources', string_agg(t::text, ',' ORDER BY name) FROM gisapp.sources AS t
UNION SELECT 'audit', md5(string_agg(t::text, ',' ORDER BY id)) FROM gisapp.audit AS t
UNION SELECT 'audit_head', t::text FROM gisapp.audit_head AS t
UNION SELECT 'guards', string_agg(tgname || tgenabled::text, ',' ORDER BY tgrelid::regclass::text, tgname)
    FROM pg_trigger WHERE tgrelid IN ('gisapp.audit'::regclass, 'gisapp.audit_head'::regclass)
UNION SELECT 'indexes', count(*) || ' ' || bool_and(indisvalid) FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'gisapp'::regnamespace
"""


def administrate(cluster: Cluster, database: str, *texts: str) -> None:
    connection = psycopg2.connect(cluster.url(database))
    connection.autocommit = True
    for text in texts:
        connection.cursor().execute(text)
    connection.close()


@pytest.fixture
def account(cluster: Cluster, names: Iterator[str]) -> Iterator[str]:
    """An account that may log in and own databases, and nothing else."""
    name = f"plain_{next(names)}"
    administrate(cluster, "postgres", f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
    yield name
    administrate(cluster, "postgres", f"DROP ROLE {name}")


@pytest.fixture
def make_database(
    cluster: Cluster, account: str, names: Iterator[str]
) -> Iterator[Callable[[bool], str]]:
    """A function that makes a database for ``account``, with or without PostGIS."""
    made: list[str] = []

    def make(postgis: bool) -> str:
        made.append(next(names))
        administrate(cluster, "postgres", f"CREATE DATABASE {made[-1]} OWNER {account}")
        if postgis:
            administrate(cluster, made[-1], "CREATE EXTENSION postgis")
        return f"postgresql://{account}:{SECRET}@/{made[-1]}?host={cluster.socket}"

    yield make
    for name in made:
        administrate(cluster, "postgres", f"DROP DATABASE {name} WITH (FORCE)")


def refused(home: Path, url: str, *command: str) -> str:
    found = gisapp(*command or ("run",), GISAPP_VAR=str(home / "var"), GISAPP_DATABASE_URL=url)
    assert found.returncode == 4, found.stderr
    assert "Traceback" not in found.stderr
    assert SECRET not in found.stdout + found.stderr
    assert not (home / "var" / "postgres").exists()
    return found.stderr


def test_run_when_database_is_not_ready_says_what_to_do(
    home: Path, make_database: Callable[[bool], str]
) -> None:
    bare, ready = make_database(False), make_database(True)
    said = refused(home, bare)
    assert "schema is at -, the program needs" in said
    assert "Run gisapp migrate" in said
    said = refused(home, bare, "migrate")
    assert "PostGIS is not enabled" in said
    assert "CREATE EXTENSION postgis" in said
    said = refused(home, ready)
    assert "Run gisapp migrate" in said


def test_run_when_database_is_out_of_reach_never_shows_the_password(
    home: Path, make_database: Callable[[bool], str]
) -> None:
    good = make_database(True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody = f"postgresql://gisapp:{SECRET}@127.0.0.1:{port}/gisapp"
    assert "cannot be reached" in refused(home, nobody)
    assert "cannot be reached" in refused(home, nobody, "doctor")
    wrong = good.replace(SECRET, f"{SECRET}x")
    assert "refused the user name or password" in refused(home, wrong)
    assert "no such database" in refused(home, good.replace("@/test_", "@/gone_"))
    for nonsense in (
        f"{SECRET}",
        f"postgresql://u:{SECRET}@h:{SECRET}/d",
        f"mysql://u:{SECRET}@h/d",
    ):
        assert "not a valid PostgreSQL address" in refused(home, nonsense)


def test_run_when_database_is_the_operators_leaves_it_running(
    start: Callable[..., Run], home: Path, make_database: Callable[[bool], str]
) -> None:
    url = make_database(True)
    assert gisapp("migrate", GISAPP_DATABASE_URL=url).returncode == 0
    run = start(GISAPP_DATABASE_URL=url)
    assert status(run.address + "api/collections/cameras/items") == 200
    assert "demonstration" not in run.said
    assert not (run.var / "postgres").exists()
    assert run.signal(signal.SIGTERM) == 0
    assert gisapp("doctor", "migrations", GISAPP_DATABASE_URL=url).returncode == 0


def test_backup_when_restored_is_the_same_database(
    home: Path, make_database: Callable[[bool], str]
) -> None:
    """The two commands of docs/operator.md, run by an account without special rights."""
    url, fresh, dump = make_database(True), make_database(True), home / "gisapp.dump"
    assert gisapp("migrate", GISAPP_DATABASE_URL=url).returncode == 0
    assert gisapp("demo", "--scale", "0.05", GISAPP_DATABASE_URL=url).returncode == 0
    dumping = ["-Fc", "--exclude-table-data=spatial_ref_sys", "-f", dump]
    subprocess.run([programs() / "pg_dump", *dumping, url], check=True)
    restoring = ["--no-owner", "--no-comments", "--exit-on-error", "-d", fresh, dump]
    subprocess.run([programs() / "pg_restore", *restoring], check=True)
    assert fingerprints(fresh) == fingerprints(url)
    for command in ("doctor", "audit verify"):
        found = gisapp(*command.split(), GISAPP_DATABASE_URL=fresh, GISAPP_VAR=str(home / "var"))
        assert found.returncode == 0, found.stdout + found.stderr
    changed = gisapp("demo", "--scale", "0.05", "--replace", GISAPP_DATABASE_URL=fresh)
    assert changed.returncode == 0, changed.stderr


def done_jobs(url: str) -> int:
    """Return how many jobs are done: after a first start those of the schedule are."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gisapp.jobs WHERE state = 'done'")
        (count,) = cursor.fetchone()
    connection.close()
    return count


def fingerprints(url: str) -> dict[str, str]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(FINGERPRINTS)
        found = dict(cursor.fetchall())
    connection.close()
    assert all(found.values())
    return found


def test_wsgi_entry_when_served_by_granian_answers(
    home: Path, make_database: Callable[[bool], str]
) -> None:
    url = make_database(True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"]
    command += ["--port", port, "gisapp.wsgi:create"]
    settings = environ(GISAPP_DATABASE_URL=url, GISAPP_VAR=str(home / "var"))
    unready = subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=60
    )
    assert unready.returncode != 0
    assert "the program needs" in unready.stdout + unready.stderr
    assert SECRET not in unready.stdout + unready.stderr
    assert gisapp("migrate", GISAPP_DATABASE_URL=url).returncode == 0
    with (home / "granian.txt").open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=settings, stdout=output, stderr=output, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}/"
    TOKENS[address] = grant(settings)
    try:
        until(lambda: status(f"{address}api/collections") == 200)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)


def test_private_backup_when_restored_over_the_running_server_is_complete(
    start: Callable[..., Run], home: Path
) -> None:
    run = start(GISAPP_DEMO_SCALE="0.05")
    items = run.address + "api/collections/cameras/items"
    folder = run.var / "postgres"
    password = (folder / "data" / "password").read_text()
    client = environ(PGHOST=str(folder / "socket"), PGUSER="gisapp", PGPASSWORD=password)
    url = f"postgresql://gisapp:{password}@/gisapp?host={folder / 'socket'}"
    until(lambda: done_jobs(url) == sum(bool(job.schedule) for job in JOBS.values()))
    before, dump = fingerprints(url), home / "gisapp.dump"
    subprocess.run([programs() / "pg_dump", "-Fc", "-f", dump, "gisapp"], env=client, check=True)
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gisapp.parcels WHERE id % 2 = 0; DROP TABLE gisapp.cameras")
    connection.close()
    assert status(items) >= 500
    restoring = ["--clean", "--if-exists", "--single-transaction", "-d", "gisapp", dump]
    subprocess.run([programs() / "pg_restore", *restoring], env=client, check=True)
    assert fingerprints(url) == before
    until(lambda: status(items) == 200)
    assert gisapp("doctor", GISAPP_VAR=str(run.var)).returncode == 0
    assert gisapp("audit", "verify", GISAPP_VAR=str(run.var)).returncode == 0
    done = done_jobs(url)
    gisapp("jobs", "start", "find_area_codes_anew", GISAPP_VAR=str(run.var))
    until(lambda: done_jobs(url) > done)  # the worker goes on
