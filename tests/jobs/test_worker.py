"""Real workers: done once, whatever is killed; cancelled, failed, tried again."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest

from gisapp.access.caller import SYSTEM
from gisapp.errors import Conflict
from gisapp.jobs import queue
from tests.jobs.conftest import HEARTBEAT, OPEN, Bench, until
from tests.jobs.samples import SAMPLES, STEPS

END_BACKENDS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'gisapp%%'
"""
COUNTS = "SELECT job, step, count(*) FROM public.effects GROUP BY 1, 2"


def test_jobs_when_workers_are_killed_again_and_again_happen_once(bench: Bench) -> None:
    chance = random.Random(20261126)
    jobs = [bench.ask("steps") for _ in range(100)]
    workers = [bench.start(), bench.start()]
    until(lambda: bench.run("SELECT count(*) FROM public.effects")[0][0] > 0)
    for _ in range(10):
        time.sleep(chance.uniform(0, 0.6))
        bench.kill(workers.pop(0))
        workers.append(bench.start())
    bench.finish()
    expected = {(job, f"step {number}", 1) for job in jobs for number in range(STEPS)}
    assert set(bench.run(COUNTS)) == expected
    assert {bench.state(job) for job in jobs} == {"done"}
    interrupted = bench.run("SELECT count(*) FROM gisapp.jobs WHERE attempts > 1")[0][0]
    assert interrupted > 0  # else nothing was tried
    results = {tuple(row[0]) for row in bench.run("SELECT result FROM gisapp.jobs")}
    assert results == {tuple(f"step {number}" for number in range(STEPS))}


def test_jobs_when_two_workers_wait_are_done_by_one_each(bench: Bench) -> None:
    workers = [bench.start(), bench.start()]
    until(lambda: bench.run("SELECT count(*) FROM procrastinate.procrastinate_workers") == [(2,)])
    jobs = [bench.ask("steps") for _ in range(20)]
    bench.finish()
    assert set(bench.run("SELECT DISTINCT attempts FROM gisapp.jobs")) == {(1,)}
    assert bench.run("SELECT count(*) FROM public.effects") == [(len(jobs) * STEPS,)]
    pids = {row[0] for row in bench.run("SELECT DISTINCT pid FROM public.effects")}
    assert pids == {worker.pid for worker in workers}


def test_effect_when_the_worker_died_after_its_commit_is_not_repeated(bench: Bench) -> None:
    """As if killed between the commit of the last effect and the note that the job is done."""
    job = bench.ask("steps")
    bench.run("INSERT INTO gisapp.job_effects VALUES (%s, 'step 2', '{\"step\": \"kept\"}')", job)
    bench.start()
    bench.finish()
    assert bench.run("SELECT result FROM gisapp.jobs") == [(["step 0", "step 1", "kept"],)]
    assert {row[1] for row in bench.run(COUNTS)} == {"step 0", "step 1"}


def test_job_when_the_asking_transaction_rolls_back_does_not_exist(bench: Bench) -> None:
    with pytest.raises(ZeroDivisionError), bench.database.write() as connection:
        queue.enqueue(connection, SAMPLES["steps"], SYSTEM, {})
        raise ZeroDivisionError
    assert bench.run("SELECT FROM procrastinate.procrastinate_jobs") == []
    assert bench.run("SELECT FROM gisapp.jobs") == []


@pytest.mark.parametrize("name", ["long_statement", "long_loop"])
def test_job_when_cancelled_while_it_runs_ends_at_once(bench: Bench, name: str) -> None:
    bench.start()
    job = bench.ask(name)
    until(lambda: bench.state(job) == "running")
    time.sleep(0.5)
    asked = time.monotonic()
    cancel(bench, job)
    until(lambda: bench.state(job) == "cancelled")
    assert time.monotonic() - asked < 30  # left alone it would take a minute
    assert bench.run("SELECT count(*) FROM public.effects") == [(0,)]  # rolled back
    until(lambda: bench.run("SELECT FROM procrastinate.procrastinate_jobs") == [])
    after = bench.ask("steps")  # the worker goes on
    bench.finish()
    assert bench.state(after) == "done"


def test_job_when_cancelled_while_it_waits_never_starts(bench: Bench) -> None:
    job = bench.ask("steps")
    cancel(bench, job)
    assert bench.state(job) == "cancelled"
    bench.start()
    other = bench.ask("steps")
    bench.finish()
    assert {row[0] for row in bench.run(COUNTS)} == {other}
    with pytest.raises(Conflict):
        cancel(bench, job)


def test_job_when_its_worker_died_after_cancel_was_asked_ends_cancelled(bench: Bench) -> None:
    worker = bench.start()
    job = bench.ask("long_loop")
    until(lambda: bench.state(job) == "running")
    freeze(bench, worker, job)
    cancel(bench, job)
    bench.kill(worker)
    bench.start()
    until(lambda: bench.state(job) == "cancelled")


def test_job_when_it_fails_says_why_and_can_be_tried_again(bench: Bench) -> None:
    bench.start()
    user, fault = bench.ask("badly", how="bad file"), bench.ask("badly")
    bench.finish()
    row = "SELECT state, error_zh, error_en, log_id FROM gisapp.jobs WHERE id = %s"
    assert bench.run(row, user) == [
        ("failed", "文件坏了。换一个。", "The file is broken. Take another.", "")
    ]
    state, _, said, log_id = bench.run(row, fault)[0]
    assert state == "failed"
    assert log_id
    assert log_id in said
    assert "secret" not in said
    with bench.database.write() as connection:
        queue.retry(connection, fault)
    bench.finish()
    assert bench.run(row, fault)[0][3] not in ("", log_id)  # tried, and failed anew
    output = bench.output.read_text()
    assert log_id in output
    assert "ZeroDivisionError: secret" in output
    assert "broken" not in output


def test_retry_when_the_job_is_done_is_refused(bench: Bench) -> None:
    bench.start()
    job = bench.ask("steps")
    bench.finish()
    with pytest.raises(Conflict), bench.database.write() as connection:
        queue.retry(connection, job)


def test_job_when_its_backend_is_ended_is_done_all_the_same(bench: Bench) -> None:
    bench.start()
    jobs = [bench.ask("steps") for _ in range(6)]
    until(lambda: bench.run("SELECT count(*) FROM public.effects")[0][0] > 0)

    def supervised() -> bool:
        """Start another worker when the last one gave up, as `gisapp run` does."""
        if bench.workers[-1].poll() is not None:
            bench.start()
        return bench.run(OPEN) == [(0,)]

    for _ in range(4):
        bench.run(END_BACKENDS)
        time.sleep(0.2)
        supervised()
    until(supervised)
    assert {bench.state(job) for job in jobs} == {"done"}, bench.output.read_text()
    assert all(row[2] == 1 for row in bench.run(COUNTS))


def test_worker_when_told_to_stop_gives_back_what_runs(bench: Bench) -> None:
    worker = bench.start()
    job = bench.ask("long_loop")
    until(lambda: bench.state(job) == "running")
    worker.terminate()
    assert worker.wait(20) == 0
    assert bench.state(job) == "waiting"
    assert bench.run("SELECT attempts FROM gisapp.jobs") == [(0,)]
    assert bench.run("SELECT status::text FROM procrastinate.procrastinate_jobs") == [("todo",)]


def test_worker_when_it_was_taken_for_dead_does_no_harm(bench: Bench) -> None:
    """It wakes up while another worker has its job, or has done it."""
    sleeper = bench.start()
    jobs = [bench.ask("steps") for _ in range(4)]
    until(lambda: bench.run("SELECT count(*) FROM public.effects")[0][0] > 0)
    sleeper.send_signal(signal.SIGSTOP)
    bench.start()
    time.sleep(HEARTBEAT * 8)
    sleeper.send_signal(signal.SIGCONT)
    bench.finish()
    assert {bench.state(job) for job in jobs} == {"done"}
    assert all(row[2] == 1 for row in bench.run(COUNTS))
    assert len(bench.run(COUNTS)) == 4 * STEPS


def test_schedule_when_two_workers_run_fires_once(bench: Bench) -> None:
    for _ in range(2):
        bench.start(SCHEDULE="1")
    until(lambda: bench.run("SELECT count(*) FROM gisapp.jobs WHERE state = 'done'")[0][0] >= 4)
    moments = bench.run("SELECT due_at, account_name FROM gisapp.jobs ORDER BY due_at")
    assert len({moment for moment, _ in moments}) == len(moments)
    assert {name for _, name in moments} == {"gisapp"}
    assert all(row[2] == 1 for row in bench.run(COUNTS))


def cancel(bench: Bench, job: int) -> None:
    with bench.database.write() as connection:
        queue.cancel(connection, job)


def freeze(bench: Bench, worker: subprocess.Popen[bytes], job: int) -> None:
    """Stop a worker at a moment at which it does not keep its job's row locked."""
    while True:
        worker.send_signal(signal.SIGSTOP)
        if bench.run("SELECT id FROM gisapp.jobs WHERE id = %s FOR UPDATE SKIP LOCKED", job):
            return
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.05)


def test_dead_workers_when_long_gone_are_forgotten_after_their_jobs_are_taken_up(
    bench: Bench,
) -> None:
    """The jobs are locked first, and one worker at a time does so: two never wait for each other."""
    job = bench.ask("steps")
    ((dead,),) = bench.run(
        "INSERT INTO procrastinate.procrastinate_workers (last_heartbeat)"
        " VALUES (now() - interval '2 days') RETURNING id"
    )
    bench.run("UPDATE procrastinate.procrastinate_jobs SET status = 'doing', worker_id = %s", dead)
    with bench.database.write() as connection, connection.cursor() as cursor:
        cursor.execute(queue.MY_TURN)
        assert queue.take_up(bench.database, 1.0) == 0
    assert queue.take_up(bench.database, 1.0) == 1
    assert bench.run("SELECT FROM procrastinate.procrastinate_workers") == []
    bench.start()
    bench.finish()
    assert bench.state(job) == "done"
