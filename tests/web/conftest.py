"""The application over the demonstration district, for the tests of the API."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from gisapp.app import create_app
from gisapp.settings import load_settings


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
    return api_app.test_client()


@pytest.fixture(scope="session")
def live_api(api_app: Flask) -> Iterator[str]:
    """The address of the same application behind a real socket, on a free port."""
    server = make_server("127.0.0.1", 0, api_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    thread.join()
    server.server_close()
