"""The job worker beside the server: started, replaced, stopped; and on its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.start.running import ROOT, Run, alive, environ, gisapp, until

Start = Callable[..., Run]
QUICK = {"GISAPP_JOB_HEARTBEAT_SECONDS": "0.3"}


def state(job: str, **settings: str) -> str:
    shown = gisapp("jobs", "show", job, **settings)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def test_run_when_a_job_is_asked_for_does_it_whatever_is_killed(start: Start) -> None:
    run = start("--no-demo", **QUICK)
    assert run.address
    until(lambda: len(run.job_workers) == 1)
    (first,) = run.job_workers
    os.kill(first, signal.SIGKILL)
    until(lambda: run.job_workers and first not in run.job_workers)
    assert len(run.workers) == 2
    settings = {"GISAPP_VAR": str(run.var)}
    asked = gisapp("jobs", "start", "find_area_codes_anew", **settings)
    assert asked.returncode == 0, asked.stderr
    job = asked.stdout.strip()
    until(lambda: '"state": "done"' in state(job, **settings))
    listed = gisapp("jobs", **settings).stdout
    assert "Done  14/14  find_area_codes_anew  gisapp" in listed
    assert "Only a failed or cancelled job" in gisapp("jobs", "retry", job, **settings).stderr
    second = run.job_workers
    run.signal(signal.SIGKILL)
    until(lambda: not any(map(alive, second)))  # it dies with its supervisor


def test_run_when_stopped_stops_its_job_worker(start: Start) -> None:
    for stop in (lambda run: run.interrupt(), lambda run: run.signal(signal.SIGTERM)):
        run = start("--no-demo")
        assert run.address
        until(lambda run=run: len(run.job_workers) == 1)
        assert stop(run) == 0
        assert "Traceback" not in run.said
        until(lambda run=run: run.leftovers() == [])


def test_run_when_no_threads_are_set_starts_no_worker(start: Start) -> None:
    run = start("--no-demo", GISAPP_JOB_THREADS="0")
    assert run.address
    settings = {"GISAPP_VAR": str(run.var)}
    asked = gisapp("jobs", "start", "count_clusters_anew", "--param", "layer=cameras", **settings)
    job = asked.stdout.strip()
    assert '"state": "waiting"' in state(job, **settings)
    assert run.job_workers == []
    assert gisapp("jobs", "cancel", job, **settings).returncode == 0
    assert '"state": "cancelled"' in state(job, **settings)


@pytest.fixture
def lone(database_url: str, tmp_path) -> Iterator[subprocess.Popen[str]]:
    """`gisapp worker` over the operator's database."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "gisapp.cli", "worker"],
        cwd=ROOT,
        env=environ(GISAPP_DATABASE_URL=database_url, GISAPP_VAR=str(tmp_path), **QUICK),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with worker:
        yield worker
        if worker.poll() is None:
            worker.kill()


def test_worker_when_run_alone_works_until_told_to_stop(
    lone: subprocess.Popen[str], database_url: str, tmp_path
) -> None:
    settings = {"GISAPP_DATABASE_URL": database_url, "GISAPP_VAR": str(tmp_path)}
    asked = gisapp("jobs", "start", "count_clusters_anew", "--param", "layer=cameras", **settings)
    job = asked.stdout.strip()
    until(lambda: '"state": "done"' in state(job, **settings))
    lone.send_signal(signal.SIGTERM)
    assert lone.wait(30) == 0
    assert "Traceback" not in (lone.stdout.read() if lone.stdout else "")


def test_worker_when_the_database_is_not_migrated_says_so(empty_url: str, tmp_path) -> None:
    found = gisapp("worker", GISAPP_DATABASE_URL=empty_url, GISAPP_VAR=str(tmp_path))
    assert found.returncode == 4
    assert "Run gisapp migrate" in found.stderr


def test_jobs_when_asked_for_badly_say_why(database_url: str, tmp_path) -> None:
    settings = {"GISAPP_DATABASE_URL": database_url, "GISAPP_VAR": str(tmp_path)}
    assert gisapp("jobs", "start", "nonsense", **settings).returncode == 6
    for pair in ("layer=parcels", "colour=red"):
        found = gisapp("jobs", "start", "count_clusters_anew", "--param", pair, **settings)
        assert found.returncode == 2, found.stderr
    assert gisapp("jobs", "cancel", "1", **settings).returncode == 6
    assert "check_import" in gisapp("jobs", "kinds", **settings).stdout
