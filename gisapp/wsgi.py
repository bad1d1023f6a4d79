"""Entries for WSGI servers: ``gisapp.wsgi:create`` is an application factory.

    gunicorn 'gisapp.wsgi:create()'
    granian --interface wsgi --factory gisapp.wsgi:create

Both need GISAPP_DATABASE_URL; `gisapp run` needs neither.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from gisapp.app import create_app
from gisapp.coverage.ahead import Ahead
from gisapp.database.migrate import require_migrated
from gisapp.errors import BadParameter, SetupNeeded
from gisapp.live.hub import Hub
from gisapp.settings import Settings, load_settings
from gisapp.supervised import belong_to
from gisapp.web.gate import HOSTS
from gisapp.web.prepared import AHEAD
from layers.spec import Text

OWN_NAMES = ("127.0.0.1", "localhost", "::1")


def create() -> Flask:
    """Build the application over the operator's migrated database, by the environment.

    Open maps ask for news: a stream keeps a thread, and how many there are only that server knows.
    """
    settings = read_settings()
    require_migrated(settings.database.url)
    app = build(settings)
    app.extensions["gisapp"].live.places = 0
    app.extensions[AHEAD].ready()  # else compiling would begin when somebody needs it
    return app


def worker() -> Flask:
    """Build the application in a worker of `gisapp run`, which has looked at the database.

    A worker started while the database restarts must not fail: it answers 503 until then.
    """
    belong_to_supervisor()
    settings = read_settings()
    app = build(settings)
    limit_threads(app, settings.server.threads)
    end_streams_on_signal(app.extensions["gisapp"].live)
    return app


def build(settings: Settings) -> Flask:
    """Build the application for the host names under which it may be asked."""
    app = create_app(settings, settings.database.url)
    public = settings.server.public_hosts
    names = {*OWN_NAMES, *(name.lower() for name in public)}
    app.extensions[HOSTS] = names
    app.extensions[AHEAD] = Ahead()

    def refuse_other_names() -> None:
        refuse_unless(names, request.host)

    # Before the gate: another name is nobody's, signed in or not.
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_other_names)
    if count := settings.server.proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's documented way
    return app


def limit_threads(app: Flask, threads: int) -> None:
    """Let so many threads answer at a time; the others, kept for streams, only wait."""
    places, answer = threading.BoundedSemaphore(threads), app.wsgi_app

    def answer_in_turn(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with places:
            return answer(environ, start)

    app.wsgi_app = answer_in_turn  # type: ignore[method-assign,assignment]  # as above


def end_streams_on_signal(hub: Hub) -> None:
    """End the streams as soon as this process is told to stop, which else waits for them.

    The signals themselves are the server's; Python writes their numbers into a pipe for us.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def wait() -> None:
        os.read(reading, 1)
        hub.stop()

    threading.Thread(target=wait, name="stop", daemon=True).start()


def refuse_unless(names: Collection[str], host: str) -> None:
    """Raise BadParameter unless ``host``, with or without a port, is one of ``names``.

    A page elsewhere whose name is made to point at this machine is refused by its name: a
    browser here would else take it for a page of ours.
    """
    try:
        asked = urlsplit(f"//{host}").hostname
    except ValueError:
        asked = None
    if asked not in names:
        raise BadParameter(
            Text("本服务器不以这个主机名提供服务。", "This server has no such host name."),
            Text(
                "请用 127.0.0.1 访问，或把主机名加入 GISAPP_PUBLIC_HOSTS。",
                "Use 127.0.0.1, or add the name to GISAPP_PUBLIC_HOSTS.",
            ),
        )


def read_settings() -> Settings:
    """Return the settings of the environment; the database's address must be among them."""
    settings = load_settings(os.environ)
    if not settings.database.url:
        raise SetupNeeded(
            Text("没有设置 GISAPP_DATABASE_URL。", "GISAPP_DATABASE_URL is not set."),
            Text("或改用 gisapp run。", "Or use gisapp run."),
        )
    return settings


def belong_to_supervisor() -> None:
    """Belong to the process that forked this worker, and end when told to while still starting.

    Until the server has set its own handlers, those inherited of the supervisor would swallow the
    signal: the worker would serve on until it is killed.
    """
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    belong_to(parent.pid or 0 if parent else os.getppid())
