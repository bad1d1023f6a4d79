"""The application over the demonstration district, for the tests of the API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings, load_settings
from tests.accounts import SignedIn, signed_in, token_of
from tests.web.writing import add_towns

# Serves on a free port, which it prints.
SERVE = """
from werkzeug.serving import make_server
from gisapp.wsgi import create
server = make_server("127.0.0.1", 0, create(), threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture(scope="session")
def api_app(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over the demonstration district."""
    var: Path = tmp_path_factory.mktemp("var")
    app = create_app(load_settings({"GISAPP_VAR": str(var)}), demo_url)
    yield app
    app.extensions["gisapp"].database.close()


@pytest.fixture(scope="session")
def api(api_app: Flask) -> FlaskClient:
    """A client of the application over the demonstration district."""
    return signed_in(api_app)


@pytest.fixture(scope="session")
def live_api(
    demo: Database, demo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the API behind a real socket, in a process of its own.

    GDAL holds Python's lock while it waits for an answer: a thread could not give it one.
    """
    token = token_of(demo, writes=False)
    environment = {
        **os.environ,
        "GISAPP_DATABASE_URL": demo_url,
        "GISAPP_VAR": str(tmp_path_factory.mktemp("live")),
    }
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        port = server.stdout.readline().strip()
        # GDAL sends it with every request, and so does ``fetch`` of the tests.
        pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token})
        yield f"http://127.0.0.1:{port}/api"
        pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None})
        server.terminate()


@pytest.fixture
def site(settings: Settings, database: Database, database_url: str) -> Iterator[Flask]:
    """The application over two towns without anything in them, to write to."""
    add_towns(database)
    app = create_app(settings, database_url)
    yield app
    app.extensions["gisapp"].database.close()


@pytest.fixture
def editor(site: Flask) -> SignedIn:
    """An administrator of ``site``."""
    return signed_in(site)
