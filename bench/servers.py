"""Our server and its peers over the same database, each started as its own papers advise.

Two processes each, as many as the machine has cores; the peers come from ``bench/.venv``:

    python -m venv bench/.venv && bench/.venv/bin/pip install -r bench/requirements.txt
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import psycopg2

from gisapp.access.accounts import create_account
from gisapp.access.sessions import make_token, start_session

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(os.environ.get("BENCH_PEERS", ROOT / "bench" / ".venv")) / "bin"
PATIENCE = 60  # seconds until a server answers
TOKENS: dict[str, str] = {}  # of our own servers, by address
LAYERS = ("rented_housing", "parcels")
COPIES = "DROP SCHEMA IF EXISTS peer CASCADE; CREATE SCHEMA peer;" + "".join(
    f"""
    CREATE TABLE peer.{name} AS SELECT * FROM gisapp.{name} ORDER BY id;
    ALTER TABLE peer.{name} DROP COLUMN geom_web, ADD PRIMARY KEY (id),
        ALTER COLUMN geom TYPE geometry(Geometry, 4326) USING ST_Transform(geom, 4326);
    CREATE INDEX ON peer.{name} USING gist (geom);
    ANALYZE peer.{name};
    """
    for name in LAYERS
)


@contextmanager
def ours(url: str) -> Iterator[str]:
    """Lend the address of `gisapp run` with its default settings; TOKENS has a token for it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as var:
        environ = {"GISAPP_DATABASE_URL": url, "GISAPP_PORT": str(port), "GISAPP_VAR": var}
        command = [sys.executable, "-m", "gisapp.cli", "run", "--no-demo"]
        with serving(command, environ, address, "/health"):
            TOKENS[address] = make_user(url, "administrator", None)
            yield address


def make_user(url: str, role: str, areas: Sequence[str] | None) -> str:
    """Make an account that sees ``areas`` (None: all) and return a token that may write."""
    connection = psycopg2.connect(url)
    with connection:
        account = create_account(connection, f"bench-{secrets.token_hex(6)}", role, areas)
        token = make_token(connection, account, "bench", days=1, writes=True, areas=())
    connection.close()
    return token


def make_session(url: str) -> str:
    """Return the cookie of a new administrator's session."""
    connection = psycopg2.connect(url)
    with connection:
        name = f"bench-{secrets.token_hex(6)}"
        account = create_account(connection, name, "administrator", None)
        cookie = start_session(connection, account.id, "127.0.0.1", hours=12, idle=60)
    connection.close()
    return cookie


def authorization(address: str) -> str:
    """Return the Authorization header for an address; of a peer it is "none"."""
    token = next((held for root, held in TOKENS.items() if address.startswith(root)), "")
    return f"Bearer {token}" if token else "none"


def fetch(address: str) -> bytes:
    """Return an answer's body."""
    asked = urllib.request.Request(address, headers={"Authorization": authorization(address)})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        body: bytes = answer.read()
    return body


@contextmanager
def tipg(url: str) -> Iterator[str]:
    """Lend the address of tipg under uvicorn."""
    port = free_port()
    parts = urlsplit(url)
    folder = quote(parse_qs(parts.query)["host"][0], safe="")
    environ = {
        "DATABASE_URL": f"postgresql://{parts.username}:{parts.password}@{folder}{parts.path}",
        "TIPG_DB_SCHEMAS": '["gisapp"]',
        "DB_MIN_CONN_SIZE": "4",
        "DB_MAX_CONN_SIZE": "8",
    }
    command = [str(PEERS / "uvicorn"), "tipg.main:app", "--port", str(port), "--workers", "2"]
    command += ["--log-level", "warning"]
    with serving(command, environ, f"http://127.0.0.1:{port}", "/collections"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def pygeoapi(url: str) -> Iterator[str]:
    """Lend the address of pygeoapi under gunicorn, over a copy of the tables that suits it."""
    port = free_port()
    copy_tables(url)
    with tempfile.TemporaryDirectory() as folder:
        config, document = Path(folder, "config.yml"), Path(folder, "openapi.yml")
        config.write_text(json.dumps(pygeoapi_config(url, port)), encoding="utf-8")
        environ = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(document)}
        made = subprocess.run(
            [str(PEERS / "pygeoapi"), "openapi", "generate", str(config)],
            env={**os.environ, **environ},
            check=True,
            capture_output=True,
        )
        document.write_bytes(made.stdout)
        command = [str(PEERS / "gunicorn"), "-w", "2", "-k", "gthread", "--threads", "4"]
        command += ["-b", f"127.0.0.1:{port}", "pygeoapi.flask_app:APP"]
        with serving(command, environ, f"http://127.0.0.1:{port}", "/collections?f=json"):
            yield f"http://127.0.0.1:{port}"


def copy_tables(url: str) -> None:
    """Make the tables that pygeoapi can read: one geometry column, in degrees already.

    It cannot write rows with two geometry columns, and it takes the axes of EPSG:4548 the wrong
    way round. The copy spares it every transformation.
    """
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(COPIES)
    connection.close()


def pygeoapi_config(url: str, port: int) -> dict[str, object]:
    """Return pygeoapi's configuration for the bench's layers (YAML reads JSON)."""
    parts = urlsplit(url)
    store = {
        "host": parse_qs(parts.query)["host"][0],
        "port": 5432,
        "dbname": parts.path.lstrip("/"),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "search_path": ["peer", "public"],
    }
    said = {"title": "bench", "description": "bench", "keywords": ["bench"]}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 10, "max_items": 10000},
            "map": {"url": "http://127.0.0.1/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**said, "terms_of_service": "none", "url": "http://127.0.0.1"},
            "license": {"name": "none", "url": "http://127.0.0.1"},
            "provider": {"name": "bench", "url": "http://127.0.0.1"},
            "contact": {"name": "bench", "email": "bench@localhost"},
        },
        "resources": {
            name: {
                "type": "collection",
                **said,
                "links": [],
                "extents": {"spatial": {"bbox": [116, 23, 117, 24]}},
                "providers": [
                    {
                        "type": "feature",
                        "name": "PostgreSQL",
                        "data": store,
                        "table": name,
                        "id_field": "id",
                        "geom_field": "geom",
                    }
                ],
            }
            for name in LAYERS
        },
    }


@contextmanager
def serving(
    command: Sequence[str], environ: Mapping[str, str], address: str, path: str
) -> Iterator[None]:
    """Run a server in a process group of its own until the block ends."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if not answers(process, address + path):
                output.seek(0)
                raise SystemExit(output.read()[-4000:].decode(errors="replace"))
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def answers(process: subprocess.Popen[bytes], address: str) -> bool:
    """Wait until a server answers; False when it ends or never does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    return False


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
