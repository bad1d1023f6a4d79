"""One database for the tests of a module that only read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from tests.conftest import TEMPLATE, drop_database


@pytest.fixture(scope="module")
def module_database(cluster: Cluster, names: Iterator[Any]) -> Iterator[Database]:
    """A fresh, migrated, empty database, opened, for a whole module."""
    name = next(names)
    cluster.create_database(name, TEMPLATE)
    opened = Database(load_settings({}).database, cluster.url(name))
    yield opened
    opened.close()
    drop_database(cluster, name)
