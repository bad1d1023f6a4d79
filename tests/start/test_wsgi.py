"""The application for WSGI servers: its settings, and the host names it answers to."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp import wsgi
from gisapp.errors import DatabaseUnusable, SetupNeeded
from tests.accounts import token_of

OWN = ["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:81", "[::1]", "[::1]:8000"]
FOREIGN = ["evil.example", "127.0.0.1.evil.example", "[::2]", "10.0.0.1", "", "[", "a b", "[::1"]
PATHS = ["/", "/api/collections", "/static/css/base.css", "/no/such/page"]


@pytest.fixture
def client(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request
) -> FlaskClient:
    monkeypatch.setenv("GISAPP_DATABASE_URL", database_url)
    monkeypatch.setenv("GISAPP_VAR", str(tmp_path))
    monkeypatch.setenv("GISAPP_PUBLIC_HOSTS", getattr(request, "param", ""))
    monkeypatch.setenv("GISAPP_PROXIES", "1" if hasattr(request, "param") else "0")
    return with_token(wsgi.create())


def with_token(app: Flask, token: str = "") -> FlaskClient:
    """Return a client that sends a token whatever the host; cookies belong to one."""
    client = app.test_client()
    token = token or token_of(app.extensions["gisapp"].database)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def ask(client: FlaskClient, host: str, path: str = "/api/collections", **headers: str):
    return client.get(path, headers={"Host": host, **headers})


@pytest.mark.parametrize("path", PATHS)
def test_application_when_asked_by_its_own_names_answers(client: FlaskClient, path: str) -> None:
    expected = 404 if "no/such" in path else 200
    for host in OWN:
        with ask(client, host, path) as answer:
            assert answer.status_code == expected, host


@pytest.mark.parametrize("path", PATHS)
def test_application_when_asked_by_other_names_refuses(client: FlaskClient, path: str) -> None:
    for host in [*FOREIGN, "map.example"]:
        answer = ask(client, host, path, **{"X-Forwarded-Host": "localhost"})
        assert answer.status_code == 400, host
        assert b"GISAPP_PUBLIC_HOSTS" in answer.data or b"<html" in answer.data


@pytest.mark.parametrize("client", ["map.example Karte.example"], indirect=True)
def test_application_when_behind_a_proxy_answers_to_its_names(client: FlaskClient) -> None:
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "map.example"}
    answer = ask(client, "127.0.0.1:8000", "/api/collections", **proxied)
    assert answer.status_code == 200
    assert b"https://map.example/api/collections" in answer.data
    assert ask(client, "karte.example").status_code == 200
    assert ask(client, "127.0.0.1", **{"X-Forwarded-Host": "evil.example"}).status_code == 400
    assert ask(client, "evil.example").status_code == 400


def test_application_when_not_behind_a_proxy_believes_no_forwarding(client: FlaskClient) -> None:
    answer = ask(client, "localhost", **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "x"})
    assert b"http://localhost/api/collections" in answer.data


def test_create_when_database_is_not_named_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GISAPP_DATABASE_URL", raising=False)
    with pytest.raises(SetupNeeded, match="GISAPP_DATABASE_URL is not set"):
        wsgi.create()


def test_create_when_database_is_not_migrated_says_so(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISAPP_DATABASE_URL", empty_url)
    with pytest.raises(DatabaseUnusable, match="the program needs"):
        wsgi.create()


def test_worker_when_database_is_down_answers_503(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISAPP_VAR", str(tmp_path))
    monkeypatch.setenv("GISAPP_DATABASE_URL", database_url.replace("host=", "port=1&host="))
    monkeypatch.setattr(wsgi, "belong_to_supervisor", lambda: None)  # the parent of the test run
    client = with_token(wsgi.worker(), "x")
    assert ask(client, "localhost", "/api/collections/cameras/items").status_code == 503


TOLD_WHILE_STARTING = """
import multiprocessing, os, signal, time
from gisapp import wsgi

def start():
    wsgi.belong_to_supervisor()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)

signal.signal(signal.SIGTERM, lambda *_: None)  # the supervisor's handler only makes a note
child = multiprocessing.get_context("fork").Process(target=start)
child.start()
child.join()
print(child.exitcode)
"""


def test_worker_when_told_to_stop_while_it_starts_ends_at_once() -> None:
    command = [sys.executable, "-c", TOLD_WHILE_STARTING]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) == -signal.SIGTERM
