"""Entries for WSGI servers: ``gisapp.wsgi:create`` is an application factory.

    gunicorn 'gisapp.wsgi:create()'
    granian --interface wsgi --factory gisapp.wsgi:create

Both need GISAPP_DATABASE_URL; `gisapp run` needs neither.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal

from flask import Flask

from gisapp.app import create_app
from gisapp.database.migrate import require_migrated
from gisapp.errors import SetupNeeded
from gisapp.settings import Settings, load_settings
from layers.spec import Text

PR_SET_PDEATHSIG = 1


def create() -> Flask:
    """Build the application over the operator's migrated database, by the environment."""
    settings = read_settings()
    require_migrated(settings.database.url)
    return create_app(settings, settings.database.url)


def worker() -> Flask:
    """Build the application in a worker of `gisapp run`, which has looked at the database.

    A worker started while the database restarts must not fail: it answers 503 until then.
    """
    die_with_parent()
    settings = read_settings()
    return create_app(settings, settings.database.url)


def read_settings() -> Settings:
    """Return the settings of the environment; the database's address must be among them."""
    settings = load_settings(os.environ)
    if not settings.database.url:
        raise SetupNeeded(
            Text("没有设置 GISAPP_DATABASE_URL。", "GISAPP_DATABASE_URL is not set."),
            Text("或改用 gisapp run。", "Or use gisapp run."),
        )
    return settings


def die_with_parent() -> None:
    """Have the kernel end this process when its supervisor is gone, even by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:
        os._exit(1)  # it went before we asked
