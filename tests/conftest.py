"""One private cluster per test run; a migrated template; a fresh database per test that asks.

The controller (or the only process) starts the cluster; xdist workers get its address.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisapp.access.scope import EVERYTHING
from gisapp.app import create_app
from gisapp.database.cluster import Cluster, private_cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import migrate
from gisapp.demo import build_demo
from gisapp.settings import Settings, load_settings
from tests.accounts import signed_in

# The same code gives the same result each time it is checked; `--hypothesis-profile=search` looks
# for cases that were not tried before.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("search", derandomize=False)
hypothesis.settings.load_profile("same")
HOME = "GISAPP_TEST_HOME"
TEMPLATE = "gisapp_template"
DEMO, DEMO_SCALE, DEMO_SEED = "gisapp_demo", 0.1, 445103


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    home = Path(tempfile.mkdtemp(prefix="gisapp-test-"))
    home.chmod(0o755)
    os.environ[HOME] = str(home)
    config.stash_cluster = cluster = private_cluster(home, throwaway=True)
    cluster.start()
    cluster.create_database(TEMPLATE)
    migrate(cluster.url(TEMPLATE))


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = getattr(config, "stash_cluster", None)
    if cluster is not None:
        cluster.stop()
        shutil.rmtree(os.environ[HOME], ignore_errors=True)
        shutil.rmtree(cluster.socket, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The run's private cluster; it is started and stopped by the controller."""
    return private_cluster(Path(os.environ[HOME]), throwaway=True)


@pytest.fixture(scope="session")
def names() -> Iterator[str]:
    """Endless fresh database names, different in every worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return (f"test_{worker}_{number}" for number in itertools.count())


@pytest.fixture
def database_url(cluster: Cluster, names: Iterator[str]) -> Iterator[str]:
    """The address of a fresh, migrated, empty database."""
    name = next(names)
    cluster.create_database(name, TEMPLATE)
    yield cluster.url(name)
    drop_database(cluster, name)


@pytest.fixture
def empty_url(cluster: Cluster, names: Iterator[str]) -> Iterator[str]:
    """The address of a database without tables and without PostGIS."""
    name = next(names)
    cluster.create_database(name)
    yield cluster.url(name)
    drop_database(cluster, name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Default settings with a throwaway ``var``."""
    return load_settings({"GISAPP_VAR": str(tmp_path / "var")})


@pytest.fixture
def database(database_url: str, settings: Settings) -> Iterator[Database]:
    """A fresh, migrated, empty database, opened."""
    opened = Database(settings.database, database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def demo_url(cluster: Cluster) -> str:
    """The address of the demonstration district at scale 0.1: built once, for all workers."""
    with Path(os.environ[HOME], "demo.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = Path(os.environ[HOME], "demo.built")
        if not built.exists():
            cluster.create_database(DEMO, TEMPLATE)
            database = Database(load_settings({}).database, cluster.url(DEMO))
            build_demo(database, DEMO_SCALE, DEMO_SEED)
            database.close()
            built.touch()
    return cluster.url(DEMO)


@pytest.fixture(scope="session")
def demo(demo_url: str) -> Iterator[Database]:
    """The demonstration district, opened; tests read it and never write."""
    opened = Database(load_settings({}).database, demo_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def app(demo_url: str) -> Iterator[Flask]:
    """The application over the demonstration district."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    settings = load_settings({"GISAPP_VAR": str(Path(os.environ[HOME], f"web-{worker}"))})
    made = create_app(settings, demo_url)
    yield made
    made.extensions["gisapp"].database.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application over the demonstration district: an administrator's."""
    return signed_in(app)


def drop_database(cluster: Cluster, name: str) -> None:
    """Drop a test's database, ending whatever is still connected to it."""
    connection = psycopg2.connect(cluster.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    connection.close()


__all__ = ["EVERYTHING"]
