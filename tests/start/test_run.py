"""`gisapp run` as people use it: started, started twice, stopped, killed in every part."""

from __future__ import annotations

import os
import signal
import socket
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.start.running import Run, alive, children, command, gisapp, status, until

Start = Callable[..., Run]


def test_run_when_stopped_leaves_no_process(start: Start) -> None:
    for stop in (lambda run: run.interrupt(), lambda run: run.signal(signal.SIGTERM)):
        run = start("--no-demo")
        assert status(run.address + "api/collections") == 200
        assert "More accounts: " in run.said
        assert len(run.workers) == 2
        assert stop(run) == 0
        assert "Stopped." in run.said
        assert "Traceback" not in run.said
        assert "Killing" not in run.said
        until(lambda run=run: run.leftovers() == [])
        assert status(run.address) == 0


def test_run_when_started_again_has_kept_port_and_rows(start: Start, home: Path) -> None:
    run = start(GISAPP_DEMO_SCALE="0.05")
    first = run.address
    found = gisapp("doctor", "migrations", "tables_as_declared", GISAPP_VAR=str(run.var))
    assert found.returncode == 0, found.stdout
    assert status(first + "api/collections/areas/items?limit=1") == 200
    run.interrupt()
    with socket.create_server(("127.0.0.1", 0)) as other:
        run = start(GISAPP_PORT=str(other.getsockname()[1]))
        assert run.process.wait(60) == 3
        assert f"Port {other.getsockname()[1]} is taken" in run.said
    run = start()
    assert run.address == first
    assert "building the demonstration" not in run.said
    assert "password" not in run.said
    assert status(first + "api/collections/areas/items?limit=1") == 200


def test_first_administrator_when_printed_signs_in(start: Start) -> None:
    run = start("--no-demo")
    address = run.address
    password = run.said.partition("password: ")[2].split()[0]
    form = urllib.parse.urlencode({"name": "admin", "password": password}).encode()
    asked = urllib.request.Request(f"{address}sign-in", form, {"Accept": "text/html"})
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(asked, timeout=10) as answer:
        assert answer.url == f"{address}account"  # the password has to be changed first


def test_run_when_one_is_up_prints_its_address(start: Start, home: Path) -> None:
    run = start("--no-demo")
    address = run.address
    second = gisapp("run", GISAPP_VAR=str(run.var))
    assert second.returncode == 0
    assert address in second.stdout
    assert "Already running" in second.stdout
    assert status(run.address + "api/collections") == 200


def test_run_when_two_start_at_once_have_ports_of_their_own(start: Start, home: Path) -> None:
    other = home / "second checkout"
    other.mkdir()
    one, two = start("--no-demo"), Run(other, "--no-demo")
    try:
        assert one.address != two.address
        assert status(one.address + "api/collections") == status(two.address + "api/collections")
        assert one.postmaster != two.postmaster
        assert two.interrupt() == 0
        assert status(one.address + "api/collections") == 200
    finally:
        two.clean_up()


def test_run_when_a_worker_is_killed_starts_another(start: Start) -> None:
    run = start("--no-demo")
    address = run.address
    victim = run.workers[0]
    os.kill(victim, signal.SIGKILL)
    until(lambda: victim not in run.workers and len(run.workers) == 2)
    until(lambda: status(address + "api/collections") == 200)
    assert run.interrupt() == 0
    until(lambda: run.leftovers() == [])


def test_run_when_the_supervisor_is_killed_the_next_takes_over(start: Start) -> None:
    run = start("--no-demo")
    address, workers, postmaster = run.address, run.workers, run.postmaster
    run.signal(signal.SIGKILL)
    until(lambda: not any(map(alive, workers)))
    assert status(address) == 0
    again = start("--no-demo")
    assert again.address == address
    assert again.postmaster == postmaster
    assert status(address + "api/collections") == 200
    assert again.interrupt() == 0
    until(lambda: again.leftovers() == [])


def test_run_when_a_backend_is_killed_recovers(start: Start) -> None:
    run = start("--no-demo")
    address = run.address + "api/collections/cameras/items"
    until(lambda: status(address) == 200)
    backends = [pid for pid in children(run.postmaster) if "gisapp gisapp" in command(pid)]
    assert backends
    os.kill(backends[0], signal.SIGKILL)
    until(lambda: [status(address) for _ in range(20)] == [200] * 20)
    assert "Traceback" not in run.said
    assert run.interrupt() == 0


def test_run_when_the_postmaster_is_killed_starts_it_again(start: Start) -> None:
    run = start("--no-demo")
    address, first = run.address + "api/collections/cameras/items", run.postmaster
    until(lambda: status(address) == 200)
    os.kill(first, signal.SIGKILL)
    until(lambda: not alive(first))
    until(lambda: status(address) == 200 and run.postmaster != first)
    assert run.interrupt() == 0
    until(lambda: run.leftovers() == [])


def test_run_when_everything_is_killed_the_next_recovers(start: Start) -> None:
    run = start("--no-demo")
    address = run.address
    os.kill(run.postmaster, signal.SIGKILL)
    os.killpg(run.process.pid, signal.SIGKILL)
    run.process.wait()
    again = start("--no-demo")
    assert again.address == address
    assert status(address + "api/collections") == 200


def test_commands_when_the_server_stops_meanwhile_keep_their_database(start: Start) -> None:
    """The last user of the private cluster stops it, whoever that is."""
    run = start("--no-demo")
    assert run.address
    assert gisapp("layers", GISAPP_VAR=str(run.var)).returncode == 0
    assert gisapp("migrate", GISAPP_VAR=str(run.var)).returncode == 0
    assert status(run.address + "api/collections/cameras/items") == 200
    assert run.interrupt() == 0
    assert gisapp("migrate", GISAPP_VAR=str(run.var)).returncode == 0
    until(lambda: run.leftovers() == [])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "map.example.org"])
def test_run_when_host_is_not_this_machine_refuses(host: str, home: Path) -> None:
    found = gisapp("run", GISAPP_VAR=str(home / "var"), GISAPP_HOST=host)
    assert found.returncode == 3
    refused = "is no address" if "map" in host else f"Listening on {host} needs a certificate"
    assert refused in found.stderr
    assert not (home / "var").exists()


def test_run_when_host_is_ipv6_loopback_serves(start: Start) -> None:
    run = start("--no-demo", GISAPP_HOST="::1")
    assert run.address.startswith("http://[::1]:")
    assert status(run.address + "api/collections") == 200
