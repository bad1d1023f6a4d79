"""The server's processes: granian's workers, and a look-out for the private cluster."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from gisapp.app import find_blueprints
from gisapp.database.cluster import Cluster
from gisapp.errors import UserError
from gisapp.settings import ServerSettings

WORKER = "gisapp.wsgi:worker"
# Granian's warning of many threads: most of ours sleep, and wsgi.py lets only a few answer at once.
MANY_THREADS = "Python threads, which seems quite high"
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 0.05
STOP_SECONDS = 10  # a worker that has not finished by then is killed


def serve(settings: ServerSettings, host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; killed workers are replaced.

    ``ready`` is called once the first worker answers.
    Raises SystemExit when workers die as fast as they are started.
    """
    logging.getLogger("_granian").addFilter(lambda said: MANY_THREADS not in said.getMessage())
    find_blueprints()  # import everything once: the workers are forked, and share it
    server = Granian(
        WORKER,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads + settings.streams,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        ssl_cert=Path(settings.tls_certificate) if settings.tls_key else None,
        ssl_key=Path(settings.tls_key) if settings.tls_key else None,
    )
    stopped = threading.Event()

    def wait_for_worker() -> None:
        while not stopped.wait(ANSWER_SECONDS):
            try:
                socket.create_connection((host, port), timeout=1).close()
            except OSError:
                continue
            ready()
            return

    threading.Thread(target=wait_for_worker, name="ready", daemon=True).start()
    try:
        server.serve()
    finally:
        stopped.set()


@contextmanager
def keep_alive(cluster: Cluster | None, complain: Callable[[UserError], None]) -> Iterator[None]:
    """Start the cluster again whenever it has died, until the block is left."""
    if cluster is None:
        yield
        return
    leave = threading.Event()

    def look_out() -> None:
        while not leave.wait(LOOK_SECONDS):
            try:
                if not cluster.running():
                    cluster.start()
            except UserError as error:
                complain(error)

    watcher = threading.Thread(target=look_out, name="cluster", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        leave.set()
        watcher.join()
